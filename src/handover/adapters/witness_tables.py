"""What this node keeps of the logs whose witness it is."""

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from handover.adapters.metadata import metadata

witnessed: Final = Table(
    "witnessed",
    metadata,
    Column("origin", String, primary_key=True),
    Column("node", String, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    Column("cosigned_at", BigInteger, nullable=False),
)
cosigned: Final = Table(
    "cosigned",
    metadata,
    Column("origin", String, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("cosigned_at", BigInteger, nullable=False),
)
