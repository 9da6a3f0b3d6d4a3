"""What is kept of the time after a handover: who was shown what, and what authorities demand of one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.domain.consent import Basis, Purpose
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId

Place = tuple[int, str]
"""Where a demand stands among the open ones: when it is due, and its envelope."""


@dataclass(frozen=True, kw_only=True)
class KeptDisclosure:
    """One envelope that showed something, to a peer or to this node. Times are seconds since 1970.

    `ground` is this node's own ground behind it (None where the peer disclosed). `withdrawn_at` is when the consent
    behind it was withdrawn, `erased_at` when its recipient destroyed the values, as it says itself.
    """

    envelope: Digest
    matter: MatterId
    handover: HandoverId
    peer: NodeId
    incoming: bool
    act: Act
    ground: UUID7 | None
    basis: Basis
    purpose: Purpose
    schema: str
    fields: tuple[str, ...]
    at: int
    withdrawn_at: int | None = None
    erased_at: int | None = None

    @property
    def is_offer(self) -> bool:
        """Whether a whole record was offered: it became the recipient's own."""
        return self.act is Act.OFFER


@dataclass(frozen=True, kw_only=True)
class KeptDemand:
    """One demand, of a peer or of this node, with the envelope that made it. Times are seconds since 1970.

    `about` is the envelope that it names. `due` is when the answer is late; a legal hold moves it to the hold's end.
    `answer` is the newest answer.
    """

    envelope: Digest
    matter: MatterId
    handover: HandoverId
    peer: NodeId
    incoming: bool
    act: Act
    about: Digest
    asked_at: int
    due: int
    answer: Digest | None = None
    answered: Act | None = None
    answered_at: int | None = None

    @property
    def place(self) -> Place:
        """Where it stands among the open ones."""
        return self.due, self.envelope

    @property
    def open(self) -> bool:
        """Whether something must still be said: nothing was, or a hold that will end."""
        return self.answered is None or self.answered is Act.LEGAL_HOLD


class Disclosures(Protocol):
    """The register of who was shown what, by envelope."""

    def add(self, disclosure: KeptDisclosure) -> None:
        """Keep a new one."""
        ...

    def change(self, disclosure: KeptDisclosure) -> None:
        """Write it as it is now."""
        ...

    def drop(self, envelope: Digest) -> None:
        """Forget one that never reached the peer: it was signed anew."""
        ...

    def get(self, envelope: Digest) -> KeptDisclosure:
        """Give the disclosure; raises NotFoundError."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptDisclosure]:
        """Give those of a matter, oldest first."""
        ...

    def of_ground(self, ground: UUID7) -> Sequence[KeptDisclosure]:
        """Give those that rest on a ground of this node, oldest first."""
        ...

    def erased(self, handover: HandoverId) -> None:
        """Note that everything shown in a round is destroyed at its recipient."""
        ...


class Demands(Protocol):
    """Demands, by envelope."""

    def add(self, demand: KeptDemand) -> None:
        """Keep a new one."""
        ...

    def change(self, old: KeptDemand, new: KeptDemand) -> None:
        """Write *new* if the answer is still that of *old*; raises ConflictError at the end of the transaction."""
        ...

    def renew(self, old: Digest, new: Digest) -> None:
        """Name a demand by the envelope that was signed anew for it."""
        ...

    def get(self, envelope: Digest) -> KeptDemand:
        """Give the demand; raises NotFoundError."""
        ...

    def find(self, envelope: Digest) -> KeptDemand | None:
        """Give the demand that an envelope made, if it made one."""
        ...

    def about(self, envelope: Digest) -> Sequence[KeptDemand]:
        """Give what was demanded about an envelope, oldest first."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptDemand]:
        """Give those of a matter, oldest first."""
        ...

    def open(
        self, *, incoming: bool, limit: int, held: bool | None = None, after: Place = (0, "")
    ) -> Sequence[KeptDemand]:
        """Give open demands, the most urgent first, from behind *after*: those *held* under the law for now, or not."""
        ...

    def waiting(self) -> int:
        """Give how many demands of others wait for an answer now."""
        ...

    def late(self, alarm: str, *, limit: int) -> Sequence[KeptDemand]:
        """Give open demands of both sides that are late, oldest first, but those that an *alarm* of its kind covers.

        It does while nobody has looked at it, and where it was raised when the demand was late.
        """
        ...
