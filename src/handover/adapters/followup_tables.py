"""The table of promised follow-ups. Identifiers, digests and times alone: nothing of a person."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Integer, String, Table, text

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
# Written out, for a database uses such an index only for a query with the very same words.
_WORDS: Final = "done_at IS NULL AND ended_at IS NULL"
OPEN: Final[ColumnElement[bool]] = text(f"({_WORDS})")  # type: ignore[assignment]
Index(
    "ix_follow_up_open",
    follow_up.c.due,
    follow_up.c.handover,
    sqlite_where=text(_WORDS),
    postgresql_where=text(_WORDS),
)
