"""When the one who gave a child away hears how it is: the dates that an acceptance promised, and how each stands.

Times are seconds since 1970 (docs/spec/continuity.md, follow-up).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from handover.domain.continuity import DAY

GRACE: Final = 3 * DAY
"""Seconds after a date before it is overdue: offices are closed at weekends."""
EXTRA: Final = 0
"""The `due` of a follow-up that answers no date: there was something to tell."""


class Stage(StrEnum):
    """How one date stands."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    ENDED = "ended"


def dates(taken_up: int, days: Iterable[int]) -> dict[int, int]:
    """Give the date of each day that was promised, counted from the take-up."""
    return {day: taken_up + day * DAY for day in days}


def stage(*, due: int, now: int, done_at: int | None = None, ended_at: int | None = None) -> Stage:
    """Tell how a date stands at *now*; what was told stays so, and after the end nothing is owed any more."""
    if done_at is not None:
        return Stage.DONE
    if ended_at is not None:
        return Stage.ENDED
    if now < due:
        return Stage.PLANNED
    return Stage.DUE if now < due + GRACE else Stage.OVERDUE
