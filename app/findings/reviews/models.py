"""Reviews of judgements, numbered within their record."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.kernel.db.base import CountyKeyed, utc_field


class Verdict(StrEnum):
    """What the second person found (terms: verdict)."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Review(CountyKeyed, table=True):
    """One review of one record's judgement; the highest number counts."""

    __tablename__ = "review"

    op_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    judgement: str = Field(max_length=12)
    """`exit_judge` or `missed_judge`."""
    verdict: str = Field(max_length=10)
    why: str = Field(max_length=500)
    by: str = Field(max_length=40)
    at: datetime = utc_field()
