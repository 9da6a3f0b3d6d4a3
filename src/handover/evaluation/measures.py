"""How good scored candidates are, against the truth: F1, recall, ranks, bands. Pure; scores are log2 of odds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Scored = tuple[float, str, str]
"""A candidate: its score, and the identifiers at both sides."""
Truth = frozenset[tuple[str, str]]

STRONG: Final = 0.9
LIKELY: Final = 0.7
"""From which probability on a candidate is strong, or likely."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many of those found are right (precision) and of the true ones are found (recall)."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Give the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def one_to_one(candidates: Iterable[Scored]) -> list[Scored]:
    """Give the best candidates so that no identifier is in two of them; the best first, ties by identifier."""
    left, right, kept = set(), set(), []
    for score, one, other in sorted(candidates, key=lambda each: (-each[0], each[1], each[2])):
        if one not in left and other not in right:
            left.add(one)
            right.add(other)
            kept.append((score, one, other))
    return kept


def at(pairs: Iterable[Scored], truth: Truth, threshold: float) -> Found:
    """Give what is found if all *pairs* with at least that score are taken."""
    taken = [(one, other) for score, one, other in pairs if score >= threshold]
    right = sum(pair in truth for pair in taken)
    return Found(precision=right / len(taken) if taken else 0.0, recall=right / len(truth) if truth else 0.0)


def best_threshold(pairs: Sequence[Scored], truth: Truth) -> float:
    """Give the score from which on taking *pairs* gives the highest F1."""
    best = (0.0, float("inf"))
    for score, found in _steps(pairs, truth):
        best = max(best, (found.f1, score))
    return best[1]


def recall_at(pairs: Sequence[Scored], truth: Truth, precision: float) -> float:
    """Give the highest recall at which at least that share of what is taken is right."""
    return max(
        (found.recall for _, found in _steps(pairs, truth) if found.precision >= precision), default=0.0
    )


def _steps(pairs: Sequence[Scored], truth: Truth) -> Iterable[tuple[float, Found]]:
    """Give what is found from each score on; pairs of equal score are taken together."""
    right = 0
    ordered = sorted(pairs, key=lambda each: -each[0])
    for count, (score, one, other) in enumerate(ordered, 1):
        right += (one, other) in truth
        if count == len(ordered) or ordered[count][0] < score:
            yield score, Found(precision=right / count, recall=right / len(truth))


def within(candidates: Iterable[Scored], truth: Truth, first: int = 5) -> float:
    """Give the share of true pairs whose partner is among the *first* of the one who asks."""
    of: dict[str, list[tuple[float, str]]] = {}
    for score, one, other in candidates:
        of.setdefault(one, []).append((-score, other))
    hits = sum(other in {name for _, name in sorted(of.get(one, ()))[:first]} for one, other in truth)
    return hits / len(truth)


def probability(score: float) -> float:
    """Give the probability that log2 odds stand for."""
    return 1.0 / (1.0 + math.exp2(-max(-60.0, min(60.0, score))))


def bands(candidates: Iterable[Scored], truth: Truth) -> dict[str, Found]:
    """Give how often a candidate that officers are told to be strong, or likely, is right."""
    told: dict[str, list[bool]] = {"strong": [], "likely": []}
    for score, one, other in candidates:
        chance = probability(score)
        if chance >= LIKELY:
            told["strong" if chance >= STRONG else "likely"].append((one, other) in truth)
    return {
        band: Found(precision=sum(right) / len(right) if right else 0.0, recall=sum(right) / len(truth))
        for band, right in told.items()
    }


def opened(candidates: Iterable[Scored], truth: Truth, *, asked: int, held: int) -> tuple[float, float]:
    """Give the share of true pairs that can be reached, and how many others a question opens per million records."""
    right = wrong = 0
    for _, one, other in candidates:
        if (one, other) in truth:
            right += 1
        else:
            wrong += 1
    return right / len(truth), wrong / (asked * held) * 1_000_000


def by_group(
    taken: Iterable[tuple[str, str]], truth: Truth, group: Mapping[tuple[str, str], str]
) -> dict[str, float]:
    """Give the recall in each group of true pairs."""
    chosen = set(taken)
    count: dict[str, list[int]] = {}
    for pair in truth:
        of = count.setdefault(group[pair], [0, 0])
        of[0] += pair in chosen
        of[1] += 1
    return {name: right / all_ for name, (right, all_) in sorted(count.items())}
