"""The tables of tracing: who may be traced, the index, what was asked, what was heard.

The index tells nothing without this node's vault: an entry's row names no matter, an address stands there as a mark
under the node's secret, and which entry it belongs to is encrypted (docs/spec/tracing.md, section 3).
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, or_

from handover.adapters.metadata import metadata

permission: Final = Table(
    "tracing_permission",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("basis", String, nullable=False),
    Column("given_by", String, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("second_officer", String),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("sealed", LargeBinary),
)
limits: Final = Table(
    "tracing_limits",
    metadata,
    Column("matter", String, primary_key=True),
    Column("sealed", LargeBinary),
)
settled: Final = Table(
    "tracing_settled",
    metadata,
    Column("matter", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due", BigInteger, nullable=False, index=True),
)
entry: Final = Table(
    "tracing_entry",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("mark", LargeBinary, index=True),
    Column("matter", LargeBinary),
    Column("epoch", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),  # 0 or 1
    Column("sealed", LargeBinary),
    Column("sealed_leaves", LargeBinary, nullable=False),
)
PENDING: Final = or_(entry.c.added == 0, entry.c.removed == 1)
Index("ix_tracing_entry_pending", entry.c.epoch, sqlite_where=PENDING, postgresql_where=PENDING)
Index("ix_tracing_entry_epoch_added", entry.c.epoch, entry.c.added)
address: Final = Table(
    "tracing_address",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("pointer", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
root: Final = Table(
    "tracing_root",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("entry", Integer, nullable=False),
)
epoch: Final = Table(
    "tracing_class",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
tally: Final = Table(
    "tracing_tally",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
)
asking: Final = Table(
    "tracing_asking",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("person", Integer, nullable=False),
    Column("permission", String, nullable=False),
    Column("state", String, nullable=False),
    Column("broadcast", Boolean, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("second_officer", String),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("closed_at", BigInteger),
    Column("reason", String),
    Column("sealed", LargeBinary),
)
question: Final = Table(
    "tracing_question",
    metadata,
    Column("id", String, primary_key=True),
    Column("asking", String, nullable=False, index=True),
    Column("matter", String, nullable=False, index=True),
    Column("holder", String, nullable=False),
    Column("state", String, nullable=False),
    Column("epoch", Integer),
    Column("digest", String, index=True),
    Column("at", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("received_at", BigInteger),
    Column("problem", String),
    Column("receipt", LargeBinary),
    Column("sealed", LargeBinary),
)
DUE: Final = question.c.due.is_not(None)
Index("ix_tracing_question_due", question.c.due, sqlite_where=DUE, postgresql_where=DUE)
heard: Final = Table(
    "tracing_heard",
    metadata,
    Column("digest", String, primary_key=True),
    Column("asker", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("root", Integer, nullable=False),
    Column("compared", Integer),
    Column("closed_at", BigInteger),
    Column("receipt", LargeBinary),
    Column("erased", LargeBinary),
    Column("sealed", LargeBinary),
)
Index("ix_tracing_heard_asker_heard_at", heard.c.asker, heard.c.heard_at)
Index("ix_tracing_heard_until", heard.c.until)
candidate: Final = Table(
    "tracing_candidate",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("person", Integer, nullable=False),
    Column("asker", String, nullable=False),
    Column("question", String, nullable=False, index=True),
    Column("pair", LargeBinary, nullable=False, index=True),
    Column("band", String, nullable=False),
    Column("relative", Boolean, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("handover", String),
    Column("decided_by", String),
    Column("decided_at", BigInteger),
    Column("sealed", LargeBinary),
)
rejection: Final = Table(
    "tracing_rejection",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
