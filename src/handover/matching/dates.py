"""Dates of birth as far as they are known, from four calendars and from ages; what cannot be is missing."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?(?:T.*)?")
FIRST: Final = 1900
LAST: Final = 2040


@dataclass(frozen=True, kw_only=True, slots=True)
class Birth:
    """Years in which a person may be born, likeliest first, and month and day where they were stated."""

    years: tuple[int, ...] = ()
    month: int | None = None
    day: int | None = None


def _parts(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of *text*, 0 where it names none; nothing where there is no such date."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if month > 12 or day > 31 or (found[2] and not month) or (found[3] and not day):
        return None
    return year, month, day


def birth(text: str, *, age: int | None, registered: str) -> Birth:
    """Return what is known of a birth: stated as *text*, or by the *age* on the day that one was *registered*."""
    parts = _parts(text)
    if parts is not None and FIRST <= parts[0] <= LAST:
        year, month, day = parts
        if month and day and not _is(year, month, day):
            return Birth(years=(year,))
        if (month, day) == (1, 1):
            return Birth(years=(year,))
        return Birth(years=(year,), month=month or None, day=day or None)
    then = _parts(registered)
    if age is None or then is None:
        return Birth()
    return Birth(years=(then[0] - age, then[0] - age - 1))


def _is(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def month(text: str) -> tuple[int, int] | None:
    """Return year and month (0 where it names none) of *text*."""
    parts = _parts(text)
    return (parts[0], parts[1]) if parts is not None and FIRST <= parts[0] <= LAST else None
