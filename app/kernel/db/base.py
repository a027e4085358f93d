"""Mixins that carry the schema rules, so that no room repeats them.

Every household-side table is CountyKeyed: the immutable county id stands first in its primary key (A5.1).
County 0 is reserved for what belongs to no county (an op whose county cannot be read, city-wide audit).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import SmallInteger
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

HOME = 0
"""The reserved county: what belongs to the installation as a whole."""


class CountyKeyed(SQLModel):
    """First column of the key of every household-side table."""

    county_id: int = Field(
        primary_key=True,
        foreign_key="county.id",
        sa_type=SmallInteger,
        sa_column_kwargs={"autoincrement": False},
    )


def utc_field(**options: Any) -> Any:
    """A column that holds an instant: aware, UTC."""
    return Field(sa_type=UTCDateTime, **options)


Instant = datetime
"""An aware UTC datetime; sqlmodel refuses a naive one at insert."""
