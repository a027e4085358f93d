"""Pictures: what records announced, and what has arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0005_photos"
down_revision = "0004_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)

    def county_key() -> sa.Column:
        return sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True)

    op.create_table(
        "photo_announced",
        county_key(),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("photo_id", sa.Uuid, primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("received_at", instant, nullable=False),
    )
    op.create_index("ix_photo_announced_sha256", "photo_announced", ["sha256", "account_id"])
    op.create_index("ix_photo_announced_photo_id", "photo_announced", ["photo_id"])
    op.create_table(
        "photo_object",
        county_key(),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
