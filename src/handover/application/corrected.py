"""What is kept of corrections that other authorities have sent: whether somebody has looked at them. No value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.domain.ids import Digest, HandoverId, MatterId, NodeId


@dataclass(frozen=True, kw_only=True)
class KeptCorrection:
    """One correction that came. Times are seconds since 1970.

    `decided_at` is when it was taken over or dismissed; `version` the record's version that holds what was taken over.
    """

    envelope: Digest
    matter: MatterId
    handover: HandoverId
    peer: NodeId
    heard_at: int
    decided_at: int | None = None
    version: int | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has decided on it."""
        return self.decided_at is None


class CorrectionShelf(Protocol):
    """Corrections that came, by envelope."""

    def add(self, correction: KeptCorrection) -> None:
        """Keep a new one."""
        ...

    def decide(self, correction: KeptCorrection) -> None:
        """Write what was decided, if nothing was before."""
        ...

    def get(self, envelope: Digest) -> KeptCorrection:
        """Give the correction; raises NotFoundError."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptCorrection]:
        """Give those of a matter, oldest first."""
        ...

    def waiting(self, limit: int) -> Sequence[KeptCorrection]:
        """Give those on which nobody has decided, oldest first."""
        ...
