"""What a node keeps of tracing: permissions, limits, the index, askings, questions, candidates; frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId
from handover.domain.searching import AskingState, CandidateState, ClosingReason, QuestionState
from handover.domain.traceable import Limits, Permission


@dataclass(frozen=True, kw_only=True)
class KeptPermission:
    """A permission to trace a record; the words behind it are read apart."""

    id: UUID7
    matter: MatterId
    permission: Permission


@dataclass(frozen=True, kw_only=True)
class KeptLimits:
    """The limits of a record's tracing, and the words with which they were decided."""

    limits: Limits
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How far the index knows a matter: the version of its record, under which keys, and when to look again."""

    matter: MatterId
    version: int
    state: str
    due: int


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """One person of one record in the index of one epoch.

    `number` says which person of the record; `keys` gives for each address what the evidence behind it is wrapped
    under; `salt` binds the leaves to the record. `added` is the number of the root that holds it: 0, if none does yet.
    """

    id: bytes
    matter: MatterId
    number: int
    epoch: int
    version: int
    keys: Mapping[bytes, bytes]
    salt: bytes
    added: int = 0

    @property
    def name(self) -> str:
        """What the leaves are bound to."""
        return f"{self.matter}/{self.number}"


@dataclass(frozen=True, kw_only=True)
class IndexEpoch:
    """What an epoch's index is made with: the class of the register's size, and the seed of what fills the tree up."""

    number: int
    size: int
    seed: bytes


@dataclass(frozen=True, kw_only=True)
class KeptRoot:
    """A committed root of the index: the statement whose digest was logged, and the index of the log's entry."""

    number: int
    epoch: int
    at: int
    statement: bytes
    entry: int


@dataclass(frozen=True, kw_only=True)
class KeptAsking:
    """That a person of a record is sought in the federation. `data` marks what was known of the person then."""

    id: UUID7
    matter: MatterId
    person: int
    permission: UUID7
    state: AskingState
    broadcast: bool
    asked_by: str
    at: int
    until: int
    data: bytes
    second_officer: str | None = None
    closed_at: int | None = None
    reason: ClosingReason | None = None


@dataclass(frozen=True, kw_only=True)
class KeptQuestion:
    """One question of an asking, to one holder; `due` is when it is worked on next: never again, if it is None."""

    id: UUID7
    asking: UUID7
    matter: MatterId
    holder: NodeId
    state: QuestionState
    at: int
    due: int | None
    epoch: int | None = None
    digest: Digest | None = None
    failures: int = 0
    received_at: int | None = None
    problem: str | None = None
    receipt: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class HeardQuestion:
    """A question of a peer. `root` is the number of the index's root as it stood when the question came.

    `compared` is the number of the newest root against which it was compared; None: it waits for the first time.
    """

    digest: Digest
    asker: NodeId
    epoch: int
    heard_at: int
    until: int
    root: int
    receipt: bytes | None = None
    compared: int | None = None
    closed_at: int | None = None
    erased: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class KeptCandidate:
    """A possible match of a peer's question with a record of this node. `pair` marks request and record."""

    id: UUID7
    matter: MatterId
    person: int
    asker: NodeId
    question: Digest
    pair: bytes
    band: str
    relative: bool
    state: CandidateState
    asked_at: int
    at: int
    handover: HandoverId | None = None
    decided_by: str | None = None
    decided_at: int | None = None
