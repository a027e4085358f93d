"""The records that wait for an officer, and the decision about each: release or void, always with a reason.

The bytes and the first reasons stay whatever is decided. Only the city sees this page; only its officer decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from app.doors import intake
from app.doors.desk.frame import in_words, see, show, voice_of
from app.doors.desk.questions import questions_of, reason_words
from app.doors.desk.records import find_record, show_record
from app.doors.desk.samples import people_of, sample_href
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, Malformed, NotFound, Problem
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import list_counties
from app.survey.records import queries
from app.survey.rounds.service import is_city_officer

router = APIRouter(include_in_schema=False)

FIELDS = ("reason",)
SHORTEST_REASON = 4


class ReasonTooShort(Malformed):
    """A decision needs a reason that says something."""

    slug = "reason-needed"
    title_zh = "请写明理由"
    title_en = "Please give the reason"


@dataclass(frozen=True)
class HeldLine:
    """One record that waits."""

    op_id: UUID
    received_at: datetime
    county: str
    sample_id: str
    sample_href: str
    kind: str | None
    by: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class ConflictLine:
    """Other bytes under a known id."""

    op_id: UUID
    received_at: datetime
    by: str


@dataclass(frozen=True)
class HeldPage:
    """What held.html prints."""

    records: Sequence[HeldLine]
    conflicts: Sequence[ConflictLine]


@router.get("/held")
def held_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """What waits for an officer, the oldest first; the city alone."""
    require_city_reader(actor)
    voice = voice_of(request)
    with house.db.read() as session:
        counties = list_counties(session)
        ids = [HOME, *(county.id for county in counties)]
        names = {county.id: county.name_en if voice.lang == "en" else county.name_zh for county in counties}
        held, conflicts = queries.list_held(session, ids), queries.list_conflicts(session, ids)
        senders = people_of(session).by_id
        reasons = {op.op_id: reason_words(op, questions_of(session, op, voice.lang), voice) for op in held}
    page = HeldPage(
        [
            HeldLine(
                op_id=op.op_id,
                received_at=op.received_at,
                county=names.get(op.county_id, "—"),
                sample_id=op.sample_id or "",
                sample_href=sample_href(op.sample_id),
                kind=op.kind,
                by=senders.get(op.account_id, "—"),
                reasons=reasons[op.op_id],
            )
            for op in held
        ],
        [ConflictLine(row.op_id, row.received_at, senders.get(row.account_id, "—")) for row in conflicts],
    )
    return show(request, "held.html", page, title=voice("held_title"), at="held", actor=actor)


@router.post("/records/{op_id}/resolve")
def post_resolve(
    op_id: UUID,
    request: Request,
    house: TheHouse,
    actor: Caller,
    resolution: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Release or void a held record; without a reason the page comes back and says so."""
    require_city_reader(actor)
    if not is_city_officer(actor):
        raise NotFound("没有这条记录,或不由您处理。", "No such record for you to decide.")
    with house.db.read() as session:
        county_id = find_record(session, actor, op_id).county_id
    try:
        if len(reason.strip()) < SHORTEST_REASON or resolution not in ("released", "voided"):
            fault = Fault("#/reason", "至少4个字,写明核实了什么", "At least 4 characters: say what was checked")
            raise ReasonTooShort("放行或作废都要写明理由。", "Releasing and voiding need a reason.", faults=(fault,))
        act = intake.release if resolution == "released" else intake.void
        act(house, actor, county_id, op_id, reason.strip())
    except Problem as problem:
        asked = in_words(problem, voice_of(request).lang, FIELDS)
        return show_record(request, house, actor, op_id, asked, problem.status)
    return see("/held", resolution)


def require_city_reader(actor: Actor) -> None:
    """The city's readers of answers; for everybody else the page does not exist."""
    if not (actor.is_city and reads_answers(actor)):
        raise NotFound("没有这个页面,或不在您的范围内。", "No such page within your scope.")
