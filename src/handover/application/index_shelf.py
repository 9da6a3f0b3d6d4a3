"""Where the index of tracing is kept, as the desks see it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from handover.application.traced import IndexEntry, IndexEpoch, KeptRoot
from handover.domain.ids import MatterId


class Index(Protocol):
    """The index: which persons have which addresses; the table alone tells nobody which."""

    def add(self, entry: IndexEntry) -> None:
        """Keep an entry with its addresses."""
        ...

    def forget(self, matter: MatterId, *, epochs: Iterable[int] | None = None) -> int:
        """Remove a matter's entries (of *epochs* alone, if given) with their addresses; give how many there were."""
        ...

    def drop(self, *, but: Iterable[int]) -> int:
        """Remove entries of every epoch *but* these, some at a time; give how many."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[IndexEntry]:
        """Give a matter's entries."""
        ...

    def find(self, epoch: int, addresses: Sequence[bytes]) -> Mapping[bytes, Sequence[IndexEntry]]:
        """Give for each of *addresses* that is there the committed entries that have it."""
        ...

    def newer(self, epoch: int, number: int) -> Sequence[IndexEntry]:
        """Give the entries that a root after *number* was the first to hold."""
        ...

    def sample(self, epoch: int, *, limit: int) -> Sequence[IndexEntry]:
        """Give entries of an epoch."""
        ...

    def stamp(self, epoch: int) -> bytes:
        """Give a digest of what the pending root of an epoch would hold."""
        ...

    def pending(self) -> Sequence[int]:
        """Give the epochs in which anything was added or removed since the last root."""
        ...

    def leaves(self, epoch: int, *, pending: bool) -> Sequence[tuple[bytes, bytes]]:
        """Give address and binding of every leaf of the last root, or of the one that is *pending*."""
        ...

    def commit(self, root: KeptRoot) -> None:
        """Keep a root: what was added since the last one is in it, what was removed is gone."""
        ...

    def root(self, epoch: int) -> KeptRoot | None:
        """Give the newest root of an epoch."""
        ...

    def numbered(self, number: int) -> KeptRoot:
        """Give a root; raises NotFoundError."""
        ...

    def last(self) -> int:
        """Give the number of the newest root of all."""
        ...

    def epoch(self, number: int) -> IndexEpoch | None:
        """Give what an epoch's index is made with."""
        ...

    def begin(self, epoch: IndexEpoch) -> None:
        """Keep what an epoch's index is made with."""
        ...

    def count(self) -> tuple[int, int]:
        """Give how many entries there are, and how many addresses."""
        ...

    def largest(self) -> int:
        """Give how many entries the epoch with most of them has."""
        ...

    def tally(self, name: str, number: int) -> None:
        """Add to a sum of this year."""
        ...

    def tallies(self, year: int) -> Mapping[str, int]:
        """Give the sums of a year."""
        ...
