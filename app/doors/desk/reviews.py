"""Reviews by a second person: what waits, one record at a time, and the decision with its grounds.

Only the city's readers and leaders of the county's teams find this page; nobody decides about a record of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.doors import settle
from app.doors.desk.doubts_words import evidence_of
from app.doors.desk.frame import Asked, Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.samples import sample_href
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.findings.quality.catalogue import BY_CODE
from app.findings.quality.models import Flag
from app.findings.reviews.queries import Judged
from app.kernel import terms
from app.kernel.problems import Problem
from app.registry.people.rules import Actor
from app.registry.places import County

router = APIRouter(include_in_schema=False)
FIELDS = ("why",)
Short = Annotated[str, Form(max_length=20)]
Long = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True)
class JudgedLine:
    """One judgement in the list."""

    op_id: UUID
    received_at: datetime
    county: str
    sample_id: str
    sample_href: str
    judgement: str
    gaps: str
    verdict: str | None


@dataclass(frozen=True)
class DoubtLine:
    """One doubt, in the list or of a record; `settled`: what became of it, by whom, on what grounds."""

    op_id: UUID
    code: str
    reason: str
    words: str
    severity: str
    detail: str
    do: str
    other: str = ""
    """The record it is compared with."""
    county: str = ""
    sample_id: str = ""
    state: str = "open"
    settled: str = ""


@dataclass(frozen=True)
class ReviewsPage:
    """What reviews.html prints."""

    waiting: Sequence[JudgedLine]
    done: Sequence[JudgedLine]
    doubts: Sequence[DoubtLine]
    flag: str = ""
    """Only doubts of this code are listed."""


@dataclass(frozen=True)
class ReviewPage:
    """What review.html prints."""

    op_id: UUID
    county: str
    sample_id: str
    judged: JudgedLine | None
    review: str
    doubts: Sequence[DoubtLine]
    may_decide: bool
    asked: Asked = field(default_factory=Asked)

    @property
    def problem(self) -> Refusal | None:
        return self.asked.problem


@router.get("/reviews")
def reviews_page(
    request: Request, house: TheHouse, actor: Caller, flag: Annotated[str, Query(max_length=4)] = ""
) -> HTMLResponse:
    """Everything that waits for a second person; with a `flag` only doubts of that code."""
    voice, chosen = voice_of(request), flag if flag in BY_CODE else ""
    with house.db.read() as session:
        found = settle.waiting(session, actor, chosen)
    lines = [_judged(county, each, voice) for county, each in found.judged]
    page = ReviewsPage(
        waiting=[line for line in lines if line.verdict is None],
        done=[line for line in lines if line.verdict is not None],
        doubts=[
            doubt_line(doubt, voice, _name(county, voice), settle.door_of(visit))
            for county, doubt, visit in found.doubts
        ],
        flag=chosen,
    )
    return show(request, "reviews.html", page, title=voice("rev_title"), at="reviews", actor=actor)


@router.get("/reviews/{op_id}")
def review_page(op_id: UUID, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One record: its judgement, its doubts, and the forms for those who may decide."""
    return _show(request, house, actor, op_id)


@router.post("/reviews/{op_id}")
def post_review(
    op_id: UUID, request: Request, house: TheHouse, actor: Caller, verdict: Short = "", why: Long = ""
) -> Response:
    """Confirm or reject a judgement."""
    try:
        settle.review(house, actor, op_id, verdict, why)
    except Problem as problem:
        return _again(request, house, actor, op_id, problem)
    return see(f"/reviews/{op_id}", "reviewed")


@router.post("/reviews/{op_id}/doubts/{code}/{reason}")
def post_doubt(
    op_id: UUID,
    code: str,
    reason: str,
    request: Request,
    house: TheHouse,
    actor: Caller,
    state: Short = "",
    why: Long = "",
) -> Response:
    """Settle a doubt."""
    try:
        settle.settle(house, actor, op_id, code, reason, state, why)
    except Problem as problem:
        return _again(request, house, actor, op_id, problem)
    return see(f"/reviews/{op_id}", "settled")


def _again(request: Request, house: TheHouse, actor: Actor, op_id: UUID, problem: Problem) -> HTMLResponse:
    """The page with what was wrong; what the reader may not see stays a 404."""
    if problem.status == 404:
        raise problem
    return _show(request, house, actor, op_id, in_words(problem, voice_of(request).lang, FIELDS), problem.status)


def _show(
    request: Request, house: TheHouse, actor: Actor, op_id: UUID, asked: Asked | None = None, status: int = 200
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        found = settle.under_review(session, actor, op_id)
    review = found.judged.review if found.judged else None
    page = ReviewPage(
        op_id=op_id,
        county=_name(found.county, voice),
        sample_id=settle.door_of(found.visit),
        judged=_judged(found.county, found.judged, voice) if found.judged else None,
        review=_said(review.by, review.at, review.why, house, voice) if review else "",
        doubts=[
            replace(
                doubt_line(flag, voice),
                settled=_said(flag.settled_by, flag.settled_at, flag.why, house, voice) if flag.settled_at else "",
            )
            for flag in found.flags
        ],
        may_decide=found.may_decide,
        asked=asked or Asked(),
    )
    crumbs = [Crumb(voice("rev_title"), "/reviews"), Crumb(voice("rev_one_title"))]
    title = voice("rev_one_title")
    return show(request, "review.html", page, title=title, at="reviews", crumbs=crumbs, actor=actor, status=status)


def _said(by: str | None, at: datetime | None, why: str | None, house: TheHouse, voice: Voice) -> str:
    when = at.astimezone(house.settings.tz).strftime("%Y-%m-%d %H:%M") if at else ""
    return f"{voice('rev_by', by=by or '', at=when)}:{why or ''}"


def _judged(county: County, each: Judged, voice: Voice) -> JudgedLine:
    return JudgedLine(
        op_id=each.visit.op_id,
        received_at=each.visit.received_at,
        county=_name(county, voice),
        sample_id=each.visit.sample_id,
        sample_href=sample_href(each.visit.sample_id),
        judgement=terms.label("judgement", each.judgement, voice.lang),
        gaps="、".join(terms.label("gap", gap, voice.lang) for gap in each.gaps) or "—",
        verdict=each.review.verdict if each.review else None,
    )


def doubt_line(flag: Flag, voice: Voice, county: str = "", sample_id: str = "") -> DoubtLine:
    """A doubt in words."""
    return DoubtLine(
        op_id=flag.op_id,
        code=flag.code,
        reason=flag.reason,
        words=terms.label("doubt", f"{flag.code}.{flag.reason}", voice.lang),
        severity=flag.severity,
        detail=evidence_of(flag, voice),
        do=(rule.do_en if voice.lang == "en" else rule.do_zh) if (rule := BY_CODE.get(flag.code)) else "",
        other=str(flag.detail.get("other", "")),
        county=county,
        sample_id=sample_id,
        state=flag.state,
    )


def _name(county: County, voice: Voice) -> str:
    return county.name_en if voice.lang == "en" else county.name_zh
