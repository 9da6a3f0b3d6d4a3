"""What an office writes for a day of birth: exact, rounded, guessed from the age, or in the calendar of the country."""

from datetime import date
from typing import Final

from handover.evaluation.dice import Dice
from handover.evaluation.families import Child
from handover.evaluation.profiles import Side

REGISTERED: Final = date(2026, 10, 31)


def birth(child: Child, side: Side, dice: Dice) -> dict[str, object]:
    """Give the members of a record that tell the age."""
    year, month, day = child.born
    year += dice.weighted(side.years)
    kind = dice.weighted(
        tuple(zip(("day", "month", "year", "age", ""), (*side.dates, 1 - sum(side.dates)), strict=True))
    )
    if kind == "age":
        seen = date(2026 - dice.pick((0, 0, 0, 1, 1, 2, 3)), dice.whole(1, 12), dice.whole(1, 28))
        seen = min(seen, REGISTERED)
        age = seen.year - year - ((seen.month, seen.day) < (month, day))
        return {"age": max(0, age), "registered_on": seen.isoformat()}
    if dice.chance(side.own_calendar):
        year, month, day = _own(child.culture, year, month, day)
    if kind == "day" and dice.chance(side.new_year):
        month, day = 1, 1
    elif kind == "day" and day <= 12 and dice.chance(side.swapped_day):
        month, day = day, month
    elif kind == "day" and dice.chance(side.typo):
        day = dice.whole(1, 28)
    text = {
        "day": f"{year:04}-{month:02}-{day:02}",
        "month": f"{year:04}-{month:02}",
        "year": f"{year:04}",
    }.get(kind, "")
    return {"birth_date": text}


def _own(culture: str, year: int, month: int, day: int) -> tuple[int, int, int]:
    """Give the same day as it is counted at home, to within a day."""
    count = date(year, month, day).toordinal()
    if culture == "afghan":
        start = date(year, 3, 21).toordinal()
        if count < start:
            year -= 1
            start = date(year, 3, 21).toordinal()
        passed = count - start
        at = divmod(passed, 31) if passed < 186 else divmod(passed - 186, 30)
        return year - 621, min(12, at[0] + (1 if passed < 186 else 7)), at[1] + 1
    if culture == "ethiopic":
        start = date(year, 9, 11).toordinal()
        if count < start:
            year -= 1
            start = date(year, 9, 11).toordinal()
        months, days = divmod(count - start, 30)
        return year - 7, min(12, months + 1), min(28, days + 1) if months > 11 else days + 1
    return year, month, day
