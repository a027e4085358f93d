"""Tables of inspections."""

revision = "0007_inspections"
down_revision = "0006_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
