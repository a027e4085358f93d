"""督查员工作量: visits, days and time at the door of each inspector; for the city and the county's own team.

It is there to share the work out and to look again where a day was too full, never to rank people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_tabs import Tabs, sees_behind, sees_load, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.samples import people_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.findings.inspections.workload import MOST_A_DAY, Load, doorsteps_of, loads
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DayBar:
    """One day of an inspector: where it stands, how high, and how many doors."""

    x: str
    y: str
    height: str
    width: str
    label: str


@dataclass(frozen=True)
class LoadLine:
    """One inspector."""

    name: str
    doors: int
    completed: int
    days: int
    a_day: str
    most: int
    median: str
    spread: str
    overlaps: int
    bars: Sequence[DayBar]
    is_heavy: bool


@dataclass(frozen=True)
class LoadPage:
    """What load.html prints."""

    first_day: date | None
    last_day: date | None
    most_a_day: int
    lines: Sequence[LoadLine]
    tabs: Tabs


@router.get("/rounds/{code}/load")
def load_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The load of a round's inspectors."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = load(session, house, actor, view, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(voice("load_title"))]
    title = f"{voice('load_title')} · {view.name}"
    return show(request, "load.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def load(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> LoadPage:
    """The page, of the draws and counties that the reader sees."""
    if not sees_behind(view, actor) or not sees_load(actor):
        raise NotFound("没有这一页,或不在您的范围内。", "No such page within your scope.")
    steps = [
        step
        for draw in view.draws
        for step in doorsteps_of(session, draw.id, sorted({line.county_id for line in draw.strata}))
    ]
    made = loads(steps, house.settings.tz)
    names = people_of(session).by_id
    days = sorted({day for each in made for day in each.by_day})
    return LoadPage(
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        most_a_day=MOST_A_DAY,
        lines=[line_of(each, names, days) for each in made],
        tabs=tabs_of(view, actor, voice, "load", file="load"),
    )


def line_of(found: Load, names: Mapping[UUID, str], days: Sequence[date]) -> LoadLine:
    """One inspector's line."""
    return LoadLine(
        name=names.get(found.account_id, "—"),
        doors=found.doors,
        completed=found.completed,
        days=found.days,
        a_day=f"{found.doors / found.days:.1f}" if found.days else "—",
        most=found.most_a_day,
        median="—" if found.median_minutes is None else str(found.median_minutes),
        spread=f"{found.minutes[0]}–{found.minutes[-1]}" if found.minutes else "—",
        overlaps=found.overlaps,
        bars=bars_of(found, days),
        is_heavy=found.is_heavy,
    )


def bars_of(found: Load, days: Sequence[date]) -> list[DayBar]:
    """A column for each day on a common scale: the full height is the most that a day should hold."""
    if not days:
        return []
    whole = (days[-1] - days[0]).days + 1
    step = 100 / max(whole, 7)
    bars = []
    for day, doors in found.by_day.items():
        height = 24 * min(doors, MOST_A_DAY) / MOST_A_DAY
        x = step * (day - days[0]).days
        bars.append(DayBar(f"{x:.2f}", f"{24 - height:.1f}", f"{height:.1f}", f"{step * 0.8:.2f}", f"{day} {doors}"))
    return bars


def load_sheets(page: LoadPage, notes: Sequence[str], voice: Voice) -> list[Sheet]:
    """The same numbers."""
    columns = [
        Column(voice("load_name")), Column(voice("load_doors"), "count"), Column(voice("load_completed"), "count"),
        Column(voice("load_days"), "count"), Column(voice("load_a_day")), Column(voice("load_most"), "count"),
        Column(voice("load_median")), Column(voice("load_spread")), Column(voice("load_overlaps"), "count"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            each.name,
            each.doors,
            each.completed,
            each.days,
            each.a_day,
            each.most,
            each.median,
            each.spread,
            each.overlaps,
        ]
        for each in page.lines
    ]  # fmt: skip
    return [Sheet(voice("load_title"), columns, rows, [*notes, voice("load_lead"), voice("foot")])]
