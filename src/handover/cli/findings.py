"""What a check of the node gives: how grave it is, what was seen, and what to do about it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from handover.domain.sentences import Days, Sentence


class Level(IntEnum):
    """How grave; only the last two ask for something to be done."""

    OK = 0
    NOTE = 1
    WARNING = 2
    FAILURE = 3


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of one check; `fix` is what to do, if anything is."""

    name: str
    level: Level
    text: Sentence
    fix: Sentence | None = None


def ok(name: str, text: Sentence) -> Checked:
    """Give a check that found all well."""
    return Checked(name=name, level=Level.OK, text=text)


def note(name: str, text: Sentence, fix: Sentence | None = None) -> Checked:
    """Give something that will matter later."""
    return Checked(name=name, level=Level.NOTE, text=text, fix=fix)


def warning(name: str, text: Sentence, fix: Sentence) -> Checked:
    """Give something that will break."""
    return Checked(name=name, level=Level.WARNING, text=text, fix=fix)


def failure(name: str, text: Sentence, fix: Sentence) -> Checked:
    """Give something that is broken."""
    return Checked(name=name, level=Level.FAILURE, text=text, fix=fix)


def days_left(
    name: str, what: Sentence, days: int, *, fix: Sentence, marks: tuple[int, int, int] = (60, 30, 7)
) -> Checked:
    """Judge by the days until something ends: a note, a warning, a failure from these marks on.

    *what* says when it ends, with a place for `when`.
    """
    early, late, last = marks
    text = what.of(when=Days(days))
    if days <= last:
        return failure(name, text, fix)
    if days <= late:
        return warning(name, text, fix)
    return note(name, text, fix) if days <= early else ok(name, text)


DAY: Final = 86400
