"""Sampled households on paper: a line in a list, and a page of their own with what came from their door.

The fence is that of the round (`rounds.queries`): who may not know the draw gets 404 before anything is read here.
Names come from the register for everybody who may read answers; an administrator sees codes alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import REGISTER_READERS, Crumb, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.findings.inspections import queries as inspections
from app.findings.inspections.models import VisitStatus
from app.findings.inspections.queries import Door
from app.kernel import terms
from app.kernel.problems import NotFound
from app.registry.households.package import package_households
from app.registry.people.queries import list_accounts
from app.registry.people.rules import Actor, reads_answers
from app.survey.photos import queries as photos
from app.survey.records import queries as records
from app.survey.records.models import Op, RecordState
from app.survey.rounds import queries as rounds
from app.survey.rounds.rules import doorstep_code, parse_sample_id

router = APIRouter(include_in_schema=False)

TONES = {"reserve": "rest", "open": "wait", "completed": "done", "non_response": "none", "not_eligible": "none"}
"""Sample state → mark beside its word."""


@dataclass(frozen=True)
class RecordLink:
    """A record of a household, in a list."""

    op_id: UUID
    label: str


@dataclass(frozen=True)
class SampleLine:
    """One rank of a list."""

    sample_id: str
    kind: str
    rank: int
    is_reserve: bool
    head: str
    unit: str
    village: str
    status: str
    state: str
    tone: str
    outcome: str | None
    assigned_to: str
    href: str
    records: Sequence[RecordLink] = ()
    answer: str = ""


@dataclass(frozen=True)
class Known:
    """One thing the register knows."""

    label: str
    value: str


@dataclass(frozen=True)
class RecordLine:
    """One record of the household's page."""

    op_id: UUID
    started_at: datetime | None
    received_at: datetime
    kind: str
    outcome: str | None
    by: str
    tone: str
    state_word: str
    photos: int


@dataclass(frozen=True)
class SamplePage:
    """What sample.html prints."""

    sample_id: str
    head: str
    place: str
    state: str
    tone: str
    stratum: str
    rank_words: str
    opened_at: datetime | None
    assigned_to: str
    known: Sequence[Known]
    register_href: str
    records: Sequence[RecordLine]


@dataclass(frozen=True)
class People:
    """Names of those who work here, by account and by the id that rows carry."""

    by_account: Mapping[str, str]
    by_id: Mapping[UUID, str]


def people_of(session: Session) -> People:
    """Everybody with an account; a dash stands for whoever is gone."""
    rows = list_accounts(session)
    return People({row.account: row.name for row in rows}, {row.id: row.name for row in rows})


def households_of(session: Session, actor: Actor, doors: Sequence[Door]) -> dict[str, dict[str, Any]]:
    """Unit → what the register says, for readers of answers; empty for an administrator."""
    if not reads_answers(actor):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for county_id in {door.row.county_id for door in doors}:
        units = [door.row.unit for door in doors if door.row.county_id == county_id]
        found.update(package_households(session, county_id, units))
    return found


def line_of(
    door: Door,
    households: Mapping[str, Mapping[str, Any]],
    people: People,
    voice: Voice,
    *,
    round_code: str,
    answers: Mapping[str, str] | None = None,
    links: bool = True,
) -> SampleLine:
    """A rank with its household, state and records."""
    row, item = door.row, door.item
    household = households.get(row.unit, {})
    found = [RecordLink(visit.op_id, voice("record_n", n=number)) for number, visit in enumerate(door.visits, start=1)]
    return SampleLine(
        sample_id=row.sample_id,
        kind=row.kind,
        rank=row.rank,
        is_reserve=row.rank > row.main,
        head=household.get("head_name") or row.unit,
        unit=row.unit,
        village=" ".join(filter(None, (household.get("town_name"), household.get("village_name")))) or "—",
        status=row.status,
        state=item.state.value,
        tone=TONES[item.state.value],
        outcome=item.outcome.code,
        assigned_to=people.by_account.get(row.assigned_to or "", ""),
        href=f"/rounds/{round_code}/samples/{row.sample_id}",
        records=found if links else (),
        answer=(answers or {}).get(row.sample_id, ""),
    )


def record_words(op: Op, voice: Voice) -> tuple[str, str]:
    """(tone, word) of a kept record: voided and released say so, else its state."""
    if op.resolution == "voided":
        return "rest", terms.label("resolution", op.resolution, voice.lang)
    tone = {RecordState.QUARANTINED: "bad", RecordState.STORED_ORPHAN: "wait"}.get(RecordState(op.state), "done")
    return tone, terms.label("record_state", op.state, voice.lang)


@router.get("/rounds/{code}/samples/{sample_id}")
def sample_page(code: str, sample_id: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One sampled household: what is known, its state, and every record from its door."""
    voice = voice_of(request)
    with house.db.read() as session:
        ref = parse_sample_id(sample_id)
        if ref is None or ref.round != code:
            raise NotFound("这一轮没有这个样本户。", "This round has no such household.")
        wanted = rounds.get_sample(session, actor, sample_id)
        view = rounds.get_round(session, actor, code)
        rows = [row for row in rounds.list_samples(session, actor, code, wanted.county) if row.kind == wanted.kind]
        door = next(door for door in inspections.doors_of(session, rows, house.settings.tz) if door.row == wanted)
        household = households_of(session, actor, [door]).get(wanted.unit, {})
        page = _page(session, actor, door, household, people_of(session), voice)
    county = next(c for c in view.counties if c.code == wanted.county)
    name = county.name_en if voice.lang == "en" else county.name_zh
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(name, f"/rounds/{code}/counties/{county.code}"),
        Crumb(page.head),
    ]
    return show(request, "sample.html", page, title=page.head, at="board", crumbs=crumbs, actor=actor)


def _page(
    session: Session, actor: Actor, door: Door, household: Mapping[str, Any], people: People, voice: Voice
) -> SamplePage:
    row, item = door.row, door.item
    rank = voice("rank_reserve" if row.rank > row.main else "rank_main", n=row.rank)
    may_open = reads_answers(actor)
    places = (household.get("county_name"), household.get("town_name"), household.get("village_name"))
    return SamplePage(
        sample_id=row.sample_id,
        head=household.get("head_name") or row.unit,
        place=" ".join(filter(None, places)) or row.unit,
        state=item.state.value,
        tone=TONES[item.state.value],
        stratum=row.kind,
        rank_words=rank,
        opened_at=item.opened_at,
        assigned_to=people.by_account.get(row.assigned_to or "", ""),
        known=_known(row.unit, row.registered_id, row.status, household, voice),
        register_href=f"/register/{row.unit}" if household and actor.role in REGISTER_READERS else "",
        records=_records(session, door, people, voice) if may_open else (),
    )


def _known(unit: str, office_no: str, status: str, household: Mapping[str, Any], voice: Voice) -> list[Known]:
    facts = [
        Known(voice("unit"), unit),
        Known(voice("office_no"), office_no),
        Known(voice("status"), terms.label("status", status, voice.lang)),
    ]
    if not household:
        return facts
    names = ("exit_year", "size", "helper_name", "task_force")
    return facts + [Known(voice(name), household[name]) for name in names if household.get(name)]


def _records(session: Session, door: Door, people: People, voice: Voice) -> list[RecordLine]:
    """Every kept op of the household, voided ones too, with its doorstep's code where it counts."""
    ops = records.ops_of_sample(session, door.row.county_id, door.row.sample_id)
    codes = {visit.op_id: doorstep_code(inspections.doorstep_of(visit)) for visit in door.visits}
    started = {visit.op_id: visit.started_at for visit in door.visits}
    held = {visit.op_id for visit in door.visits if visit.status == VisitStatus.HELD}
    pictures = photos.photo_states(session, door.row.county_id, [op.op_id for op in ops])
    lines = []
    for op in ops:
        tone, word = record_words(op, voice)
        lines.append(
            RecordLine(
                op_id=op.op_id,
                started_at=started.get(op.op_id),
                received_at=op.received_at,
                kind=op.kind or "interview",
                outcome=None if op.op_id in held else codes.get(op.op_id),
                by=people.by_id.get(op.account_id, "—"),
                tone=tone,
                state_word=word,
                photos=len(pictures.get(op.op_id, ())),
            )
        )
    return lines


def sample_href(sample_id: str | None) -> str:
    """The page of a sampled household, or nothing where the id names none."""
    ref = parse_sample_id(sample_id) if sample_id else None
    return f"/rounds/{ref.round}/samples/{sample_id}" if ref else ""
