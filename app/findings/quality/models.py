"""Doubts about records: raised when these are accepted, settled by a second person, never deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.kernel.db.base import CountyKeyed, utc_field


class FlagState(StrEnum):
    """Where a doubt stands (terms: flag_state)."""

    OPEN = "open"
    EXPLAINED = "explained"
    CORRECTED = "corrected"
    REJECTED = "rejected"


class Flag(CountyKeyed, table=True):
    """One doubt about one record. `detail` holds numbers, never a name."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_state", "county_id", "state", "severity"),)

    op_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=4)
    reason: str = Field(primary_key=True, max_length=20)
    severity: str = Field(max_length=4)
    state: str = Field(max_length=10)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    raised_at: datetime = utc_field()
    settled_at: datetime | None = utc_field(default=None)
    settled_by: str | None = Field(default=None, max_length=40)
    why: str | None = Field(default=None, max_length=500)
