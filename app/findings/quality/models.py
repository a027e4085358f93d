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
    LAPSED = "lapsed"
    """What it rested on is no longer so; the pass says it, never a person, and opens it again if need be."""


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


class FlagLook(CountyKeyed, table=True):
    """What the last pass over many records looked at: a round in a county, or its helpers' logs (`LOGS`)."""

    __tablename__ = "flag_look"

    scope: str = Field(primary_key=True, max_length=56)
    mark: str = Field(max_length=200)
    """What stood there; while it is the same there is nothing new to look at."""
    looked_at: datetime = utc_field()
