"""The table of decisions for a child: what was decided is sealed, the date too."""

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from handover.adapters.metadata import metadata

decision: Final = Table(
    "decision",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("owner", String, nullable=False, index=True),
    Column("recorded_by", String),
    Column("peer", String),
    Column("envelope", String),
    Column("sealed", LargeBinary),
)
