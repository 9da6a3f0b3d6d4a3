"""Other nodes' logs, as far as this node is their witness, in the database."""

from typing import Any

from sqlalchemy import Row, select

from handover.adapters.unit import Unit
from handover.adapters.witness_tables import witnessed
from handover.application.witness import Witnessed
from handover.domain.ids import NodeId
from handover.protocol.checkpoint import Checkpoint


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
