"""Proposals to resolve a deed that nobody takes up, as they are kept."""

from collections.abc import Sequence
from typing import Protocol

from handover.domain.ids import Digest, HandoverId
from handover.domain.resolution import Resolution


class Resolutions(Protocol):
    """Proposals, by round: no name and no words, identifiers, digests and codes alone."""

    def add(self, resolution: Resolution) -> None:
        """Keep a new one."""
        ...

    def decide(self, resolution: Resolution) -> None:
        """Write what became of it, if nothing had before; raises ConflictError at the end of the transaction."""
        ...

    def confirmed(self, deeds: Sequence[Digest]) -> Sequence[Resolution]:
        """Give those by which one of *deeds* was resolved."""
        ...

    def open(self, handover: HandoverId) -> Resolution | None:
        """Give the one of a round on which nobody has decided."""
        ...

    def of_round(self, handover: HandoverId) -> Sequence[Resolution]:
        """Give those of a round, oldest first."""
        ...
