"""After a restore: the matters that this node does not know for certain, and the deeds that wait meanwhile.

A mark stands on each matter until its peers have said what this node has forgotten (docs/spec/restore.md). Whoever
has heard them applies what they say, and then lifts the mark (lifting.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from handover.application.facts import Matter
from handover.domain.handover import Claim
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.domain.sentences import Moment, Sentence, sentence

if TYPE_CHECKING:
    from handover.application.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Restoration:
    """One restore: the incarnation that began with it, when, and how old the backup and how long its log was.

    `made_at` is when the oldest backup was made of those whose restores are not over.
    """

    incarnation: int
    restored_at: int
    made_at: int
    log_size: int


@dataclass(frozen=True, kw_only=True)
class FormerLog:
    """What is known of the log that ended with a restore: how long it was in the backup, and at least in the end.

    `seen` is the size in the newest of its checkpoints that a peer has shown; None where none has.
    """

    incarnation: int
    restored_at: int
    made_at: int
    had: int
    seen: int | None

    @property
    def lost(self) -> int:
        """How many entries were behind the backup, as far as others have seen them."""
        return max(0, (self.seen or 0) - self.had)

    @property
    def told(self) -> Sentence:
        """What operators and auditors are told of it."""
        return sentence(
            "This node was restored: %(at)s. Of the log that ended then the backup had entries: %(had)s. Of these and "
            "later ones others have seen: %(seen)s.",
            at=Moment(self.restored_at),
            had=self.had,
            seen=self.seen or 0,
        )


@dataclass(frozen=True, kw_only=True)
class WaitingDeed:
    """A deed that was heard, stored and receipted in doubt, and not taken up yet."""

    digest: Digest
    handover: HandoverId


class Doubts(Protocol):
    """What is not certain since a restore."""

    def restoration(self) -> Restoration | None:
        """Give the restore that is not over; none where nothing is in doubt."""
        ...

    def former(self) -> Sequence[FormerLog]:
        """Give the logs that ended with a restore, the newest first, as peers have shown them."""
        ...

    def incarnation(self) -> int:
        """Give the incarnation for which the database was made: the first, or that of its last restore."""
        ...

    def begin(self, restoration: Restoration) -> int:
        """Mark every matter and end all sessions; give how many matters are in doubt."""
        ...

    def finish(self, now: int) -> bool:
        """Note that the restore is over, unless a matter is in doubt still; tell which."""
        ...

    def stands(self, matter: MatterId) -> bool:
        """Tell whether the matter is in doubt."""
        ...

    def among(self, matters: Collection[MatterId]) -> frozenset[MatterId]:
        """Give those of *matters* that are in doubt."""
        ...

    def page(self, *, after: str, limit: int) -> list[MatterId]:
        """Give matters in doubt, in order, from behind *after*."""
        ...

    def count(self) -> int:
        """Give how many matters are in doubt."""
        ...

    def lift(self, matter: MatterId) -> None:
        """Take the mark away."""
        ...

    def keep(self, matter: MatterId, deed: WaitingDeed) -> None:
        """Let a deed wait until the mark is lifted."""
        ...

    def waiting(self, matter: MatterId) -> Sequence[WaitingDeed]:
        """Give the deeds that wait, in the order in which they came."""
        ...

    def release(self, deed: WaitingDeed) -> None:
        """Let a deed wait no more."""
        ...


def claimed(work: "UnitOfWork", matter: Matter) -> Claim:
    """Give what the node can say of its responsibility now: what its database holds, unless it is in doubt."""
    return Claim.IN_DOUBT if work.doubts.stands(matter.id) else matter.claim


def shown(work: "UnitOfWork", *matters: Matter) -> list[Matter]:
    """Give matters as they are shown: with the claim `IN-DOUBT` where a restore has made it uncertain."""
    doubtful = work.doubts.among([each.id for each in matters])
    return [replace(each, claim=Claim.IN_DOUBT) if each.id in doubtful else each for each in matters]
