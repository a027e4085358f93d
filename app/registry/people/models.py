"""Accounts, tokens, devices, rate windows: tables of the installation, not of a county."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from app.kernel.db.base import utc_field
from app.kernel.ids import uuid7


class Role(StrEnum):
    """What a person is here for (contract, Roles)."""

    INSPECTOR = "inspector"
    TEAM_LEADER = "team_leader"
    HELPER = "helper"
    VILLAGE_CADRE = "village_cadre"
    COUNTY_OFFICER = "county_officer"
    CITY_OFFICER = "city_officer"
    LEADING_GROUP = "leading_group"
    DISCIPLINE = "discipline"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Account(SQLModel, table=True):
    """A person who may sign in. `scope` is a prefix of the division code."""

    __tablename__ = "account"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=40)
    role: str = Field(max_length=20)
    scope: str = Field(max_length=12)
    password_hash: str = Field(max_length=200)
    created_at: datetime = utc_field()
    disabled_at: datetime | None = utc_field(default=None)


class Device(SQLModel, table=True):
    """A phone, known by the id it made for itself."""

    __tablename__ = "device"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    label: str = Field(default="", max_length=80)
    created_at: datetime = utc_field()
    last_seen_at: datetime = utc_field()
    revoked_at: datetime | None = utc_field(default=None)


class Token(SQLModel, table=True):
    """A session: the SHA-256 of an opaque token. With a device it is long-lived and bound to it."""

    __tablename__ = "token"

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary(32))
    account_id: UUID = Field(foreign_key="account.id", index=True)
    device_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = utc_field()
    last_used_at: datetime = utc_field()
    expires_at: datetime = utc_field()
    revoked_at: datetime | None = utc_field(default=None)
    ended_why: str | None = Field(default=None, max_length=10)


class SecondFactor(SQLModel, table=True):
    """A time-based code beside the password (RFC 6238). In force once confirmed; spare codes are kept hashed."""

    __tablename__ = "second_factor"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    secret: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = utc_field()
    confirmed_at: datetime | None = utc_field(default=None)
    last_step: int = Field(default=0, sa_type=BigInteger)
    spare_codes: list[str] = Field(default_factory=list, sa_type=JSON)


class Ending(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed-out"
    PASSWORD = "password"
    DEVICE = "device"
    ACCOUNT = "account"


class RateWindow(SQLModel, table=True):
    """Hits of one key in one window of time (scale-security B, rate limits)."""

    __tablename__ = "rate_window"

    key: str = Field(primary_key=True, max_length=120)
    window: int = Field(primary_key=True, sa_type=BigInteger)
    hits: int = 0
