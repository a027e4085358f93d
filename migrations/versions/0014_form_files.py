"""CSV files that come with a questionnaire's version."""

import sqlalchemy as sa
from alembic import op

revision = "0014_form_files"
down_revision = "0013_form_releases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_file",
        sa.Column("form_id", sa.String(60), primary_key=True),
        sa.Column("version", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["form_id", "version"], ["form_version.form_id", "form_version.version"]),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
