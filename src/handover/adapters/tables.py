"""The tables, for SQLite and PostgreSQL alike; further ones are in the modules named after them.

Values of persons stand only in columns named `sealed`.

Identifiers are text, digests 32 bytes, times whole seconds since 1970. What is written often has an integer key and
keeps its bytes apart from its indexed columns.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    literal_column,
)

from handover.adapters.course_states import STATES
from handover.adapters.metadata import ROW_ID, metadata
from handover.domain.handover import SETTLED, State

_TEXT_CLAIMS = "'HOLDER','RELIEVING','NONE','IN-DOUBT'"
matter: Final = Table(
    "matter",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("claim", String, nullable=False),
    Column("relieving_for", String),
    Column("holder", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("chain", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint(f"claim IN ({_TEXT_CLAIMS})", name="claim"),
    CheckConstraint("(claim = 'RELIEVING') = (relieving_for IS NOT NULL)", name="relieving"),
    Index(None, "reference", "id"),
)
handover: Final = Table(
    "handover",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("role", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("round", String, nullable=False),
    Column("pair", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("fields", String, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("bound", Boolean, nullable=False),
    Column("ground", String),
    Column("prepared_by", String),
    Column("released_by", String),
    Column("seq", Integer, nullable=False),
    Column("last", String),
    Column("offer", String),
    Column("acceptance", String),
    Column("deed", String),
    Column("closing", String),
    Column("receipt", String),
    Column("question", String),
    Column("reason", String),
    Column("opened_at", BigInteger),
    Column("arrived_at", BigInteger),
    Column("alarm", String),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("course", String, nullable=False),
    CheckConstraint(STATES, name="state"),
    Index("uq_handover_peer_round", "peer", "round", unique=True),
    Index(None, "pair"),
    Index(None, "deed"),
    Index(None, "ground"),
    Index(None, "matter", "id"),
)
Index(
    "uq_handover_open_offer",
    handover.c.matter,
    unique=True,
    sqlite_where=handover.c.state.in_(["OFFERED", "ACCEPTED"]),
    postgresql_where=handover.c.state.in_(["OFFERED", "ACCEPTED"]),
)
Index(
    "ix_handover_deadline",
    handover.c.deadline,
    sqlite_where=handover.c.state.in_(["OFFERED", "ACCEPTED", "REFERRED", "SERVING"]),
    postgresql_where=handover.c.state.in_(["OFFERED", "ACCEPTED", "REFERRED", "SERVING"]),
)


def _in_states(states: Iterable[State]) -> ColumnElement[bool]:
    """Tell whether a round is in one of some states, written out: an index is used for the very same words alone."""
    return handover.c.state.in_([literal_column(f"'{state.value}'") for state in sorted(states)])


SETTLED_ROUND: Final = _in_states(SETTLED)
NOT_TAKEN_ROUND: Final = _in_states(SETTLED - {State.TRANSFERRED})
for _name, _rounds in (("ix_handover_settled", SETTLED_ROUND), ("ix_handover_not_taken", NOT_TAKEN_ROUND)):
    _columns = (handover.c.kind, handover.c.updated_at, handover.c.matter)
    Index(_name, *_columns, sqlite_where=_rounds, postgresql_where=_rounds)
data_key: Final = Table(
    "data_key",
    metadata,
    Column("owner", String, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
envelope: Final = Table(
    "envelope",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("handover", String, nullable=False, index=True),
    Column("incoming", Boolean, nullable=False),
    Column("act", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("round", String, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("re", String),
    Column("stored_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
payload: Final = Table(
    "payload",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("sealed", LargeBinary),
    Column("sealed_plaintext", LargeBinary),
)
chain_deed: Final = Table(
    "chain_deed",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("receipt", LargeBinary),
)
exhibit: Final = Table(
    "exhibit",
    metadata,
    Column("envelope", LargeBinary, primary_key=True),
    Column("registry", LargeBinary, nullable=False),
    Column("record", LargeBinary),
    Column("consent", LargeBinary),
)
receipt: Final = Table(
    "receipt",
    metadata,
    Column("envelope", LargeBinary, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
)
checkpoint: Final = Table(
    "checkpoint",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("origin", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Index(None, "origin", "size"),
)
queue: Final = Table(
    "queue",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("handover", String, nullable=False, index=True),
    Column("act", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("due", BigInteger),  # null: delivered for good, or given up after a final refusal
    Column("attempts", Integer, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("delivery", String, nullable=False, index=True),
    Column("problem", String),
)
Index(
    "ix_queue_due",
    queue.c.peer,
    queue.c.due,
    sqlite_where=queue.c.due.is_not(None),
    postgresql_where=queue.c.due.is_not(None),
)
attachment: Final = Table(
    "attachment",
    metadata,
    Column("matter", String, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("sealed", LargeBinary),
)
parcel: Final = Table(
    "parcel",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("handover", String, nullable=False, index=True),
    Column("peer", String, nullable=False),
    Column("incoming", Boolean, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("have", BigInteger, nullable=False),
    Column("owner", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
parcel_part: Final = Table(
    "parcel_part",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
record: Final = Table(
    "record",
    metadata,
    Column("matter", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("schema", String, nullable=False),
    Column("source", String, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
)
ground: Final = Table(
    "ground",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("basis", String, nullable=False),
    Column("recipients", String, nullable=False),
    Column("purposes", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("fields", String, nullable=False),
    Column("onward", String, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("review_at", BigInteger),
    Column("second_officer", String),
    Column("withdrawn_at", BigInteger),
    Column("recorded_by", String, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
)
peer: Final = Table(
    "peer",
    metadata,
    Column("node", String, primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("log_size", BigInteger, nullable=False),
    Column("log_root", LargeBinary, nullable=False),
)
officer: Final = Table(
    "officer",
    metadata,
    Column("id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("roles", String, nullable=False),
    Column("disabled_at", BigInteger),
    Column("until", BigInteger),
)
api_key: Final = Table(
    "api_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("officer", String, nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
reply: Final = Table(
    "reply",
    metadata,
    Column("officer", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False, index=True),
)
