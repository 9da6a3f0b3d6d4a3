"""Compound keys: what two descriptions must share for one to open a question about the other. Pure.

A key joins parts of a description until they say enough: no fewer bits than the answering node's size class asks
for (`floor`). Of the ways to join them, those that are enough already are not joined further: who shares the longer
key shares the shorter one. Both sides come to the same keys, for all they use is the shared parts themselves and
public tables, whose digest is in the text of every key.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from handover.matching import rarity
from handover.matching.tokens import GIVEN
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


_Part = tuple[
    str, float, float
]  # a reading: its text, what it says, how likely the other side reads the same
_Pool = Sequence[_Part]

_FORM: Final = (1.0, 0.45, 0.3, 0.2)  # the trust in the first reading of a name, the second, ...
_NAME: Final = (1.0, 0.9, 0.5, 0.4, 0.3)  # in the first name of a role, the second, ...
_YEAR: Final = {0: 1.0, 1: 0.35, 2: 0.15}  # in a year so far from the one that was stated
_WIDEST: Final = {
    "g": 6,
    "p": 8,
    "q": 8,
    "m": 4,
    "y": 6,
    "z": 8,
    "v": 7,
    "w": 7,
}  # readings looked at of a part
_LEAST_WORTH: Final = 0.02  # what is shared more rarely is never among the first 48
_SAME_CULTURE: Final = 2.0  # bits that each further name or place says less, for names and places go together
_CULTURAL: Final = frozenset("gpqmlrcvw")
# Families of keys: their parts, and how early they get one of the places there are.
# g given, p paternal, q two paternal names, m mother, y year (the asker adds a year to both sides), z year (two
# years), d day and month, l locality, r region, c country, s sex, t month of separation, v and w a given and a
# paternal name without one letter.
FAMILIES: Final = {
    "gp": 1.5, "gm": 0.6, "pm": 0.7, "q": 0.6, "gd": 1.2, "gl": 0.6, "gr": 1.2, "gt": 0.9,
    "pd": 0.5, "pl": 0.7, "pr": 0.35, "pt": 0.2, "vp": 0.35, "gw": 0.45, "vd": 0.2,
    "gpz": 0.9, "gpr": 0.7, "gpc": 0.4, "gpl": 0.7, "gpm": 0.6, "gpd": 0.6, "gpt": 0.5,
    "gmz": 0.6, "gmr": 0.5, "gmc": 0.8, "gmd": 0.5, "gmt": 0.4, "pmz": 0.2, "pml": 0.4,
    "qz": 0.5, "qr": 0.25, "qc": 0.45, "ql": 0.5, "qm": 0.5, "qd": 0.4, "qt": 0.4, "gq": 0.6, "gqz": 0.4, "gqr": 0.4,
    "gly": 0.3, "gry": 0.3, "gcy": 0.6, "ply": 0.3, "pry": 0.2, "gdr": 0.5, "gdy": 0.5, "pdr": 0.4, "pdy": 0.4,
    "dyr": 0.7, "dyl": 0.4, "dyc": 0.3, "dys": 1.0,
    "gcys": 0.7, "gpzr": 0.45, "gpzc": 0.5, "gpzl": 0.6, "gpzs": 0.3, "gpmz": 0.5, "gmzl": 0.4, "gmzr": 0.4,
    "qmz": 0.4, "qmr": 0.4, "qzl": 0.4, "qzr": 0.4, "qzc": 0.35, "pmzr": 0.4, "grys": 0.7, "glys": 0.4,
    "gpzrs": 0.4, "gpzcs": 0.3, "gpzls": 0.3, "qzrs": 0.3, "glyt": 0.3, "gryt": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Step:
    """A part more: what its family is called if it is one, what goes on from it, and what says enough without it."""

    part: str
    code: bytes
    share: float  # 0 where the parts so far are no family
    cost: float
    need: float  # trust below which nothing that goes on from here is worth a place
    within: tuple[tuple[tuple[int, ...], float], ...]
    on: tuple["_Step", ...]


def _cost(parts: str) -> float:
    return _SAME_CULTURE * max(0, sum(part in _CULTURAL for part in parts) - 1)


def _plain(parts: str) -> str:
    return parts.replace("z", "y").replace("gp", "q")


def _steps(before: str) -> tuple[_Step, ...]:
    """Return what may follow the parts *before*."""
    made = []
    for part in dict.fromkeys(
        parts[len(before)] for parts in FAMILIES if parts[: len(before)] == before != parts
    ):
        parts = before + part
        best = max(share for family, share in FAMILIES.items() if family.startswith(parts))
        share, need = FAMILIES.get(parts, 0.0), _LEAST_WORTH / best
        made.append(
            _Step(part, _plain(parts).encode(), share, _cost(parts), need, _within(parts), _steps(parts))
        )
    return tuple(made)


def _within(parts: str) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Return the families within *parts* that do not begin it: where their parts are, and what they cost."""
    known, places = {_plain(family) for family in FAMILIES}, range(len(parts))
    subsets = [some for count in range(1, len(parts)) for some in combinations(places, count)]
    return tuple(
        (some, _cost(inner))
        for some in subsets
        if some != tuple(places[: len(some)])
        and _plain(inner := "".join(parts[place] for place in some)) in known
    )


_STEPS: Final = _steps("")

_Found = dict[tuple[bytes, tuple[str, ...]], tuple[float, float]]  # a key: its worth, and what it says
_Begun = tuple[tuple[str, ...], tuple[float, ...], float, float]  # texts, bits of each, their sum, trust


def _chosen(pools: dict[str, _Pool], least: float, most: int) -> tuple[Key, ...]:
    found: _Found = {}
    for step in _STEPS:
        _join(step, [((), (), 0.0, 1.0)], pools, least, found)
    best = sorted([(-worth, key, said) for key, (worth, said) in found.items()])[:most]
    made = [
        Key(b"\x1f".join((VERSION + TABLES + code, *[text.encode() for text in texts])), said)
        for _, (code, texts), said in best
    ]
    return tuple(sorted(made, key=lambda key: (-key.bits, key.text)))


def _join(step: _Step, begun: list[_Begun], pools: dict[str, _Pool], least: float, found: _Found) -> None:
    """Join a part more to what was *begun*: what says enough is a key, the rest is joined further."""
    unfinished: list[_Begun] = []
    enough, pool = least + step.cost if step.share else math.inf, pools[step.part]
    for texts, bits, total, trust in begun:
        for text, more, likely in pool:
            worth = trust * likely
            if worth < step.need:
                break
            if total + more < enough:
                unfinished.append(((*texts, text), (*bits, more), total + more, worth))
            elif not step.within or not _says_enough((*bits, more), step, least):
                _keep(step, (*texts, text), worth, total + more - step.cost, found)
    if unfinished:
        for following in step.on:
            _join(following, unfinished, pools, least, found)


def _says_enough(bits: tuple[float, ...], step: _Step, least: float) -> bool:
    return any(sum([bits[place] for place in some]) - cost >= least for some, cost in step.within)


def _keep(step: _Step, texts: tuple[str, ...], trust: float, said: float, found: _Found) -> None:
    """Keep a key; two names stand in one order, whichever box each was written in."""
    if step.code[:1] == b"q" and len(texts) > 1 and "\x1e" not in texts[0]:
        first, second, *rest = texts
        texts = (f"{first}\x1e{second}" if first < second else f"{second}\x1e{first}", *rest)
    known, worth = found.get((step.code, texts)), trust * step.share
    if known is None or known[0] < worth:
        found[step.code, texts] = (worth, said)


def _pools(view: View, *, spread: Sequence[int]) -> dict[str, _Pool]:
    given, paternal = _names(view.given), _names(view.paternal)
    years = [_years(view.years, [step for step in spread if abs(step) <= reach]) for reach in (1, 2)]
    every = view.given[:GIVEN] + view.paternal
    pools: dict[str, list[_Part]] = {
        "g": given,
        "p": paternal,
        "q": _pairs(every if len(view.given) > 1 else view.paternal),
        "m": _names(view.mother),
        "y": years[0],
        "z": years[1],
        "d": _days(view),
        "s": [(view.sex, rarity.BITS["sex"], 1.0)] if view.sex else [],
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
    return _ranked([(form, rarity.bits(form), trust) for form, trust in trusts.items()])


def _ranked(parts: Iterable[_Part]) -> list[_Part]:
    return sorted(parts, key=lambda part: (-part[2], part[0]))


def _pairs(names: Sequence[Sequence[str]]) -> list[_Part]:
    found: dict[str, _Part] = {}
    read = [_names([name])[:2] for name in names[: len(_NAME)]]
    for one, other in combinations(read, 2):
        for (left, said, trust), (right, more, likely) in product(one, other):
            if left != right:
                text = f"{left}\x1e{right}" if left < right else f"{right}\x1e{left}"
                if text not in found or found[text][2] < trust * likely:
                    found[text] = (text, said + more - _SAME_CULTURE, trust * likely)
    return _ranked(found.values())


def _years(years: Sequence[int], spread: Sequence[int]) -> list[_Part]:
    trusts: dict[int, float] = {}
    for rank, year in enumerate(years):
        for step in spread:
            trust = _YEAR[abs(step)] / (1 + rank)
            trusts[year + step] = max(trusts.get(year + step, 0.0), trust)
    return _ranked([(str(year), rarity.BITS["year"], trust) for year, trust in trusts.items()])


def _days(view: View) -> list[_Part]:
    if not view.exact or view.month is None or view.day is None:
        return []
    return [(f"{view.month}-{view.day}", rarity.BITS["day"], 1.0)]


def _parted(view: View) -> list[_Part]:
    if view.separated is None or not view.separated[1]:
        return []
    year, month = view.separated
    return [(f"{year}-{month}", rarity.BITS["parted"], 1.0)]


def _homes(view: View) -> dict[str, list[_Part]]:
    levels: dict[str, dict[str, None]] = {"country": {}, "region": {}, "locality": {}}
    for home in view.homes:
        for kind, text in rarity.home_parts(home.country, home.region, home.locality):
            levels[kind][text] = None
    if view.nationality:
        levels["country"][view.nationality] = None
    return {kind[0]: [(text, rarity.BITS[kind], 1.0) for text in texts] for kind, texts in levels.items()}


def _shortened(parts: Sequence[_Part]) -> list[_Part]:
    """Give the first, most trusted reading without one letter, and whole: a neighbour gives the same."""
    if not parts or len(parts[0][0]) < 4:
        return []
    text = parts[0][0]
    shorter = {text[:place] + text[place + 1 :] for place in range(len(text))} | {text}
    return [(each, rarity.bits(each), 0.5) for each in sorted(shorter)]
