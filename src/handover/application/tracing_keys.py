"""What is kept of tracing epochs: documents, what holders have evaluated for whom, and what this node had evaluated."""

from dataclasses import dataclass
from typing import Final, Protocol

from handover.domain.errors import NotFoundError, OutOfOrderError, RefusedError, UnreachableError
from handover.domain.ids import Digest, MatterId, NodeId
from handover.protocol.evaluation import Basis, Kind


class NoEpochError(NotFoundError):
    """No such epoch was accepted here, or this is not its time."""

    name = "epoch-missing"
    title = "There is no tracing epoch for this at this time."
    advice = "Fetch the epoch's document with `handover tracing epoch fetch`, or wait until it begins."


class NotAHolderError(RefusedError):
    """The epoch names other holders, or other places for them."""

    name = "not-a-holder"
    title = "This node does not hold a share of that epoch's key, or not in that place."
    advice = "Read the holders from the epoch's document; each has the place in which it stands there."


class HoldersDifferError(RefusedError):
    """The holders are not those whom this node's operators have named."""

    name = "holders-differ"
    title = "The key-holders are not the five that this node's settings name."
    advice = "Compare `tracing_holders` in the settings with what the federation has agreed."


class EvaluationTimeError(RefusedError):
    """The request was signed too long ago, or in the future."""

    name = "evaluation-time"
    title = "The request was signed too long ago, or in the future."
    advice = "Compare the clocks of both nodes and ask anew."


class EvaluationReplayedError(OutOfOrderError):
    """The same request was answered before."""

    name = "evaluation-replayed"
    title = "This request was answered before."
    advice = "Make a new request: a batch is blinded anew each time, and its case reference is used once."


class EvaluationsSpentError(UnreachableError):
    """The asker has had as many evaluations as it gets, in this hour or in this epoch."""

    name = "evaluations-spent"
    title = "No more evaluations are given to this node at present."
    advice = (
        "Wait as long as Retry-After says. If it goes on, the operators of the key-holders agree on more."
    )
    seconds = 3600

    def __init__(self, seconds: int = 3600) -> None:
        super().__init__()
        self.seconds = seconds


class HoldersAwayError(UnreachableError):
    """Fewer than three key-holders give an answer that holds."""

    name = "holders-away"
    title = "Fewer than three of the five key-holders answer now."
    advice = "Nothing was asked of anybody else; it is tried again by itself."


@dataclass(frozen=True, kw_only=True)
class KeptEpoch:
    """A document that was accepted: five signatures by holders that the operators and the registry name."""

    number: int
    digest: Digest
    begins: int
    ends: int
    document: bytes
    accepted_at: int


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one asker has had evaluated here, in one epoch and calendar year, for one kind."""

    epoch: int
    year: int
    asker: NodeId
    kind: Kind
    requests: int
    evaluations: int
    records: int


@dataclass(frozen=True, kw_only=True)
class Level:
    """How full an asker's bucket is: evaluations that are not forgotten yet, at a time."""

    asker: NodeId
    kind: Kind
    level: int
    at: int


@dataclass(frozen=True, kw_only=True)
class Asked:
    """That this node had keys of a matter evaluated; *salt* opens the reference at an audit."""

    reference: bytes
    matter: MatterId | None
    salt: bytes
    epoch: int
    kind: Kind
    basis: Basis
    holder: NodeId
    request: Digest
    asked_at: int


QUESTIONS: Final = 1000
"""Questions that an asker has for itself in an epoch, unless the operators say otherwise."""
RECORDS: Final = 20_000
"""Records that an asker has indexed in an epoch, unless the operators say otherwise."""


class TracingKeys(Protocol):
    """Epochs and evaluations."""

    def epochs(self) -> list[KeptEpoch]:
        """Give the accepted epochs, newest first."""
        ...

    def epoch(self, number: int) -> KeptEpoch:
        """Give one; raises NoEpochError."""
        ...

    def add_epoch(self, kept: KeptEpoch) -> None:
        """Keep an accepted epoch."""
        ...

    def seen(self, request: Digest) -> bool:
        """Tell whether the request was answered before, within the time in which one is taken."""
        ...

    def see(self, request: Digest, *, until: int) -> None:
        """Remember a request that is answered, and forget those whose time is over."""
        ...

    def level(self, asker: NodeId, kind: Kind) -> Level:
        """Give how full an asker's bucket is; empty where nothing is known."""
        ...

    def set_level(self, level: Level) -> None:
        """Write how full it is."""
        ...

    def spent(self, *, epoch: int | None = None, year: int | None = None) -> list[Spent]:
        """Give what was evaluated, in an epoch or in a year."""
        ...

    def spend(self, more: Spent) -> None:
        """Add to what was spent."""
        ...

    def add_asked(self, asked: Asked) -> None:
        """Keep that this node had keys evaluated."""
        ...

    def asked_for(self, matter: MatterId) -> list[Asked]:
        """Give what was evaluated for a matter, oldest first."""
        ...
