"""The tables of statistics: sums of the quarters that are still counted, and what was published."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from handover.adapters.metadata import metadata

statistics_sum: Final = Table(
    "statistics_sum",
    metadata,
    Column("quarter", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("name", String, primary_key=True),  # of the table; empty for the total
    Column("cell", String, primary_key=True),
    Column("events", Integer, nullable=False),
    Column("children", Integer, nullable=False),
)
statistics_mark: Final = (
    Table(  # that a child was counted in a cell: a keyed digest, until the quarter is published
        "statistics_mark",
        metadata,
        Column("quarter", String, primary_key=True),
        Column("mark", LargeBinary, primary_key=True),
    )
)
statistics_part: Final = Table(
    "statistics_part",
    metadata,
    Column("node", String, primary_key=True),
    Column("quarter", String, primary_key=True),
    Column("kept_at", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
)
