"""The tables of reconciliation: what the last comparison with each peer has found, and the order that it goes by."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import metadata
from handover.adapters.tables import envelope

reconciliation: Final = Table(
    "reconciliation",
    metadata,
    Column("peer", String, primary_key=True),
    Column("tried_at", BigInteger, nullable=False),
    Column("problem", String),
    Column("done_at", BigInteger),
    Column("own_size", BigInteger, nullable=False),
    Column("peer_size", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("coming", Integer, nullable=False),
    Column("cut", Boolean, nullable=False),
    Column("agreed_at", BigInteger),
    Column("agreed_own_size", BigInteger, nullable=False),
    Column("agreed_peer_size", BigInteger, nullable=False),
)
reconciliation_difference: Final = Table(
    "reconciliation_difference",
    metadata,
    Column("peer", String, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("finding", String, nullable=False),
    Column("round", String, nullable=False),
    Column("act", String, nullable=False),
    Column("handover", String),
    Column("position", BigInteger),
)
Index("ix_envelope_peer", envelope.c.peer, envelope.c.incoming, envelope.c.digest)
