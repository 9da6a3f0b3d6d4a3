"""The table of corrections that came: identifiers, digests and times alone."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table

from handover.adapters.metadata import metadata

correction: Final = Table(
    "correction",
    metadata,
    Column("envelope", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("handover", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False, index=True),
    Column("version", Integer),
)
