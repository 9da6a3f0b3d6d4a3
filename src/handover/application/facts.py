"""What a node keeps, as the use cases see it: frozen facts; a change is a new fact."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from handover.application.owners import owner_of
from handover.domain.consent import Ground, Purpose
from handover.domain.handover import Act, Claim, Course, Role, State
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind
from handover.protocol.attachment import Parcel
from handover.protocol.passkey import Signed
from handover.protocol.receipt import Receipt

_Fact = TypeVar("_Fact")


@dataclass(frozen=True, kw_only=True)
class Matter:
    """That for which one node is responsible. `holder` is the responsible node as far as this node can prove it.

    `reference` is the authority's own case number; `epoch` counts the deeds so far; `chain` are their digests.
    """

    id: MatterId
    kind: MatterKind
    claim: Claim
    holder: NodeId
    created_at: int
    reference: str = ""
    relieving_for: HandoverId | None = None
    epoch: int = 0
    chain: tuple[Digest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One round as this side keeps it. Times are seconds since 1970; `fields` are names in schema order.

    `seq` and `last` are what this side said last in the round. `offer`, `acceptance`, `deed` and `closing` are the
    digests of the envelopes that moved the round, whoever said them (`closing` is the void, `receipt` the take-up or
    void receipt); `question` is the newest question of the other side that nobody has answered.
    """

    id: HandoverId
    matter: MatterId
    kind: MatterKind
    role: Role
    peer: NodeId
    round: RoundId
    pair: PairId
    epoch: int
    state: State
    deadline: int
    purpose: Purpose
    schema: str
    fields: tuple[str, ...]
    created_at: int
    updated_at: int
    automatic: bool = False
    bound: bool = False
    ground: UUID7 | None = None
    prepared_by: str | None = None
    released_by: str | None = None
    seq: int = 0
    last: Digest | None = None
    offer: Digest | None = None
    acceptance: Digest | None = None
    deed: Digest | None = None
    closing: Digest | None = None
    receipt: Digest | None = None
    question: Digest | None = None
    reason: str | None = None
    opened_at: int | None = None
    arrived_at: int | None = None
    alarm: str | None = None
    course: Course = Course.HANDOVER


@dataclass(frozen=True, kw_only=True)
class KeptEnvelope:
    """An envelope as it came or as it was signed; `entry` numbers it in order of storing (0: not stored yet)."""

    digest: Digest
    handover: HandoverId
    incoming: bool
    act: Act
    peer: NodeId
    round: RoundId
    incarnation: int
    seq: int
    stored_at: int
    data: bytes
    re: Digest | None = None

    @property
    def owner(self) -> str:
        """The owner of the data key for what goes with this envelope."""
        return owner_of(self.act, self.data, handover=self.handover, digest=self.digest)


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """What goes with an offer or a deed and outlives its payload: none of it is a personal value.

    `registry` is the digest of the registry's timestamp that was current here then; `record` is the signed skeleton
    of an offer, without disclosures, `consent` its token.
    """

    envelope: Digest
    registry: Digest
    record: bytes | None = None
    consent: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class KeptReceipt:
    """A receipt for one envelope, given (incoming envelope) or got; `checkpoint` is the signed note as it was."""

    envelope: Digest
    document: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def proof(self) -> Receipt:
        """The receipt as it goes over the wire."""
        return Receipt(entry=self.document, index=self.index, path=self.path, checkpoint=self.checkpoint)


@dataclass(frozen=True, kw_only=True)
class KeptParcel:
    """A sealed file on its way: `have` bytes of its ciphertext are here; `owner` is whose data key seals its key."""

    parcel: Parcel
    handover: HandoverId
    peer: NodeId
    incoming: bool
    media_type: str
    have: int
    owner: str


@dataclass(frozen=True, kw_only=True)
class KeptGround:
    """A ground and the sealed statement behind it; `claims` are an import's claims that nobody has confirmed yet."""

    id: UUID7
    matter: MatterId
    ground: Ground
    statement: bytes
    salt: bytes
    recorded_by: str
    recorded_at: int


@dataclass(frozen=True, kw_only=True)
class KeptRecord:
    """One version of a matter's record: `document` is the JSON of its values, `source` where it came from."""

    matter: MatterId
    version: int
    schema: str
    document: bytes
    source: str
    recorded_by: str
    recorded_at: int


class Delivery(StrEnum):
    """How far an envelope of ours has come."""

    QUEUED = "queued"
    RECEIPTED = "receipted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Queued:
    """One envelope in the queue. `live`: the state still says it; a receipted one is then said again, seldom."""

    envelope: Digest
    handover: HandoverId
    peer: NodeId
    due: int
    attempts: int
    delivery: Delivery
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How much waits for one peer: not receipted yet, and refused for good; `since` is when the oldest was made."""

    peer: NodeId
    waiting: int
    refused: int
    since: int | None


@dataclass(frozen=True, kw_only=True)
class Peer:
    """What this node remembers of a peer: its fence (lowest incarnation accepted), back-off, and last known log."""

    node: NodeId
    fence: int = 1
    failures: int = 0
    not_before: int = 0
    heard_at: int = 0
    log_size: int = 0
    log_root: bytes = b""


class OfficerRole(StrEnum):
    """What an officer is here for."""

    CASEWORKER = "caseworker"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    TRACING = "tracing"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class Officer:
    """A member of staff; `name` is kept encrypted and leaves the node in no message; access ends at `until`."""

    id: UUID7
    name: str
    roles: tuple[OfficerRole, ...]
    disabled_at: int | None = None
    until: int | None = None

    def may_enter(self, now: int) -> bool:
        """Tell whether the officer has access at *now*."""
        return self.disabled_at is None and (self.until is None or now < self.until)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A bearer key that acts for one named officer, with scopes and an end; only the digest of the secret is kept."""

    id: UUID7
    officer: UUID7
    digest: bytes
    scopes: tuple[str, ...]
    expires_at: int
    created_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a browser gave for one act: which passkey has signed what."""

    credential: bytes
    signed: Signed


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts now: an officer with roles, and how the officer was authenticated.

    `fresh_at` is when the officer last proved to be there in this session; `proof` is for one act alone.
    """

    officer: UUID7
    roles: tuple[OfficerRole, ...]
    auth: str
    scopes: tuple[str, ...] = ("read", "write")
    fresh_at: int | None = None
    proof: Proof | None = None


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that a person must look at; it is open until an officer (`seen_by`) says to have done so."""

    id: UUID7
    kind: str
    handover: HandoverId | None
    peer: NodeId | None
    raised_at: int
    evidence: tuple[bytes, ...] = ()
    seen_by: str | None = None
    seen_at: int | None = None


def changed(fact: _Fact, **changes: object) -> _Fact:
    """Give *fact* with *changes*, as `dataclasses.replace` does, without setting all other members one by one."""
    old = vars(fact)
    if not changes.keys() <= old.keys():
        raise TypeError("a fact has no such member")
    new = object.__new__(type(fact))
    vars(new).update(old, **changes)
    return new
