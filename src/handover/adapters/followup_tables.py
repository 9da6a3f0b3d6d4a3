"""The table of promised follow-ups. Identifiers, digests and times alone: nothing of a person."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Integer, String, Table, and_

from handover.adapters.metadata import metadata

follow_up: Final = Table(
    "follow_up",
    metadata,
    Column("handover", String, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("peer", String, nullable=False),
    Column("owed", Boolean, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("envelope", String),
    Column("done_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("alarmed_at", BigInteger),
)
OPEN: Final[ColumnElement[bool]] = and_(follow_up.c.done_at.is_(None), follow_up.c.ended_at.is_(None))
Index(
    "ix_follow_up_open",
    follow_up.c.due,
    follow_up.c.handover,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
