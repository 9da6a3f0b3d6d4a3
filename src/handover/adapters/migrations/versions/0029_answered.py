"""Which questions of members were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "answered",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_answered")),
    )
    op.create_index(op.f("ix_answered_peer"), "answered", ["peer", "path", "at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("answered")
