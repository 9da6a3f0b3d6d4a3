"""Tracing keys: epochs, evaluations by asker, and what this node had evaluated."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tracing_epoch",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tracing_epoch")),
    )
    op.create_table(
        "evaluation_seen",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_evaluation_seen")),
    )
    op.create_index(op.f("ix_evaluation_seen_until"), "evaluation_seen", ["until"], unique=False)
    op.create_table(
        "evaluation_level",
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asker", "kind", name=op.f("pk_evaluation_level")),
    )
    op.create_table(
        "evaluation_spent",
        sa.Column("epoch", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("evaluations", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "year", "asker", "kind", name=op.f("pk_evaluation_spent")),
    )
    op.create_table(
        "evaluation_asked",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_evaluation_asked")),
    )
    op.create_index(op.f("ix_evaluation_asked_matter"), "evaluation_asked", ["matter"], unique=False)


def downgrade() -> None:
    """Take back."""
    for name in ("asked", "spent", "level", "seen"):
        op.drop_table(f"evaluation_{name}")
    op.drop_table("tracing_epoch")
