"""Sums for statistics, and the parts that nodes publish."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "statistics_sum",
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "subject", "name", "cell", name="pk_statistics_sum"),
    )
    op.create_table(
        "statistics_mark",
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "mark", name="pk_statistics_mark"),
    )
    op.create_table(
        "statistics_part",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "quarter", name="pk_statistics_part"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("statistics_part")
    op.drop_table("statistics_mark")
    op.drop_table("statistics_sum")
