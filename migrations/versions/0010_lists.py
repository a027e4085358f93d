"""Several lists in one stratum (parts of a plan, villages of two stages), and the plan a draw was frozen by.

Keys change, and SQLite cannot change a key in place: the three tables are made anew and filled from the old ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_lists"
down_revision = "0009_ceremony"
branch_labels = None
depends_on = None

TABLES = ("sample", "frame_unit", "draw_stratum")
COLUMNS = {
    "draw_stratum": "county_id, draw_id, kind, code, units, exited, main, reserve, frame_digest",
    "frame_unit": "county_id, draw_id, kind, unit, registered_id, status",
    "sample": "county_id, sample_id, draw_id, kind, rank, unit, status, assigned_to",
}


def upgrade() -> None:
    op.add_column("draw", sa.Column("plan", sa.JSON))
    op.drop_index("ix_draw_stratum_draw_id", "draw_stratum")
    op.drop_index("ix_sample_assigned_to", "sample")
    for table in TABLES:
        op.rename_table(table, f"{table}_before")
    _create()
    for table in reversed(TABLES):
        names = COLUMNS[table]
        more = ", part, stage, left_out" if table == "draw_stratum" else ", part"
        blank = ", '', '', 0" if table == "draw_stratum" else ", ''"
        op.execute(sa.text(f"INSERT INTO {table} ({names}{more}) SELECT {names}{blank} FROM {table}_before"))
    for table in TABLES:
        op.drop_table(f"{table}_before")


def _create() -> None:
    def county_key() -> sa.Column:
        return sa.Column(
            "county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True, autoincrement=False
        )

    op.create_table(
        "draw_stratum",
        county_key(),
        sa.Column("draw_id", sa.String(64), sa.ForeignKey("draw.id"), primary_key=True, index=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("part", sa.String(24), primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("exited", sa.Integer, nullable=False),
        sa.Column("main", sa.Integer, nullable=False),
        sa.Column("reserve", sa.Integer, nullable=False),
        sa.Column("frame_digest", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("hits", sa.Integer),
        sa.Column("left_out", sa.Integer, nullable=False),
        sa.Column("left_out_digest", sa.String(64)),
    )
    op.create_table(
        "frame_unit",
        county_key(),
        sa.Column("draw_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("unit", sa.String(64), primary_key=True),
        sa.Column("part", sa.String(24), nullable=False),
        sa.Column("registered_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "part"],
            ["draw_stratum.county_id", "draw_stratum.draw_id", "draw_stratum.kind", "draw_stratum.part"],
        ),
    )
    op.create_table(
        "sample",
        county_key(),
        sa.Column("sample_id", sa.String(128), primary_key=True),
        sa.Column("draw_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("part", sa.String(24), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("assigned_to", sa.Uuid, sa.ForeignKey("account.id"), index=True),
        sa.UniqueConstraint("county_id", "draw_id", "kind", "part", "rank"),
        sa.ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "unit"],
            ["frame_unit.county_id", "frame_unit.draw_id", "frame_unit.kind", "frame_unit.unit"],
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
