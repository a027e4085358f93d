"""Counties, counters, audit chain, accounts, tokens, devices, rate windows."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001_people"
down_revision = None
branch_labels = None
depends_on = None

# GB/T 2260: the six counties of Yinchuan (640100). Ids are ours and never change; id 0 is reserved.
COUNTIES = [
    (0, "000000", "未定县区", "County not known"),
    (1, "640104", "兴庆区", "Xingqing"),
    (2, "640105", "西夏区", "Xixia"),
    (3, "640106", "金凤区", "Jinfeng"),
    (4, "640121", "永宁县", "Yongning"),
    (5, "640122", "贺兰县", "Helan"),
    (6, "640181", "灵武市", "Lingwu"),
]


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    county = op.create_table(
        "county",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", sa.String(6), nullable=False, unique=True),
        sa.Column("name_zh", sa.String(40), nullable=False),
        sa.Column("name_en", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
    )
    op.bulk_insert(county, [dict(zip(("id", "code", "name_zh", "name_en"), row, strict=True)) for row in COUNTIES])

    meta = op.create_table(
        "meta",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(200), nullable=False),
    )
    op.bulk_insert(meta, [{"name": "epoch", "value": secrets.token_hex(16)}])

    def county_key() -> sa.Column:
        return sa.Column("county_id", sa.SmallInteger, sa.ForeignKey("county.id"), primary_key=True)

    op.create_table(
        "county_seq",
        county_key(),
        sa.Column("seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("audit_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("audit_head", sa.String(64), nullable=False, server_default="0" * 64),
    )
    op.create_table(
        "audit",
        county_key(),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "village",
        county_key(),
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("town_name", sa.String(60), nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account", sa.String(40), nullable=False, unique=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("disabled_at", instant),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_seen_at", instant, nullable=False),
        sa.Column("revoked_at", instant),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("device_id", sa.Uuid, index=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_used_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("revoked_at", instant),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("window", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hits", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the migration")
