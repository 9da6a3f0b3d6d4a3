"""Days of three other calendars as days of the Gregorian one; a day that a calendar does not have is nothing.

Solar hijri by the leap years of its 33-year cycle (true from 1304 to 1479), hijri by the arithmetic civil calendar
(true to a day), Ethiopian by the Julian rule that it keeps.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

_FROM_JULIAN_DAY: Final = 1721425
_LEAPS: Final = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_NOWRUZ_1400: Final = date(2021, 3, 21).toordinal()


def solar(year: int, month: int, day: int) -> date | None:
    """Return a day of the solar hijri calendar."""
    longest = 31 if month <= 6 else 30 if month <= 11 or _leap(year) else 29
    if not (1300 <= year <= 1479 and 1 <= month <= 12 and 1 <= day <= longest):
        return None
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return date.fromordinal(_nowruz(year) + before + day - 1)


def _leap(year: int) -> bool:
    return year % 33 in _LEAPS


def _nowruz(year: int) -> int:
    low, high = sorted((year, 1400))
    between = 365 * (high - low) + sum(map(_leap, range(low, high)))
    return _NOWRUZ_1400 + (between if year > 1400 else -between)


def hijri(year: int, month: int, day: int) -> date | None:
    """Return a day of the hijri calendar, true to a day."""
    if not (1300 <= year <= 1500 and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    number = day + (59 * (month - 1) + 1) // 2 + (year - 1) * 354 + (3 + 11 * year) // 30 + 1948439
    return date.fromordinal(number - _FROM_JULIAN_DAY)


def ethiopian(year: int, month: int, day: int) -> date | None:
    """Return a day of the Ethiopian calendar, whose thirteenth month has five days or six."""
    longest = 30 if month <= 12 else 6 if year % 4 == 3 else 5
    if not (1880 <= year <= 2050 and 1 <= month <= 13 and 1 <= day <= longest):
        return None
    number = 1723856 + 365 * year + year // 4 + 30 * month + day - 31
    return date.fromordinal(number - _FROM_JULIAN_DAY)


CALENDARS: Final[dict[str, Callable[[int, int, int], date | None]]] = {
    "solar": solar,
    "hijri": hijri,
    "ethiopian": ethiopian,
}
