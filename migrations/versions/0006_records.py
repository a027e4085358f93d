"""Kept ops and conflicts."""

import sqlalchemy as sa
from alembic import op

revision = "0006_records"
down_revision = "0005_photos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "op",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_state", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(40), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("dev_seq", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(20)),
        sa.Column("form_id", sa.String(64)),
        sa.Column("form_version", sa.String(40)),
        sa.Column("sample_id", sa.String(128)),
        sa.Column("unit", sa.String(17)),
        sa.Column("corrects", sa.Uuid, index=True),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("differences", sa.JSON, nullable=False),
        sa.Column("resolution", sa.String(10)),
        sa.Column("resolved_at", instant),
        sa.Column("resolved_by", sa.String(40)),
        sa.Column("resolution_why", sa.String(500)),
        sa.UniqueConstraint("county_id", "seq"),
    )
    op.create_index("ix_op_op_id", "op", ["op_id"])
    op.create_index("ix_op_sample", "op", ["county_id", "sample_id"])
    op.create_index("ix_op_state", "op", ["county_id", "state"])
    op.create_table(
        "op_conflict",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("epoch", sa.String(40), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("dev_seq", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("county_id", "seq"),
    )
    op.create_index("ix_op_conflict_op_id", "op_conflict", ["op_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
