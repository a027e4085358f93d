"""Tables of records."""

revision = "0006_records"
down_revision = "0005_photos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
