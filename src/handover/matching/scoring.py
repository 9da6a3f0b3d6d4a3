"""From levels to a score, from a score to a band in words. Pure; the weights are a fixed, versioned file.

A score is log2 of the odds that both descriptions are of one person, given the size of the register that answers.
It is a sum: a weight for the level of each field, for what met its rarity among the reader's own records, and for
pairs of levels that together say something else than each for itself.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from handover.domain.errors import MalformedError
from handover.matching.levels import LEVELS, Levels
from handover.matching.rarity import Rarity

VERSION: Final = 1
REFERENCE_SIZE: Final = 5_000  # of the register for which the weights hold as they stand
FIELDS: Final = tuple(LEVELS)
RARE: Final = ("given", "paternal", "mother", "place", "nationality")
TYPICAL_BITS, MOST_BITS = 6.0, 12.0
TOGETHER: Final = tuple(
    (FIELDS.index(one), FIELDS.index(other))
    for one, other in (
        ("given", "paternal"), ("given", "mother"), ("given", "year"), ("given", "sex"), ("given", "place"),
        ("paternal", "mother"), ("paternal", "year"), ("paternal", "place"), ("mother", "year"),
        ("mother", "place"), ("year", "day"), ("year", "place"), ("nationality", "place"), ("place", "other place"),
    )
)  # fmt: skip


class Band(StrEnum):
    """What an officer is told, in words: how often candidates of this kind are the person (docs/guide/tracing.md)."""

    STRONG = "strong"
    LIKELY = "likely"
    POSSIBLE = "possible"
    NONE = "none"


_BANDS: Final = ((0.9, Band.STRONG), (0.7, Band.LIKELY), (0.4, Band.POSSIBLE))


@dataclass(frozen=True)
class Weights:
    """The fixed weights: of each level, of a bit of rarity, of two levels together. All in bits."""

    bias: float
    levels: tuple[tuple[float, ...], ...]
    rarity: tuple[float, ...]
    together: tuple[Mapping[int, float], ...]  # by 16 times the first level plus the second


def score(levels: Levels, rarity: Rarity, weights: Weights | None = None) -> float:
    """Return log2 of the odds that the two descriptions compared are of one person."""
    used = shipped() if weights is None else weights
    total, each = used.bias, levels.each
    for level, told in zip(each, used.levels, strict=True):
        total += told[level]
    for (one, other), table in zip(TOGETHER, used.together, strict=True):
        total += table.get(each[one] * 16 + each[other], 0.0)
    for bits, slope in zip(rare(levels, rarity), used.rarity, strict=True):
        total += bits * slope
    return total - math.log2(max(rarity.size, 1) / REFERENCE_SIZE)


def rare(levels: Levels, rarity: Rarity) -> tuple[float, ...]:
    """Return for each kind of part by how many bits what met is rarer than is typical."""
    found = dict.fromkeys(RARE, 0.0)
    for kind, text in levels.met:
        said = min(rarity.bits((kind, text)), MOST_BITS) - TYPICAL_BITS
        found[kind if kind in found else "place"] += said
    return tuple(found.values())


def among(scores: Sequence[float]) -> list[float]:
    """Return the *scores* of all candidates for one question, given that at most one of them is the person."""
    odds = [2.0 ** min(each, 60.0) for each in scores]
    whole = sum(odds)
    return [each - math.log2(1.0 + max(whole - own, 0.0)) for each, own in zip(scores, odds, strict=True)]


def band(score: float) -> Band:
    """Return the band of a *score*."""
    probability = 1.0 / (1.0 + 2.0 ** -max(min(score, 60.0), -60.0))
    return next((band for least, band in _BANDS if probability >= least), Band.NONE)


def relative(levels: Levels) -> bool:
    """Tell whether what agrees is the family and what differs the person: brothers and sisters look like this."""
    return (
        LEVELS["given"][levels.given] == "different"
        and LEVELS["mother"][levels.mother] in {"same", "same in another reading", "two"}
        and LEVELS["paternal"][levels.paternal] not in {"missing", "near", "different"}
        and LEVELS["place"][levels.place] != "different"
    )


def reasons(levels: Levels) -> tuple[str, ...]:
    """Return which parts of the reader's own record agree, as names of fields: nothing about the other one."""
    return tuple(
        field for field, level in zip(FIELDS, levels.each, strict=True) if LEVELS[field][level] in _AGREEING
    )


_AGREEING: Final = frozenset(
    {
        "same", "same in another reading", "two", "three", "in another box", "near", "one of one", "one of several",
        "1 apart", "month same", "same locality", "same region", "region same, locality different", "same country",
        "same month", "1 month apart",
    }
)  # fmt: skip


_FILE: Final = (resources.files("handover.matching") / "data" / "weights.json").read_bytes()
WEIGHTS: Final = hashlib.sha256(_FILE).digest()  # by which two nodes know that they score alike


@cache
def shipped() -> Weights:
    """Return the weights that every node of this version has."""
    return decoded(_FILE)


def empty() -> Weights:
    """Return weights that know nothing."""
    return Weights(
        0.0,
        tuple((0.0,) * len(levels) for levels in LEVELS.values()),
        (0.0,) * len(RARE),
        ({},) * len(TOGETHER),
    )


def encoded(weights: Weights) -> bytes:
    """Return the file of *weights*: every level by its name, so that a person can read what counts how much."""
    document = {
        "version": VERSION,
        "size": REFERENCE_SIZE,
        "bias": round(weights.bias, 3),
        "levels": {
            field: {level: round(told, 3) for level, told in zip(LEVELS[field], row, strict=True)}
            for field, row in zip(FIELDS, weights.levels, strict=True)
        },
        "rarity": {kind: round(slope, 3) for kind, slope in zip(RARE, weights.rarity, strict=True)},
        "together": {
            f"{FIELDS[one]} and {FIELDS[other]}": {
                f"{LEVELS[FIELDS[one]][both // 16]} / {LEVELS[FIELDS[other]][both % 16]}": round(told, 3)
                for both, told in sorted(table.items())
            }
            for (one, other), table in zip(TOGETHER, weights.together, strict=True)
        },
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def decoded(data: bytes) -> Weights:
    """Return the weights of a file.

    Raises:
        MalformedError: it is no file of weights of this version.
    """
    try:
        document = json.loads(data)
        if document["version"] != VERSION:
            raise MalformedError("weights of another version")
        return Weights(
            float(document["bias"]),
            tuple(
                tuple(float(document["levels"][field][level]) for level in LEVELS[field]) for field in FIELDS
            ),
            tuple(float(document["rarity"][kind]) for kind in RARE),
            tuple(_pairs(document["together"], FIELDS[one], FIELDS[other]) for one, other in TOGETHER),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedError("not a file of weights") from error


def _pairs(document: Mapping[str, Mapping[str, float]], one: str, other: str) -> dict[int, float]:
    found = {}
    for name, told in document[f"{one} and {other}"].items():
        left, _, right = name.partition(" / ")
        found[LEVELS[one].index(left) * 16 + LEVELS[other].index(right)] = float(told)
    return found
