"""The tables of persons' requests. What persons and officers write stands in columns named `sealed`."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, LargeBinary, String, Table

from handover.adapters.metadata import metadata

petition: Final = Table(
    "petition",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("came", String, nullable=False),
    Column("about", String),
    Column("language", String, nullable=False),
    Column("filed_at", BigInteger, nullable=False, index=True),
    Column("due", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("confirmed_by", String),
    Column("answered_at", BigInteger),
    Column("sealed", LargeBinary),
)
WAITING: Final[ColumnElement[bool]] = petition.c.answered_at.is_(None)
Index(
    "ix_petition_waiting",
    petition.c.due,
    petition.c.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)
way: Final = Table(
    "petition_way",
    metadata,
    Column("envelope", String, primary_key=True),
    Column("petition", String, nullable=False, index=True),
    Column("handover", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("incoming", Boolean, nullable=False),
)
answer: Final = Table(
    "petition_answer",
    metadata,
    Column("petition", String, primary_key=True),
    Column("holder", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("outcome", String),
    Column("envelope", String),
    Column("sealed", LargeBinary),
)
drop: Final = Table(
    "petition_drop",
    metadata,
    Column("id", String, primary_key=True),
    Column("mark", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("language", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
code: Final = Table(
    "case_code",
    metadata,
    Column("matter", String, primary_key=True),
    Column("mark", LargeBinary, nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
)
