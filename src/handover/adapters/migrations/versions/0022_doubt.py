"""What is not certain since a restore."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "restoration",
        sa.Column("incarnation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("incarnation", name=op.f("pk_restoration")),
    )
    op.create_table(
        "doubt",
        sa.Column("matter", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_doubt")),
    )
    op.create_table(
        "waiting_deed",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_deed")),
    )
    op.create_index(op.f("ix_waiting_deed_matter"), "waiting_deed", ["matter"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("waiting_deed")
    op.drop_table("doubt")
    op.drop_table("restoration")
