"""How badly two offices write: the shares of all faults, for easy, real and hard data."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Side:
    """The shares of faults at one office; all between 0 and 1 unless said otherwise."""

    slur: float  # how badly one hears; 1 is a hurried stranger
    native: float  # own script, official transliteration; the rest by ear
    official: float
    other_letters: float  # of those who write by ear: in Greek, Arabic or Russian letters
    typo: float  # per name
    swapped: float
    after_father: float  # the father's, the grandfather's name in the box of the family name
    after_grandfather: float
    no_family: float
    dropped: float  # a part of a name
    joined: float
    all_in_one: float
    nickname: float
    placeholder: float
    title: float
    no_father: float
    no_mother: float
    wrong_parent: float
    dates: tuple[float, float, float, float]  # day, month, year, age; the rest has nothing
    new_year: float  # of the full dates: 1 January
    years: tuple[tuple[int, float], ...]  # how far the year is off
    own_calendar: float  # of those who have one
    swapped_day: float
    no_sex: float
    wrong_sex: float
    no_nationality: float
    wrong_nationality: float
    no_birth_place: float
    no_last_place: float
    wrong_place: float
    levels: tuple[float, float, float]  # country, region, town


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Both offices, and how many children there are who could be mistaken for others."""

    name: str
    border: Side
    city: Side
    siblings: float  # per true match
    twins: float
    namesakes: float


_BORDER: Final = Side(
    slur=0.45, native=0.0, official=0.0, other_letters=0.11, typo=0.03,
    swapped=0.07, after_father=0.14, after_grandfather=0.07, no_family=0.07, dropped=0.14, joined=0.15, all_in_one=0.04,
    nickname=0.06, placeholder=0.03, title=0.08, no_father=0.32, no_mother=0.52, wrong_parent=0.03,
    dates=(0.40, 0.10, 0.23, 0.21), new_year=0.25,
    years=((0, 0.6), (-1, 0.12), (1, 0.12), (2, 0.06), (-2, 0.04), (3, 0.03), (-3, 0.015), (4, 0.015)),
    own_calendar=0.08, swapped_day=0.04, no_sex=0.06, wrong_sex=0.015, no_nationality=0.1, wrong_nationality=0.05,
    no_birth_place=0.28, no_last_place=0.35, wrong_place=0.03, levels=(0.2, 0.25, 0.55),
)  # fmt: skip
_CITY: Final = Side(
    slur=0.35, native=0.55, official=0.25, other_letters=0.0, typo=0.015,
    swapped=0.03, after_father=0.07, after_grandfather=0.04, no_family=0.04, dropped=0.07, joined=0.07, all_in_one=0.02,
    nickname=0.05, placeholder=0.01, title=0.04, no_father=0.12, no_mother=0.25, wrong_parent=0.02,
    dates=(0.68, 0.06, 0.15, 0.07), new_year=0.08,
    years=((0, 0.88), (-1, 0.04), (1, 0.04), (2, 0.015), (-2, 0.015), (3, 0.01)),
    own_calendar=0.1, swapped_day=0.02, no_sex=0.03, wrong_sex=0.008, no_nationality=0.08, wrong_nationality=0.02,
    no_birth_place=0.15, no_last_place=0.3, wrong_place=0.02, levels=(0.08, 0.22, 0.7),
)  # fmt: skip

_SHARES: Final = (
    "typo", "swapped", "after_father", "after_grandfather", "no_family", "dropped", "joined", "all_in_one",
    "nickname", "placeholder", "title",
    "no_father", "no_mother", "wrong_parent", "new_year", "own_calendar", "swapped_day", "no_sex",
    "wrong_sex", "no_nationality",
    "wrong_nationality", "no_birth_place", "no_last_place", "wrong_place",
)  # fmt: skip


def _times(side: Side, factor: float) -> Side:
    """Give the side with every fault that many times as frequent, and never more than in four of five records."""
    off = {shift: min(share * factor, share + 0.1) for shift, share in side.years if shift}
    shares = {name: min(0.8, getattr(side, name) * factor) for name in _SHARES}
    years = ((0, max(0.2, 1 - sum(off.values()))), *off.items())
    return replace(side, slur=side.slur * factor, years=years, **shares)


PROFILES: Final = {
    each.name: each
    for each in (
        Profile(
            name="easy",
            border=replace(_times(_BORDER, 0.65), dates=(0.6, 0.08, 0.18, 0.1)),
            city=replace(_times(_CITY, 0.65), dates=(0.8, 0.05, 0.1, 0.03)),
            siblings=0.1, twins=0.02, namesakes=0.1,
        ),
        Profile(name="real", border=_BORDER, city=_CITY, siblings=0.16, twins=0.04, namesakes=0.2),
        Profile(
            name="hard",
            border=replace(_times(_BORDER, 1.2), dates=(0.33, 0.1, 0.25, 0.25)),
            city=replace(_times(_CITY, 1.2), dates=(0.62, 0.08, 0.16, 0.1)),
            siblings=0.3, twins=0.06, namesakes=0.35,
        ),
    )
}  # fmt: skip
