"""Identifiers in addresses: what has not the one spelling names nothing."""

from collections.abc import Callable
from typing import TypeVar

from handover.domain.errors import MalformedError, NotFoundError

T = TypeVar("T")


def ident(kind: Callable[[str], T], text: str) -> T:
    """Give the identifier of an address.

    Raises:
        NotFoundError: it has not the one spelling.
    """
    try:
        return kind(text)
    except MalformedError:
        raise NotFoundError from None


def place(text: str) -> tuple[int, str]:
    """Give the place in a list by date, as an address names it: a date and a name; what is none is its beginning."""
    due, _, name = text.partition("-")
    return (int(due), name) if due.isascii() and due.isdigit() and len(due) < 12 else (0, "")
