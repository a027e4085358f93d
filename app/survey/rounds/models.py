"""Tables of rounds. `round`, `round_county` and `draw` are the installation's, the rest each county's own.

A draw is first claimed, then every county freezes its part in its own transaction, and only the commitment on
the draw makes the parts visible: a crash between leaves a claim that the next attempt takes over.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKeyConstraint, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kernel.db.base import CountyKeyed, utc_field


class Round(SQLModel, table=True):
    """One inspection: one plan, one frame, one draw, one report (督查轮次)."""

    __tablename__ = "round"

    code: str = Field(primary_key=True, max_length=56)
    name: str = Field(max_length=80)
    kind: str = Field(max_length=10)
    starts_on: date
    ends_on: date
    poor_min: int
    poor_max: int
    non_poor_min: int
    non_poor_max: int
    created_at: datetime = utc_field()
    created_by: UUID = Field(foreign_key="account.id")
    closed_at: datetime | None = utc_field(default=None)
    closed_by: UUID | None = Field(default=None, foreign_key="account.id")


class RoundCounty(SQLModel, table=True):
    """A county that a round inspects; a reference row, written with the round."""

    __tablename__ = "round_county"

    county_id: int = Field(
        primary_key=True, foreign_key="county.id", sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False}
    )
    round_code: str = Field(primary_key=True, max_length=56, foreign_key="round.code", index=True)


class Draw(SQLModel, table=True):
    """One attempt of a draw, `CODE-A1`. Commitment null: being frozen; record null: frozen, not drawn."""

    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("round_code", "attempt"),)

    id: str = Field(primary_key=True, max_length=64)
    round_code: str = Field(max_length=56, foreign_key="round.code")
    attempt: int
    source: str = Field(max_length=64)
    exclusions: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    claim: UUID
    claimed_at: datetime = utc_field()
    claimed_by: UUID = Field(foreign_key="account.id")
    commitment: str | None = Field(default=None, max_length=64)
    committed_at: datetime | None = utc_field(default=None)
    parts: list[str] | None = Field(default=None, sa_type=JSON)
    witnesses: list[Any] | None = Field(default=None, sa_type=JSON)
    seed: str | None = Field(default=None, max_length=64)
    drawn_at: datetime | None = utc_field(default=None)
    drawn_by: UUID | None = Field(default=None, foreign_key="account.id")
    record: str | None = None
    signature: str | None = Field(default=None, max_length=88)
    voided_at: datetime | None = utc_field(default=None)
    voided_by: UUID | None = Field(default=None, foreign_key="account.id")
    void_reason: str | None = Field(default=None, max_length=500)


class DrawStratum(CountyKeyed, table=True):
    """One county's poor or non-poor households in one draw: counts and the digest of its frame."""

    __tablename__ = "draw_stratum"

    draw_id: str = Field(primary_key=True, max_length=64, foreign_key="draw.id", index=True)
    kind: str = Field(primary_key=True, max_length=10)
    code: str = Field(max_length=64)
    units: int
    exited: int
    main: int
    reserve: int
    frame_digest: str = Field(max_length=64)


class FrameUnit(CountyKeyed, table=True):
    """A household as it stood in the register when the frame was frozen."""

    __tablename__ = "frame_unit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "draw_id", "kind"],
            ["draw_stratum.county_id", "draw_stratum.draw_id", "draw_stratum.kind"],
        ),
    )

    draw_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=10)
    unit: str = Field(primary_key=True, max_length=64)
    registered_id: str = Field(max_length=64)
    status: str = Field(max_length=10)


class Sample(CountyKeyed, table=True):
    """A drawn household, main or reserve, by its rank. Its state is computed from its doorsteps, never stored."""

    __tablename__ = "sample"
    __table_args__ = (
        UniqueConstraint("county_id", "draw_id", "kind", "rank"),
        ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "unit"],
            ["frame_unit.county_id", "frame_unit.draw_id", "frame_unit.kind", "frame_unit.unit"],
        ),
    )

    sample_id: str = Field(primary_key=True, max_length=100)
    draw_id: str = Field(max_length=64)
    kind: str = Field(max_length=10)
    rank: int
    unit: str = Field(max_length=64)
    status: str = Field(max_length=10)
    assigned_to: UUID | None = Field(default=None, foreign_key="account.id", index=True)
