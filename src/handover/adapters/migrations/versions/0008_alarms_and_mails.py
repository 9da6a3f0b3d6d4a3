"""Who has looked at an alarm, and indexes of what health counts: given-up mails, renewed keys."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("alarm", sa.Column("seen_by", sa.String(), nullable=True))
    op.add_column("alarm", sa.Column("seen_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_alarm_open", "alarm", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_erasure_renewed", "erasure", ["renewed_at"])
    op.create_index("ix_notice_given_up", "notice", ["id"], sqlite_where=GIVEN_UP, postgresql_where=GIVEN_UP)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_erasure_renewed", table_name="erasure")
    op.drop_index("ix_notice_given_up", table_name="notice")
    op.drop_index("ix_alarm_open", table_name="alarm")
    op.drop_column("alarm", "seen_at")
    op.drop_column("alarm", "seen_by")


OPEN = sa.text("seen_at IS NULL")
GIVEN_UP = sa.text("due IS NULL AND sent_at IS NULL")
