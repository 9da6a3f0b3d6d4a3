"""Where what a node keeps of tracing is kept, as the desks see it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from handover.application.index_shelf import Index
from handover.application.traced import (
    HeardQuestion,
    KeptAsking,
    KeptCandidate,
    KeptLimits,
    KeptPermission,
    KeptQuestion,
    Settled,
)
from handover.domain.ids import UUID7, Digest, MatterId, NodeId
from handover.domain.searching import CandidateState


class Permissions(Protocol):
    """Permissions and limits, their words under the matter's data key."""

    def add(self, kept: KeptPermission, words: Mapping[str, str]) -> None:
        """Keep a new permission."""
        ...

    def change(self, kept: KeptPermission) -> None:
        """Write that it was withdrawn."""
        ...

    def get(self, permission: UUID7) -> KeptPermission:
        """Give it; raises NotFoundError."""
        ...

    def words(self, kept: KeptPermission) -> Mapping[str, str]:
        """Give the words behind it; raises NotFoundError where they were erased."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptPermission]:
        """Give those of a matter, oldest first."""
        ...

    def limits(self, matter: MatterId) -> KeptLimits:
        """Give the limits of a matter; what was erased, or never set, limits nothing."""
        ...

    def limit(self, matter: MatterId, kept: KeptLimits) -> None:
        """Keep limits in the place of those before."""
        ...

    def touch(self, matter: MatterId) -> None:
        """Note that something of the matter has changed that the index should know."""
        ...

    def settle(self, settled: Settled) -> None:
        """Note how far the index knows a matter."""
        ...

    def unsettled(self, state: str, *, thorough: bool, limit: int) -> Sequence[MatterId]:
        """Give matters that were touched, or are due; *thorough*: also those whose record or *state* has changed."""
        ...


class Askings(Protocol):
    """What this node asks. Questions wait under the matter's data key until they are with the holder."""

    def add(self, asking: KeptAsking, questions: Sequence[KeptQuestion]) -> None:
        """Keep a new asking with its questions."""
        ...

    def change(self, old: KeptAsking, new: KeptAsking) -> None:
        """Write *new* if *old* stands."""
        ...

    def get(self, asking: UUID7) -> KeptAsking:
        """Give it; raises NotFoundError."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptAsking]:
        """Give those of a matter, oldest first."""
        ...

    def page(self, *, after: str, limit: int) -> Sequence[KeptAsking]:
        """Give askings, oldest first, from behind *after*."""
        ...

    def ending(self, *, limit: int) -> Sequence[KeptAsking]:
        """Give open askings whose time is over."""
        ...

    def questions(self, asking: UUID7) -> Sequence[KeptQuestion]:
        """Give the questions of an asking, in the order of the holders' names."""
        ...

    def question(self, digest: Digest) -> KeptQuestion | None:
        """Give the question that has this digest."""
        ...

    def more(self, question: KeptQuestion) -> None:
        """Keep one more question of an asking."""
        ...

    def turn(self, old: KeptQuestion, new: KeptQuestion) -> None:
        """Write *new* if *old* stands."""
        ...

    def fill(self, question: KeptQuestion, data: bytes | None) -> None:
        """Keep the bytes that are to be sent, or destroy them."""
        ...

    def data(self, question: KeptQuestion) -> bytes:
        """Give the bytes that are to be sent; raises NotFoundError where they were erased."""
        ...

    def due(self, *, limit: int) -> Sequence[KeptQuestion]:
        """Give questions that are to be sealed, sent or withdrawn now, those that wait longest first."""
        ...

    def waiting(self) -> Mapping[NodeId, int]:
        """Give how many questions wait, by holder."""
        ...

    def outputs(self, asking: KeptAsking) -> Mapping[str, Sequence[bytes]]:
        """Give the evaluated keys of an asking that are kept, by epoch and class."""
        ...

    def keep_outputs(self, asking: KeptAsking, outputs: Mapping[str, Sequence[bytes]]) -> None:
        """Keep evaluated keys under the matter's data key until the asking ends; none: destroy them."""
        ...

    def of_epochs_but(self, epochs: Sequence[int], *, limit: int) -> Sequence[KeptQuestion]:
        """Give questions that holders have in other epochs than these."""
        ...


class Heard(Protocol):
    """What peers ask, and what came of it."""

    def add(self, heard: HeardQuestion, data: bytes) -> None:
        """Keep a question, its bytes under a data key of its own."""
        ...

    def drop(self, old: HeardQuestion) -> None:
        """Forget that a question was taken back which had not come."""
        ...

    def find(self, digest: Digest) -> HeardQuestion | None:
        """Give the question of that digest, if it came."""
        ...

    def data(self, heard: HeardQuestion) -> bytes:
        """Give its bytes; raises NotFoundError where they were erased."""
        ...

    def change(self, old: HeardQuestion, new: HeardQuestion) -> None:
        """Write *new* if *old* stands."""
        ...

    def erase(self, heard: HeardQuestion) -> None:
        """Destroy its bytes, and what was kept of evidence."""
        ...

    def uncompared(self, epoch: int, number: int, *, limit: int) -> Sequence[HeardQuestion]:
        """Give open questions of an epoch that were not compared with root *number* yet, oldest first."""
        ...

    def ending(self, epochs: Sequence[int], *, limit: int) -> Sequence[HeardQuestion]:
        """Give open questions whose time is over, or whose epoch is none of these."""
        ...

    def of_asker(self, asker: NodeId, *, since: int, limit: int) -> Sequence[HeardQuestion]:
        """Give what one peer has asked since a time, newest first."""
        ...

    def numbers(self, *, since: int) -> Mapping[NodeId, int]:
        """Give how many questions each peer has asked since a time."""
        ...

    def offer(self, candidate: KeptCandidate, reasons: Sequence[str], *, root: int, opening: bytes) -> None:
        """Keep a candidate with the reasons about the own record, and what shows that this was in the index.

        All of it is under the matter's data key.
        """
        ...

    def candidate(self, candidate: UUID7) -> KeptCandidate:
        """Give it; raises NotFoundError."""
        ...

    def words(self, candidate: KeptCandidate) -> tuple[Sequence[str], int, bytes]:
        """Give the reasons, the root's number and the opening; raises NotFoundError where they were erased."""
        ...

    def turn(self, old: KeptCandidate, new: KeptCandidate) -> None:
        """Write *new* if *old* stands."""
        ...

    def candidates(
        self, *states: CandidateState, bands: Sequence[str], limit: int
    ) -> Sequence[KeptCandidate]:
        """Give candidates of *bands* in these states, newest first."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptCandidate]:
        """Give the candidates of a matter, newest first."""
        ...

    def paired(self, pair: bytes) -> Sequence[KeptCandidate]:
        """Give the candidates of one request and record, newest first."""
        ...

    def of_question(self, question: Digest) -> Sequence[KeptCandidate]:
        """Give the candidates that a question brought."""
        ...

    def reject(self, mark: bytes) -> None:
        """Remember a pair that was rejected, by its mark."""
        ...

    def rejected(self, mark: bytes) -> bool:
        """Tell whether a pair was rejected."""
        ...


class TracingShelves(Protocol):
    """The four of them."""

    @property
    def permissions(self) -> Permissions:
        """Who may be traced."""
        ...

    @property
    def index(self) -> Index:
        """What can be found."""
        ...

    @property
    def askings(self) -> Askings:
        """What this node asks."""
        ...

    @property
    def heard(self) -> Heard:
        """What peers ask."""
        ...
