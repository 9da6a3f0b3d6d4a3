"""Reconciliation: what comparing all that was said with each peer has found, and envelopes in the order of digests."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reconciliation",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("own_size", sa.BigInteger(), nullable=False),
        sa.Column("peer_size", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("coming", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=True),
        sa.Column("agreed_own_size", sa.BigInteger(), nullable=False),
        sa.Column("agreed_peer_size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_reconciliation")),
    )
    op.create_table(
        "reconciliation_difference",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("round", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("handover", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("peer", "digest", name=op.f("pk_reconciliation_difference")),
    )
    op.create_index("ix_envelope_peer", "envelope", ["peer", "incoming", "digest"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_envelope_peer", table_name="envelope")
    op.drop_table("reconciliation_difference")
    op.drop_table("reconciliation")
