"""Kept ops and conflicts. Bodies are bytes: PostgreSQL's text refuses NUL, and what came stays as it came."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

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
