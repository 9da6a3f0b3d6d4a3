"""The dates on which one authority tells another how a child is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = "done_at IS NULL AND ended_at IS NULL"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "follow_up",
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.String(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("alarmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("handover", "day", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_matter"), "follow_up", ["matter"], unique=False)
    op.create_index(
        "ix_follow_up_open",
        "follow_up",
        ["due", "handover"],
        unique=False,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("follow_up")
