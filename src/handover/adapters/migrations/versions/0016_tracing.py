"""Tracing: who may be traced, the index, what is asked and heard."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tracing_address",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("pointer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "pointer", name=op.f("pk_tracing_address")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracing_asking",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("broadcast", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("second_officer", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing_asking")),
    )
    op.create_index(op.f("ix_tracing_asking_matter"), "tracing_asking", ["matter"], unique=False)
    op.create_table(
        "tracing_candidate",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("pair", sa.LargeBinary(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("relative", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("handover", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing_candidate")),
    )
    op.create_index(op.f("ix_tracing_candidate_matter"), "tracing_candidate", ["matter"], unique=False)
    op.create_index(op.f("ix_tracing_candidate_pair"), "tracing_candidate", ["pair"], unique=False)
    op.create_index(op.f("ix_tracing_candidate_question"), "tracing_candidate", ["question"], unique=False)
    op.create_index(op.f("ix_tracing_candidate_state"), "tracing_candidate", ["state"], unique=False)
    op.create_table(
        "tracing_class",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tracing_class")),
    )
    op.create_table(
        "tracing_entry",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("matter", sa.LargeBinary(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing_entry")),
    )
    op.create_index("ix_tracing_entry_epoch_added", "tracing_entry", ["epoch", "added"], unique=False)
    op.create_index(op.f("ix_tracing_entry_mark"), "tracing_entry", ["mark"], unique=False)
    op.create_index(
        "ix_tracing_entry_pending",
        "tracing_entry",
        ["epoch"],
        unique=False,
        sqlite_where=sa.text("added = 0 OR removed = 1"),
        postgresql_where=sa.text("added = 0 OR removed = 1"),
    )
    op.create_table(
        "tracing_heard",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("erased", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tracing_heard")),
    )
    op.create_index("ix_tracing_heard_asker_heard_at", "tracing_heard", ["asker", "heard_at"], unique=False)
    op.create_index("ix_tracing_heard_until", "tracing_heard", ["until"], unique=False)
    op.create_table(
        "tracing_limits",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_tracing_limits")),
    )
    op.create_table(
        "tracing_permission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("second_officer", sa.String(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing_permission")),
    )
    op.create_index(op.f("ix_tracing_permission_matter"), "tracing_permission", ["matter"], unique=False)
    op.create_table(
        "tracing_question",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("asking", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing_question")),
    )
    op.create_index(op.f("ix_tracing_question_asking"), "tracing_question", ["asking"], unique=False)
    op.create_index(op.f("ix_tracing_question_digest"), "tracing_question", ["digest"], unique=False)
    op.create_index(
        "ix_tracing_question_due",
        "tracing_question",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    op.create_index(op.f("ix_tracing_question_matter"), "tracing_question", ["matter"], unique=False)
    op.create_table(
        "tracing_rejection",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_tracing_rejection")),
    )
    op.create_table(
        "tracing_root",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tracing_root")),
    )
    op.create_index(op.f("ix_tracing_root_epoch"), "tracing_root", ["epoch"], unique=False)
    op.create_table(
        "tracing_settled",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_tracing_settled")),
    )
    op.create_index(op.f("ix_tracing_settled_due"), "tracing_settled", ["due"], unique=False)
    op.create_table(
        "tracing_tally",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "name", name=op.f("pk_tracing_tally")),
    )


def downgrade() -> None:
    """Take back."""
    for name in (
        "tracing_address",
        "tracing_asking",
        "tracing_candidate",
        "tracing_class",
        "tracing_entry",
        "tracing_heard",
        "tracing_limits",
        "tracing_permission",
        "tracing_question",
        "tracing_rejection",
        "tracing_root",
        "tracing_settled",
        "tracing_tally",
    ):
        op.drop_table(name)
