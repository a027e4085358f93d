"""Reads of helpers' visits, always behind the fence of the register (`visible_households`)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from app.findings.helping.models import HelperVisit
from app.findings.helping.rules import GIFT, MET, Pair, VisitFacts, standing
from app.findings.inspections.models import VisitStatus
from app.registry.households.models import Household, PovertyStatus
from app.registry.households.populations import helped_units
from app.registry.households.queries import visible_households
from app.registry.households.rules import READING_ROLES
from app.registry.people.rules import Actor
from app.survey.records.models import Op


@dataclass(frozen=True)
class Helped:
    """A household of a reader with its visits, latest first, and how its pair stands."""

    household: Household
    visits: tuple[HelperVisit, ...]
    pair: Pair


def facts_of(visit: HelperVisit) -> VisitFacts:
    """A log as the rule reads it."""
    return VisitFacts(
        op_id=str(visit.op_id),
        visited_on=visit.visited_on,
        is_met=visit.contact_result == MET,
        next_visit_on=visit.next_visit_on,
        corrects=str(visit.corrects) if visit.corrects else None,
        is_held=visit.status == VisitStatus.HELD,
    )


def own_households(session: Session, actor: Actor, every_days: int) -> list[Helped]:
    """The households on the newest lists that name this helper, each with this helper's own visits."""
    query = visible_households(actor).where(col(Household.missing_since).is_(None))
    households = list(session.exec(query.order_by(col(Household.county_id), col(Household.unit))))
    by_county: dict[int, list[str]] = defaultdict(list)
    for household in households:
        by_county[household.county_id].append(household.unit)
    visits: dict[str, list[HelperVisit]] = {}
    for county_id, units in by_county.items():
        visits.update(visits_of(session, county_id, units, actor.account_id))
    return [helped(household, visits.get(household.unit, []), every_days) for household in households]


def helped(household: Household, visits: Sequence[HelperVisit], every_days: int) -> Helped:
    """One household with its visits."""
    return Helped(household, tuple(visits), standing([facts_of(visit) for visit in visits], every_days))


def visits_of(
    session: Session, county_id: int, units: Iterable[str], account_id: UUID | None = None
) -> dict[str, list[HelperVisit]]:
    """Unit → visits, latest first, without voided ones; of one helper, or of all."""
    query = select(HelperVisit).where(
        HelperVisit.county_id == county_id,
        col(HelperVisit.unit).in_(set(units)),
        HelperVisit.status != VisitStatus.VOIDED,
    )
    if account_id is not None:
        query = query.where(HelperVisit.account_id == account_id)
    found: dict[str, list[HelperVisit]] = defaultdict(list)
    for visit in session.exec(query.order_by(col(HelperVisit.visited_on).desc(), col(HelperVisit.received_at).desc())):
        found[visit.unit].append(visit)
    return found


def list_visits(session: Session, actor: Actor, county_id: int, since: date, limit: int = 200) -> list[HelperVisit]:
    """The latest visits in a county that this reader may know of: through the household's fence, a helper's own."""
    visible = visible_households(actor).where(Household.county_id == county_id).subquery()
    query = (
        select(HelperVisit)
        .join(visible, visible.c.unit == col(HelperVisit.unit))
        .where(
            HelperVisit.county_id == county_id,
            HelperVisit.visited_on >= since,
            HelperVisit.status != VisitStatus.VOIDED,
        )
    )
    if actor.role not in READING_ROLES:
        query = query.where(HelperVisit.account_id == actor.account_id)
    ordered = query.order_by(col(HelperVisit.visited_on).desc(), col(HelperVisit.received_at).desc()).limit(limit)
    return list(session.exec(ordered))


def sees_visit(session: Session, actor: Actor, op: Op) -> bool:
    """Who reads a log besides its sender: desks that may read the household. Teams and other helpers do not."""
    if actor.role not in READING_ROLES or op.unit is None:
        return False
    query = visible_households(actor).where(Household.county_id == op.county_id, Household.unit == op.unit)
    return session.exec(query).first() is not None


@dataclass(frozen=True)
class Met:
    """A county's logs of some days: families on the newest list met, visits that met one, and with gifts alone."""

    families: int = 0
    visits: int = 0
    gifts: int = 0


def met_within(session: Session, county_ids: Sequence[int], since: date, until: date) -> dict[int, Met]:
    """County id → what its accepted logs of these days (the last included) say; only counties that ever sent a log."""
    accepted = (col(HelperVisit.county_id).in_(county_ids), HelperVisit.status == VisitStatus.ACCEPTED)
    known = set(session.exec(select(HelperVisit.county_id).where(*accepted).distinct()))
    is_helped = helped_units().where(col(Household.county_id) == col(HelperVisit.county_id))
    query = (
        select(
            HelperVisit.county_id,
            HelperVisit.unit,
            func.count(),
            func.sum(case((col(HelperVisit.purposes) == GIFT, 1), else_=0)),
        )
        .where(
            *accepted,
            HelperVisit.contact_result == MET,
            HelperVisit.visited_on > since,
            HelperVisit.visited_on <= until,
            col(HelperVisit.unit).in_(is_helped),
        )
        .group_by(col(HelperVisit.county_id), col(HelperVisit.unit))
    )
    found: dict[int, list[int]] = {county_id: [0, 0, 0] for county_id in known}
    for county_id, _unit, visits, gifts in session.exec(query):
        for at, more in enumerate((1, visits, gifts)):
            found[county_id][at] += more
    return {county_id: Met(*counts) for county_id, counts in found.items()}


def last_met(session: Session, actor: Actor, county_id: int) -> list[tuple[Household, date | None]]:
    """The county's helped poor households within the reader's fence, and when a helper last met each family.

    Whoever the helper was: a household does not wait longer because its helper changed. Longest ago first.
    """
    met = (
        select(HelperVisit.unit, func.max(HelperVisit.visited_on))
        .where(
            HelperVisit.county_id == county_id,
            HelperVisit.contact_result == MET,
            HelperVisit.status == VisitStatus.ACCEPTED,
        )
        .group_by(col(HelperVisit.unit))
    )
    last_on = dict(session.exec(met).all())
    mine = visible_households(actor).where(
        Household.county_id == county_id,
        col(Household.missing_since).is_(None),
        Household.status != PovertyStatus.NON_POOR.value,
        or_(col(Household.helper_name) != "", col(Household.helper_account).is_not(None)),
    )
    rows = [(household, last_on.get(household.unit)) for household in session.exec(mine)]
    return sorted(rows, key=lambda row: (row[1] or date.min, row[0].unit))
