"""The index of rounds by their deed."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_handover_deed", "handover", ["deed"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_handover_deed", table_name="handover")
