"""Referrals: what this office has asked for, and ends that wait for the other side."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "referral",
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("handover", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_matter"), "referral", ["matter"], unique=False)
    op.create_index(
        "ix_handover_apart",
        "handover",
        ["updated_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('RETAINED','ENDING')"),
        postgresql_where=sa.text("state IN ('RETAINED','ENDING')"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_handover_apart", table_name="handover")
    op.drop_table("referral")
