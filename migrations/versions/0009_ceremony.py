"""A draw per county, covert draws, and what the ceremony writes down: signers, pledges, throw, void."""

import sqlalchemy as sa
from alembic import op

revision = "0009_ceremony"
down_revision = "0008_safekeeping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draw", sa.Column("scope", sa.JSON))
    op.add_column("draw", sa.Column("covert", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("draw", sa.Column("guided", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("draw", sa.Column("frame_note", sa.JSON))
    op.add_column("draw", sa.Column("pledges", sa.JSON))
    op.add_column("draw", sa.Column("signers", sa.JSON))
    op.add_column("draw", sa.Column("signed_at", sa.DateTime(timezone=True)))
    op.add_column("draw", sa.Column("signed_place", sa.String(100)))
    op.add_column("draw", sa.Column("thrown", sa.JSON))
    op.add_column("draw", sa.Column("void_asked_by", sa.String(80)))


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
