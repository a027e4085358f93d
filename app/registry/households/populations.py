"""Sums and marks of the register for the figures: the whole of some counties, whoever asks.

No household leaves here but by its unit; the round's own fence stands before it.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.registry.households.models import Household, PovertyStatus

CHUNK = 500


def resettled_units(session: Session, county_id: int, units: Sequence[str]) -> set[str]:
    """Of these units those that the register calls resettled."""
    found: set[str] = set()
    for start in range(0, len(units), CHUNK):
        query = select(Household.unit).where(
            Household.county_id == county_id,
            col(Household.unit).in_(units[start : start + CHUNK]),
            col(Household.resettled).is_(True),
        )
        found.update(session.exec(query))
    return found


def persons_by_status(session: Session, county_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """County id → status → persons; a county with a household of unknown size is not there."""
    query = (
        select(Household.county_id, Household.status, func.sum(Household.size), func.min(Household.size))
        .where(col(Household.county_id).in_(county_ids), col(Household.missing_since).is_(None))
        .group_by(col(Household.county_id), col(Household.status))
    )
    found: dict[int, dict[str, int]] = {}
    unknown: set[int] = set()
    for county_id, status, total, least in session.exec(query):
        found.setdefault(county_id, {})[status] = int(total)
        if not least:
            unknown.add(county_id)
    return {county_id: persons for county_id, persons in found.items() if county_id not in unknown}


HELPED = (
    col(Household.missing_since).is_(None),
    Household.status != PovertyStatus.NON_POOR.value,
    or_(col(Household.helper_name) != "", col(Household.helper_account).is_not(None)),
)
"""Poor and exited households on the newest list that have a helper (I26)."""


def helped_households(session: Session, county_ids: Collection[int]) -> dict[int, int]:
    """County id → how many households have a helper."""
    query = select(Household.county_id, func.count()).where(col(Household.county_id).in_(county_ids), *HELPED)
    return dict(session.exec(query.group_by(col(Household.county_id))).all())


def helped_units() -> SelectOfScalar[str]:
    """The units of households that have a helper; the caller narrows it to a county."""
    return select(Household.unit).where(*HELPED)
