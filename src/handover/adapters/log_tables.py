"""The tables of the Merkle log."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import metadata

log_head: Final = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("signed_size", BigInteger, nullable=False),
    Column("signed_root", LargeBinary, nullable=False),
    Column("note", LargeBinary),
)
log_entry: Final = Table(
    "log_entry",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("stream", String, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index(None, "stream", "position"),
)
log_stream: Final = Table(
    "log_stream",
    metadata,
    Column("stream", String, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("prev", String, nullable=False),
)
log_tile: Final = Table(
    "log_tile",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
)
registry_page: Final = Table(
    "registry_page",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
