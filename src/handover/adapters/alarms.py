"""Alarms in the database: what people must look at, and who has looked."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    select,
    update,
)

from handover.adapters.metadata import metadata
from handover.adapters.unit import Unit
from handover.application.facts import Alarm
from handover.domain.ids import UUID7, HandoverId, NodeId
from handover.protocol import strict

table: Final = Table(
    "alarm",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("handover", String),
    Column("peer", String),
    Column("raised_at", BigInteger, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("seen_by", String),
    Column("seen_at", BigInteger),
)
OPEN: Final[ColumnElement[bool]] = table.c.seen_at.is_(None)
Index("ix_alarm_handover", table.c.handover)
Index("ix_alarm_open", table.c.id, sqlite_where=OPEN, postgresql_where=OPEN)


class AlarmShelf:
    """What people must look at."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, alarm: Alarm) -> None:
        """Keep an alarm with its evidence."""
        evidence = strict.dumps([part.decode("utf-8") for part in alarm.evidence])
        self._unit.insert(table, {**asdict(alarm), "evidence": evidence})

    def stands(self, alarm: Alarm) -> bool:
        """Tell whether an alarm of this kind, about the same round and peer, was raised and nobody has looked yet."""
        same = (
            table.c.kind == alarm.kind,
            table.c.handover.is_not_distinct_from(alarm.handover),
            table.c.peer.is_not_distinct_from(alarm.peer),
        )
        return bool(self._unit.rows(select(table.c.id).where(OPEN, *same).limit(1)))

    def raised(self, kind: str, evidence: str) -> bool:
        """Tell whether an alarm of this kind with this evidence was ever raised, looked at or not."""
        same = table.c.kind == kind, table.c.evidence == strict.dumps([evidence])
        return bool(self._unit.rows(select(table.c.id).where(*same).limit(1)))

    def all(self, limit: int = 100, *, seen: bool | None = None) -> list[Alarm]:
        """Give the newest alarms; with *seen*, those at which somebody has looked, or nobody."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if seen is not None:
            query = query.where(table.c.seen_at.is_not(None) if seen else OPEN)
        return [_alarm(row) for row in self._unit.rows(query)]

    def of_handovers(self, handovers: Sequence[HandoverId]) -> list[Alarm]:
        """Give the alarms about these rounds, oldest first."""
        query = select(table).where(table.c.handover.in_(handovers)).order_by(table.c.id)
        return [_alarm(row) for row in self._unit.rows(query)]

    def of_kinds(self, kinds: Sequence[str]) -> list[Alarm]:
        """Give all alarms of these kinds, looked at or not, the newest first."""
        query = select(table).where(table.c.kind.in_(kinds)).order_by(table.c.id.desc())
        return [_alarm(row) for row in self._unit.rows(query)]

    def see(self, alarm: UUID7, *, by: str, at: int) -> bool:
        """Note who has looked at an alarm, unless somebody has before; tell whether there is such an alarm."""
        if not self._unit.rows(select(table.c.id).where(table.c.id == alarm)):
            return False
        self._unit.run(update(table).where(table.c.id == alarm, OPEN).values(seen_by=by, seen_at=at))
        return True


def _alarm(row: Row[Any]) -> Alarm:
    parts = strict.array(strict.loads(row.evidence, limit=2**20), 64)
    return Alarm(
        id=UUID7(row.id),
        kind=row.kind,
        handover=row.handover and HandoverId.known(row.handover),
        peer=row.peer and NodeId.known(row.peer),
        raised_at=row.raised_at,
        evidence=tuple(strict.text(part, 2**17).encode() for part in parts),
        seen_by=row.seen_by,
        seen_at=row.seen_at,
    )
