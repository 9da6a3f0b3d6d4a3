"""The exit status of every command (docs/spec/cli.md, section 2)."""

from enum import IntEnum
from typing import Final

from handover.domain.errors import HandoverError, UnreachableError


class Exit(IntEnum):
    """What a program that calls `handover` learns without reading a word."""

    DONE = 0
    REFUSED = 1
    INCOMPLETE = 2
    NOT_SET_UP = 3
    UNREACHABLE = 4
    USAGE = 64
    BROKEN = 70
    INTERRUPTED = 130


_NOT_SET_UP: Final = frozenset(
    {"not-set-up", "settings", "part-missing", "database-address", "database-forgotten"}
)  # names, for the classes are slow to import


def of(error: HandoverError) -> Exit:
    """Give the exit status that stands for *error*."""
    if error.name in _NOT_SET_UP:
        return Exit.NOT_SET_UP
    return Exit.UNREACHABLE if isinstance(error, UnreachableError) else Exit.REFUSED
