"""Compound keys: what two descriptions must share for one to open a question about the other. Pure.

A key joins parts of a description until they say enough: no fewer bits than the answering node's size class asks
for (`floor`). Of the ways to join them, those that are enough already are not joined further: who shares the longer
key shares the shorter one. Both sides come to the same keys, for all they use is the shared parts themselves and
public tables, whose digest is in the text of every key.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from handover.matching import rarity
from handover.matching.view import TABLES, View

MOST_INDEXED, MOST_ASKED = 64, 48
SMALLEST_CLASS: Final = 4_096
VERSION: Final = b"handover-key-1\0"


@dataclass(frozen=True, slots=True)
class Key:
    """A compound key in clear, for the one who made it alone, and how many bits it says."""

    text: bytes
    bits: float


def size_class(records: int) -> int:
    """Return the class that a node of so many records is in: the nearest power of four, at least 4,096."""
    size = SMALLEST_CLASS
    while size * 2 < records:
        size *= 4
    return size


def floor(size: int) -> float:
    """Return how many bits a key must say before a node of the class *size* is asked with it."""
    return math.log2(size_class(size)) + 1


def indexed(view: View, *, size: int = SMALLEST_CLASS) -> tuple[Key, ...]:
    """Return the keys under which a node of the class *size* finds *view*, the most informative first."""
    return _chosen(_pools(view, spread=(0,)), floor(size), MOST_INDEXED)


def asked(view: View, *, size: int = SMALLEST_CLASS) -> tuple[Key, ...]:
    """Return the keys with which a node of the class *size* is asked for *view*, the most informative first."""
    return _chosen(_pools(view, spread=(0, 1, -1, 2, -2)), floor(size), MOST_ASKED)


@dataclass(frozen=True, slots=True)
class _Part:
    """One reading of one part: its text, what it says, how likely the other description reads the same."""

    text: str
    bits: float
    trust: float


_Pool = Sequence[_Part]

_FORM: Final = (1.0, 0.45, 0.3, 0.2)  # the trust in the first reading of a name, the second, ...
_NAME: Final = (1.0, 0.8, 0.6, 0.4, 0.3)  # in the first name of a role, the second, ...
_YEAR: Final = {0: 1.0, 1: 0.4, 2: 0.15}  # in a year so far from the one that was stated
_WIDEST: Final = {
    "g": 6,
    "p": 8,
    "q": 8,
    "m": 4,
    "y": 6,
    "z": 8,
    "v": 7,
    "w": 7,
}  # readings looked at of one part
_SAME_CULTURE: Final = 2.0  # bits that each further name or place says less, for names and places go together
_CULTURAL: Final = frozenset("gpqmlrcvw")
# Families of keys: their parts, and how often a true pair shares one where both sides have the parts.
# g given, p paternal, q two paternal names, m mother, y year (the asker adds a year to both sides), z year (two
# years), d day and month, l locality, r region, c country, s sex, t month of separation, v and w a given and a
# paternal name without one letter.
FAMILIES: Final = (
    ("gp", 0.9), ("gm", 0.8), ("pm", 0.7), ("q", 0.6), ("gd", 0.6), ("gl", 0.6), ("gr", 0.6), ("gt", 0.5),
    ("pd", 0.5), ("pl", 0.4), ("pr", 0.4), ("pt", 0.4),
    ("gpz", 0.8), ("gpr", 0.7), ("gpc", 0.7), ("gmz", 0.7), ("gmr", 0.6), ("gmc", 0.6), ("pmz", 0.6), ("qz", 0.5),
    ("qr", 0.4), ("qc", 0.4), ("qm", 0.5), ("gq", 0.6), ("gly", 0.5), ("gry", 0.5),
    ("gcy", 0.5), ("ply", 0.3), ("pry", 0.3),
    ("dyr", 0.5), ("dyl", 0.4), ("dyc", 0.4), ("dys", 0.4),
    ("vp", 0.3), ("gw", 0.3), ("vd", 0.3),
    ("gcys", 0.4), ("gpyr", 0.5), ("gpyc", 0.5), ("qyc", 0.4), ("pmyr", 0.4), ("grys", 0.4), ("glys", 0.4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Family:
    code: bytes
    parts: str
    share: float
    cost: float
    within: tuple[
        tuple[tuple[int, ...], float], ...
    ]  # families that it extends: where their parts are, their cost


def _cost(parts: str) -> float:
    return _SAME_CULTURE * max(0, sum(part in _CULTURAL for part in parts) - 1)


def _plain(parts: str) -> str:
    return parts.replace("z", "y").replace("gp", "q")


def _families() -> tuple[_Family, ...]:
    known = {_plain(parts) for parts, _ in FAMILIES}
    made = []
    for parts, share in FAMILIES:
        places = range(len(parts))
        subsets = (some for count in range(1, len(parts)) for some in combinations(places, count))
        within = tuple(
            (some, _cost(inner))
            for some in subsets
            if _plain(inner := "".join(parts[place] for place in some)) in known
        )
        made.append(_Family(_plain(parts).encode(), parts, share, _cost(parts), within))
    return tuple(made)


_FAMILIES: Final = _families()


def _chosen(pools: dict[str, _Pool], least: float, most: int) -> tuple[Key, ...]:
    found: dict[tuple[bytes, tuple[str, ...]], tuple[float, float]] = {}
    for family in _FAMILIES:
        for worth, said, texts in _joined(family, pools, least):
            known = found.get((family.code, texts))
            if known is None or known[0] < worth:
                found[family.code, texts] = (worth, said)
    best = sorted(found.items(), key=lambda each: (-each[1][0], each[0]))[:most]
    made = [
        Key(b"\x1f".join((VERSION + TABLES + code, *(text.encode() for text in texts))), said)
        for (code, texts), (_, said) in best
    ]
    return tuple(sorted(made, key=lambda key: (-key.bits, key.text)))


def _joined(
    family: _Family, pools: dict[str, _Pool], least: float
) -> Iterator[tuple[float, float, tuple[str, ...]]]:
    lists = [pools[part] for part in family.parts]
    if not all(lists):
        return
    for parts in product(*lists):
        said = sum(part.bits for part in parts) - family.cost
        if said < least:
            continue
        if any(sum(parts[place].bits for place in some) - cost >= least for some, cost in family.within):
            continue
        yield family.share * math.prod(part.trust for part in parts), said, _texts(family.parts, parts)


def _texts(kinds: str, parts: Sequence[_Part]) -> tuple[str, ...]:
    """Return the texts of *parts*; two names stand in one order, whichever box each was written in."""
    texts = [part.text for part in parts]
    if kinds[:2] == "gp":
        texts[:2] = ["\x1e".join(sorted(texts[:2]))]
    return tuple(texts)


def _pools(view: View, *, spread: Sequence[int]) -> dict[str, _Pool]:
    given, paternal = _names(view.given), _names(view.paternal)
    years = [_years(view.years, [step for step in spread if abs(step) <= reach]) for reach in (1, 2)]
    pools: dict[str, _Pool] = {
        "g": given,
        "p": paternal,
        "q": _pairs([*view.given[1:], *view.paternal])
        if len(view.given) < 2
        else _pairs(view.given + view.paternal),
        "m": _names(view.mother),
        "y": years[0],
        "z": years[1],
        "d": _days(view),
        "s": [_Part(view.sex, rarity.BITS["sex"], 1.0)] if view.sex else [],
        "t": _parted(view),
        "v": _shortened(given),
        "w": _shortened(paternal),
        **_homes(view),
    }
    return {part: pool[: _WIDEST.get(part, 6)] for part, pool in pools.items()}


def _names(names: Sequence[Sequence[str]]) -> list[_Part]:
    trusts: dict[str, float] = {}
    for name, place in zip(names, _NAME, strict=False):
        for form, reading in zip(name, _FORM, strict=False):
            trusts[form] = max(trusts.get(form, 0.0), place * reading)
    return _ranked(_Part(form, rarity.bits(form), trust) for form, trust in trusts.items())


def _ranked(parts: Iterator[_Part]) -> list[_Part]:
    return sorted(parts, key=lambda part: (-part.trust, part.text))


def _pairs(names: Sequence[Sequence[str]]) -> list[_Part]:
    found: dict[str, _Part] = {}
    for one, other in combinations([_names([name]) for name in names[: len(_NAME)]], 2):
        for left, right in product(one, other):
            if left.text != right.text:
                text = "\x1e".join(sorted((left.text, right.text)))
                part = _Part(text, left.bits + right.bits - _SAME_CULTURE, left.trust * right.trust)
                if text not in found or found[text].trust < part.trust:
                    found[text] = part
    return _ranked(iter(found.values()))


def _years(years: Sequence[int], spread: Sequence[int]) -> list[_Part]:
    trusts: dict[int, float] = {}
    for rank, year in enumerate(years):
        for step in spread:
            trust = _YEAR[abs(step)] / (1 + rank)
            trusts[year + step] = max(trusts.get(year + step, 0.0), trust)
    return _ranked(_Part(str(year), rarity.BITS["year"], trust) for year, trust in trusts.items())


def _days(view: View) -> list[_Part]:
    if not view.exact or view.month is None or view.day is None:
        return []
    return [_Part(f"{view.month}-{view.day}", rarity.BITS["day"], 1.0)]


def _parted(view: View) -> list[_Part]:
    if view.separated is None or not view.separated[1]:
        return []
    year, month = view.separated
    return [_Part(f"{year}-{month}", rarity.BITS["parted"], 1.0)]


def _homes(view: View) -> dict[str, _Pool]:
    levels: dict[str, dict[str, None]] = {"country": {}, "region": {}, "locality": {}}
    for home in view.homes:
        for kind, text in rarity.home_parts(home.country, home.region, home.locality):
            levels[kind][text] = None
    if view.nationality:
        levels["country"][view.nationality] = None
    return {
        kind[0]: [_Part(text, rarity.BITS[kind], 1.0) for text in texts] for kind, texts in levels.items()
    }


def _shortened(parts: Sequence[_Part]) -> list[_Part]:
    """Give the first, most trusted reading without one letter, and whole: a neighbour gives the same."""
    if not parts or len(parts[0].text) < 4:
        return []
    text = parts[0].text
    shorter = {text[:place] + text[place + 1 :] for place in range(len(text))} | {text}
    return [_Part(each, rarity.bits(each), 0.5) for each in sorted(shorter)]
