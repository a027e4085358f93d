"""From the register to the lists: freeze, publish, throw, draw, assign.

The order is the point: the commitment stands before the seed is known, so the page never offers the second form
before the first is done. Lists show codes and names to those who may know the draw, and nothing to anybody else.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from app.doors.desk.draw_view import DICE, MODES, NEW, find_draw, page_of
from app.doors.desk.frame import Asked, Crumb, in_words, see, show, voice_of
from app.doors.desk.plan_form import PLAN_FAULTS, read_plan_form
from app.doors.desk.rounds import read_number
from app.doors.desk.words import Voice
from app.doors.settle import void_draw
from app.doors.web.auth import Caller, CityOfficer
from app.doors.web.house import House, TheHouse
from app.findings.inspections.visited import interviewed_units
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, NotFound, Problem
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.ceremony import PARTIES, sign_commitment
from app.survey.rounds.claims import Terms
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import FRAME_NOTE, freeze_draws
from app.survey.rounds.problems import BadPlan

router = APIRouter(include_in_schema=False)

FIELDS = (
    *PLAN_FAULTS,
    "source",
    "n_poor",
    "n_non_poor",
    "exclusions",
    "parts",
    "witnesses",
    "as_of",
    "origin",
    "exported_by",
    "signers",
    "sign_place",
    "place",
    "pledges",
    "photo",
    "reason",
    "asked_by",
)
Text = Annotated[str, Form(max_length=200)]


async def read_form(request: Request) -> dict[str, str]:
    """The text fields of a form; of those that stand twice the last, nothing longer than 20,000 characters."""
    form = await request.form(max_files=0, max_fields=60)
    return {key: value[:20_000] for key, value in form.items() if isinstance(value, str)}


PlainForm = Annotated[dict[str, str], Depends(read_form)]


@router.get("/rounds/{code}/draw")
def draw_page(
    code: str, request: Request, house: TheHouse, actor: Caller, county: str = "", draw: str = ""
) -> HTMLResponse:
    """The step the chosen draw is at."""
    return _show(request, house, actor, code, county=county, draw_id=draw)


@router.post("/rounds/{code}/freeze")
def post_freeze(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Freeze the frame and show its commitment."""
    mode = form.get("mode", MODES[0])
    try:
        plan = {kind: read_number(form.get(f"n_{kind}", "")) for kind in ("poor", "non_poor")}
        _refuse_no_numbers(plan)
        counts = {kind: number or 0 for kind, number in plan.items()}
        terms = Terms(
            form.get("source_other", "").strip() or form.get("source", ""),
            read_exclusions(form.get("exclusions", "")),
            covert=mode == "covert",
            guided=True,
            frame={key: form.get(key, "").strip() for key in FRAME_NOTE},
            plan=read_plan_form(form),
            visited=interviewed_units,
        )
        freeze_draws(house.db, actor, code, terms, n=counts, per_county=mode == "county")
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem, draw_id=NEW)
    return see(f"/rounds/{code}/draw", "frozen")


@router.post("/rounds/{code}/signers")
def post_signers(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Write down who signed the commitment."""
    draw_id = form.get("draw", "")
    signers = [
        {"party": party, "name": form[f"signer_{party}"]}
        for party in PARTIES
        if form.get(f"signer_{party}", "").strip()
    ]
    try:
        with house.db.write(HOME) as session:
            sign_commitment(
                session,
                actor,
                code,
                signers=signers,
                place=form.get("sign_place", ""),
                pledges=read_lines(form.get("pledges", "")),
                draw_id=draw_id or None,
            )
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem, draw_id=draw_id)
    return see(f"/rounds/{code}/draw?draw={draw_id}", "signed")


@router.post("/rounds/{code}/draw")
def post_draw(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Draw with the digits that were thrown and show the lists."""
    draw_id = form.get("draw", "")
    with house.db.read() as session:
        chosen = find_draw(session, actor, queries.get_round(session, actor, code), draw_id)
    thrown = {key: form.get(key, "").strip() for key in ("place", "photo")}
    try:
        draw_sample(
            house.db,
            house.keys,
            actor,
            code,
            parts=read_parts(chosen.source if chosen else "", form.get("parts", "")),
            witnesses=read_lines(form.get("witnesses", "")),
            draw_id=draw_id or None,
            thrown={key: text for key, text in thrown.items() if text},
        )
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem, draw_id=draw_id)
    return see(f"/rounds/{code}/draw?draw={draw_id}", "drawn")


@router.post("/rounds/{code}/void")
def post_void(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Void a draw with its reason and who asked for it."""
    draw_id = form.get("draw", "")
    try:
        reason, asked_by = form.get("reason", ""), form.get("asked_by", "")
        void_draw(house, actor, code, reason, draw_id=draw_id or None, asked_by=asked_by)
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem, draw_id=draw_id)
    return see(f"/rounds/{code}/draw", "void")


@router.get("/rounds/{code}/commitment")
def commitment_page(code: str, request: Request, house: TheHouse, actor: Caller, draw: str = "") -> HTMLResponse:
    """One A4 page to sign before the seed: 64 digits, QR code, strata, lines for the signatures."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        if find_draw(session, actor, view, draw) is None:
            raise NotFound("名单还没有冻结,或不在您的范围内。", "No frozen frame within your scope.")
        page = page_of(session, house, actor, view, voice, {}, Asked(), "", draw)
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("draw_title"), f"/rounds/{code}/draw?draw={page.draw}"),
        Crumb(voice("sheet_title")),
    ]
    title = f"{voice('sheet_title')} · {page.draw}"
    return show(request, "commitment.html", page, title=title, at="rounds", crumbs=crumbs, actor=actor)


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


AT_FIELD = {"#/place": "#/sign_place", "#/thrown/": "#/", "#/frame/": "#/", "#/plan/": "#/plan_"}
"""Where the wire names a thing otherwise than the form: the beginning of the pointer."""


def at_their_fields(problem: Problem) -> Problem:
    """The problem with its faults at the fields of the form."""
    faults = []
    for fault in problem.faults:
        head = next((head for head in AT_FIELD if fault.pointer.startswith(head)), None)
        pointer = fault.pointer.replace(head, AT_FIELD[head], 1) if head else fault.pointer
        faults.append(Fault(pointer, fault.zh, fault.en))
    problem.faults = tuple(faults)
    return problem


def read_lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_exclusions(text: str) -> list[dict[str, str]]:
    """`unit reason` a line → what the freeze takes; a line without a reason is refused there."""
    pairs = [line.split(None, 1) for line in read_lines(text)]
    return [{"unit": pair[0], "reason": pair[1] if len(pair) > 1 else ""} for pair in pairs]


def read_parts(source: str, text: str) -> list[str]:
    """Dice are one part, whatever blanks stand between the digits; other sources have a part a line."""
    if source in DICE:
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
    draw_id: str = "",
) -> HTMLResponse:
    voice = voice_of(request)
    asked = in_words(at_their_fields(problem), voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        if not view.draws and view.state != "open":
            raise NotFound("没有抽样名单,或不在您的范围内。", "No draw within your scope.")
        page = page_of(session, house, actor, view, voice, form or {}, asked, county, draw_id)
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
