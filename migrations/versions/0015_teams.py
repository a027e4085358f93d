"""Teams of a round, what they were drawn to, and the pledges of their members."""

import sqlalchemy as sa
from alembic import op

revision = "0015_teams"
down_revision = "0014_form_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("draw", sa.Column("of_teams", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("draw", sa.Column("pairs", sa.JSON))
    op.add_column("draw", sa.Column("teams", sa.JSON))
    op.create_table(
        "team",
        sa.Column("round_code", sa.String(56), sa.ForeignKey("round.code"), primary_key=True),
        sa.Column("code", sa.String(10), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("cost_unit", sa.String(80), nullable=False),
        sa.Column("active_at", instant),
    )
    op.create_table(
        "team_member",
        sa.Column("round_code", sa.String(56), primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("team", sa.String(10), nullable=False),
        sa.Column("employer", sa.String(80), nullable=False),
        sa.Column("home", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["round_code", "team"], ["team.round_code", "team.code"]),
    )
    op.create_table(
        "pledge",
        sa.Column("round_code", sa.String(56), sa.ForeignKey("round.code"), primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("signed_at", instant, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
