"""Tables of households."""

revision = "0002_households"
down_revision = "0001_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
