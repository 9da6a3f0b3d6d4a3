"""The tables of tracing keys: epochs, evaluations by asker, requests of this node. No name, and no key, is in them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import metadata

epoch: Final = Table(
    "tracing_epoch",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
)
seen: Final = Table(  # requests that were answered, until none like them is taken any more
    "evaluation_seen",
    metadata,
    Column("request", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
)
level: Final = Table(
    "evaluation_level",
    metadata,
    Column("asker", String, primary_key=True),
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("level", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
spent: Final = Table(
    "evaluation_spent",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("asker", String, primary_key=True),
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("requests", BigInteger, nullable=False),
    Column("evaluations", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
)
asked: Final = Table(
    "evaluation_asked",
    metadata,
    Column("request", String, primary_key=True),
    Column("reference", LargeBinary, nullable=False),
    Column("matter", String),
    Column("salt", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("basis", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
)
Index("ix_evaluation_seen_until", seen.c.until)
Index("ix_evaluation_asked_matter", asked.c.matter)
