"""Visits of helpers, and the records of field work besides interviews, as typed facts."""

import sqlalchemy as sa
from alembic import op

revision = "0011_fieldwork"
down_revision = "0010_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)

    def frame() -> list[sa.Column]:
        return [
            sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True),
            sa.Column("op_id", sa.Uuid, primary_key=True),
            sa.Column("status", sa.String(10), nullable=False),
            sa.Column("form_id", sa.String(64)),
            sa.Column("form_version", sa.String(40)),
            sa.Column("account_id", sa.Uuid, nullable=False),
            sa.Column("received_at", instant, nullable=False),
            sa.Column("started_at", instant),
            sa.Column("finished_at", instant),
            sa.Column("corrects", sa.Uuid),
            sa.Column("lon", sa.Float),
            sa.Column("lat", sa.Float),
            sa.Column("accuracy_m", sa.Float),
        ]

    op.create_table(
        "helper_visit",
        *frame(),
        sa.Column("unit", sa.String(17), nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("contact_result", sa.String(20)),
        sa.Column("purposes", sa.String(200), nullable=False),
        sa.Column("minutes_here", sa.Integer),
        sa.Column("gift_value", sa.Integer),
        sa.Column("is_problem_found", sa.Boolean),
        sa.Column("next_visit_on", sa.Date),
    )
    op.create_index("ix_helper_visit_unit", "helper_visit", ["county_id", "unit", "visited_on"])
    op.create_index("ix_helper_visit_account", "helper_visit", ["account_id", "county_id"])
    op.create_table(
        "field_record",
        *frame(),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("round", sa.String(56)),
        sa.Column("place", sa.String(12), nullable=False),
        sa.Column("unit", sa.String(17)),
        sa.Column("method", sa.String(20)),
        sa.Column("level", sa.String(20)),
        sa.Column("unit_name", sa.String(60), nullable=False),
        sa.Column("fix_result", sa.String(20)),
    )
    op.create_index("ix_field_record_round", "field_record", ["county_id", "round"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
