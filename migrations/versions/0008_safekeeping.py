"""What phones say of themselves, later changes of kept ops, why a session ended, and the second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0008_safekeeping"
down_revision = "0007_inspections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "op_change",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.UniqueConstraint("county_id", "seq"),
    )
    op.create_index("ix_op_device", "op", ["device_id", "dev_seq"])
    op.create_table(
        "device_report",
        sa.Column("device_id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("reported_at", instant, nullable=False),
        sa.Column("max_dev_seq", sa.BigInteger, nullable=False),
        sa.Column("unsent_ops", sa.Integer),
        sa.Column("unsent_photos", sa.Integer),
        sa.Column("oldest_unsent_at", instant),
        sa.Column("bytes_free", sa.BigInteger),
        sa.Column("is_persisted", sa.Boolean),
        sa.Column("is_store_lost", sa.Boolean, nullable=False),
        sa.Column("self_test_passed", sa.Boolean),
        sa.Column("app_version", sa.String(40)),
        sa.Column("told", sa.String, nullable=False),
    )
    op.add_column("token", sa.Column("ended_why", sa.String(10)))
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("confirmed_at", instant),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("spare_codes", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
