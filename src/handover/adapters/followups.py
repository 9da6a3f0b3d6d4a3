"""Promised follow-ups in the database."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, Row, Select, bindparam, select, update

from handover.adapters.followup_tables import OPEN, follow_up
from handover.adapters.statements import given
from handover.adapters.unit import Unit, Values
from handover.application.promised import KeptFollowUp
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId

_BY_DATE: Final = select(follow_up).order_by(follow_up.c.due, follow_up.c.handover, follow_up.c.day)
_OF_ROUND: Final = _BY_DATE.where(given(follow_up.c.handover, "handover"))


@cache
def _open(alarmed: bool | None) -> Select[Any]:
    query = _BY_DATE.where(OPEN, follow_up.c.due < bindparam("before"))
    if alarmed is not None:
        stands = follow_up.c.alarmed_at
        query = query.where(stands.is_not(None) if alarmed else stands.is_(None))
    return query.limit(bindparam("limit", type_=Integer))


class FollowUpShelf:
    """The dates, by round and day."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, promised: Sequence[KeptFollowUp]) -> None:
        """Keep new ones."""
        for each in promised:
            self._unit.insert(follow_up, vars(each))

    def change(self, promised: KeptFollowUp) -> None:
        """Write it as it is now."""
        self._unit.upsert(follow_up, vars(promised))

    def of_round(self, handover: HandoverId) -> list[KeptFollowUp]:
        """Give those of a round, by date."""
        return self._list(_OF_ROUND, {"handover": handover})

    def open(self, *, before: int, limit: int, alarmed: bool | None = None) -> list[KeptFollowUp]:
        """Give what is neither told nor ended and was due before a time, the oldest first."""
        return self._list(_open(alarmed), {"before": before, "limit": limit})

    def end(self, matter: MatterId, *, owed: bool | None = None, peer: NodeId | None = None) -> None:
        """Note that of a matter nothing more is owed: to this node, by it, to one peer, or at all."""
        query = update(follow_up).where(OPEN, follow_up.c.matter == matter)
        if owed is not None:
            query = query.where(follow_up.c.owed == owed)
        if peer is not None:
            query = query.where(follow_up.c.peer == peer)
        self._unit.run(query.values(ended_at=self._unit.now))

    def close(self, handover: HandoverId) -> None:
        """Note that in a round nothing more is owed."""
        query = update(follow_up).where(OPEN, follow_up.c.handover == handover)
        self._unit.run(query.values(ended_at=self._unit.now))

    def _list(self, query: Any, given: Values) -> list[KeptFollowUp]:
        return [_kept(row) for row in self._unit.rows(query, given)]


def _kept(row: Row[Any]) -> KeptFollowUp:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {"handover": HandoverId(row.handover), "matter": MatterId(row.matter)}
    values |= {"peer": NodeId(row.peer), "envelope": row.envelope and Digest(row.envelope)}
    return KeptFollowUp(**values)
