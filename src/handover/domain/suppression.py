"""Which counts of a table may be shown: small ones are withheld, and so much else that no difference gives them away.

The rule and its proof are in docs/spec/statistics.md, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from handover.domain.errors import UntrustedError

THRESHOLD: Final = 5
"""A count of fewer different children than this is withheld: it may be any number below it, and nothing."""

Shown: TypeAlias = Mapping[str, int | None]
"""The cells of one table as they are published; None where the count is withheld."""


class UnprotectedError(UntrustedError):
    """Published statistics show a small count, or enough others to compute one."""

    name = "statistics-unprotected"
    title = "The statistics of this node do not protect small numbers."
    advice = "They are neither kept nor shown. Tell the other node's operator."


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many events, and of how many different children."""

    events: int = 0
    children: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Give the count of two cells as one; a child may be in both, so only the larger number is sure."""
        return Count(events=self.events + other.events, children=max(self.children, other.children))


def protect(counts: Mapping[str, Count], kept_back: str) -> dict[str, int | None]:
    """Give the counts of a table that may be shown.

    `kept_back` is the cell that is never shown, whatever it holds. No sum is shown either, so that every withheld
    count, in this table and in all others of the same events, may be anything whatever is known of the rest.
    """
    return {
        cell: None if cell == kept_back or count.children < THRESHOLD else count.events
        for cell, count in counts.items()
    }


def require_protected(shown: Shown, threshold: int = THRESHOLD) -> None:
    """Do nothing if no count of a published table is small, and its sum cannot be known.

    Raises:
        UnprotectedError: one of these does not hold.
    """
    counts = [count for count in shown.values() if count is not None]
    if len(counts) == len(shown) or any(count < threshold for count in counts):
        raise UnprotectedError


@dataclass(frozen=True, kw_only=True)
class Total:
    """What several nodes have published of a cell, together: at least `known`, and no more where none is withheld."""

    known: int = 0
    withheld: bool = False

    def plus(self, count: int | None) -> "Total":
        """Give the total with one more node's count."""
        return Total(known=self.known + (count or 0), withheld=self.withheld or count is None)
