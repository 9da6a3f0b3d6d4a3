"""What a restored node remembers of whom it asks, and what it is given to answer others (docs/spec/restore.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.application.facts import KeptEnvelope
from handover.domain.ids import Digest, NodeId, RoundId


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One peer that is asked after a restore: since when it is due, and whether all of its answer was applied.

    `held` is the size of this node's former log in the last checkpoint that the peer has shown; `problem` is what the
    last try failed with.
    """

    node: NodeId
    incarnation: int
    due: int
    failures: int = 0
    answered_at: int | None = None
    held: int | None = None
    problem: str | None = None


class Resyncs(Protocol):
    """Who was asked, and what stands between this node and a peer."""

    def all(self, incarnation: int) -> Sequence[Asked]:
        """Give whom this node asks in *incarnation*, in order of their names."""
        ...

    def put(self, asked: Asked) -> None:
        """Remember *asked* as it is now."""
        ...

    def between(self, peer: NodeId, since: int) -> Sequence[RoundId]:
        """Give the rounds with *peer* that are open, or in which something was kept since, in order of their names."""
        ...

    def payload(self, digest: Digest) -> bytes | None:
        """Give what goes with an envelope of this node's, if it is still there."""
        ...

    def last_checkpoint(self, node: NodeId, before: int) -> bytes | None:
        """Give the last checkpoint that was kept of the newest log of a node from before incarnation *before*."""
        ...

    def said_since(self, node: NodeId, incarnation: int) -> Sequence[KeptEnvelope]:
        """Give what a node has said to this one in *incarnation* or a later one, the latest first."""
        ...
