"""The matching of this program, measured on invented registers: what `tracing evaluate` runs."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handover.cli import tracing_runs
from handover.evaluation import openings, trial
from handover.evaluation.measures import Scored, Truth
from handover.evaluation.trial import Trial
from handover.protocol import question

_BENCH: Final = "`python3 dev.py bench tracing`"
ELSEWHERE: Final = {
    **dict.fromkeys(("T2", "T7", "T8", "T9"), f"beside other programs: {_BENCH}"),
    **dict.fromkeys(("T10", "T11b", "T12", "T15", "T16"), _BENCH),
}
_CLASSES: Final = tuple(1 << bits for bits in range(12, 26, 2))
_REACHABLE: Final = 0.58


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was reached, by target, and what explains it."""

    reached: dict[str, float]
    more: dict[str, object]


class Matcher:
    """The matching as a function of two files; keeps the last run, and how long all took."""

    def __init__(self) -> None:
        self.last: tracing_runs.Match | None = None
        self.seconds: list[float] = []

    def __call__(self, asking: Path, holding: Path) -> list[Scored]:
        """Give the scored candidates of two files."""
        began = time.perf_counter()
        run = tracing_runs.Match(asking, holding)
        found = [(score, run.asking[one].id, run.holding[other].id) for one, other, score in run.scored()]
        self.seconds.append(time.perf_counter() - began)
        self.last = run
        return found


def measured(seeds: Sequence[int], *, size: int, matches: int) -> Figures:
    """Give what the matching reaches: tuned on the first of *seeds*, measured on the others."""
    matcher = Matcher()
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            profile: trial.run(
                matcher, Path(folder), seeds=seeds, profile=profile, size=size, matches=matches
            )
            for profile in ("hard", "real")
        }
    real, hard = runs["real"], runs["hard"]
    reached = quality(real) | {"T6": hard.median(lambda each: each.found.f1), "T11a": float(question.SIZE)}
    more = explained(real) | {"seconds of each run": [round(each, 1) for each in matcher.seconds]}
    if matcher.last is not None:
        share, wrong, strictest = strict(matcher.last, real.truth)
        reached["T13"] = wrong
        more["T13"] = f"{share:.3f} of true pairs reachable with keys for a node of {strictest:,} records"
    return Figures(reached=reached, more=more)


def quality(real: Trial) -> dict[str, float]:
    """Give the targets that tell how good the matching is."""
    return {
        "T1": real.median(lambda each: each.found.f1),
        "T3": real.median(lambda each: each.recall_at_95),
        "T4": real.median(lambda each: each.first_five),
        "T5": real.recall("Latin-other") / real.recall("Latin-Latin"),
        "T14a": real.median(lambda each: each.bands["strong"].precision),
        "T14b": real.median(lambda each: each.bands["likely"].precision),
    }


def explained(real: Trial) -> dict[str, object]:
    """Give what stands behind the targets."""
    results = real.results
    told: dict[str, object] = {
        "F1 of each seed": [round(each.found.f1, 3) for each in results],
        "precision of each": [round(each.found.precision, 3) for each in results],
        "recall of each": [round(each.found.recall, 3) for each in results],
        "reachable": [round(each.reachable, 3) for each in results],
        "wrong openings per million": [round(each.wrong_per_million) for each in results],
        "of true pairs strong": [round(each.bands["strong"].recall, 3) for each in results],
        "of true pairs likely": [round(each.bands["likely"].recall, 3) for each in results],
    }
    told |= {f"recall {pair}": round(real.recall(pair), 3) for pair in trial.PAIRS}
    return told | {
        f"recall, reachable: {name}": f"{found:.3f}, {met:.3f}"
        for name, (found, met) in real.cultures().items()
    }


def strict(run: tracing_runs.Match, truth: Truth) -> tuple[float, float, int]:
    """Give reachable share and wrong openings for the largest class of nodes that still reaches enough true pairs.

    Where none does, those of the smallest class.
    """
    asking, holding = ([(each.id, each.view) for each in side] for side in (run.asking, run.holding))
    best: tuple[float, float, int] | None = None
    for size in _CLASSES:
        share, wrong = openings.of_class(asking, holding, truth, size=size)
        if best is not None and share < _REACHABLE:
            break
        best = (share, wrong, size)
    return best or (0.0, 0.0, 0)
