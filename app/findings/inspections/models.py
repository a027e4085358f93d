"""Visits and their answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.kernel.db.base import CountyKeyed, utc_field


class VisitStatus(StrEnum):
    """Whether a doorstep counts."""

    ACCEPTED = "accepted"
    HELD = "held"
    VOIDED = "voided"


class Visit(CountyKeyed, table=True):
    """One doorstep at a sampled household, or an office decision about it."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_sample", "county_id", "sample_id"),
        Index("ix_visit_draw", "county_id", "draw"),
    )

    op_id: UUID = Field(primary_key=True)
    status: str = Field(max_length=10)
    sample_id: str = Field(max_length=128)
    draw: str = Field(max_length=64)
    kind: str = Field(max_length=20)
    form_id: str | None = Field(default=None, max_length=64)
    form_version: str | None = Field(default=None, max_length=40)
    account_id: UUID
    received_at: datetime = utc_field()
    started_at: datetime | None = utc_field(default=None)
    finished_at: datetime | None = utc_field(default=None)
    corrects: UUID | None = None
    contact_result: str | None = Field(default=None, max_length=20)
    met_where: str | None = Field(default=None, max_length=20)
    no_such_why: str | None = Field(default=None, max_length=20)
    outcome_code: str | None = Field(default=None, max_length=4)
    poverty_status: str | None = Field(default=None, max_length=20)
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


class Answer(CountyKeyed, table=True):
    """One answer of an accepted visit. `index` counts the rows of a repeat from 0; `number` is set for numbers."""

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_path", "county_id", "path"),)

    op_id: UUID = Field(primary_key=True)
    path: str = Field(primary_key=True, max_length=120)
    index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str
    number: float | None = None


class FieldRecord(CountyKeyed, table=True):
    """What a team wrote of a report heard, papers read or a discussion (Q4), and the check of an old problem (Q5).

    Its answers stand in `answer` too once it is accepted. `round` is None for work outside a round.
    """

    __tablename__ = "field_record"
    __table_args__ = (Index("ix_field_record_round", "county_id", "round"),)

    op_id: UUID = Field(primary_key=True)
    status: str = Field(max_length=10)
    kind: str = Field(max_length=20)
    round: str | None = Field(default=None, max_length=56)
    place: str = Field(max_length=12)
    """Division code of what was inspected; of a household its village."""
    unit: str | None = Field(default=None, max_length=17)
    form_id: str | None = Field(default=None, max_length=64)
    form_version: str | None = Field(default=None, max_length=40)
    account_id: UUID
    received_at: datetime = utc_field()
    started_at: datetime | None = utc_field(default=None)
    finished_at: datetime | None = utc_field(default=None)
    corrects: UUID | None = None
    method: str | None = Field(default=None, max_length=20)
    level: str | None = Field(default=None, max_length=20)
    unit_name: str = Field(default="", max_length=60)
    fix_result: str | None = Field(default=None, max_length=20)
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
