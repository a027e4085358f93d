"""Kept ops and conflicts. Bodies are bytes: PostgreSQL's text refuses NUL, and what came stays as it came."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kernel.db.base import CountyKeyed, utc_field


class RecordState(StrEnum):
    """State of a kept op (contract, Sync)."""

    STORED = "stored"
    STORED_ORPHAN = "stored_orphan"
    QUARANTINED = "quarantined"
    CONFLICT = "conflict"


class Resolution(StrEnum):
    """What an officer decided about a held op."""

    RELEASED = "released"
    VOIDED = "voided"


class Op(CountyKeyed, table=True):
    """One op as it was sealed on a phone. `received_state`, `seq`, `epoch`, `received_at` make its receipt for ever."""

    __tablename__ = "op"
    __table_args__ = (
        UniqueConstraint("county_id", "seq"),
        Index("ix_op_op_id", "op_id"),
        Index("ix_op_sample", "county_id", "sample_id"),
        Index("ix_op_state", "county_id", "state"),
        Index("ix_op_device", "device_id", "dev_seq"),
    )

    op_id: UUID = Field(primary_key=True)
    seq: int | None = Field(default=None, sa_type=BigInteger)
    digest: str = Field(max_length=64)
    body: bytes = Field(sa_type=LargeBinary)
    state: str = Field(max_length=16)
    received_state: str = Field(max_length=16)
    epoch: str = Field(max_length=40)
    received_at: datetime = utc_field()
    account_id: UUID = Field(foreign_key="account.id")
    device_id: UUID
    dev_seq: int = Field(sa_type=BigInteger)
    kind: str | None = Field(default=None, max_length=20)
    form_id: str | None = Field(default=None, max_length=64)
    form_version: str | None = Field(default=None, max_length=40)
    sample_id: str | None = Field(default=None, max_length=128)
    unit: str | None = Field(default=None, max_length=17)
    corrects: UUID | None = Field(default=None, index=True)
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    differences: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    resolution: str | None = Field(default=None, max_length=10)
    resolved_at: datetime | None = utc_field(default=None)
    resolved_by: str | None = Field(default=None, max_length=40)
    resolution_why: str | None = Field(default=None, max_length=500)


class OpConflict(CountyKeyed, table=True):
    """Other bytes that came under the id of an op already kept."""

    __tablename__ = "op_conflict"
    __table_args__ = (UniqueConstraint("county_id", "seq"), Index("ix_op_conflict_op_id", "op_id"))

    op_id: UUID = Field(primary_key=True)
    digest: str = Field(primary_key=True, max_length=64)
    seq: int | None = Field(default=None, sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)
    epoch: str = Field(max_length=40)
    received_at: datetime = utc_field()
    account_id: UUID = Field(foreign_key="account.id")
    device_id: UUID
    dev_seq: int = Field(sa_type=BigInteger)


class OpChange(CountyKeyed, table=True):
    """What became of a kept op later: released, voided, its parent found. Numbered like ops, so that pullers see it."""

    __tablename__ = "op_change"
    __table_args__ = (UniqueConstraint("county_id", "seq"),)

    op_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(max_length=16)
    at: datetime = utc_field()


class DeviceReport(SQLModel, table=True):
    """The last heartbeat of a phone under one account, as far as it could be read; `told` is what it said, whole."""

    __tablename__ = "device_report"

    device_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    reported_at: datetime = utc_field()
    max_dev_seq: int = Field(sa_type=BigInteger)
    unsent_ops: int | None = None
    unsent_photos: int | None = None
    oldest_unsent_at: datetime | None = utc_field(default=None)
    bytes_free: int | None = Field(default=None, sa_type=BigInteger)
    is_persisted: bool | None = None
    is_store_lost: bool = False
    self_test_passed: bool | None = None
    app_version: str | None = Field(default=None, max_length=40)
    told: str
