"""The register of decisions for a child."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "decision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("peer", sa.String(), nullable=True),
        sa.Column("envelope", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    for name in ("matter", "owner"):
        op.create_index(op.f(f"ix_decision_{name}"), "decision", [name], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("decision")
