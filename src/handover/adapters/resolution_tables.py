"""The table of proposals to resolve a deed: identifiers, digests, codes and times alone."""

from typing import Final

from sqlalchemy import BigInteger, Column, String, Table

from handover.adapters.metadata import metadata

resolution: Final = Table(
    "resolution",
    metadata,
    Column("id", String, primary_key=True),
    Column("handover", String, nullable=False, index=True),
    Column("deed", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("outcome", String),
    Column("decided_by", String),
    Column("decided_at", BigInteger, nullable=False),
)
