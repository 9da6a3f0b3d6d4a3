"""The index of the work list."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WORDS = (
    "state IN ('PREPARED','OFFERED','ACCEPTED','RELIEVING','VOIDING','PENDING','BOUND','DECLINED')"
    " OR (state = 'HOLDING' AND kind = 'guardianship' AND arrived_at IS NULL)"
)


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_handover_unfinished",
        "handover",
        ["deadline", "id"],
        unique=False,
        sqlite_where=sa.text(_WORDS),
        postgresql_where=sa.text(_WORDS),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_handover_unfinished", table_name="handover")
