"""Alarms of a round are found without reading all."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_alarm_handover", "alarm", ["handover"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_alarm_handover", "alarm")
