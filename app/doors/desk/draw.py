"""From the register to the lists: freeze, publish, throw, draw, assign.

The order is the point: the commitment stands before the seed is known, so the page never offers the second form
before the first is done. Lists show codes and names to those who may know the draw, and nothing to anybody else.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from app.doors.desk.draw_view import SOURCES, page_of
from app.doors.desk.frame import Asked, Crumb, in_words, see, show, voice_of
from app.doors.desk.rounds import read_number
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller, CityOfficer
from app.doors.web.house import House, TheHouse
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, NotFound, Problem
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_frame
from app.survey.rounds.problems import BadPlan

router = APIRouter(include_in_schema=False)

FIELDS = ("source", "n_poor", "n_non_poor", "exclusions", "parts", "witnesses", "reason")
Text = Annotated[str, Form(max_length=200)]
LongText = Annotated[str, Form(max_length=20_000)]


@router.get("/rounds/{code}/draw")
def draw_page(code: str, request: Request, house: TheHouse, actor: Caller, county: str = "") -> HTMLResponse:
    """The step the round is at."""
    return _show(request, house, actor, code, county=county)


@router.post("/rounds/{code}/freeze")
def post_freeze(
    code: str,
    request: Request,
    house: TheHouse,
    actor: CityOfficer,
    source: Text = "",
    n_poor: Text = "",
    n_non_poor: Text = "",
    exclusions: LongText = "",
) -> Response:
    """Freeze the frame and show its commitment."""
    form = {"source": source, "n_poor": n_poor, "n_non_poor": n_non_poor, "exclusions": exclusions}
    try:
        plan = {kind: read_number(form[f"n_{kind}"]) for kind in ("poor", "non_poor")}
        _refuse_no_numbers(plan)
        counts = {kind: number or 0 for kind, number in plan.items()}
        freeze_frame(house.db, actor, code, source=source, n=counts, exclusions=read_exclusions(exclusions))
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem)
    return see(f"/rounds/{code}/draw", "frozen")


@router.post("/rounds/{code}/draw")
def post_draw(
    code: str, request: Request, house: TheHouse, actor: CityOfficer, parts: LongText = "", witnesses: LongText = ""
) -> Response:
    """Draw with the digits that were thrown and show the lists."""
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
    source = view.draw.source if view.draw else ""
    try:
        draw_sample(house.db, house.keys, actor, code, parts=read_parts(source, parts), witnesses=read_lines(witnesses))
    except Problem as problem:
        return _show(request, house, actor, code, form={"parts": parts, "witnesses": witnesses}, problem=problem)
    return see(f"/rounds/{code}/draw", "drawn")


@router.post("/rounds/{code}/void")
def post_void(code: str, request: Request, house: TheHouse, actor: Caller, reason: LongText = "") -> Response:
    """Void the standing draw with its reason; the next attempt has the next number."""
    try:
        with house.db.write(HOME) as session:
            service.void_draw(session, actor, code, reason)
    except Problem as problem:
        return _show(request, house, actor, code, form={"reason": reason}, problem=problem)
    return see(f"/rounds/{code}/draw", "void")


@router.post("/rounds/{code}/assignment")
def post_assignment(
    code: str,
    request: Request,
    house: TheHouse,
    actor: Caller,
    county: Text = "",
    account: Text = "",
    samples: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give the ticked households of one county to one inspector, or take them back."""
    with house.db.read() as session:
        rows = [queries.get_sample(session, actor, sample_id) for sample_id in (samples or [])[:500]]
    try:
        for county_id in sorted({row.county_id for row in rows}):
            with house.db.write(county_id) as session:
                for row in rows:
                    if row.county_id == county_id:
                        service.assign(session, actor, row.sample_id, account or None)
    except Problem as problem:
        return _show(request, house, actor, code, problem=problem, county=county)
    where = f"?county={rows[0].county}" if rows else ""
    return see(f"/rounds/{code}/draw{where}", "assigned" if rows else "")


def _refuse_no_numbers(plan: Mapping[str, int | None]) -> None:
    faults = tuple(
        Fault(f"#/n/{kind}", Voice("zh")("fault_number"), Voice("en")("fault_number"))
        for kind, number in plan.items()
        if number is None
    )
    if faults:
        raise BadPlan("请改正标出的各项,名单没有冻结。", "Mend the marked fields; nothing was frozen.", faults=faults)


def read_lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_exclusions(text: str) -> list[dict[str, str]]:
    """`unit reason` a line → what the freeze takes; a line without a reason is refused there."""
    pairs = [line.split(None, 1) for line in read_lines(text)]
    return [{"unit": pair[0], "reason": pair[1] if len(pair) > 1 else ""} for pair in pairs]


def read_parts(source: str, text: str) -> list[str]:
    """Dice are one part, whatever blanks stand between the digits; other sources have a part a line."""
    if source in SOURCES:
        return ["".join(text.split())]
    return read_lines(text)


def _show(
    request: Request,
    house: House,
    actor: Actor,
    code: str,
    *,
    form: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    county: str = "",
) -> HTMLResponse:
    voice = voice_of(request)
    asked = in_words(problem, voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        if view.draw is None and view.state != "open":
            raise NotFound("没有抽样名单,或不在您的范围内。", "No draw within your scope.")
        page = page_of(session, house, actor, view, voice, form or {}, asked, county)
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("draw_title")),
    ]
    return show(
        request,
        "draw.html",
        page,
        title=f"{voice('draw_title')} · {view.name}",
        at="rounds",
        crumbs=crumbs,
        actor=actor,
        status=problem.status if problem else 200,
    )
