"""The tables of what is not certain since a restore."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import ROW_ID, metadata

restoration: Final = Table(
    "restoration",
    metadata,
    Column("incarnation", Integer, primary_key=True, autoincrement=False),
    Column("restored_at", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("log_size", BigInteger, nullable=False),
    Column("over_at", BigInteger),
)
doubt: Final = Table("doubt", metadata, Column("matter", String, primary_key=True))
waiting_deed: Final = Table(
    "waiting_deed",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary, nullable=False),
    Column("handover", String, nullable=False),
    Column("matter", String, nullable=False),
    Index(None, "matter"),
)
