"""Corrections that came."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "correction",
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("envelope", name=op.f("pk_correction")),
    )
    for name in ("decided_at", "matter"):
        op.create_index(op.f(f"ix_correction_{name}"), "correction", [name], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("correction")
