"""From when and for which round a questionnaire is in force, moves of drafts, and trials before publishing."""

import sqlalchemy as sa
from alembic import op

revision = "0013_form_releases"
down_revision = "0012_frozen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "form_release",
        sa.Column("form_id", sa.String(60), primary_key=True),
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("round", sa.String(56), primary_key=True),
        sa.Column("starts_at", instant, nullable=False),
        sa.Column("released_at", instant, nullable=False),
        sa.Column("released_by", sa.String(40), nullable=False),
    )
    op.create_table(
        "form_move",
        sa.Column("form_id", sa.String(60), primary_key=True),
        sa.Column("from_version", sa.String(20), primary_key=True),
        sa.Column("to_version", sa.String(20), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("allowed_at", instant, nullable=False),
        sa.Column("allowed_by", sa.String(40), nullable=False),
    )
    op.create_table(
        "form_trial",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("xlsx", sa.LargeBinary, nullable=False),
        sa.Column("compiled", sa.String, nullable=False),
        sa.Column("warnings", sa.String, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
