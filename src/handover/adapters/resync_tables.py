"""The table of whom a restored node asks."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table

from handover.adapters.metadata import metadata

resync: Final = Table(
    "resync",
    metadata,
    Column("node", String, primary_key=True),
    Column("incarnation", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("answered_at", BigInteger),
    Column("held", BigInteger),
    Column("problem", String),
)
