"""What is kept of persons' requests: what was asked, the ways that it went, each holder's answer, and case codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId


class Came(StrEnum):
    """How a request came to this node."""

    OFFICER = "officer"
    PAGE = "page"
    PEER = "peer"


@dataclass(frozen=True, kw_only=True)
class KeptPetition:
    """One request of a person; `id` is the same at every holder. Times are seconds since 1970.

    `about` is the node that is complained about, if one is named. `due` is when this node's own answer is late.
    `confirmed_at` is since when it travels: at once, or once an officer knows who asks, by whom `confirmed_by`.
    """

    id: UUID7
    matter: MatterId
    kind: PetitionKind
    came: Came
    about: NodeId | None
    language: str
    filed_at: int
    due: int
    confirmed_at: int | None = None
    confirmed_by: str | None = None
    answered_at: int | None = None

    @property
    def travels(self) -> bool:
        """Whether it goes to the other holders and is answered."""
        return self.confirmed_at is not None


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the person said, and how to reach them; empty where it was said to another authority."""

    text: str
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One envelope by which the request came from a peer, or went to one."""

    envelope: Digest
    petition: UUID7
    handover: HandoverId
    peer: NodeId
    incoming: bool


@dataclass(frozen=True, kw_only=True)
class Told:
    """One disclosure as a holder tells the person of it; `fields` are names of fields."""

    to: NodeId
    at: int
    purpose: str
    basis: str
    fields: tuple[str, ...]
    erased: bool


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """What one holder answers. `envelope` brought it, or None: it is this node's own."""

    petition: UUID7
    holder: NodeId
    at: int
    outcome: ComplaintOutcome | None
    envelope: Digest | None
    text: str = ""
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What somebody left at the public page: nobody has looked yet whether the code is one."""

    id: UUID7
    mark: bytes
    kind: PetitionKind
    language: str
    words: Words
    at: int


@dataclass(frozen=True, kw_only=True)
class KeptCode:
    """By what mark the code of a matter is known, and since when."""

    matter: MatterId
    mark: bytes
    made_at: int


class Petitions(Protocol):
    """Requests of persons."""

    def add(self, petition: KeptPetition, words: Words) -> None:
        """Keep a new one, its words under the matter's data key."""
        ...

    def change(self, old: KeptPetition, new: KeptPetition) -> None:
        """Write *new* if nobody has confirmed or answered *old*; raises ConflictError at the end otherwise."""
        ...

    def find(self, petition: UUID7) -> KeptPetition | None:
        """Give the request, if there is one."""
        ...

    def get(self, petition: UUID7) -> KeptPetition:
        """Give the request; raises NotFoundError."""
        ...

    def words(self, petition: KeptPetition) -> Words:
        """Give what the person said; raises NotFoundError where it was erased."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptPetition]:
        """Give those of a matter, oldest first."""
        ...

    def waiting(self, limit: int) -> Sequence[KeptPetition]:
        """Give those that this node has still to confirm or to answer, the most urgent first."""
        ...

    def since(self, start: int) -> Sequence[KeptPetition]:
        """Give those that travel and were filed after a time."""
        ...

    def go(self, way: Way) -> None:
        """Keep a way."""
        ...

    def renew(self, old: Digest, new: Digest) -> None:
        """Let the envelope that was signed anew for another be a way as well, if that is one."""
        ...

    def ways(self, petition: UUID7) -> Sequence[Way]:
        """Give the ways of a request."""
        ...

    def way(self, envelope: Digest) -> Way | None:
        """Give the way that an envelope made."""
        ...

    def answer(self, petition: KeptPetition, answer: KeptAnswer) -> None:
        """Keep an answer, what it says under the matter's data key."""
        ...

    def answers(self, petition: KeptPetition) -> Sequence[KeptAnswer]:
        """Give the answers in the order of the holders' names; what was erased is empty."""
        ...

    def drop(self, dropped: Dropped) -> None:
        """Keep what was left at the public page, under a data key of its own."""
        ...

    def dropped(self, limit: int) -> Sequence[Dropped]:
        """Give what was left there, oldest first."""
        ...

    def waiting_drops(self) -> int:
        """Give how much was left there."""
        ...

    def forget(self, dropped: UUID7) -> None:
        """Destroy what was left there."""
        ...

    def put_code(self, code: KeptCode) -> None:
        """Keep a matter's code in the place of the one before."""
        ...

    def code(self, matter: MatterId) -> KeptCode | None:
        """Give the matter's code, if one was made."""
        ...

    def of_code(self, mark: bytes) -> MatterId | None:
        """Give the matter whose code has this mark."""
        ...
