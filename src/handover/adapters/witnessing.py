"""In the database: other nodes' logs, as far as this node is their witness, and its own log with its witnesses."""

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row, Select, delete, exists, select

from handover.adapters.unit import Unit
from handover.adapters.witness_tables import cosigned, witnessed
from handover.application.witness_shelf import Witnessed
from handover.application.witnesses import Cosigned
from handover.domain.ids import NodeId
from handover.protocol.checkpoint import Checkpoint

DAY: Final = 86_400  # seconds
KEPT: Final = 7 * DAY


class WitnessedShelf:
    """The newest checkpoint of each log that this node has cosigned."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def of_node(self, node: NodeId) -> list[Witnessed]:
        """Give what is known of the logs of all incarnations of *node*."""
        query = select(witnessed).where(witnessed.c.node == node).order_by(witnessed.c.origin)
        return [_witnessed(row) for row in self._unit.rows(query)]

    def all(self) -> list[Witnessed]:
        """Give what is known of every log, by origin."""
        return [_witnessed(row) for row in self._unit.rows(select(witnessed).order_by(witnessed.c.origin))]

    def put(self, node: NodeId, found: Witnessed) -> None:
        """Keep what this node has cosigned last of a log."""
        row = {
            "origin": found.checkpoint.origin,
            "node": node,
            "size": found.checkpoint.size,
            "root": found.checkpoint.root,
            "note": found.note,
            "signed_at": found.signed_at,
            "cosigned_at": found.cosigned_at,
        }
        self._unit.upsert(witnessed, row)


def _witnessed(row: Row[Any]) -> Witnessed:
    return Witnessed(
        checkpoint=Checkpoint(origin=row.origin, size=row.size, root=row.root),
        note=row.note,
        signed_at=row.signed_at,
        cosigned_at=row.cosigned_at,
    )


class CosignedShelf:
    """Checkpoints of this node's own log that witnesses have cosigned."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def newest(self, origin: str) -> Cosigned | None:
        """Give the one with the most entries."""
        return self._first(
            select(cosigned).where(cosigned.c.origin == origin).order_by(cosigned.c.size.desc())
        )

    def covering(self, origin: str, index: int) -> Cosigned | None:
        """Give the first that was kept of those that cover the entry *index*."""
        found = (cosigned.c.origin == origin, cosigned.c.size > index)
        return self._first(select(cosigned).where(*found).order_by(cosigned.c.size))

    def put(self, found: Cosigned) -> None:
        """Keep one; of those older than a week, the first of each day stays."""
        self._unit.upsert(cosigned, asdict(found))
        earlier = cosigned.alias()
        same_day = earlier.c.cosigned_at // DAY == cosigned.c.cosigned_at // DAY
        before = exists().where(
            earlier.c.origin == cosigned.c.origin, earlier.c.size < cosigned.c.size, same_day
        )
        old = cosigned.c.cosigned_at < found.cosigned_at - KEPT
        self._unit.run(delete(cosigned).where(cosigned.c.origin == found.origin, old, before))

    def _first(self, query: Select[Any]) -> Cosigned | None:
        for row in self._unit.rows(query.limit(1)):
            return Cosigned(origin=row.origin, size=row.size, note=row.note, cosigned_at=row.cosigned_at)
        return None
