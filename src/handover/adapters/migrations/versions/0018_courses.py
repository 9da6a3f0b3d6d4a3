"""The course of a round: referrals and contacts beside handovers."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SENDERS: Final = "'PREPARED','DISCARDED','OFFERED','ACCEPTED','RELIEVING','VOIDING','TRANSFERRED','VOIDED'"
_RECEIVERS: Final = "'PENDING','BOUND','DECLINED','HOLDING','CLOSED'"
_BEFORE: Final = (
    f"(role = 'sender' AND state IN ({_SENDERS})) OR (role = 'receiver' AND state IN ({_RECEIVERS}))"
)
_ENDS: Final = "'ENDING','ENDED','OVER'"
_AFTER: Final = (
    f"(course = 'handover' AND ({_BEFORE}))"
    f" OR (course = 'referral' AND role = 'sender' AND state IN ('PREPARED','DISCARDED','REFERRED',{_ENDS}))"
    f" OR (course = 'referral' AND role = 'receiver' AND state IN ('SERVING','RETAINED',{_ENDS}))"
    f" OR (course = 'contact' AND role = 'sender' AND state IN ('PREPARED','DISCARDED','CONTACTING',{_ENDS}))"
    f" OR (course = 'contact' AND role = 'receiver' AND state IN ('IN-CONTACT',{_ENDS}))"
)
_TIMED_BEFORE: Final = "state IN ('OFFERED', 'ACCEPTED')"
_TIMED_AFTER: Final = "state IN ('OFFERED', 'ACCEPTED', 'REFERRED', 'SERVING')"
_WAITS: Final = "'PREPARED','OFFERED','ACCEPTED','RELIEVING','VOIDING','PENDING','BOUND','DECLINED'"
_WORK_BEFORE: Final = (
    f"state IN ({_WAITS}) OR (state = 'HOLDING' AND kind = 'guardianship' AND arrived_at IS NULL)"
)
_WORK_AFTER: Final = (
    f"state IN ({_WAITS},'REFERRED','SERVING','RETAINED','CONTACTING','IN-CONTACT','ENDING')"
    " OR (state = 'HOLDING' AND kind = 'guardianship' AND arrived_at IS NULL)"
)


def upgrade() -> None:
    """Apply."""
    _drop_indexes()
    with op.batch_alter_table("handover") as batch_op:
        batch_op.add_column(sa.Column("course", sa.String(), nullable=False, server_default="handover"))
        _check(batch_op, _AFTER)
    with op.batch_alter_table("handover") as batch_op:
        batch_op.alter_column("course", server_default=None)
        if op.get_bind().dialect.name == "sqlite":  # a table that is made anew there loses its checks
            batch_op.create_check_constraint(op.f("ck_handover_state"), _AFTER)
    _create_indexes(_TIMED_AFTER, _WORK_AFTER)


def downgrade() -> None:
    """Take back."""
    _drop_indexes()
    op.execute("DELETE FROM handover WHERE course <> 'handover'")
    with op.batch_alter_table("handover") as batch_op:
        _check(batch_op, _BEFORE)
        batch_op.drop_column("course")
    _create_indexes(_TIMED_BEFORE, _WORK_BEFORE)


def _check(batch_op: object, words: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        batch_op.drop_constraint(op.f("ck_handover_state"), type_="check")  # type: ignore[attr-defined]
    batch_op.create_check_constraint(op.f("ck_handover_state"), words)  # type: ignore[attr-defined]


def _drop_indexes() -> None:
    op.drop_index("ix_handover_unfinished", table_name="handover")
    op.drop_index("ix_handover_deadline", table_name="handover")


def _create_indexes(timed: str, work: str) -> None:
    for name, columns, words in (
        ("ix_handover_deadline", ["deadline"], timed),
        ("ix_handover_unfinished", ["deadline", "id"], work),
    ):
        op.create_index(
            name,
            "handover",
            columns,
            unique=False,
            sqlite_where=sa.text(words),
            postgresql_where=sa.text(words),
        )
