"""The table of what this office has asked for with a referral; the words under the matter's data key."""

from typing import Final

from sqlalchemy import Column, LargeBinary, String, Table

from handover.adapters.metadata import metadata

referral: Final = Table(
    "referral",
    metadata,
    Column("handover", String, primary_key=True),
    Column("matter", String, nullable=False, index=True),
    Column("sealed", LargeBinary),
)
