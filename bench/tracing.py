"""The tracing beside clkhash with anonlink: quality on invented registers and on FEBRL4, and what a question costs."""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench import answers, meter
from bench.linkage import costs, febrl, rival
from bench.linkage.rival import Rival
from handover.cli import evaluating_runs, tracing_runs
from handover.cli.evaluating_runs import Matcher
from handover.evaluation import targets, trial
from handover.evaluation.measures import Scored
from handover.evaluation.trial import Trial
from handover.protocol import question

SEEDS: Final = (201, 202, 203, 204)
SIZE: Final = 5_000
MATCHES: Final = 1_000
_LOW, _PUBLISHED = 0.55, 0.7  # from which similarity on candidates are kept: for quality, for the clock


@dataclass(kw_only=True)
class Findings:
    """What was reached, by target, and what explains it."""

    reached: dict[str, float] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def measure(
    python: Path,
    *,
    seeds: Sequence[int] = SEEDS,
    size: int = SIZE,
    records: int = 1_000_000,
    count: int = answers.COUNT,
) -> Findings:
    """Measure everything; *python* has the rivals."""
    found = Findings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = Rival(python=python, folder=folder)
        matcher = _quality(found, folder, seeds, size)
        _rivals(found, peer, folder, seeds, size)
        _clock(found, peer, folder / f"{seeds[1]}-real")
        _febrl(found, peer, folder)
        views = [each.view for each in matcher.last.holding] if matcher.last else []
        _costs(found, folder, views, records, count)
    return found


def _trial(match: trial.Matcher, folder: Path, seeds: Sequence[int], profile: str, size: int) -> Trial:
    return trial.run(match, folder, seeds=seeds, profile=profile, size=size, matches=size * MATCHES // SIZE)


def _quality(found: Findings, folder: Path, seeds: Sequence[int], size: int) -> Matcher:
    matcher = Matcher()
    runs = {each: _trial(matcher, folder, seeds, each, size) for each in ("hard", "real")}
    found.reached |= evaluating_runs.quality(runs["real"])
    found.reached["T6"] = runs["hard"].median(lambda each: each.found.f1)
    found.more |= evaluating_runs.explained(runs["real"])
    if matcher.last:
        share, wrong, strictest = evaluating_runs.strict(matcher.last, runs["real"].truth)
        found.reached["T13"] = wrong
        found.more["T13"] = (
            f"{share:.3f} of true pairs reachable with keys for a node of {strictest:,} records"
        )
    return matcher


def _rivals(found: Findings, peer: Rival, folder: Path, seeds: Sequence[int], size: int) -> None:
    """Run both forms of CLK on the same files."""
    for ascii_only, name in ((False, "CLK raw"), (True, "CLK transliterated")):

        def match(left: Path, right: Path, *, ascii_only: bool = ascii_only) -> list[Scored]:
            files = [rival.dated(each, folder / f"{each.stem}.dated") for each in (left, right)]
            return peer.match(files[0], files[1], rival.CHILDREN, ascii_only=ascii_only, threshold=_LOW)[0]

        for profile in ("real", "hard"):
            run = _trial(match, folder, seeds, profile, size)
            found.more[f"{name}, {profile}: F1"] = round(run.median(lambda each: each.found.f1), 3)
            if profile == "real":
                found.more[f"{name}: recall at 0.95, first five"] = [
                    round(run.median(lambda each: each.recall_at_95), 3),
                    round(run.median(lambda each: each.first_five), 3),
                ]
                found.more[f"{name}: recall by scripts"] = {
                    pair: round(run.recall(pair), 3) for pair in trial.PAIRS
                }
    found.reached["T2"] = found.reached["T1"] / found.more["CLK transliterated, real: F1"]


def _clock(found: Findings, peer: Rival, task: Path, rounds: int = 3) -> None:
    """Time both on the same two files, in turns."""
    left, right = task / "border.jsonl", task / "city.jsonl"
    files = [rival.dated(each, peer.folder / f"{each.stem}.dated") for each in (left, right)]
    ours, theirs = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        sum(1 for _ in tracing_runs.Match(left, right).scored())
        ours.append(time.perf_counter() - began)
        seconds = peer.match(files[0], files[1], rival.CHILDREN, ascii_only=True, threshold=_PUBLISHED)[1]
        theirs.append(seconds["encode"] + seconds["compare"])
    found.reached["T9"] = statistics.median(theirs) / statistics.median(ours)
    found.more["5,000 x 5,000 in s: ours, theirs"] = [
        [round(each, 1) for each in side] for side in (ours, theirs)
    ]


def _febrl(found: Findings, peer: Rival, folder: Path) -> None:
    files, matcher = peer.febrl(), Matcher()
    cases = (
        ("T7", "names + date + state", febrl.few, rival.FEBRL_FEW),
        ("T8", "all fields", febrl.all_fields, rival.FEBRL_ALL),
    )
    for target, name, make, fields in cases:
        own = febrl.measured(files, folder, matcher, make)
        found.reached[target] = own.f1

        def clk(left: Path, right: Path, *, fields: rival.Fields = fields) -> list[Scored]:
            return peer.match(left, right, fields, ascii_only=False, threshold=_LOW)[0]

        theirs = febrl.measured(files, folder, clk, None)
        found.more[f"FEBRL4, {name}: precision, recall"] = [round(own.precision, 4), round(own.recall, 4)]
        found.more[f"FEBRL4, {name}: CLK F1"] = round(theirs.f1, 4)


def _costs(found: Findings, folder: Path, views: Sequence[Any], records: int, count: int) -> None:
    asked = costs.evaluating()
    found.reached |= {
        "T12": asked["asker CPU ms"],
        "T11b": asked["bytes"],
        "T11a": float(question.SIZE),
    }
    answered = costs.answering(folder, records, views)
    told = answers.measure(folder / "answers", count)
    if len(told.sizes) == 1 and told.met:  # else there is nothing to compare
        found.reached["T16"] = told.p
    found.more["answers, ms: holder, non-holder"] = [round(told.holder_ms, 2), round(told.other_ms, 2)]
    found.more["answers: sizes, candidates met"] = [sorted(told.sizes), told.met]
    seen, met = answers.marked(folder / "marks")
    if met:
        found.reached["T15"] = float(seen)
    found.more["marked names: candidates met"] = met
    found.reached["T10"] = answered["p50 ms"]
    found.more |= {
        f"a node of {records:,} records: {name}": round(value, 3) for name, value in answered.items()
    }


def run(python: Path, results: Path, *, seeds: Sequence[int], size: int, records: int) -> int:
    """Measure, print the table, leave it as JSON and Markdown."""
    busy = meter.others()
    found = measure(python, seeds=seeds, size=size, records=records)
    found.more |= {"seeds": list(seeds), "others_busy_cores": round(busy, 2)}
    text = targets.table(found.reached, {})
    print(text, *(f"{name}: {value}" for name, value in found.more.items()), sep="\n")
    results.mkdir(exist_ok=True)
    document = {"reached": found.reached, "more": found.more}
    results.joinpath("tracing.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    results.joinpath("tracing.md").write_text(text + "\n", encoding="utf-8")
    return 0
