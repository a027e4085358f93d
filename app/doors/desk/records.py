"""One record in full: the answers as they count, its pictures, why it was held, and what corrects what.

Who may read a record may see its pictures: one fence for both (`sees_record`). What cannot be read by its form is
shown as it came.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors import settle
from app.doors.desk.frame import Asked, Crumb, Refusal, show, voice_of
from app.doors.desk.questions import Questions, questions_of, reason_words
from app.doors.desk.reviews import DoubtLine, doubt_line
from app.doors.desk.samples import people_of, record_words, sample_href
from app.doors.desk.words import Voice
from app.doors.phone.photos import sees_record
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.findings.inspections.models import Visit
from app.findings.inspections.queries import doorstep_of
from app.kernel import terms
from app.kernel.clock import local_day
from app.kernel.problems import NotFound
from app.registry.households.package import package_household
from app.registry.people.rules import Actor
from app.survey.photos import queries as photos
from app.survey.questionnaires import queries as forms
from app.survey.questionnaires import rules as form_rules
from app.survey.questionnaires.render import render
from app.survey.records import queries, transit
from app.survey.records.models import Op, RecordState
from app.survey.records.rules import DOORSTEPS, Body, SealedOp, read_body
from app.survey.rounds.models import Sample
from app.survey.rounds.rules import doorstep_code
from app.survey.rounds.service import is_city_officer

router = APIRouter(include_in_schema=False)

MOST_RAW = 20_000
"""Characters of an unreadable body that the page shows; all of it stays in the database."""


@dataclass(frozen=True)
class Answer:
    """A question and what was answered, in words."""

    label: str
    value: str


@dataclass(frozen=True)
class Section:
    """One section of the questionnaire."""

    title: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Photo:
    """A picture of the record: here, or why not."""

    photo_id: UUID
    label: str
    is_here: bool
    why: str = ""
    is_sound: bool = False


@dataclass(frozen=True)
class Difference:
    """A calculation that came out differently on the server."""

    label: str
    phone: str
    server: str


@dataclass(frozen=True)
class Decision:
    """What an officer decided about a held record."""

    kind: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class RecordPage:
    """What record.html prints."""

    op_id: UUID
    title: str
    head: str
    sub: str
    tone: str
    state_word: str
    outcome: str | None
    reasons: Sequence[str]
    is_held: bool
    resolution: Decision | None
    may_resolve: bool
    replaced_by: UUID | None
    corrects: UUID | None
    corrects_why: str
    differences: Sequence[Difference]
    sections: Sequence[Section]
    photos: Sequence[Photo]
    raw: str | None
    facts: Sequence[Answer]
    digest: str
    has_versions: bool = False
    doubts: Sequence[DoubtLine] = ()
    """For those who find the page of reviews."""
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@router.get("/records/{op_id}")
def record_page(op_id: UUID, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One record by section, with its pictures and its history."""
    return show_record(request, house, actor, op_id)


def find_record(session: Session, actor: Actor, op_id: UUID) -> Op:
    op = queries.ops_by_id(session, [op_id]).get(op_id)
    if op is None or not sees_record(session, actor, op.county_id, op_id):
        raise NotFound("没有这条记录,或不在您的范围内。", "No such record within your scope.")
    return op


def show_record(
    request: Request, house: House, actor: Actor, op_id: UUID, asked: Asked | None = None, status: int = 200
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        op = find_record(session, actor, op_id)
        page = record_view(session, house, actor, op, voice)
    if asked:
        page = replace(page, problem=asked.problem, faults=asked.faults)
    at = "held" if page.is_held else "board"
    crumbs = [Crumb(voice("held_title"), "/held")] if page.is_held and actor.is_city else []
    href = sample_href(op.sample_id)
    if href and not page.is_held:
        crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(page.head or op.sample_id or "", href)]
    crumbs.append(Crumb(page.title))
    return show(request, "record.html", page, title=page.title, at=at, crumbs=crumbs, actor=actor, status=status)


def record_view(session: Session, house: House, actor: Actor, op: Op, voice: Voice) -> RecordPage:
    """Everything known about one record."""
    body = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body))
    questions = questions_of(session, op, voice.lang)
    sections = _sections(session, house, op, body, voice)
    visit = session.get(Visit, (op.county_id, op.op_id))
    household = _household(session, op, visit)
    later = queries.children_of(session, op.county_id, [op.op_id]).get(op.op_id, [])
    tone, word = record_words(op, voice)
    is_held = op.state == RecordState.QUARANTINED and op.resolution is None
    decision = None
    if op.resolution and op.resolved_at:
        decision = Decision(op.resolution, op.resolved_by or "—", op.resolved_at, op.resolution_why or "")
    return RecordPage(
        op_id=op.op_id,
        title=record_title(op, voice),
        head=household["head_name"] if household else "",
        sub=_place(op, household),
        tone=tone,
        state_word=word,
        outcome=doorstep_code(doorstep_of(visit)) if visit and not is_held else None,
        reasons=reason_words(op, questions, voice),
        is_held=is_held,
        resolution=decision,
        may_resolve=is_held and is_city_officer(actor),
        replaced_by=later[-1].op_id if later else None,
        corrects=op.corrects,
        corrects_why=_why_corrected(op),
        differences=[
            Difference(questions.name(item["pointer"]), item["phone"] or "—", item["server"] or "—")
            for item in op.differences
        ],
        sections=sections,
        photos=_photos(session, op, questions, voice),
        raw=None if sections or body.outcome else _raw(op),
        facts=_facts(session, house, op, body, visit, voice),
        digest=voice("digest", digest=op.digest),
        doubts=[doubt_line(flag, voice) for flag in settle.doubts_about(session, actor, op)],
        has_versions=bool(later) or bool(transit.conflicts_of(session, [op.county_id], op.op_id)),
    )


def record_title(op: Op, voice: Voice) -> str:
    """What the record is: a visit at a door, or what its kind says."""
    is_visit = op.kind is None or op.kind in DOORSTEPS
    return voice("record_title") if is_visit else terms.label("kind", op.kind, voice.lang)


def _household(session: Session, op: Op, visit: Visit | None) -> dict[str, Any] | None:
    """Whose door it was, for readers of answers only (the fence above sees to that)."""
    unit = op.unit or (_unit_of(session, op.county_id, visit.sample_id) if visit else None)
    return package_household(session, op.county_id, unit) if unit else None


def _place(op: Op, household: Mapping[str, Any] | None) -> str:
    if household is None:
        return op.sample_id or ""
    places = ("county_name", "town_name", "village_name")
    return f"{household['head_name']} · {' '.join(str(household[name]) for name in places)}"


def _unit_of(session: Session, county_id: int, sample_id: str) -> str | None:
    sample = session.get(Sample, (county_id, sample_id))
    return sample.unit if sample else None


def _sections(session: Session, house: House, op: Op, body: Body, voice: Voice) -> list[Section]:
    """The answers as they count, by section; empty where the body cannot be read."""
    if body.outcome is not None:
        words = [
            Answer(voice("outcome"), terms.label("outcome", str(body.outcome["code"]), voice.lang)),
            Answer(voice("resolve_reason"), str(body.outcome["reason"]) or "—"),
        ]
        return [Section(voice("outcome"), words)]
    version = forms.get_form(session, op.form_id, op.form_version) if op.form_id and op.form_version else None
    if version is None or body.answers is None:
        return []
    zone = house.settings.tz
    received = local_day(op.received_at, zone)
    filled = local_day(body.started_at or op.received_at, zone)
    form = version.form
    checked = form_rules.check(form, body.answers, fill_date=filled, received_on=received)
    lang = voice.lang
    sections = []
    parts = render(form, checked.answers, today=filled.isoformat())
    for part in sorted(parts, key=lambda each: each.name == ""):  # what the register said comes after what people said
        answers = []
        for line in part.lines:
            label = line.label[lang] or line.label["zh"] or line.name
            if line.photo_id:
                continue
            numbered = f"{label} ({line.row})" if line.row else label
            if line.is_warning:
                answers.append(Answer(voice("warning"), line.label[lang] or line.label["zh"]))
            else:
                answers.append(Answer(numbered, line.text[lang] or line.text["zh"] or line.value))
        if answers:
            sections.append(Section(part.label[lang] or part.label["zh"], answers))
    return sections


def _photos(session: Session, op: Op, questions: Questions, voice: Voice) -> list[Photo]:
    found = photos.photo_states(session, op.county_id, [op.op_id]).get(op.op_id, [])
    why = {"missing": voice("photo_waiting"), "refused": voice("photo_refused")}
    return [
        Photo(
            photo_id=photo.photo_id,
            label=questions.find(photo.question) or voice("photo_plain"),
            is_here=photo.state == "durable",
            why=why.get(photo.state, ""),
            is_sound=photo.type.startswith("audio/"),
        )
        for photo in found
    ]


def _raw(op: Op) -> str:
    """The body as it came, made printable; long ones are cut on the page only."""
    text = op.body.decode("utf-8", "backslashreplace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    printable = "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
    return printable[:MOST_RAW]


def _facts(session: Session, house: House, op: Op, body: Body, visit: Visit | None, voice: Voice) -> list[Answer]:
    """Who, when, on what, and under which number."""

    def when(at: datetime | None) -> str:
        return at.astimezone(house.settings.tz).strftime("%Y-%m-%d %H:%M") if at else ""

    minutes = ""
    if body.started_at and body.finished_at:
        minutes = voice("minutes", n=max(0, round((body.finished_at - body.started_at).total_seconds() / 60)))
    position = ""
    if visit and visit.lat is not None and visit.lon is not None:
        near = f" ±{visit.accuracy_m:.0f} m" if visit.accuracy_m is not None else ""
        position = f"{visit.lat:.5f}, {visit.lon:.5f}{near}"
    told: dict[str, Any] = _told(op)
    offset = told.get("clock", {}).get("offset_ms") if isinstance(told.get("clock"), dict) else None
    facts = [
        (voice("inspector"), people_of(session).by_id.get(op.account_id, "—")),
        (voice("started_at"), when(body.started_at)),
        (voice("fact_finished"), when(body.finished_at)),
        (voice("fact_minutes"), minutes),
        (voice("received_at"), when(op.received_at)),
        (voice("fact_position"), position),
        (voice("fact_form"), f"{op.form_id} {op.form_version}" if op.form_id else ""),
        (voice("fact_app"), str(told.get("app_version") or "")[:40]),
        (voice("fact_offset"), voice("seconds", n=round(offset / 1000)) if isinstance(offset, int) else ""),
        (voice("fact_seq"), str(op.seq or "")),
        (voice("fact_op"), str(op.op_id)),
    ]
    return [Answer(label, value) for label, value in facts]


def _why_corrected(op: Op) -> str:
    why = _told(op).get("corrects_why")
    return "".join(letter for letter in why if letter.isprintable())[:200] if isinstance(why, str) else ""


def _told(op: Op) -> dict[str, Any]:
    """What the body says about its phone; nothing where it cannot be read."""
    try:
        data = json.loads(op.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
