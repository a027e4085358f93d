"""Frozen results of closed rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0012_frozen"
down_revision = "0011_fieldwork"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_result",
        sa.Column("round_code", sa.String(56), sa.ForeignKey("round.code"), primary_key=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
