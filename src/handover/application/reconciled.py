"""What a comparison of all that was said between two nodes has found, and the shelf that keeps the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from handover.application.facts import Delivery, KeptEnvelope
from handover.domain.errors import RefusedError, UnreachableError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId, NodeId, RoundId


class Finding(StrEnum):
    """What is wrong with one message between two nodes."""

    DENIED = "denied"
    """The peer has receipted it and now denies it: two signed statements that exclude each other."""
    DISOWNED = "disowned"
    """The peer has signed it, it is here, and the peer now denies to have said it: likewise."""
    FORGOTTEN = "forgotten"
    """The peer had it before it was restored, and has it no longer."""
    LOST_HERE = "lost-here"
    """The peer holds this node's receipt for it, and it is not here any more."""
    UNKNOWN_HERE = "unknown-here"
    """The peer has it from this node, which does not have what it has said."""
    REQUEUED = "requeued"
    """It waited nowhere though its round still says it: it is said again."""


class ReconciliationStaleError(UntrustedError):
    """A question about what two nodes have said is answered once, and soon after it was asked."""

    name = "reconciliation-stale"
    title = "The question about the messages between two nodes is too old, from the future, or was answered before."
    advice = "It is asked anew by itself; see that the clocks of both nodes follow a time server."
    retry = True


class ReconciliationsSpentError(UnreachableError):
    """Each member has so many questions answered in an hour."""

    name = "reconciliations-spent"
    title = "This node has asked as often as it may in an hour about the messages between the two."
    advice = "It is asked again by itself in the next night."
    retry = True


class ReconciliationUnsupportedError(RefusedError):
    """The peer runs a version that does not answer such questions."""

    name = "reconciliation-unsupported"
    title = "The other node does not answer questions about the messages between the two yet."
    advice = "Nothing is wrong: its version is older. Ask its operator to bring it up to date."


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One message that one side has and the other has not; `index` is its place in the log of who has receipted it."""

    digest: Digest
    finding: Finding
    round: RoundId
    act: Act
    handover: HandoverId | None = None
    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """The last comparison with one peer. Times are seconds since 1970; sizes are of the two logs at that moment.

    `sent` and `received` are what both are known to hold. `waiting`, `refused` and `coming` have no receipt yet: they
    are on their way there, were refused there for good, or are on their way here. `cut`: there is more that differs.
    """

    peer: NodeId
    tried_at: int
    problem: str | None = None
    done_at: int | None = None
    own_size: int = 0
    peer_size: int = 0
    sent: int = 0
    received: int = 0
    waiting: int = 0
    refused: int = 0
    coming: int = 0
    cut: bool = False
    agreed_at: int | None = None
    agreed_own_size: int = 0
    agreed_peer_size: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def agrees(self) -> bool:
        """Tell whether the comparison came to its end and found nothing."""
        return self.problem is None and self.done_at is not None and not self.differences and not self.cut


@dataclass(frozen=True, kw_only=True)
class Unreceipted:
    """What this node has said and has no receipt for; `delivery` is None where it waits nowhere."""

    kept: KeptEnvelope
    delivery: Delivery | None
    due: bool


class Reconciliations(Protocol):
    """What is compared, and what was found the last time."""

    def sent(self, peer: NodeId, prefix: str = "") -> list[bytes]:
        """Give the digests, in order, of what the peer has receipted, of those that begin with *prefix*."""
        ...

    def received(self, peer: NodeId, prefix: str = "") -> list[bytes]:
        """Give the digests, in order, of what came from the peer."""
        ...

    def unreceipted(self, peer: NodeId, prefix: str = "") -> list[Digest]:
        """Give the digests, in order, of what was said to the peer and has no receipt."""
        ...

    def waiting(self, peer: NodeId) -> list[Unreceipted]:
        """Give what was said to the peer and has no receipt, with how it waits."""
        ...

    def kept(self, digests: Sequence[Digest]) -> dict[Digest, KeptEnvelope]:
        """Give those of the envelopes that are here."""
        ...

    def get(self, peer: NodeId) -> Reconciled | None:
        """Give the last comparison with a peer."""
        ...

    def all(self) -> list[Reconciled]:
        """Give the last comparison with each peer."""
        ...

    def put(self, reconciled: Reconciled) -> None:
        """Keep a comparison in place of the last one."""
        ...
