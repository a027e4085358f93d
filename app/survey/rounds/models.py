"""Tables of rounds. Rounds, draws, teams and pledges are the installation's, the rest each county's own.

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
    """One attempt of a draw, `CODE-A1`. Commitment null: being frozen; record null: frozen, not drawn.

    `scope` are the counties it draws in (null: all of the round), so that a county's seed can be thrown on the day its
    team arrives. `covert`: its id is `CODE-C1-A1`, and nothing of it is public before the close. `guided`: no seed
    before the commitment has been signed. `attempt` counts all freezes of the round; the number in the id counts those
    of its own kind, so that a covert draw leaves no gap.
    """

    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("round_code", "attempt"),)

    id: str = Field(primary_key=True, max_length=64)
    round_code: str = Field(max_length=56, foreign_key="round.code")
    attempt: int
    source: str = Field(max_length=64)
    scope: list[str] | None = Field(default=None, sa_type=JSON)
    covert: bool = False
    guided: bool = False
    frame_note: dict[str, str] | None = Field(default=None, sa_type=JSON)
    exclusions: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    plan: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    claim: UUID
    claimed_at: datetime = utc_field()
    claimed_by: UUID = Field(foreign_key="account.id")
    commitment: str | None = Field(default=None, max_length=64)
    committed_at: datetime | None = utc_field(default=None)
    pledges: list[str] | None = Field(default=None, sa_type=JSON)
    signers: list[dict[str, str]] | None = Field(default=None, sa_type=JSON)
    signed_at: datetime | None = utc_field(default=None)
    signed_place: str | None = Field(default=None, max_length=100)
    parts: list[str] | None = Field(default=None, sa_type=JSON)
    thrown: dict[str, str] | None = Field(default=None, sa_type=JSON)
    witnesses: list[Any] | None = Field(default=None, sa_type=JSON)
    seed: str | None = Field(default=None, max_length=64)
    drawn_at: datetime | None = utc_field(default=None)
    drawn_by: UUID | None = Field(default=None, foreign_key="account.id")
    record: str | None = None
    signature: str | None = Field(default=None, max_length=88)
    voided_at: datetime | None = utc_field(default=None)
    voided_by: UUID | None = Field(default=None, foreign_key="account.id")
    void_reason: str | None = Field(default=None, max_length=500)
    void_asked_by: str | None = Field(default=None, max_length=80)
    of_teams: bool = False
    """Teams to counties, `CODE-T-A1`: its frame are the `pairs` that no rule bars; `teams` is county → team."""
    pairs: list[str] | None = Field(default=None, sa_type=JSON)
    teams: dict[str, str] | None = Field(default=None, sa_type=JSON)


class Team(SQLModel, table=True):
    """A team of a round (督查组). `cost_unit` bears its travel (R40); `active_at`: it takes part in the draw."""

    __tablename__ = "team"

    round_code: str = Field(primary_key=True, max_length=56, foreign_key="round.code")
    code: str = Field(primary_key=True, max_length=10)
    name: str = Field(max_length=40)
    cost_unit: str = Field(default="", max_length=80)
    active_at: datetime | None = utc_field(default=None)


class TeamMember(SQLModel, table=True):
    """Somebody of a team, with what bars a county: where the person is at home and for whom the person works (R41)."""

    __tablename__ = "team_member"
    __table_args__ = (ForeignKeyConstraint(["round_code", "team"], ["team.round_code", "team.code"]),)

    round_code: str = Field(primary_key=True, max_length=56)
    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    team: str = Field(max_length=10)
    employer: str = Field(max_length=80)
    home: list[str] = Field(default_factory=list, sa_type=JSON)


class Pledge(SQLModel, table=True):
    """An inspector's pledge for a round (R39), signed once; `version` says to which text."""

    __tablename__ = "pledge"

    round_code: str = Field(primary_key=True, max_length=56, foreign_key="round.code")
    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    version: str = Field(max_length=20)
    signed_at: datetime = utc_field()


class DrawStratum(CountyKeyed, table=True):
    """One list of households of one county in one draw: counts and the digest of its frame.

    `part` names a list within the poor or non-poor households: blank where there is one list only, else `FRESH`,
    `PANEL`, a class of the plan, or a village of two stages (12 digits). `main` and `reserve` are what the commitment
    says; a village of two stages is hit `hits` times by the seed and gives that many times `main`.
    """

    __tablename__ = "draw_stratum"

    draw_id: str = Field(primary_key=True, max_length=64, foreign_key="draw.id", index=True)
    kind: str = Field(primary_key=True, max_length=10)
    part: str = Field(default="", primary_key=True, max_length=24)
    code: str = Field(max_length=64)
    units: int
    exited: int
    main: int
    reserve: int
    frame_digest: str = Field(max_length=64)
    stage: str = Field(default="", max_length=24)
    """Part of the stratum whose villages were ticketed first, with a leading `V`; blank in one stage."""
    hits: int | None = None
    left_out: int = 0
    """Households of this stratum that a fresh round left out because an earlier round had visited them."""
    left_out_digest: str | None = Field(default=None, max_length=64)


class FrameUnit(CountyKeyed, table=True):
    """A household as it stood in the register when the frame was frozen."""

    __tablename__ = "frame_unit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "part"],
            ["draw_stratum.county_id", "draw_stratum.draw_id", "draw_stratum.kind", "draw_stratum.part"],
        ),
    )

    draw_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=10)
    unit: str = Field(primary_key=True, max_length=64)
    part: str = Field(default="", max_length=24)
    registered_id: str = Field(max_length=64)
    status: str = Field(max_length=10)


class Sample(CountyKeyed, table=True):
    """A drawn household, main or reserve, by its rank. Its state is computed from its doorsteps, never stored."""

    __tablename__ = "sample"
    __table_args__ = (
        UniqueConstraint("county_id", "draw_id", "kind", "part", "rank"),
        ForeignKeyConstraint(
            ["county_id", "draw_id", "kind", "unit"],
            ["frame_unit.county_id", "frame_unit.draw_id", "frame_unit.kind", "frame_unit.unit"],
        ),
    )

    sample_id: str = Field(primary_key=True, max_length=128)
    draw_id: str = Field(max_length=64)
    kind: str = Field(max_length=10)
    part: str = Field(default="", max_length=24)
    rank: int
    unit: str = Field(max_length=64)
    status: str = Field(max_length=10)
    assigned_to: UUID | None = Field(default=None, foreign_key="account.id", index=True)
