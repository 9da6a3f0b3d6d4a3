"""Indexes of the work list: rounds in which somebody has to do something, by deadline, and ends that wait."""

from typing import Final

from sqlalchemy import ColumnElement, Index, text

from handover.adapters.tables import handover

# Written out, for a database uses such an index only for a query with the very same words.
_WORDS: Final = (
    "state IN ('PREPARED','OFFERED','ACCEPTED','RELIEVING','VOIDING','PENDING','BOUND','DECLINED',"
    "'REFERRED','SERVING','RETAINED','CONTACTING','IN-CONTACT','ENDING')"
    " OR (state = 'HOLDING' AND kind = 'guardianship' AND arrived_at IS NULL)"
)
UNFINISHED: Final[ColumnElement[bool]] = text(f"({_WORDS})")  # type: ignore[assignment]
Index(
    "ix_handover_unfinished",
    handover.c.deadline,
    handover.c.id,
    sqlite_where=text(_WORDS),
    postgresql_where=text(_WORDS),
)
_APART = "state IN ('RETAINED','ENDING')"
APART: Final[ColumnElement[bool]] = text(_APART)  # type: ignore[assignment]
Index(
    "ix_handover_apart",
    handover.c.updated_at,
    sqlite_where=text(_APART),
    postgresql_where=text(_APART),
)
