"""The typed facts that figures are counted from, and the sums that are kept beside them.

A row of facts a sampled household with anything at its door, a row of sums a county, draw and stratum: both are written
in the transaction that accepts, voids, releases, corrects, reviews or settles, under a lock on the sums. The facts give
the sums again (`ruhu verify`), the records give the facts again (nightly). A draw that is voided leaves its rows alone;
nobody reads them, and nobody believes the sums of the round's covert draws until they are counted anew.
"""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from app.kernel.db.base import CountyKeyed


class FigureHousehold(CountyKeyed, table=True):
    """What figures know of one sampled household (household.Household), as of its latest change."""

    __tablename__ = "figure_household"
    __table_args__ = (
        Index("ix_figure_household_draw", "county_id", "draw_id", "kind", "rank"),
        Index("ix_figure_household_share", "county_id", "draw_id", "support_share"),
    )

    sample_id: str = Field(primary_key=True, max_length=128)
    draw_id: str = Field(max_length=64)
    kind: str = Field(max_length=10)
    rank: int
    unit: str = Field(max_length=64)
    op_id: UUID | None = None
    """The interview of its rank."""
    status: str = Field(max_length=10)
    answers: str | None = Field(default=None, sa_type=Text)
    """Its answers in the order of facts.NAMES, parted by tabs; None: no interview counts."""
    is_first_drawn: bool
    ending: str | None = Field(default=None, max_length=4)
    attempts: int
    is_filed_resettled: bool
    is_confirmed: bool
    records: int
    doubted: int
    support_share: int | None = None
    """Government support in income, in hundredths of a per cent: the median is taken over these."""


class FigureSum(CountyKeyed, table=True):
    """Sums by cell of one county, draw and stratum. `version` says by which inputs and rules they were counted."""

    __tablename__ = "figure_sum"

    draw_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=10)
    version: str = Field(max_length=40)
    cells: str = Field(sa_type=Text)
