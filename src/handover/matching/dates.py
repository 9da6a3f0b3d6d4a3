"""Dates of birth as far as they are known, from four calendars and from ages; what cannot be is missing."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from handover.matching.calendars import CALENDARS

_DATE: Final = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?(?:T.*)?")
_TURNED: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
LONGEST: Final = 40
FIRST: Final = 1900
LAST: Final = 2032
MOST_YEARS: Final = 5
_CHILD: Final = 30  # nobody older is looked for as a child; a calendar that makes one a child is likelier

Parts = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Birth:
    """Years in which a person may be born, likeliest first, and month and day where they were stated."""

    years: tuple[int, ...] = ()
    month: int | None = None
    day: int | None = None


def parts(text: str) -> Parts | None:
    """Return year, month and day of *text*, 0 for what it does not name or cannot be; nothing where it is no date."""
    digits = "".join(str(unicodedata.digit(letter, letter)) for letter in text[:LONGEST].strip())
    if found := _DATE.fullmatch(digits):
        year, month, day = (int(part or 0) for part in found.groups())
    elif found := _TURNED.fullmatch(digits):
        day, month, year = map(int, found.groups())
    else:
        return None
    if month > 13 and 0 < day <= 12 and month <= 31:
        month, day = day, month
    return year, month if month <= 13 else 0, day if day <= 31 else 0


def birth(text: str, *, age: int | None, registered: str, calendars: Sequence[str] = ()) -> Birth:
    """Return what is known of a birth: stated as *text*, or by the *age* on the day that one was *registered*.

    *calendars* are those in use where the person comes from.
    """
    stated, then = parts(text), parts(registered)
    latest = then[0] if then is not None and FIRST < then[0] <= LAST else LAST
    born = _stated(stated, latest, calendars) if stated is not None else Birth()
    by_age = _by_age(age, then)
    further = tuple(year for year in by_age if all(abs(year - known) > 1 for known in born.years))
    years = tuple(dict.fromkeys((*born.years, *(further or ()))))[:MOST_YEARS] if born.years else by_age
    return Birth(years=years, month=born.month, day=born.day)


def _by_age(age: int | None, then: Parts | None) -> tuple[int, ...]:
    """Return the two years in which somebody of that *age* was born; the month of registration says the likelier."""
    if age is None or then is None or not FIRST < then[0] <= LAST:
        return ()
    years = (then[0] - age, then[0] - age - 1)
    return years[::-1] if 0 < then[1] <= 6 else years


def _stated(stated: Parts, latest: int, calendars: Sequence[str]) -> Birth:
    """Return the readings of a date in the calendars in which it is a birth."""
    year, month, day = stated
    found = [_gregorian(year, month, day)] if FIRST <= year <= latest else []
    wanted = ("solar", "hijri") if year < FIRST else ("ethiopian",) if "ethiopian" in calendars else ()
    for name in sorted(wanted, key=lambda name: name not in calendars):
        found.extend(_converted(name, year, month, day, latest))
    if not found:
        return Birth()
    if year < FIRST:
        found.sort(key=lambda born: latest - born.years[0] > _CHILD)
    years = tuple(dict.fromkeys(year for born in found for year in born.years))
    return Birth(years=years[:MOST_YEARS], month=found[0].month, day=found[0].day)


def _gregorian(year: int, month: int, day: int) -> Birth:
    """Return a date that is written in our calendar; its first of January says that the day is not known."""
    if (month, day) == (1, 1) or not 0 < month <= 12:
        return Birth(years=(year,))
    return Birth(years=(year,), month=month, day=day if day and _is(year, month, day) else None)


def _is(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _converted(name: str, year: int, month: int, day: int, latest: int) -> list[Birth]:
    """Return a date of another calendar: to the day where it has one, and else the years that its year touches."""
    convert = CALENDARS[name]
    known = convert(year, month, day) if month and day and (month, day) != (1, 1) else None
    if known is not None:
        exact = name != "hijri"
        born = [Birth(years=(known.year,), month=known.month, day=known.day if exact else None)]
    else:
        touched = [
            convert(year, month or 6, day or 1),
            convert(year, month or 1, 1),
            convert(year, month or 12, 28),
        ]
        years = dict.fromkeys(day.year for day in touched if day is not None)
        born = [Birth(years=tuple(years))] if years else []
    return [one for one in born if one.years[0] <= latest]


def month(text: str) -> tuple[int, int] | None:
    """Return year and month (0 where it names none) of *text*."""
    found = parts(text)
    if found is None or not FIRST <= found[0] <= LAST:
        return None
    return found[0], found[1] if found[1] <= 12 else 0
