"""The teams of a round: enter them, see who must step aside and why, freeze them; and the pledge of each member.

Their draw has the pages of any draw (draw.py) by its id. What a county may not know early, the teams, is the city's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.doors.api.teams import require_city
from app.doors.desk.draw import PlainForm, read_lines
from app.doors.desk.draw_view import SOURCES, Option
from app.doors.desk.frame import Asked, Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.rounds import county_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller, CityOfficer
from app.doors.web.house import House, TheHouse
from app.kernel import terms
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound, Problem
from app.registry.people.queries import list_accounts
from app.registry.people.rules import TEAM_ROLES, Actor
from app.registry.places import County
from app.survey.rounds import queries, service
from app.survey.rounds.models import Pledge
from app.survey.rounds.team_draw import counties_without, fit_pairs, freeze_teams
from app.survey.rounds.team_queries import Bar, TeamView, find_team_draw, find_work, list_bars, list_teams
from app.survey.rounds.teams import save_team, sign_pledge

router = APIRouter(include_in_schema=False)

FIELDS = ("team", "name", "cost_unit", "members", "source")
PLEDGE = ("pledge_1", "pledge_2", "pledge_3", "pledge_4")


@dataclass(frozen=True)
class TeamLine:
    """One team of the table."""

    code: str
    name: str
    cost_unit: str
    is_in: bool
    members: Sequence[str]
    counties: str
    href: str


@dataclass(frozen=True)
class BarLine:
    """One reason why a team stays away from a county."""

    team: str
    county: str
    who: str
    why: str


@dataclass(frozen=True)
class CountyLine:
    """The teams that may go to a county."""

    name: str
    teams: str
    is_left: bool


@dataclass(frozen=True)
class TeamsPage:
    """What teams.html prints."""

    code: str
    teams: Sequence[TeamLine]
    bars: Sequence[BarLine]
    counties: Sequence[CountyLine]
    accounts: Sequence[str]
    sources: Sequence[Option]
    draw: str
    may_edit: bool
    may_freeze: bool
    form: Mapping[str, str]
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PledgePage:
    """What pledge.html prints."""

    code: str
    name: str
    promises: Sequence[str]
    signed: str


@router.get("/rounds/{code}/teams")
def teams_page(code: str, request: Request, house: TheHouse, actor: Caller, team: str = "") -> HTMLResponse:
    """The teams, who stays away from where, and the form; `team` fills it with a team that is there."""
    return _show(request, house, actor, code, editing=team)


@router.post("/rounds/{code}/teams")
def post_team(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Save one team."""
    try:
        with house.db.write(HOME) as session:
            names = {county.name_zh: county.code for county in queries.counties_of(session, code)}
            save_team(
                session,
                actor,
                code,
                form.get("team", "").strip().upper(),
                name=form.get("name", ""),
                cost_unit=form.get("cost_unit", ""),
                members=[read_member(line, names) for line in read_lines(form.get("members", ""))],
                active="active" in form,
            )
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem)
    return see(f"/rounds/{code}/teams", "team")


def read_member(line: str, counties: Mapping[str, str]) -> dict[str, object]:
    """`zhao.an 市统计局 金凤区 640104`: account, employer, and the counties at its end by name or code."""
    account, *words = line.split()
    home: list[str] = []
    while len(words) > 1 and (words[-1] in counties or (words[-1].isdecimal() and len(words[-1]) == 6)):
        word = words.pop()
        home.insert(0, counties.get(word, word))
    return {"account": account, "employer": " ".join(words), "home": home}


@router.post("/rounds/{code}/teams/freeze")
def post_freeze(code: str, request: Request, house: TheHouse, actor: CityOfficer, form: PlainForm) -> Response:
    """Freeze the teams and go on to the ceremony of their draw."""
    try:
        draw = freeze_teams(house.db, actor, code, source=form.get("source", ""))
    except Problem as problem:
        return _show(request, house, actor, code, form=form, problem=problem)
    return see(f"/rounds/{code}/draw?draw={draw.id}", "teams_frozen")


def _show(
    request: Request,
    house: House,
    actor: Actor,
    code: str,
    *,
    editing: str = "",
    form: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    require_city(actor)
    voice = voice_of(request)
    asked = in_words(problem, voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        page = _page(session, actor, code, view.state == "closed", voice, editing, form or {}, asked)
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("teams_title")),
    ]
    title, status = f"{voice('teams_title')} · {view.name}", problem.status if problem else 200
    return show(request, "teams.html", page, title=title, at="rounds", crumbs=crumbs, actor=actor, status=status)


def _page(
    session: Session,
    actor: Actor,
    code: str,
    is_closed: bool,
    voice: Voice,
    editing: str,
    form: Mapping[str, str],
    asked: Asked,
) -> TeamsPage:
    teams, counties = list_teams(session, code), queries.counties_of(session, code)
    bars = list_bars(session, teams, counties)
    draw = find_team_draw(session, code)
    names = {county.code: county_name(county, voice.lang) for county in counties}
    may_edit = service.is_city_officer(actor) and not is_closed and draw is None
    chosen = next((team for team in teams if team.code == editing), None)
    return TeamsPage(
        code=code,
        teams=[_team(code, team, names, voice) for team in teams],
        bars=[_bar(bar, names, voice) for bar in bars],
        counties=_left(teams, counties, bars, names, voice),
        accounts=[f"{row.account} {row.name}" for row in list_accounts(session) if row.role in TEAM_ROLES],
        sources=[Option(source, voice(f"source_{source}")) for source in SOURCES],
        draw=draw.id if draw else "",
        may_edit=may_edit,
        may_freeze=may_edit and any(team.is_active for team in teams),
        form=_filled(chosen) | dict(form),
        problem=asked.problem,
        faults=asked.faults,
    )


def _filled(team: TeamView | None) -> dict[str, str]:
    blank = dict.fromkeys(FIELDS, "") | {"source": SOURCES[0], "active": "on"}
    if team is None:
        return blank
    lines = [" ".join([m.account.account, m.employer, *m.home]) for m in team.members]
    filled = {"team": team.code, "name": team.name, "cost_unit": team.cost_unit, "members": "\n".join(lines)}
    return blank | filled | {"active": "on" if team.is_active else ""}


def _team(code: str, team: TeamView, names: Mapping[str, str], voice: Voice) -> TeamLine:
    members = []
    for each in team.members:
        words = [f"{each.account.name} ({each.account.account})", each.employer]
        if each.home:
            words.append(voice("team_home", counties=voice("and").join(names.get(c, c) for c in each.home)))
        members.append(" · ".join([*words, voice("team_pledged" if each.pledged_at else "team_unpledged")]))
    counties = voice("and").join(names.get(county, county) for county in team.counties) or "—"
    href = f"/rounds/{code}/teams?team={team.code}#team-form"
    return TeamLine(team.code, team.name, team.cost_unit, team.is_active, members, counties, href)


def _bar(bar: Bar, names: Mapping[str, str], voice: Voice) -> BarLine:
    why = terms.label("team_bar", bar.why, voice.lang)
    if bar.households:
        why += f" ({voice('teams_bar_households', n=bar.households)})"
    return BarLine(bar.team, names.get(bar.county, bar.county), bar.account, why)


def _left(
    teams: Sequence[TeamView], counties: Sequence[County], bars: Sequence[Bar], names: Mapping[str, str], voice: Voice
) -> list[CountyLine]:
    """For every county the teams that may go there, and whether one would be left for it."""
    active = [team for team in teams if team.is_active]
    if not active:
        return []
    pairs = fit_pairs(active, counties, bars)
    without = counties_without(active, counties, pairs)
    return [
        CountyLine(
            names[county.code],
            voice("and").join(team.code for team in active if f"{team.code}.{county.code}" in pairs) or "—",
            county.code not in without,
        )
        for county in counties
    ]


# --- the pledge ---


@router.get("/rounds/{code}/pledge")
def pledge_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """What a member of a team promises, and when it was signed."""
    voice = voice_of(request)
    with house.db.read() as session:
        if not actor.is_team or find_work(session, actor, code) is None:
            raise NotFound("您不在这一轮的督查组里。", "You are in no team of this round.")
        view = queries.get_round(session, actor, code)
        row = session.get(Pledge, (code, actor.account_id))
        signed = _signed(actor, row.signed_at, house, voice) if row else ""
    page = PledgePage(code, view.name, [voice(key) for key in PLEDGE], signed)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name), Crumb(voice("pledge_title"))]
    return show(request, "pledge.html", page, title=voice("pledge_title"), at="rounds", crumbs=crumbs, actor=actor)


def _signed(actor: Actor, at: datetime, house: House, voice: Voice) -> str:
    return voice("pledge_signed", name=actor.name, at=at.astimezone(house.settings.tz).strftime("%Y-%m-%d %H:%M"))


@router.post("/rounds/{code}/pledge")
def post_pledge(code: str, house: TheHouse, actor: Caller) -> Response:
    """Sign it."""
    with house.db.write(HOME) as session:
        sign_pledge(session, actor, code)
    return see(f"/rounds/{code}/pledge", "pledge")
