"""Doubts, reviews, and the facts and sums of figures."""

import sqlalchemy as sa
from alembic import op

revision = "0016_figures"
down_revision = "0015_teams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)

    def county() -> sa.Column:  # type: ignore[type-arg]
        return sa.Column(
            "county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True, autoincrement=False
        )

    op.create_table(
        "flag",
        county(),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.String(4), primary_key=True),
        sa.Column("reason", sa.String(20), primary_key=True),
        sa.Column("severity", sa.String(4), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("raised_at", instant, nullable=False),
        sa.Column("settled_at", instant),
        sa.Column("settled_by", sa.String(40)),
        sa.Column("why", sa.String(500)),
    )
    op.create_index("ix_flag_state", "flag", ["county_id", "state", "severity"])
    op.create_table(
        "review",
        county(),
        sa.Column("op_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("judgement", sa.String(12), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", instant, nullable=False),
    )
    op.create_table(
        "figure_household",
        county(),
        sa.Column("sample_id", sa.String(128), primary_key=True),
        sa.Column("draw_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("op_id", sa.Uuid),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("answers", sa.Text),
        sa.Column("is_first_drawn", sa.Boolean, nullable=False),
        sa.Column("ending", sa.String(4)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("is_filed_resettled", sa.Boolean, nullable=False),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("doubted", sa.Integer, nullable=False),
        sa.Column("support_share", sa.Integer),
    )
    op.create_index("ix_figure_household_draw", "figure_household", ["county_id", "draw_id", "kind", "rank"])
    op.create_index("ix_figure_household_share", "figure_household", ["county_id", "draw_id", "support_share"])
    op.create_table(
        "figure_sum",
        county(),
        sa.Column("draw_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
