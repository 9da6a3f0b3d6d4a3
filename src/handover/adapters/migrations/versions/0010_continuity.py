"""Who was shown what, and what authorities demand of one another."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN = "answered IS NULL OR answered = 'legal-hold'"
_OFFERS = """
INSERT INTO disclosure (envelope, matter, handover, peer, incoming, act, ground, basis, purpose, schema, fields, at,
    withdrawn_at, erased_at)
SELECT h.offer, h.matter, h.id, h.peer, h.role = 'receiver', 'offer', h.ground, COALESCE(g.basis, 'consent'),
    h.purpose, h.schema, h.fields, h.created_at, g.withdrawn_at,
    CASE WHEN h.state IN ('VOIDED', 'CLOSED') THEN h.updated_at END
FROM handover h LEFT JOIN ground g ON g.id = h.ground WHERE h.offer IS NOT NULL
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "disclosure",
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("schema", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("envelope", name=op.f("pk_disclosure")),
    )
    for name in ("ground", "handover", "matter"):
        op.create_index(op.f(f"ix_disclosure_{name}"), "disclosure", [name], unique=False)
    op.create_table(
        "demand",
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("envelope", name=op.f("pk_demand")),
    )
    for name in ("about", "matter"):
        op.create_index(op.f(f"ix_demand_{name}"), "demand", [name], unique=False)
    op.create_index(
        "ix_demand_open",
        "demand",
        ["due", "envelope"],
        unique=False,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.execute(_OFFERS)


def downgrade() -> None:
    """Take back."""
    op.drop_table("demand")
    op.drop_table("disclosure")
