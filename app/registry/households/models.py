"""Tables of the register: households, their members, and the imports that brought them.

A household's unit (`VVVVVVVVVVVV-NNNN`) is ours, given at first import, never changed and never used again, even when
the family moves to another village: `village_code` tells where it lives now. ID numbers exist only sealed
(AES-256-GCM bound to the member's place) with a keyed index beside them for finding doubles.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kernel.db.base import CountyKeyed, utc_field
from app.kernel.ids import uuid7


class PovertyStatus(StrEnum):
    """户属性状态. Poor = unexited + exited; the other stratum of the draw is non_poor."""

    UNEXITED = "unexited"
    EXITED = "exited"
    NON_POOR = "non_poor"


class Household(CountyKeyed, table=True):
    """One household. Amounts are whole yuan a year; None = the office's list is silent."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("county_id", "office_no", name="uq_household_office_no"),
        ForeignKeyConstraint(["county_id", "village_code"], ["village.county_id", "village.code"]),
        Index("ix_household_village", "county_id", "village_code"),
        Index("ix_household_helper", "county_id", "helper_name"),
    )

    unit: str = Field(primary_key=True, max_length=17)
    office_no: str = Field(max_length=64)
    status: str = Field(max_length=10)
    village_code: str = Field(max_length=12)
    head_name: str = Field(max_length=40)
    exit_year: int | None = None
    hh_attr: str = Field(default="", max_length=40)
    """A code of `rules.ATTRIBUTES` where it is a usual one, else the office's own words."""
    cause: str = Field(default="", max_length=40)
    """A code of `rules.CAUSES` where it is a usual one, else the office's own words."""
    resettled: bool | None = None
    site: str = Field(default="", max_length=80)
    helper_name: str = Field(default="", max_length=40)
    helper_unit: str = Field(default="", max_length=80)
    helper_phone: str = Field(default="", max_length=40)
    helper_account: str | None = Field(default=None, max_length=40)
    task_force: str = Field(default="", max_length=120)
    income_wage: int | None = None
    income_oper: int | None = None
    income_prop: int | None = None
    income_transfer: int | None = None
    income_pc: int | None = None
    """The four incomes over the members, half up."""
    subsidy: int | None = None
    size: int = 0
    """Members counted; 0 = the list names none."""
    missing_since: date | None = None
    """The day of the import that no longer had it; None = on the newest list."""
    extra: str = Field(default="{}", sa_type=Text)
    """JSON of unknown columns: header → text."""
    content: bytes = Field(sa_type=LargeBinary)
    """Keyed digest of what the list says, so that an unchanged household is left alone."""
    created_at: datetime = utc_field()
    updated_at: datetime = utc_field()


class Member(CountyKeyed, table=True):
    """One person of a household, numbered in the order of the list."""

    __tablename__ = "member"
    __table_args__ = (
        ForeignKeyConstraint(["county_id", "unit"], ["household.county_id", "household.unit"]),
        Index("ix_member_id_index", "county_id", "id_index"),
    )

    unit: str = Field(primary_key=True, max_length=17)
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(max_length=40)
    relation: str = Field(default="", max_length=40)
    birth_on: date | None = None
    id_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    id_index: bytes | None = Field(default=None, sa_type=LargeBinary)


class JobState(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportJob(SQLModel, table=True):
    """One import from the desk: its progress, and its report as JSON when it is over."""

    __tablename__ = "import_job"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    actor: str = Field(max_length=40)
    scope: str = Field(max_length=12)
    filename: str = Field(max_length=120)
    sha256: str = Field(max_length=64)
    keep_good: bool = False
    state: str = Field(default=JobState.QUEUED.value, max_length=10)
    stage: str = Field(default="", max_length=10)
    total: int = 0
    done: int = 0
    report: str = Field(default="", sa_type=Text)
    at: datetime = utc_field(index=True)
    beat_at: datetime = utc_field()
    """Last sign of life; a running job that fell silent was cut off by a restart."""
