"""Who was interviewed before: what fresh rounds leave out, panels take up again, and other teams are spared of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.findings.inspections.models import Visit, VisitStatus
from app.survey.rounds.models import Sample
from app.survey.rounds.rules import SampleRow

SPARED = timedelta(days=30)
"""Another team at one door within so many days is a burden that the household should be spared (domain §7)."""


@dataclass(frozen=True)
class Before:
    """The latest interview of a household under another draw."""

    draw: str
    sample_id: str
    at: datetime


def interviewed_units(session: Session, county_id: int) -> set[str]:
    """Units of a county that any draw's accepted interview reached. Without a fence: for the freeze of a frame."""
    query = (
        select(Sample.unit)
        .join(Visit, (col(Visit.county_id) == col(Sample.county_id)) & (col(Visit.sample_id) == col(Sample.sample_id)))
        .where(
            Sample.county_id == county_id,
            Visit.status == VisitStatus.ACCEPTED,
            Visit.contact_result == "completed",
        )
        .distinct()
    )
    return set(session.exec(query))


def seen_before(session: Session, county_id: int, draw_id: str, units: Sequence[str]) -> Mapping[str, Before]:
    """Unit → its latest accepted interview under another draw. Without a fence: the units came through one."""
    if not units:
        return {}
    query = (
        select(Sample, Visit)
        .join(Visit, (col(Visit.county_id) == col(Sample.county_id)) & (col(Visit.sample_id) == col(Sample.sample_id)))
        .where(
            Sample.county_id == county_id,
            Sample.draw_id != draw_id,
            col(Sample.unit).in_(units),
            Visit.status == VisitStatus.ACCEPTED,
            Visit.contact_result == "completed",
        )
    )
    found: dict[str, Before] = {}
    for sample, visit in session.exec(query):
        at = visit.started_at or visit.received_at
        if sample.unit not in found or found[sample.unit].at < at:
            found[sample.unit] = Before(sample.draw_id, sample.sample_id, at)
    return found


def recent_interviews(session: Session, rows: Sequence[SampleRow], now: datetime) -> dict[str, Before]:
    """Unit → another draw's interview less than thirty days before or after `now`, of these drawn households."""
    found: dict[str, Before] = {}
    for county_id, draw_id in {(row.county_id, draw_of(row)) for row in rows}:
        units = [row.unit for row in rows if (row.county_id, draw_of(row)) == (county_id, draw_id)]
        before = seen_before(session, county_id, draw_id, units)
        found.update({unit: each for unit, each in before.items() if within_spared(each, now)})
    return found


def draw_of(row: SampleRow) -> str:
    """The draw of a drawn household."""
    return row.sample_id.partition(f".{row.stratum}.")[0]


def within_spared(before: Before | None, at: datetime) -> bool:
    """Whether another team's interview lies less than thirty days from this instant, before or after."""
    return before is not None and abs(at - before.at) < SPARED
