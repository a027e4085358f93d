"""Helpers' visits and the records of field work, for those who may read them.

Visits stand behind the fence of the register, records behind that of their round; both are the queries' business, and
what is out of reach is simply not in the lists. A record itself is read on its own page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.samples import people_of
from app.doors.desk.visits_words import VISITS_WORDS
from app.doors.desk.words import Voice
from app.doors.web.auth import allow
from app.doors.web.house import House, TheHouse
from app.findings.helping.models import HelperVisit
from app.findings.helping.queries import last_met, list_visits, visits_of
from app.findings.helping.rules import MET, is_gift_only
from app.findings.inspections.fieldwork import list_field_records
from app.findings.inspections.models import FieldRecord, VisitStatus
from app.kernel import terms
from app.kernel.clock import local_day, utcnow
from app.kernel.problems import NotFound
from app.registry.households.package import package_households
from app.registry.households.queries import get_household
from app.registry.households.rules import READING_ROLES
from app.registry.people.models import Role
from app.registry.people.rules import TEAM_ROLES, Actor
from app.registry.places import County, list_counties

router = APIRouter(include_in_schema=False)

MOST_DUE = 50
SHOWN_DAYS = 180

VISIT_READERS = READING_ROLES | {Role.HELPER}
FIELD_READERS = READING_ROLES | TEAM_ROLES

VisitReader = Annotated[Actor, Depends(allow(*sorted(VISIT_READERS)))]
FieldReader = Annotated[Actor, Depends(allow(*sorted(FIELD_READERS)))]


@dataclass(frozen=True)
class Tab:
    """A county to look at."""

    code: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class DueLine:
    """A household that waits for its helper."""

    unit: str
    head: str
    place: str
    helper: str
    last_on: date | None


@dataclass(frozen=True)
class VisitLine:
    """One log."""

    op_id: UUID
    unit: str
    day: date
    head: str
    place: str
    helper: str
    is_met: bool
    minutes: int | None
    is_gift_only: bool
    has_problem: bool
    tone: str
    state_word: str


@dataclass(frozen=True)
class VisitsPage:
    """What visits.html prints; `unit` is set on the page of one household."""

    counties: Sequence[Tab]
    every_days: int
    households: int
    met: int
    due: Sequence[DueLine]
    due_count: int
    visits: Sequence[VisitLine]
    unit: str = ""
    head: str = ""


@dataclass(frozen=True)
class FieldLine:
    """One record of field work."""

    op_id: UUID
    at: datetime
    what: str
    about: str
    round: str
    by: str
    tone: str
    state_word: str


@dataclass(frozen=True)
class FieldPage:
    """What field_records.html prints."""

    records: Sequence[FieldLine]


@router.get("/visits")
def visits_page(
    request: Request, house: TheHouse, actor: VisitReader, county: Annotated[str, Query(max_length=6)] = ""
) -> HTMLResponse:
    """A county's visits: who waits, and the latest logs. A helper sees the own households of every county."""
    voice, today = voice_of(request), local_day(utcnow(), house.settings.tz)
    with house.db.read() as session:
        counties = [c for c in list_counties(session) if actor.role == Role.HELPER or actor.touches_county(c.code)]
        here = next((c for c in counties if c.code == county), counties[0] if not county and counties else None)
        if here is None:
            raise NotFound("没有这个县(市、区)。", "There is no such county.")
        page = _county(session, actor, here, counties, today, house.settings.visit_days, voice)
    return show(request, "visits.html", page, title=voice("vis_title"), at="visits", actor=actor)


def _county(
    session: Session, actor: Actor, here: County, counties: Sequence[County], today: date, every_days: int, voice: Voice
) -> VisitsPage:
    line = today - timedelta(days=every_days)
    all_helped = last_met(session, actor, here.id)
    due = [(household, last) for household, last in all_helped if last is None or last <= line]
    visits = list_visits(session, actor, here.id, today - timedelta(days=SHOWN_DAYS))
    units = {household.unit for household, _ in due[:MOST_DUE]} | {visit.unit for visit in visits}
    known = package_households(session, here.id, units)
    return VisitsPage(
        counties=[Tab(c.code, c.name_en if voice.lang == "en" else c.name_zh, c.id == here.id) for c in counties],
        every_days=every_days,
        households=len(all_helped),
        met=len(all_helped) - len(due),
        due=[
            DueLine(h.unit, h.head_name, place_of(known.get(h.unit)), h.helper_name, last) for h, last in due[:MOST_DUE]
        ],
        due_count=len(due),
        visits=_lines(session, visits, known, voice),
    )


@router.get("/visits/{unit}")
def household_visits_page(unit: str, request: Request, house: TheHouse, actor: VisitReader) -> HTMLResponse:
    """All logs of one household that the reader may see, latest first."""
    voice = voice_of(request)
    with house.db.read() as session:
        household = get_household(session, actor, unit)
        own = actor.account_id if actor.role == Role.HELPER else None
        visits = visits_of(session, household.county_id, [unit], own).get(unit, [])
        known = package_households(session, household.county_id, [unit])
        lines = _lines(session, visits, known, voice)
    page = VisitsPage([], house.settings.visit_days, 1, 0, [], 0, lines, unit=unit, head=household.head_name)
    crumbs = [Crumb(voice("vis_title"), f"/visits?county={unit[:6]}"), Crumb(household.head_name)]
    return show(request, "visits.html", page, title=household.head_name, at="visits", crumbs=crumbs, actor=actor)


def place_of(household: Mapping[str, object] | None) -> str:
    """Township and village."""
    return " ".join(str(household[name]) for name in ("town_name", "village_name")) if household else ""


def _lines(
    session: Session, visits: Sequence[HelperVisit], known: Mapping[str, Mapping[str, object]], voice: Voice
) -> list[VisitLine]:
    people = people_of(session).by_id
    return [
        VisitLine(
            op_id=visit.op_id,
            unit=visit.unit,
            day=visit.visited_on,
            head=str(known.get(visit.unit, {}).get("head_name", "—")),
            place=place_of(known.get(visit.unit)),
            helper=people.get(visit.account_id, "—"),
            is_met=visit.contact_result == MET,
            minutes=visit.minutes_here,
            is_gift_only=is_gift_only(visit.purposes),
            has_problem=bool(visit.is_problem_found),
            tone="bad" if visit.status == VisitStatus.HELD else "done",
            state_word=_state(visit.status, voice),
        )
        for visit in visits
    ]


def _state(status: str, voice: Voice) -> str:
    return terms.label("record_state", "quarantined" if status == VisitStatus.HELD else "stored", voice.lang)


@router.get("/field-records")
def field_records_page(request: Request, house: TheHouse, actor: FieldReader) -> HTMLResponse:
    """Reports, papers, discussions and look-backs that the reader may see, latest first."""
    voice = voice_of(request)
    with house.db.read() as session:
        counties = [c.id for c in list_counties(session) if actor.touches_county(c.code)]
        page = FieldPage(_field_lines(session, house, list_field_records(session, actor, counties), voice))
    return show(request, "field_records.html", page, title=voice("fld_title"), at="fieldwork", actor=actor)


def _field_lines(session: Session, house: House, rows: Sequence[FieldRecord], voice: Voice) -> list[FieldLine]:
    people = people_of(session).by_id
    heads: dict[str, str] = {}
    for county_id in {row.county_id for row in rows if row.unit}:
        units = [row.unit for row in rows if row.county_id == county_id and row.unit]
        heads |= {unit: str(h["head_name"]) for unit, h in package_households(session, county_id, units).items()}
    return [
        FieldLine(
            op_id=row.op_id,
            at=row.started_at or row.received_at,
            what=_what(row, voice),
            about=row.unit_name or heads.get(row.unit or "", "") or row.place,
            round=row.round or "—",
            by=people.get(row.account_id, "—"),
            tone="bad" if row.status == VisitStatus.HELD else "done",
            state_word=_state(row.status, voice),
        )
        for row in rows
    ]


def _what(row: FieldRecord, voice: Voice) -> str:
    """Kind, and what can be said of it in a word; an unknown code of an office's own form says nothing."""
    said = [terms.label("kind", row.kind, voice.lang)]
    for key in (f"fld_method_{row.method}", f"fld_fix_{row.fix_result}"):
        if key in VISITS_WORDS:
            said.append(voice(key))
    return " · ".join(said)
