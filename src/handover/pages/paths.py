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
