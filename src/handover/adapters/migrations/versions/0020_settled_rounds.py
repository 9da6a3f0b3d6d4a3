"""What comes up to be erased is read along an index, and only as much as is asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INDEXES = (
    (
        "ix_handover_settled",
        "state IN ('CLOSED', 'DISCARDED', 'ENDED', 'HOLDING', 'OVER', 'TRANSFERRED', 'VOIDED')",
    ),
    (
        "ix_handover_not_taken",
        "state IN ('CLOSED', 'DISCARDED', 'ENDED', 'HOLDING', 'OVER', 'VOIDED')",
    ),
)


def upgrade() -> None:
    """Apply."""
    for name, words in _INDEXES:
        op.create_index(
            name,
            "handover",
            ["kind", "updated_at", "matter"],
            unique=False,
            sqlite_where=sa.text(words),
            postgresql_where=sa.text(words),
        )


def downgrade() -> None:
    """Take back."""
    for name, _ in _INDEXES:
        op.drop_index(name, "handover")
