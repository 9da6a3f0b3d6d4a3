"""The tables of who was shown what, and of demands. Identifiers, digests and times alone: nothing of a person."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, String, Table, literal_column, or_

from handover.adapters.metadata import metadata

disclosure: Final = Table(
    "disclosure",
    metadata,
    Column("envelope", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("handover", String, nullable=False, index=True),
    Column("peer", String, nullable=False),
    Column("incoming", Boolean, nullable=False),
    Column("act", String, nullable=False),
    Column("ground", String, index=True),
    Column("basis", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("fields", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("erased_at", BigInteger),
)
demand: Final = Table(
    "demand",
    metadata,
    Column("envelope", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("handover", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("incoming", Boolean, nullable=False),
    Column("act", String, nullable=False),
    Column("about", String, nullable=False, index=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("answer", String),
    Column("answered", String),
    Column("answered_at", BigInteger),
)
# Written out, for a database uses such an index only for a query with the very same words.
OPEN: Final[ColumnElement[bool]] = or_(
    demand.c.answered.is_(None), demand.c.answered == literal_column("'legal-hold'")
)
Index(
    "ix_demand_open",
    demand.c.due,
    demand.c.envelope,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
