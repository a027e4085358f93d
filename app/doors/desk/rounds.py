"""The rounds: the list, a new one, and the end of one. The first page leads to the newest board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from app.doors.desk.frame import REGISTER_READERS, Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, Problem
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.registry.places import County, list_counties
from app.survey.rounds import queries, service
from app.survey.rounds.problems import BadRound
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

TONES = {"open": "wait", "frozen": "wait", "drawn": "open", "closed": "done"}
"""Round state → mark beside its word."""

FIELDS = ("code", "name", "kind", "starts_on", "ends_on", "counties", "quota",
          "poor_low", "poor_high", "non_poor_low", "non_poor_high")  # fmt: skip
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class Step:
    """Where one goes from here."""

    label: str
    href: str


@dataclass(frozen=True)
class RoundLine:
    """One round of the list."""

    code: str
    name: str
    kind: str
    starts_on: date
    ends_on: date
    counties: Sequence[str]
    state: str
    tone: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class RoundsPage:
    """What rounds.html prints."""

    rounds: Sequence[RoundLine]
    may_open: bool


@dataclass(frozen=True)
class Choice:
    """A county to tick."""

    code: str
    name: str


@dataclass(frozen=True)
class NewRoundPage:
    """The form of a new round with what was typed."""

    form: Mapping[str, Any]
    counties: Sequence[Choice]
    kinds: Sequence[str] = service.KINDS
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def county_name(county: County, lang: str) -> str:
    """The county in the reader's language."""
    return county.name_en if lang == "en" else county.name_zh


def steps_of(view: RoundView, actor: Actor, voice: Voice) -> list[Step]:
    """What can be done next with a round by this reader."""
    base = f"/rounds/{view.code}"
    if view.pledge == "due":
        return [Step(voice("pledge_due"), f"{base}/pledge")]
    teams = [Step(voice("step_teams"), f"{base}/teams")] if actor.is_city else []
    if view.state in ("open", "frozen"):
        word = "step_freeze" if view.state == "open" else "step_draw"
        return [*teams, Step(voice(word), f"{base}/draw")] if service.is_city_officer(actor) else teams
    steps = [Step(voice("step_board"), base)]
    if view.draw is not None:
        steps.append(Step(voice("step_record"), f"{base}/draw"))
        steps.append(Step(voice("step_reach"), f"{base}/reach"))
    return steps + teams


def _line(view: RoundView, actor: Actor, voice: Voice) -> RoundLine:
    return RoundLine(
        code=view.code,
        name=view.name,
        kind=view.kind,
        starts_on=view.starts_on,
        ends_on=view.ends_on,
        counties=[county_name(county, voice.lang) for county in view.counties],
        state=view.state,
        tone=TONES[view.state],
        steps=steps_of(view, actor, voice),
    )


@router.get("/")
def first_page(request: Request, house: TheHouse, actor: Caller) -> Response:
    """The newest board that has something on it; where no round may be seen yet, the work of one's own role."""
    with house.db.read() as session:
        views = queries.list_rounds(session, actor)
    with_figures = [view for view in views if view.state in ("drawn", "closed")]
    if with_figures:
        return see(f"/rounds/{with_figures[0].code}")
    if not views and actor.role in REGISTER_READERS:
        return see("/register")
    return see("/visits" if actor.role == Role.HELPER else "/rounds")


@router.get("/rounds")
def list_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """All rounds this reader may know of, newest first."""
    voice = voice_of(request)
    with house.db.read() as session:
        views = queries.list_rounds(session, actor)
    page = RoundsPage([_line(view, actor, voice) for view in views], service.is_city_officer(actor))
    return show(request, "rounds.html", page, title=voice("rounds_title"), at="rounds", actor=actor)


@router.get("/rounds/new")
def new_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """An empty form with the plan's quota and every county ticked."""
    service.require_city_officer(actor)
    with house.db.read() as session:
        counties = [county.code for county in list_counties(session) if actor.covers(county.code)]
    form = dict.fromkeys(FIELDS, "") | {"kind": service.KINDS[0], "counties": counties}
    for stratum, (low, high) in service.DEFAULT_QUOTA.items():
        form |= {f"{stratum}_low": str(low), f"{stratum}_high": str(high)}
    return _new_form(request, house, actor, form)


@router.post("/rounds/new")
def post_new(
    request: Request,
    house: TheHouse,
    actor: Caller,
    code: Text = "",
    name: Text = "",
    kind: Text = "",
    starts_on: Text = "",
    ends_on: Text = "",
    counties: Annotated[list[str] | None, Form()] = None,
    poor_low: Text = "",
    poor_high: Text = "",
    non_poor_low: Text = "",
    non_poor_high: Text = "",
) -> Response:
    """Open the round and go on to its frame, or show the form again with its faults."""
    service.require_city_officer(actor)
    form: dict[str, Any] = {
        "code": code.strip(), "name": name.strip(), "kind": kind, "starts_on": starts_on, "ends_on": ends_on,
        "counties": counties or [], "poor_low": poor_low, "poor_high": poor_high,
        "non_poor_low": non_poor_low, "non_poor_high": non_poor_high,
    }  # fmt: skip
    try:
        plan = _read_plan(form)
        with house.db.write(HOME) as session:
            service.open_round(session, actor, **plan)
    except Problem as problem:
        return _new_form(request, house, actor, form, problem)
    return see(f"/rounds/{plan['code']}/draw", "round")


def _new_form(
    request: Request, house: TheHouse, actor: Actor, form: Mapping[str, Any], problem: Problem | None = None
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        counties = [county for county in list_counties(session) if actor.covers(county.code)]
    choices = [Choice(county.code, county_name(county, voice.lang)) for county in counties]
    asked = in_words(problem, voice.lang, FIELDS) if problem else None
    page = NewRoundPage(form, choices)
    if asked:
        page = NewRoundPage(form, choices, problem=asked.problem, faults=asked.faults)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(voice("round_new"))]
    return show(
        request,
        "round_new.html",
        page,
        title=voice("round_new"),
        at="rounds",
        crumbs=crumbs,
        actor=actor,
        status=problem.status if problem else 200,
    )


def _read_plan(form: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as the service takes it, or BadRound naming each field that is no number or day."""
    faults = [
        _fault(name, "fault_required") for name in ("code", "name", "starts_on", "ends_on") if not form[name].strip()
    ]
    days = {name: read_day(form[name]) for name in ("starts_on", "ends_on")}
    faults += [_fault(name, "fault_day") for name, day in days.items() if day is None and form[name].strip()]
    numbers = {name: read_number(form[name]) for name in FIELDS[7:]}
    faults += [_fault(name, "fault_number") for name, number in numbers.items() if number is None]
    if not form["counties"]:
        faults.append(_fault("counties", "fault_counties"))
    if faults:
        raise BadRound("请改正标出的各项。", "Mend the marked fields.", faults=tuple(faults))
    quota = {stratum: (numbers[f"{stratum}_low"], numbers[f"{stratum}_high"]) for stratum in service.DEFAULT_QUOTA}
    plan = {name: form[name] for name in ("code", "name", "kind", "counties")}
    return plan | days | {"quota": quota}


def _fault(name: str, key: str) -> Fault:
    return Fault(f"#/{name}", Voice("zh")(key), Voice("en")(key))


def read_day(text: str) -> date | None:
    """2026-12-01 as a day, or None."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_number(text: str) -> int | None:
    """A small whole number in ASCII or full-width digits, or None."""
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 6 else None
