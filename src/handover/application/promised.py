"""What is kept of the follow-ups that an acceptance promised: dates and digests alone, nothing of a person.

They outlive the acceptance's own text, which is erased with what was said in the round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.domain.followup import Stage, stage
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId


@dataclass(frozen=True, kw_only=True)
class KeptFollowUp:
    """One date of a round; `owed`: this node tells, else it is told. Times are seconds since 1970.

    `envelope` is the follow-up that has answered it, `done_at` when it came: for who tells, the receipt.
    """

    handover: HandoverId
    day: int
    matter: MatterId
    peer: NodeId
    owed: bool
    due: int
    envelope: Digest | None = None
    done_at: int | None = None
    ended_at: int | None = None
    alarmed_at: int | None = None

    def stage(self, now: int) -> Stage:
        """Tell how it stands at *now*."""
        return stage(due=self.due, now=now, done_at=self.done_at, ended_at=self.ended_at)


class FollowUpShelf(Protocol):
    """The dates, by round and day."""

    def add(self, promised: Sequence[KeptFollowUp]) -> None:
        """Keep new ones."""
        ...

    def change(self, promised: KeptFollowUp) -> None:
        """Write it as it is now."""
        ...

    def of_round(self, handover: HandoverId) -> Sequence[KeptFollowUp]:
        """Give those of a round, by date."""
        ...

    def open(self, *, before: int, limit: int, alarmed: bool | None = None) -> Sequence[KeptFollowUp]:
        """Give what is neither told nor ended and was due before a time, the oldest first."""
        ...

    def end(self, matter: MatterId, *, owed: bool | None = None, peer: NodeId | None = None) -> None:
        """Note that of a matter nothing more is owed: to this node, by it, to one peer, or at all."""
        ...

    def close(self, handover: HandoverId) -> None:
        """Note that in a round nothing more is owed."""
        ...
