"""Where what a node keeps of tracing is kept, as the desks see it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from handover.application.traced import (
    HeardQuestion,
    IndexEntry,
    KeptAsking,
    KeptCandidate,
    KeptLimits,
    KeptPermission,
    KeptQuestion,
    KeptRoot,
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

    def unsettled(self, state: str, *, limit: int) -> Sequence[MatterId]:
        """Give matters whose record, permission or limits have changed since, or whose keys are not of *state*."""
        ...


class Index(Protocol):
    """The index: which persons have which addresses; the table alone tells nobody which."""

    def add(self, entry: IndexEntry) -> None:
        """Keep an entry with its addresses."""
        ...

    def forget(self, matter: MatterId, *, epochs: Iterable[int] | None = None) -> int:
        """Remove a matter's entries (of *epochs* alone, if given) with their addresses; give how many there were."""
        ...

    def drop(self, *, epochs: Iterable[int]) -> int:
        """Remove every entry of epochs other than these, and what is left of entries that were removed in them."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[IndexEntry]:
        """Give a matter's entries."""
        ...

    def find(self, epoch: int, addresses: Sequence[bytes]) -> Mapping[bytes, Sequence[IndexEntry]]:
        """Give for each of *addresses* that is there the committed entries that have it."""
        ...

    def pending(self) -> Sequence[int]:
        """Give the epochs in which anything was added or removed since the last root."""
        ...

    def leaves(self, epoch: int, number: int) -> Sequence[tuple[bytes, bytes]]:
        """Give identifier and leaf of every entry of *epoch* that root *number* holds, in order of identifiers."""
        ...

    def commit(self, root: KeptRoot) -> None:
        """Keep a root: what was added and removed since the last one is in it, or not in it any more."""
        ...

    def root(self, number: int | None = None) -> KeptRoot | None:
        """Give a root, or the newest one."""
        ...

    def added_since(self, number: int) -> Sequence[IndexEntry]:
        """Give the committed entries that a root after *number* was the first to hold."""
        ...

    def count(self) -> tuple[int, int]:
        """Give how many entries there are, and how many addresses."""
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

    def turn(self, old: KeptQuestion, new: KeptQuestion, data: bytes | None = None) -> None:
        """Write *new* if *old* stands, with the bytes that are to be sent, or none any more."""
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


class Heard(Protocol):
    """What peers ask, and what came of it."""

    def add(self, heard: HeardQuestion, data: bytes) -> None:
        """Keep a question, its bytes under a data key of its own."""
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

    def uncompared(self, number: int, *, limit: int) -> Sequence[HeardQuestion]:
        """Give open questions that were not compared with root *number* yet, oldest first."""
        ...

    def ending(self, *, limit: int) -> Sequence[HeardQuestion]:
        """Give open questions whose time is over."""
        ...

    def of_asker(self, asker: NodeId, *, since: int, limit: int) -> Sequence[HeardQuestion]:
        """Give what one peer has asked since a time, newest first."""
        ...

    def numbers(self, *, since: int) -> Mapping[NodeId, int]:
        """Give how many questions each peer has asked since a time."""
        ...

    def offer(self, candidate: KeptCandidate, words: Sequence[str]) -> None:
        """Keep a candidate with the reasons about the own record, under its matter's data key."""
        ...

    def candidate(self, candidate: UUID7) -> KeptCandidate:
        """Give it; raises NotFoundError."""
        ...

    def words(self, candidate: KeptCandidate) -> Sequence[str]:
        """Give the reasons; raises NotFoundError where they were erased."""
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
