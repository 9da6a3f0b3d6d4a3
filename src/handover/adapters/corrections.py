"""Corrections that came, in the database."""

from typing import Any, Final

from sqlalchemy import select

from handover.adapters.correction_tables import correction
from handover.adapters.unit import Unit
from handover.application.corrected import KeptCorrection
from handover.domain.errors import NotFoundError
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId

_OPEN: Final = 0  # not NULL: a guard compares it


class CorrectionShelf:
    """Whether somebody has looked at them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, correction_: KeptCorrection) -> None:
        """Keep a new one."""
        self._unit.insert(correction, _row(correction_))

    def decide(self, correction_: KeptCorrection) -> None:
        """Write what was decided, if nothing was before; raises ConflictError at the end of the transaction."""
        self._unit.change(correction, _row(correction_), guard={"decided_at": _OPEN})

    def get(self, envelope: Digest) -> KeptCorrection:
        """Give the correction; raises NotFoundError."""
        found = self._list(select(correction).where(correction.c.envelope == envelope))
        if not found:
            raise NotFoundError
        return found[0]

    def of_matter(self, matter: MatterId) -> list[KeptCorrection]:
        """Give those of a matter, oldest first."""
        query = select(correction).where(correction.c.matter == matter)
        return self._list(query.order_by(correction.c.heard_at, correction.c.envelope))

    def waiting(self, limit: int) -> list[KeptCorrection]:
        """Give those on which nobody has decided, oldest first."""
        query = select(correction).where(correction.c.decided_at == _OPEN)
        return self._list(query.order_by(correction.c.heard_at, correction.c.envelope).limit(limit))

    def _list(self, query: Any) -> list[KeptCorrection]:
        return [
            KeptCorrection(
                envelope=Digest(row.envelope),
                matter=MatterId.known(row.matter),
                handover=HandoverId.known(row.handover),
                peer=NodeId.known(row.peer),
                heard_at=row.heard_at,
                decided_at=row.decided_at or None,
                version=row.version,
            )
            for row in self._unit.rows(query)
        ]


def _row(found: KeptCorrection) -> dict[str, Any]:
    return {**vars(found), "decided_at": found.decided_at or _OPEN}
