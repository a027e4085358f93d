"""CSV files that come with a questionnaire's trial."""

import sqlalchemy as sa
from alembic import op

revision = "0017_trial_files"
down_revision = "0016_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_trial_file",
        sa.Column("trial_id", sa.Uuid, sa.ForeignKey("form_trial.id"), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
