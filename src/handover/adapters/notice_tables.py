"""The table of notices: that something waits for an officer. Nothing of a person; addresses are in accounts."""

from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, String, Table, and_

from handover.adapters.metadata import metadata

notice: Final = Table(
    "notice",
    metadata,
    Column("id", String, primary_key=True),
    Column("officer", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("about", String, nullable=False),
    Column("handover", String),
    Column("reference", String, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("mail", String, index=True),
    Column("due", BigInteger),  # null: sent, or given up
    Column("attempts", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("problem", String),
    Index("uq_notice_kind_about_officer", "kind", "about", "officer", unique=True),
    Index(None, "officer", "id"),
)
Index(
    "ix_notice_due",
    notice.c.due,
    sqlite_where=notice.c.due.is_not(None),
    postgresql_where=notice.c.due.is_not(None),
)
GIVEN_UP: Final[ColumnElement[bool]] = and_(notice.c.due.is_(None), notice.c.sent_at.is_(None))
Index("ix_notice_given_up", notice.c.id, sqlite_where=GIVEN_UP, postgresql_where=GIVEN_UP)
