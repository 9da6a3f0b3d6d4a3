"""Which questions of members this node has answered: it answers each once, by whichever of its processes."""

from typing import Final, Protocol

from handover.domain.ids import Digest, NodeId

KEPT: Final = 3600
"""Seconds for which it is remembered: longer than any question counts, however the clocks of the two differ."""


class Answered(Protocol):
    """What was answered lately; `path` is where the question came to."""

    def has(self, digest: Digest) -> bool:
        """Tell whether the question was answered."""
        ...

    def count(self, peer: NodeId, path: str, *, since: int) -> int:
        """Give how many questions of *peer* to *path* were answered since a time."""
        ...

    def put(self, digest: Digest, peer: NodeId, path: str) -> None:
        """Remember that the question is answered now."""
        ...
