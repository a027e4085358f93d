"""Visits of helpers: one row a log."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.kernel.db.base import CountyKeyed, utc_field


class HelperVisit(CountyKeyed, table=True):
    """One log (Q3) of one helper at one household. `status` is a `VisitStatus`; amounts are whole yuan."""

    __tablename__ = "helper_visit"
    __table_args__ = (
        Index("ix_helper_visit_unit", "county_id", "unit", "visited_on"),
        Index("ix_helper_visit_account", "account_id", "county_id"),
    )

    op_id: UUID = Field(primary_key=True)
    status: str = Field(max_length=10)
    unit: str = Field(max_length=17)
    account_id: UUID
    form_id: str | None = Field(default=None, max_length=64)
    form_version: str | None = Field(default=None, max_length=40)
    received_at: datetime = utc_field()
    started_at: datetime | None = utc_field(default=None)
    finished_at: datetime | None = utc_field(default=None)
    corrects: UUID | None = None
    visited_on: date
    """The day the log names, else the day it was begun."""
    contact_result: str | None = Field(default=None, max_length=20)
    purposes: str = Field(default="", max_length=200)
    """Codes of what for, separated by spaces."""
    minutes_here: int | None = None
    gift_value: int | None = None
    is_problem_found: bool | None = None
    next_visit_on: date | None = None
    """What the helper promised, not what is due."""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
