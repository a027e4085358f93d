"""Tables of questionnaires."""

revision = "0003_questionnaires"
down_revision = "0002_households"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
