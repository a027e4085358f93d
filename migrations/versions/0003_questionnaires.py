"""Published versions of questionnaires."""

import sqlalchemy as sa
from alembic import op

revision = "0003_questionnaires"
down_revision = "0002_households"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_version",
        sa.Column("form_id", sa.String(60), primary_key=True),
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("xlsx_sha256", sa.String(64), nullable=False),
        sa.Column("title_zh", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("xlsx", sa.LargeBinary, nullable=False),
        sa.Column("xml", sa.String, nullable=False),
        sa.Column("json", sa.String, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
