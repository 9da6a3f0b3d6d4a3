"""How far two descriptions agree, field by field, in a few levels each. Pure.

Missing is a level of its own everywhere: it is not different. What met is kept as the reader's own part, for its
rarity and for words about the reader's own record; of the other description nothing is kept.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from handover.matching.rarity import Met
from handover.matching.tokens import Make, Names, Token, Tokens
from handover.matching.view import View

Near = Callable[[str, Token], bool]  # is the reader's own skeleton one letter away from the other's token

_NEAR, _CROSSED, _UNKNOWN = 4, 6, 7
_NAMED: Final = ("missing", "same", "same in another reading", "two", "near", "different")
_PLACED: Final = (
    "missing", "same locality", "same region", "region same, locality different", "same country",
    "country same, region different", "different",
)  # fmt: skip
LEVELS: Final = {
    "given": (*_NAMED, "in another box"),
    "paternal": ("missing", "one of one", "one of several", "two", "three", "near", "different"),
    "mother": _NAMED,
    "year": ("missing", "same", "same in another reading", "1 apart", "2 apart", "3 or 4 apart", "different"),
    "day": (
        "missing",
        "same",
        "month same",
        "month same, day different",
        "changed about",
        "day same",
        "different",
    ),
    "sex": ("missing", "same", "different"),
    "nationality": ("missing", "same", "different"),
    "place": _PLACED,
    "other place": _PLACED,
    "language": ("missing", "same", "different"),
    "parted": ("missing", "same month", "1 month apart", "same year", "1 year apart", "different"),
}


class Levels(NamedTuple):
    """The level of each field, in the order of LEVELS, and which own parts met."""

    given: int
    paternal: int
    mother: int
    year: int
    day: int
    sex: int
    nationality: int
    place: int
    other_place: int
    language: int
    parted: int
    met: tuple[Met, ...]

    @property
    def each(self) -> tuple[int, ...]:
        """The level of each field."""
        return self[:-1]


def compared(theirs: Tokens, view: View, own: Tokens, *, make: Make, near: Near) -> Levels:
    """Return how far *theirs* agrees with *own*, the tokens of the reader's record *view*."""
    met: list[Met] = []
    place, other_place = _places(theirs, view, own, met)
    return Levels(
        given=_given(theirs, view, own, near, met),
        paternal=_paternal(theirs.paternal, view, own.paternal, near, met),
        mother=_name("mother", theirs.mother, view.mother, own.mother, near, met),
        year=_year(theirs.years, view.years, own.years, make),
        day=_day(theirs, view, own, make),
        sex=_equal(theirs.sex, own.sex),
        nationality=_nationality(theirs, view, own, met),
        place=place,
        other_place=other_place,
        language=_overlap(theirs.languages, own.languages),
        parted=_parted(theirs, view, own, make),
        met=tuple(met),
    )


def _equal(one: Token | None, other: Token | None) -> int:
    if one is None or other is None:
        return 0
    return 1 if one == other else 2


def _overlap(one: Sequence[Token], other: Sequence[Token]) -> int:
    if not one or not other:
        return 0
    return 2 if set(one).isdisjoint(other) else 1


def _meeting(role: str, theirs: Names, skeletons: Sequence[Sequence[str]], own: Names, met: list[Met]) -> int:
    """Return how many names meet in any reading, and note which own ones."""
    every = {token for name in theirs for token in name}
    found = 0
    for texts, name in zip(skeletons, own, strict=False):
        for text, token in zip(texts, name, strict=False):
            if token in every:
                met.append((role, text))
                found += 1
                break
    if found < 2:
        return found
    ours = {token for name in own for token in name}
    return min(found, sum(not ours.isdisjoint(name) for name in theirs))


def _near(theirs: Names, skeletons: Sequence[Sequence[str]], own: Names, near: Near) -> bool:
    """Tell whether a name, in one of its first two readings, is one letter away from one of theirs."""
    told = [text for texts, _ in zip(skeletons, own, strict=False) for text in texts[:2]]
    return any(near(text, token) for text in told for name in theirs for token in name[:2])


def _given(theirs: Tokens, view: View, own: Tokens, near: Near, met: list[Met]) -> int:
    level = _name("given", theirs.given, view.given, own.given, near, met)
    if level < _NEAR:
        return level
    if _meeting("given", theirs.paternal, view.given, own.given, met) or _meeting(
        "paternal", theirs.given, view.paternal, own.paternal, met
    ):
        return _CROSSED
    return level


def _name(
    role: str, theirs: Names, skeletons: Sequence[Sequence[str]], own: Names, near: Near, met: list[Met]
) -> int:
    if not theirs or not own:
        return 0
    met_names = _meeting(role, theirs, skeletons, own, met)
    if met_names > 1:
        return 3
    if met_names:
        firsts = {name[0] for name in theirs}
        return 1 if any(name[0] in firsts for name in own) else 2
    return _NEAR if _near(theirs, skeletons, own, near) else 5


def _paternal(theirs: Names, view: View, own: Names, near: Near, met: list[Met]) -> int:
    if not theirs or not own:
        return 0
    met_names = _meeting("paternal", theirs, view.paternal, own, met)
    if not met_names:
        return 5 if _near(theirs, view.paternal, own, near) else 6
    if met_names > 1:
        return 3 if met_names == 2 else 4
    return 1 if min(len(theirs), len(own)) == 1 else 2


def _year(theirs: Sequence[Token], years: Sequence[int], own: Sequence[Token], make: Make) -> int:
    if not theirs or not own:
        return 0
    if theirs[0] == own[0]:
        return 1
    if not set(theirs).isdisjoint(own):
        return 2
    for apart, level in ((1, 3), (2, 4), (3, 5), (4, 5)):
        if any(
            make("year", str(year + step)) in theirs for year in years[: len(own)] for step in (apart, -apart)
        ):
            return level
    return 6


def _day(theirs: Tokens, view: View, own: Tokens, make: Make) -> int:
    if theirs.month is None or own.month is None:
        return 0
    no_day = theirs.day is None or own.day is None
    if theirs.month == own.month:
        return 2 if no_day else 1 if theirs.day == own.day else 3
    if no_day:
        return 6
    if make("month", str(view.day)) == theirs.month and make("day", str(view.month)) == theirs.day:
        return 4
    return 5 if theirs.day == own.day else 6


def _nationality(theirs: Tokens, view: View, own: Tokens, met: list[Met]) -> int:
    level = _equal(theirs.nationality, own.nationality)
    if level == 1:
        met.append(("nationality", view.nationality))
    return level


def _depth(one: Sequence[Token | None], other: Sequence[Token | None]) -> int:
    country, region, locality = (_equal(left, right) for left, right in zip(one, other, strict=True))
    if locality == 1:
        return 1
    if region == 1:
        return 3 if locality else 2
    if country == 1:
        return 5 if region else 4
    return 6 if country or region or locality else _UNKNOWN


def _places(theirs: Tokens, view: View, own: Tokens, met: list[Met]) -> tuple[int, int]:
    """Return the depth at which two homes meet, and that of the other two; birth and stay may change about."""
    if not theirs.homes or not own.homes:
        return 0, 0
    found = [(_depth(home, their), place) for place, home in enumerate(own.homes) for their in theirs.homes]
    best, place = min(found)
    other = _UNKNOWN
    if len(found) == 4:
        straight, across = sorted((found[0][0], found[3][0])), sorted((found[1][0], found[2][0]))
        other = min(straight, across)[1]
    if best < 6:
        home = view.homes[place]
        kind = "locality" if best == 1 else "region" if best < 4 else "country"
        met.append((kind, getattr(home, kind)))
    return best % _UNKNOWN, other % _UNKNOWN


def _parted(theirs: Tokens, view: View, own: Tokens, make: Make) -> int:
    if theirs.parted_year is None or view.separated is None:
        return 0
    year, month = view.separated
    if theirs.parted_month is not None and own.parted_month is not None:
        count = year * 12 + month - 1
        if theirs.parted_month == own.parted_month:
            return 1
        if any(make("parted month", str(count + step)) == theirs.parted_month for step in (1, -1)):
            return 2
    if theirs.parted_year == own.parted_year:
        return 3
    return 4 if any(make("parted year", str(year + step)) == theirs.parted_year for step in (1, -1)) else 5
