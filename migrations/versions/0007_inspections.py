"""Typed facts of visits: one row a doorstep, one row an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0007_inspections"
down_revision = "0006_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "visit",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("sample_id", sa.String(128), nullable=False),
        sa.Column("draw", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("form_id", sa.String(64)),
        sa.Column("form_version", sa.String(40)),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("started_at", instant),
        sa.Column("finished_at", instant),
        sa.Column("corrects", sa.Uuid),
        sa.Column("contact_result", sa.String(20)),
        sa.Column("met_where", sa.String(20)),
        sa.Column("no_such_why", sa.String(20)),
        sa.Column("outcome_code", sa.String(4)),
        sa.Column("poverty_status", sa.String(20)),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("accuracy_m", sa.Float),
    )
    op.create_index("ix_visit_sample", "visit", ["county_id", "sample_id"])
    op.create_index("ix_visit_draw", "visit", ["county_id", "draw"])
    op.create_table(
        "answer",
        sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("path", sa.String(120), primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("number", sa.Float),
    )
    op.create_index("ix_answer_path", "answer", ["county_id", "path"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
