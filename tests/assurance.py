"""All campaigns in one table: what was tried, how often, what was violated, and how to do it again.

`python3 dev.py assurance` runs this. Every figure is counted in the run that prints it. `--full` takes hours: a hundred
thousand histories, a million inputs for each reader of foreign bytes, the model's long runs. Exit status: 0 nothing was
violated, 1 something was, 2 a campaign could not run, or saw too little to say anything.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import model  # noqa: E402
from fuzz import run as fuzzing  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402
from handover.simulation import campaign  # noqa: E402

_MOST_TOLD: Final = 10
_SUITES: Final = {
    "planted bugs": ("bugs, each found", ("tests/simulation", "-k", "planted_bug")),
    "enumerated crashes": (
        "sets of points at which a node dies",
        ("tests/processes/test_points.py", "tests/two_nodes/test_crash.py", "tests/tracing/test_crashes.py"),
    ),
    "killed processes": ("seeded runs", ("tests/processes/test_kills.py", "tests/processes/test_apart.py")),
    "disks, networks, clocks, peers": (
        "faults",
        tuple(f"tests/processes/test_{name}.py" for name in ("disk", "cut", "clocks", "peers", "strangers")),
    ),
    "attacks": ("attacks, and what checks them", ("tests/attacks",)),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One campaign. `ran` is false where it could not be carried out, or saw too little to say anything."""

    campaign: str
    count: int
    of: str
    violations: int
    again: str
    seconds: float
    ran: bool = True
    told: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def _timed(make: Callable[[], Row]) -> Row:
    begun = time.monotonic()
    row = make()
    return Row(**{**asdict(row), "seconds": round(time.monotonic() - begun, 1)})


def _model(*, mutants: bool, long: bool) -> Row:
    runs = [run for run in model.RUNS if run.holds != mutants and (long or not run.long)]
    found = {run.name: model.check(run) for run in runs}
    wrong = [
        run.name for run in runs if not (bool(found[run.name].error) if mutants else found[run.name].complete)
    ]
    return Row(
        campaign="mutants" if mutants else "model",
        count=len(runs),
        of="models without a rule, each found" if mutants else "runs over every state",
        violations=len(wrong),
        again="dev.py model",
        seconds=0,
        told=tuple(wrong),
    )


def _simulation(histories: int) -> Row:
    found = campaign.run_wide(
        range(1, histories + 1), processes=os.cpu_count() or 1, chunk=50, told=lambda _: None
    )
    return Row(
        campaign="simulation",
        count=found.histories,
        of=f"histories ({found.rate:.0f} a CPU-minute)",
        violations=len(found.failed),
        again=f"handover-sim --seeds 1..{histories}",
        seconds=0,
        ran=not (found.never or found.idle),
        told=(
            *(f"seed {told.seed}: {told.violation}" for told in found.failed),
            *(f"never seen: {each}" for each in found.never),
        ),
    )


def _suite(name: str, of: str, arguments: Sequence[str]) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            "--override-ini=junit_family=xunit1",  # which has room for figures
            *arguments,
        ]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        cases = list(ET.parse(report).getroot().iter("testcase")) if report.exists() else []  # noqa: S314 - our own
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    return Row(
        campaign=name,
        count=len(cases) - len(skipped),
        of=of,
        violations=len(failed),
        again=f"pytest {' '.join(arguments)}",
        seconds=0,
        ran=len(cases) > len(skipped),
        told=(
            *(f"failed: {_named(each)}" for each in failed),
            *(f"skipped: {_named(each)}" for each in skipped),
        ),
        figures=tuple(
            _figures(case) for case in cases if case not in failed and case.find("properties") is not None
        ),
    )


def _named(case: ET.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


def _figures(case: ET.Element) -> str:
    """Give what a test has measured beside that it held (see tests/processes/figures.py)."""
    found = [f"{each.get('name')} {each.get('value')}" for each in case.iter("property")]
    return f"{(case.get('name') or '').removeprefix('test_').replace('_', ' ')}: {', '.join(found)}"


def _fuzzing(executions: int) -> Row:
    ran = [fuzzing.fuzz(name, target, executions=executions, seed=1) for name, target in TARGETS.items()]
    failed = [each.name for each in ran if not each.sound]
    return Row(
        campaign="fuzzing",
        count=sum(each.executions for each in ran),
        of=f"inputs to {len(ran)} readers",
        violations=len(failed),
        again=f"dev.py fuzz --executions {executions} --seed 1",
        seconds=0,
        told=tuple(failed),
    )


def _campaigns(*, histories: int, executions: int, long: bool) -> Iterator[tuple[str, Callable[[], Row]]]:
    yield "model", lambda: _model(mutants=False, long=long)
    yield "mutants", lambda: _model(mutants=True, long=long)
    yield "simulation", lambda: _simulation(histories)
    for name, (of, arguments) in _SUITES.items():
        yield name, lambda name=name, of=of, arguments=arguments: _suite(name, of, arguments)  # type: ignore[misc]
    yield "fuzzing", lambda: _fuzzing(executions)


def _line(row: Row) -> str:
    counted = f"{row.campaign:30} {row.count:>11,} {row.of:38} {row.violations:>10} {row.seconds:>8.0f}"
    return f"{counted}  {row.again}{'' if row.ran else '  DID NOT RUN, OR SAW TOO LITTLE'}"


def _first(told: Sequence[str]) -> Iterator[str]:
    """Give what is told of a campaign, and how much more there would be."""
    yield from told[:_MOST_TOLD]
    if len(told) > _MOST_TOLD:
        yield f"... and {len(told) - _MOST_TOLD} more"


def main(arguments: list[str]) -> int:
    """Run the campaigns, print the table; give the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--full", action="store_true", help="100 000 histories, 1 000 000 inputs a reader, all runs"
    )
    parser.add_argument("--histories", type=int, help="of the simulation (default: 1000)")
    parser.add_argument("--executions", type=int, help="inputs for each reader (default: 25000)")
    names = ", ".join(shlex.quote(name) for name, _ in _campaigns(histories=0, executions=0, long=False))
    parser.add_argument(
        "--only",
        action="append",
        metavar="CAMPAIGN",
        help=f"this one; may be said several times. There are: {names}",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there, too")
    options = parser.parse_args(arguments)
    histories = options.histories or (100_000 if options.full else 1000)
    executions = options.executions or (1_000_000 if options.full else 25_000)
    every = dict(_campaigns(histories=histories, executions=executions, long=options.full))
    unknown = sorted(set(options.only or ()) - set(every))
    if unknown:
        parser.error(f"no such campaign: {', '.join(unknown)}; there are: {names}")
    rows = []
    print(
        f"{'campaign':30} {'count':>11} {'of what':38} {'violations':>10} {'seconds':>8}  again", flush=True
    )
    for name in options.only or every:
        print(f"running: {name}", file=sys.stderr, flush=True)
        rows.append(_timed(every[name]))
        print(_line(rows[-1]), flush=True)
        for told in (*_first(rows[-1].told), *rows[-1].figures):
            print(f"{'':30}   {told}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    violations = sum(row.violations for row in rows)
    print(f"\ncampaigns: {len(rows)}, violations: {violations}")
    return 1 if violations else 0 if all(row.ran for row in rows) else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
