"""What a check of the node gives: how grave it is, what was seen, and what to do about it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """How grave; only the last two ask for something to be done."""

    OK = 0
    NOTE = 1
    WARNING = 2
    FAILURE = 3


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of one check; `fix` is what to do, empty where nothing is to be done."""

    name: str
    level: Level
    text: str
    fix: str = ""


def ok(name: str, text: str) -> Checked:
    """Give a check that found all well."""
    return Checked(name=name, level=Level.OK, text=text)


def note(name: str, text: str, fix: str = "") -> Checked:
    """Give something that will matter later."""
    return Checked(name=name, level=Level.NOTE, text=text, fix=fix)


def warning(name: str, text: str, fix: str) -> Checked:
    """Give something that will break."""
    return Checked(name=name, level=Level.WARNING, text=text, fix=fix)


def failure(name: str, text: str, fix: str) -> Checked:
    """Give something that is broken."""
    return Checked(name=name, level=Level.FAILURE, text=text, fix=fix)


def days_left(
    name: str, what: str, days: int, *, fix: str, marks: tuple[int, int, int] = (60, 30, 7)
) -> Checked:
    """Judge by the days until *what* ends: a note, a warning, a failure from these marks on."""
    early, late, last = marks
    if days < 0:
        return failure(name, f"{what} ended {-days} days ago", fix)
    text = f"{what} ends in {days} days"
    if days <= last:
        return failure(name, text, fix)
    if days <= late:
        return warning(name, text, fix)
    return note(name, text, fix) if days <= early else ok(name, text)


DAY: Final = 86400
