"""The table of what was told without consent; its words stand in `sealed`."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table

from handover.adapters.metadata import metadata

override: Final = Table(
    "override",
    metadata,
    Column("id", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("ground", String),
    Column("reason", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("fields", String, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("second_officer", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reviewed_by", String),
    Column("reviewed_at", BigInteger),
    Column("child_told", Boolean),
    Column("sealed", LargeBinary),
)
Index(
    "ix_override_unreviewed",
    override.c.at,
    sqlite_where=override.c.reviewed_at.is_(None),
    postgresql_where=override.c.reviewed_at.is_(None),
)
