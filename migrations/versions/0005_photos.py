"""Tables of photos."""

revision = "0005_photos"
down_revision = "0004_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
