"""Requests of persons: complaints, and who received what."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "petition",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("came", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition")),
    )
    for name in ("filed_at", "matter"):
        op.create_index(op.f(f"ix_petition_{name}"), "petition", [name], unique=False)
    waiting = sa.text("answered_at IS NULL")
    op.create_index(
        "ix_petition_waiting", "petition", ["due", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "petition_way",
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("petition", sa.String(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("envelope", name=op.f("pk_petition_way")),
    )
    op.create_index(op.f("ix_petition_way_petition"), "petition_way", ["petition"], unique=False)
    op.create_table(
        "petition_answer",
        sa.Column("petition", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("envelope", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("petition", "holder", name=op.f("pk_petition_answer")),
    )
    op.create_index(op.f("ix_petition_answer_matter"), "petition_answer", ["matter"], unique=False)
    op.create_table(
        "petition_drop",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_drop")),
    )
    op.create_table(
        "case_code",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_case_code")),
        sa.UniqueConstraint("mark", name=op.f("uq_case_code_mark")),
    )
