"""What the pass over many records looked at last, and what a picture looks like."""

import sqlalchemy as sa
from alembic import op

revision = "0018_flags_of_many"
down_revision = "0017_trial_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flag_look",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True, autoincrement=False),
        sa.Column("scope", sa.String(56), primary_key=True),
        sa.Column("mark", sa.String(200), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("photo_object", sa.Column("imprint", sa.String(16)))


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
