"""`python -m bench`: Handover beside what it is compared with, in interleaved rounds (docs/performance.md)."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import cold, flood, growth, meter, pages, peers, report, stage
from bench.meter import Row
from bench.subjects.base import SkippedError, Subject
from bench.subjects.floor import Floor
from bench.subjects.gpg import GPG
from bench.subjects.handover import Handover
from bench.subjects.naive import Naive, NaiveLink

_ROUNDS: Final = 3
_COUNTS: Final = {"batched": 256, "queued": 128, "single": 32}
_UNITS: Final = ("naive", "naive-link")  # what all are compared with
_NOISY: Final = 0.3  # cores that others use; above it ratios alone mean something


def main(arguments: list[str]) -> int:
    """Run one of the measurements; give the exit status."""
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        default="quick",
        choices=("quick", "growth", "peers", "cold", "pages", "tracing", "flood"),
    )
    parser.add_argument("--full", action="store_true", help="more rounds, and four times as many handovers")
    parser.add_argument("--million", action="store_true", help="growth: up to 1 000 000 stored matters")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="an earlier JSON to compare ratios with")
    parser.add_argument(
        "--linkage", type=Path, metavar="PYTHON", help="tracing: a Python that has the rivals"
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", help="tracing: the first to tune on, the others to measure"
    )
    parser.add_argument("--size", type=int, default=5_000, help="tracing: records in each register")
    parser.add_argument(
        "--records", type=int, default=1_000_000, help="tracing: records of the node that is asked"
    )
    options = parser.parse_args(arguments)
    if options.what != "quick":
        others = {"growth": _growth, "peers": _peers, "cold": _cold, "pages": _pages, "flood": _flood}
        return (others | {"tracing": _tracing})[options.what](options)
    return _side_by_side(options)


def _side_by_side(options: argparse.Namespace) -> int:
    rounds, factor = (2 * _ROUNDS, 4) if options.full else (_ROUNDS, 1)
    busy = meter.others()
    with tempfile.TemporaryDirectory() as folder:
        subjects = _started(Path(folder), [Handover(), Naive(), NaiveLink(), GPG(), Floor()])
        try:
            rows, more = _measured(subjects, rounds, factor)
        finally:
            for each in subjects:
                each.stop()
    unit = _cpu_of(rows, "naive")
    units = {name: cost for name in _UNITS if (cost := _cpu_of(rows, name))}
    more |= {"others_busy_cores": round(busy, 2), "noisy": busy > _NOISY, "naive_cpu_ms": round(unit, 3)}
    report.write("full" if options.full else "quick", rows, units, more)
    print(report.table(rows, units))
    for name, value in more.items():
        print(f"{name}: {value}")
    if options.compare:
        print(report.compared(options.compare, rows, unit))
    return 0


def _started(folder: Path, subjects: list[Subject]) -> list[Subject]:
    found = []
    for each in subjects:
        own = folder / each.name
        own.mkdir()
        try:
            each.start(own)
        except SkippedError as error:
            print(f"{each.name}: skipped, {error}", flush=True)
            continue
        found.append(each)
    return found


def _measured(subjects: list[Subject], rounds: int, factor: int) -> tuple[list[Row], dict[str, object]]:
    """Measure all subjects in turns; the first turn warms up and does not count."""
    rows = {(each.name, mode): Row(subject=each.name, mode=mode) for each in subjects for mode in each.modes}
    units = []
    idle = {each.name: [round(meter.memory_of(pid)) for pid in each.pids()] for each in subjects}
    for number in range(rounds + 1):
        units.append(round(meter.yardstick(), 2))
        for each in subjects:
            each.prepare(sum(_COUNTS[mode] for mode in each.modes) * factor)
            for mode in each.modes:
                measured = each.measure(mode, _COUNTS[mode] * factor)
                if number:
                    rows[each.name, mode].rounds.append(measured)
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    loaded = {each.name: [round(meter.memory_of(pid)) for pid in each.pids()] for each in subjects}
    starts = {each.name: round(getattr(each, "cold_start", 0.0), 2) for each in subjects}
    more = {"pss_idle_mib": idle, "pss_loaded_mib": loaded, "cold_start_s": starts, "yardstick_ms": units}
    return list(rows.values()), more


def _cpu_of(rows: list[Row], subject: str) -> float:
    return next((row.cpu_ms for row in rows if row.subject == subject and row.mode == "batched"), 0.0)


def _growth(options: argparse.Namespace) -> int:
    sizes = (*growth.SIZES, growth.MILLION) if options.million else growth.SIZES
    rows: list[Row] = []
    memory = {}
    busy = meter.others()
    with tempfile.TemporaryDirectory() as folder:
        for size, row, mib in growth.measure(Path(folder), sizes, _COUNTS["batched"], _ROUNDS):
            rows.append(row)
            memory[size] = round(mib)
            share = row.cpu_ms / rows[0].cpu_ms
            print(f"{size} stored: {row.cpu_ms:.2f} ms, {share:.2f} of the first; {mib:.0f} MiB")
    more = {"pss_mib": memory, "others_busy_cores": round(busy, 2), "noisy": busy > _NOISY}
    report.write("growth", rows, {f"{sizes[0]} stored": rows[0].cpu_ms}, more)
    print(*(f"{name}: {value}" for name, value in more.items()), sep="\n")
    return 0


def _peers(_options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for number, found in peers.measure(Path(folder)):
            cost = found.cpu / found.count * 1000
            print(f"{number} peers, {found.count} offers: {cost:.2f} ms, sender and receivers in one process")
    return 0


def _pages(_options: argparse.Namespace) -> int:
    busy = meter.others()
    with tempfile.TemporaryDirectory() as folder:
        print("| page | matters stored | median ms | worst ms | KiB on the line |\n|---|---:|---:|---:|---:|")
        for each in pages.measure(Path(folder)):
            size = f"{each.packed / 1024:.1f}"
            print(f"| {each.path} | {each.size} | {each.median:.0f} | {each.worst:.0f} | {size} |")
    print(f"others_busy_cores: {busy:.2f}\nnoisy: {busy > _NOISY}")
    return 0


def _tracing(options: argparse.Namespace) -> int:
    from bench import tracing  # needs numbers of records, not nodes

    if options.linkage is None:
        print(
            "Run it as `python3 dev.py bench tracing`, which installs what it is compared with.",
            file=sys.stderr,
        )
        return 2
    seeds = options.seeds or tracing.SEEDS
    return tracing.run(
        options.linkage, report.RESULTS, seeds=seeds, size=options.size, records=options.records
    )


def _flood(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return flood.run(Path(folder), 6 if options.full else 2)


def _cold(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = stage.set_up(Path(folder), ("gr/athens",))[0]
        busy = meter.others()
        seconds, cpu = cold.measure(place, 15 if options.full else 7)
        print(f"cold start to ready: {seconds:.2f} s, of them {cpu:.2f} s of CPU")
        print(f"others_busy_cores: {busy:.2f}\nnoisy: {busy > _NOISY}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
