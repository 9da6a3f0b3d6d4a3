"""The table of the questions of members that were answered."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from handover.adapters.metadata import metadata

answered: Final = Table(
    "answered",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("peer", String, nullable=False),
    Column("path", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("ix_answered_peer", answered.c.peer, answered.c.path, answered.c.at)
