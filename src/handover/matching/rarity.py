"""How rare a part of a description is, in bits: by a public table for keys, by a node's own index for scores.

The public estimate is the same everywhere, for a key must be kept or dropped alike on both sides. A node's own
counts correct it for scores alone, which never leave the node.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from handover.matching import names, tables
from handover.matching.view import View

BITS: Final = {
    "year": 4.0, "day": 8.3, "locality": 8.0, "region": 5.5, "country": 3.0, "nationality": 3.0, "sex": 1.0,
    "parted": 6.0,
}  # fmt: skip
_KNOWN: Final = 7.0  # of a name that the tables know in several spellings: they know what is frequent
_FIRST, _NEXT, _MOST, _LEAST = 4.0, 1.6, 9.5, 3.0  # of another skeleton: its first letter, each further one
_TRUST: Final = 150.0  # so many records' worth is the public estimate beside a node's own counts

Met = tuple[str, str]  # what kind of part, and the part itself


@cache
def _frequent() -> dict[str, float]:
    """Return what little the common names say, and all that they may be heard as."""
    found: dict[str, float] = {}
    for said, listed in tables.rows("common.tsv"):
        for form in (form for name in listed.split() for forms in names.read(name) for form in forms):
            found.setdefault(form, float(said))
    return found


@lru_cache(maxsize=65_536)
def bits(skeleton: str) -> float:
    """Return the public estimate for a name with this *skeleton*."""
    common = _frequent().get(skeleton)
    if common is not None:
        return common
    if skeleton.startswith("="):
        return _KNOWN
    return max(_LEAST, min(_MOST, _FIRST + _NEXT * (len(skeleton) - 1)))


def forget() -> None:
    """Let go of the names that were kept to be quick."""
    bits.cache_clear()


def public(met: Met) -> float:
    """Return the public estimate for a part of any kind."""
    kind, text = met
    return bits(text) if kind in {"given", "paternal", "mother"} else BITS[kind]


@dataclass(frozen=True)
class Rarity:
    """What a node knows of its own records: how many there are, and how many of them have each part."""

    size: int
    counts: Counter[Met]

    def bits(self, met: Met) -> float:
        """Return how much it says that this part is shared, among the records of this node."""
        expected = _TRUST * 2.0 ** -public(met)
        return math.log2((self.size + _TRUST) / (self.counts[met] + expected))


def of(views: Iterable[View]) -> Rarity:
    """Count the parts of *views*: the records of one node."""
    counts: Counter[Met] = Counter()
    size = 0
    for view in views:
        size += 1
        counts.update(parts(view))
    return Rarity(size, counts)


def parts(view: View) -> set[Met]:
    """Return the parts of one record that are counted."""
    found: set[Met] = set()
    for role, bag in (("given", view.given), ("paternal", view.paternal), ("mother", view.mother)):
        found.update((role, form) for forms in bag for form in forms)
    for home in view.homes:
        found.update(home_parts(home.country, home.region, home.locality))
    if view.nationality:
        found.add(("nationality", view.nationality))
    return found


def home_parts(country: str, region: str, locality: str) -> list[Met]:
    """Return the levels of a place that are known, each as a part."""
    named = (("country", country), ("region", region), ("locality", locality))
    return [(kind, text) for kind, text in named if text]
