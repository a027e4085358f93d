"""Rounds, draws, frozen frames, samples."""

import sqlalchemy as sa
from alembic import op

revision = "0004_rounds"
down_revision = "0003_questionnaires"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)

    def county_key() -> sa.Column:
        return sa.Column(
            "county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True, autoincrement=False
        )

    op.create_table(
        "round",
        sa.Column("code", sa.String(56), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("poor_min", sa.Integer, nullable=False),
        sa.Column("poor_max", sa.Integer, nullable=False),
        sa.Column("non_poor_min", sa.Integer, nullable=False),
        sa.Column("non_poor_max", sa.Integer, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("created_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("closed_at", instant),
        sa.Column("closed_by", sa.Uuid, sa.ForeignKey("account.id")),
    )
    op.create_table(
        "round_county",
        county_key(),
        sa.Column("round_code", sa.String(56), sa.ForeignKey("round.code"), primary_key=True, index=True),
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("round_code", sa.String(56), sa.ForeignKey("round.code"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("exclusions", sa.JSON, nullable=False),
        sa.Column("claim", sa.Uuid, nullable=False),
        sa.Column("claimed_at", instant, nullable=False),
        sa.Column("claimed_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("commitment", sa.String(64)),
        sa.Column("committed_at", instant),
        sa.Column("parts", sa.JSON),
        sa.Column("witnesses", sa.JSON),
        sa.Column("seed", sa.String(64)),
        sa.Column("drawn_at", instant),
        sa.Column("drawn_by", sa.Uuid, sa.ForeignKey("account.id")),
        sa.Column("record", sa.String),
        sa.Column("signature", sa.String(88)),
        sa.Column("voided_at", instant),
        sa.Column("voided_by", sa.Uuid, sa.ForeignKey("account.id")),
        sa.Column("void_reason", sa.String(500)),
        sa.UniqueConstraint("round_code", "attempt"),
    )
    op.create_table(
        "draw_stratum",
        county_key(),
        sa.Column("draw_id", sa.String(64), sa.ForeignKey("draw.id"), primary_key=True, index=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("exited", sa.Integer, nullable=False),
        sa.Column("main", sa.Integer, nullable=False),
        sa.Column("reserve", sa.Integer, nullable=False),
        sa.Column("frame_digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "frame_unit",
        county_key(),
        sa.Column("draw_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("unit", sa.String(64), primary_key=True),
        sa.Column("registered_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "draw_id", "kind"],
            ["draw_stratum.county_id", "draw_stratum.draw_id", "draw_stratum.kind"],
        ),
    )
    op.create_table(
        "sample",
        county_key(),
        sa.Column("sample_id", sa.String(100), primary_key=True),
        sa.Column("draw_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("assigned_to", sa.Uuid, sa.ForeignKey("account.id"), index=True),
        sa.UniqueConstraint("county_id", "draw_id", "kind", "rank"),
        sa.ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "unit"],
            ["frame_unit.county_id", "frame_unit.draw_id", "frame_unit.kind", "frame_unit.unit"],
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
