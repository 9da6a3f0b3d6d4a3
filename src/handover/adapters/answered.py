"""Which questions of members were answered, in the database: whichever process asks, and after a start too."""

from typing import Final

from sqlalchemy import bindparam, delete, func, select

from handover.adapters.answered_tables import answered
from handover.adapters.post import to_bytes
from handover.adapters.unit import Unit
from handover.application.answered import KEPT
from handover.domain.ids import Digest, NodeId

_OF: Final = (answered.c.peer == bindparam("peer"), answered.c.path == bindparam("path"))


class AnsweredShelf:
    """What was answered lately."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def has(self, digest: Digest) -> bool:
        """Tell whether the question was answered."""
        return bool(self._unit.rows(select(answered.c.at).where(answered.c.digest == to_bytes(digest))))

    def count(self, peer: NodeId, path: str, *, since: int) -> int:
        """Give how many questions of *peer* to *path* were answered since a time."""
        query = select(func.count()).where(*_OF, answered.c.at >= bindparam("since"))
        return int(self._unit.rows(query, {"peer": peer, "path": path, "since": since})[0][0])

    def put(self, digest: Digest, peer: NodeId, path: str) -> None:
        """Remember that the question is answered now; of the peer's, forget what was answered long ago."""
        old = delete(answered).where(*_OF, answered.c.at < bindparam("before"))
        self._unit.run(old, {"peer": peer, "path": path, "before": self._unit.now - KEPT})
        row = {"digest": to_bytes(digest), "peer": peer, "path": path, "at": self._unit.now}
        self._unit.insert(answered, row)
