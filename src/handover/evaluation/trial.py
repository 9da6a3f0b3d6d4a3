"""A matcher on invented registers: tuned on one seed, measured on others, the median told. It sees files, no truth."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handover.evaluation import generator, measures
from handover.evaluation.generator import Task
from handover.evaluation.measures import Found, Scored, Truth
from handover.evaluation.records import Record

Matcher = Callable[[Path, Path], Sequence[Scored]]
"""Gives the scored candidates of two files of records."""

PAIRS: Final = ("Latin-Latin", "Latin-other", "other-Latin", "other-other")
_NAMES: Final = ("given_name", "family_name", "father_name")
_LAST_LATIN: Final = "\u024f"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a matcher reached on one seed."""

    seed: int
    found: Found
    recall_at_95: float
    first_five: float
    bands: Mapping[str, Found]
    scripts: Mapping[str, tuple[int, int]]  # found, all
    cultures: Mapping[str, tuple[int, int, int]]  # found, reached by any score, all
    reachable: float
    wrong_per_million: float


@dataclass(frozen=True, kw_only=True)
class Trial:
    """All results with the threshold that was found on the tuning seed."""

    threshold: float
    results: tuple[Result, ...]
    truth: Truth  # of the last seed

    def median(self, of: Callable[[Result], float]) -> float:
        """Give the median of one measure over the seeds."""
        return statistics.median([of(each) for each in self.results])

    def recall(self, scripts: str) -> float:
        """Give the recall of one pair of scripts, pooled over the seeds."""
        pooled = [each.scripts[scripts] for each in self.results]
        return sum(found for found, _ in pooled) / max(1, sum(all_ for _, all_ in pooled))

    def cultures(self) -> dict[str, tuple[float, float]]:
        """Give for each culture recall and reachable share, pooled over the seeds."""
        told: dict[str, tuple[float, float]] = {}
        for name in sorted({each for result in self.results for each in result.cultures}):
            counts = [result.cultures[name] for result in self.results if name in result.cultures]
            found, reached, all_ = (sum(column) for column in zip(*counts, strict=True))
            told[name] = (found / all_, reached / all_)
        return told


def run(
    matcher: Matcher, folder: Path, *, seeds: Sequence[int], profile: str, size: int, matches: int
) -> Trial:
    """Tune on the first of *seeds*, measure on the others; the files of every task are left in *folder*."""
    tuning = _matched(matcher, folder, seeds[0], profile, size, matches)
    threshold = measures.best_threshold(measures.one_to_one(tuning[1]), frozenset(tuning[0].truth))
    results = []
    for seed in seeds[1:]:
        task, candidates = _matched(matcher, folder, seed, profile, size, matches)
        results.append(measured(task, candidates, threshold, seed))
    return Trial(threshold=threshold, results=tuple(results), truth=frozenset(task.truth))


def _matched(
    matcher: Matcher, folder: Path, seed: int, profile: str, size: int, matches: int
) -> tuple[Task, Sequence[Scored]]:
    task = generator.generate(seed, profile, size=size, matches=matches)
    own = folder / f"{seed}-{profile}"
    generator.write(task, own)
    return task, matcher(own / "border.jsonl", own / "city.jsonl")


def measured(task: Task, candidates: Sequence[Scored], threshold: float, seed: int) -> Result:
    """Measure the candidates of one task."""
    truth: Truth = frozenset(task.truth)
    pairs = measures.one_to_one(candidates)
    taken = {(one, other) for score, one, other in pairs if score >= threshold}
    reached = {(one, other) for _, one, other in candidates}
    reachable, wrong = measures.opened(candidates, truth, asked=len(task.border), held=len(task.city))
    return Result(
        seed=seed,
        found=measures.at(pairs, truth, threshold),
        recall_at_95=measures.recall_at(pairs, truth, 0.95),
        first_five=measures.within(candidates, truth),
        bands=measures.bands(candidates, truth),
        scripts=_scripts(task, taken),
        cultures=_cultures(task, taken, reached),
        reachable=reachable,
        wrong_per_million=wrong,
    )


def _scripts(task: Task, taken: set[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    latin = {str(each["id"]): _latin(each) for each in task.border + task.city}
    told = dict.fromkeys(PAIRS, (0, 0))
    for one, other in task.truth:
        pair = "-".join("Latin" if latin[each] else "other" for each in (one, other))
        found, all_ = told[pair]
        told[pair] = (found + ((one, other) in taken), all_ + 1)
    return told


def _latin(record: Record) -> bool:
    return all(
        each <= _LAST_LATIN or "\u1e00" <= each <= "\u1eff"
        for name in _NAMES
        for each in str(record.get(name, ""))
    )


def _cultures(
    task: Task, taken: set[tuple[str, str]], reached: set[tuple[str, str]]
) -> dict[str, tuple[int, int, int]]:
    told: dict[str, tuple[int, int, int]] = {}
    for pair in task.truth:
        found, met, all_ = told.get(task.culture[pair[0]], (0, 0, 0))
        told[task.culture[pair[0]]] = (found + (pair in taken), met + (pair in reached), all_ + 1)
    return told
