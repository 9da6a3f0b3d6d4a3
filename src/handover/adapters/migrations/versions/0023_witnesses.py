"""Witnesses: the newest checkpoint of each log that this node has cosigned."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "witnessed",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_witnessed")),
    )
    op.create_index(op.f("ix_witnessed_node"), "witnessed", ["node"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("witnessed")
