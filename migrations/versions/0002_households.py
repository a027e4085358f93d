"""Households, their members, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0002_households"
down_revision = "0001_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)

    def county_key() -> sa.Column:
        return sa.Column(
            "county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True, autoincrement=False
        )

    op.create_table(
        "household",
        county_key(),
        sa.Column("unit", sa.String(17), primary_key=True),
        sa.Column("office_no", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("village_code", sa.String(12), nullable=False),
        sa.Column("head_name", sa.String(40), nullable=False),
        sa.Column("exit_year", sa.Integer),
        sa.Column("hh_attr", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("resettled", sa.Boolean),
        sa.Column("site", sa.String(80), nullable=False),
        sa.Column("helper_name", sa.String(40), nullable=False),
        sa.Column("helper_unit", sa.String(80), nullable=False),
        sa.Column("helper_phone", sa.String(40), nullable=False),
        sa.Column("helper_account", sa.String(40)),
        sa.Column("task_force", sa.String(120), nullable=False),
        sa.Column("income_wage", sa.Integer),
        sa.Column("income_oper", sa.Integer),
        sa.Column("income_prop", sa.Integer),
        sa.Column("income_transfer", sa.Integer),
        sa.Column("income_pc", sa.Integer),
        sa.Column("subsidy", sa.Integer),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("missing_since", sa.Date),
        sa.Column("extra", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.UniqueConstraint("county_id", "office_no", name="uq_household_office_no"),
        sa.ForeignKeyConstraint(["county_id", "village_code"], ["village.county_id", "village.code"]),
    )
    op.create_index("ix_household_village", "household", ["county_id", "village_code"])
    op.create_index("ix_household_helper", "household", ["county_id", "helper_name"])

    op.create_table(
        "member",
        county_key(),
        sa.Column("unit", sa.String(17), primary_key=True),
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("birth_on", sa.Date),
        sa.Column("id_sealed", sa.LargeBinary),
        sa.Column("id_index", sa.LargeBinary),
        sa.ForeignKeyConstraint(["county_id", "unit"], ["household.county_id", "household.unit"]),
    )
    op.create_index("ix_member_id_index", "member", ["county_id", "id_index"])

    op.create_table(
        "import_job",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("filename", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("keep_good", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("at", instant, nullable=False, index=True),
        sa.Column("beat_at", instant, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
