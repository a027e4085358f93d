"""Tables of rounds."""

revision = "0004_rounds"
down_revision = "0003_questionnaires"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
