"""The tables of retention: legal holds, what was erased, and when that was last looked after.

`erasure` is the ledger of destroyed data keys, by owner: no value, no key.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import ROW_ID, metadata

hold: Final = Table(
    "hold",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("ground", String, nullable=False),
    Column("placed_by", String, nullable=False),
    Column("second_officer", String, nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("lifted_by", String),
    Column("lifted_at", BigInteger),
    Column("sealed", LargeBinary),
)
erasure: Final = Table(
    "erasure",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("owner", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("erased_at", BigInteger, nullable=False),
    Column("renewed_at", BigInteger),  # null: the key-encryption key of that epoch is still alive
)
Index(
    "ix_erasure_pending",
    erasure.c.erased_at,
    sqlite_where=erasure.c.renewed_at.is_(None),
    postgresql_where=erasure.c.renewed_at.is_(None),
)
Index("ix_erasure_renewed", erasure.c.renewed_at)
upkeep: Final = Table(
    "upkeep",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ran_at", BigInteger, nullable=False),
    Column("near", Integer, nullable=False),
)
