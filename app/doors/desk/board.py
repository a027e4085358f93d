"""看板: one round on one table.

Every number is a link down as far as the reader may see. What is shown is the contract's satisfaction, cell by
cell; before the close a county reader gets 404 from the query that builds it, not a thinner page from here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_tabs import Tabs, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.live import mark_now
from app.doors.desk.plots import TARGET_ITEMS, Cell, Plot, cell_of, key_of, three_of
from app.doors.desk.progress import Progress, doors_seen, progress_of, progress_of_reaches
from app.doors.desk.rounds import TONES, county_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators import queries as indicators
from app.figures.indicators.counts import counts_of
from app.figures.indicators.reached import Reaches, open_and_unassigned, reaches_from
from app.figures.indicators.trends import Asked, standing_misses
from app.findings.inspections.queries import Door
from app.findings.quality.queries import count_open
from app.kernel import terms
from app.kernel.clock import parse_instant
from app.kernel.db.base import HOME
from app.papers.exports.sheets import Cell as FileCell
from app.papers.exports.sheets import Column, Sheet
from app.registry.people.rules import Actor
from app.registry.places import list_counties
from app.survey.records import queries as records
from app.survey.rounds import queries as rounds
from app.survey.rounds import service
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import SampleState

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    """One county, or the city."""

    code: str
    name: str
    visited: str
    cells: Sequence[Cell]
    way: Cell
    three: str
    href: str = ""


@dataclass(frozen=True)
class Todo:
    """Something that needs a person: how many, in words around the number, and where to go."""

    before: str
    n: int
    after: str
    href: str = ""
    small: str = ""


@dataclass(frozen=True)
class BoardPage:
    """What board.html prints."""

    code: str
    name: str
    state: str
    tone: str
    starts_on: date
    ends_on: date
    summary: str
    as_of: datetime | None
    live: str
    tabs: Tabs
    items: Sequence[str]
    rows: Sequence[Row]
    city: Row | None
    key: Sequence[Plot]
    together: str
    scheme: str
    today: Sequence[Todo] | None
    progress: Progress | None
    may_draw: bool
    may_see_draw: bool
    may_close: bool


def row_of(county: Mapping[str, Any], voice: Voice, *, base: str) -> Row:
    """A county of the contract's satisfaction; `base` is its page, or empty where the reader may not go down."""
    items = {item["item"]: item for item in county["items"]}
    poor = county["sample"]["poor"]
    short = poor["quota"][0] - poor["completed"]
    visited = (
        voice("visited_poor_short", n=poor["completed"], missing=short)
        if short > 0
        else voice("visited_poor", n=poor["completed"])
    )
    cells = [cell_of(items[name], voice, href=f"{base}?item={name}" if base else "") for name in TARGET_ITEMS]
    return Row(county["code"], county["name"], visited, cells, cell_of(items["way"], voice), three_of(cells), base)


def city_row(city: Mapping[str, Any], voice: Voice, poor_visited: int) -> Row:
    """The city's sums; only where the contract gives them."""
    items = {item["item"]: item for item in city["items"]}
    cells = [cell_of(items[name], voice) for name in TARGET_ITEMS]
    visited = voice("visited_city", n=poor_visited)
    return Row("city", voice("whole_city"), visited, cells, cell_of(items["way"], voice), three_of(cells))


# --- the pages ---


@router.get("/rounds/{code}")
def board_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One round: counties by items, what needs a person, and the sample's progress."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = _board(session, house, actor, view, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name)]
    return show(request, "board.html", page, title=view.name, at="board", crumbs=crumbs, actor=actor)


def _board(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> BoardPage:
    mark = mark_now(session, view)
    is_drawn = view.state in ("drawn", "closed")
    counts = counts_of(session, view, house.settings.tz, indicators.ITEMS.values()) if is_drawn else None
    figures = indicators.satisfaction_of(session, actor, view, counts) if counts else None
    reaches = reaches_from(view, counts.kept) if counts else None
    doors = doors_seen(session, house, actor, view) if reaches is None else []
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    counties = figures["counties"] if figures else []
    visited = {
        stratum: sum(county["sample"][stratum]["completed"] for county in counties) for stratum in ("poor", "non_poor")
    }
    rows = [
        row_of(
            {**county, "name": names.get(county["code"], county["name"])},
            voice,
            base=f"/rounds/{view.code}/counties/{county['code']}" if doors or reaches else "",
        )
        for county in counties
    ]
    return BoardPage(
        code=view.code,
        name=view.name,
        state=view.state,
        tone=TONES[view.state],
        starts_on=view.starts_on,
        ends_on=view.ends_on,
        summary=voice("board_summary", counties=len(view.counties), **visited),
        as_of=parse_instant(figures["as_of"]) if figures else None,
        live=f"/rounds/{view.code}/live?since={mark}",
        tabs=tabs_of(view, actor, voice, "board", file="board"),
        items=TARGET_ITEMS,
        rows=rows,
        city=city_row(figures["city"], voice, visited["poor"]) if figures and figures["city"] else None,
        key=key_of(voice),
        together=together_words(counties, names, voice),
        scheme=voice("scheme", scheme=figures["scheme"]) if figures else "",
        today=_today(session, actor, view, _unassigned(session, view, reaches, doors), voice),
        progress=progress_of_reaches(reaches, view, voice) if reaches else progress_of(doors, voice) if doors else None,
        may_draw=service.is_city_officer(actor),
        may_see_draw=view.draw is not None,
        may_close=service.is_city_officer(actor) and view.state == "drawn",
    )


def together_words(counties: Sequence[Mapping[str, Any]], names: Mapping[str, str], voice: Voice) -> str:
    """Which "below 90 %" stand when all verdicts of the page are taken at once; nothing where none is shown."""
    verdicts = [
        Asked(
            f"{names.get(county['code'], county['name'])} {terms.label('item', item['item'], voice.lang)}",
            item["satisfied"],
            item["n"],
            county["frame"]["poor"],
            item["evidence"] == "not_met",
        )
        for county in counties
        for item in county["items"]
        if item["item"] in TARGET_ITEMS and 0 < item["n"] <= (county["frame"]["poor"] or 0)
    ]
    below = [each.name for each in verdicts if each.is_below]
    if not below:
        return ""
    standing = standing_misses(verdicts)
    names_said = voice("listed").join(name for name in below if name in standing)
    return voice("board_together" if names_said else "board_none_together", k=len(verdicts), names=names_said)


def _unassigned(
    session: Session, view: RoundView, reaches: Reaches | None, doors: Sequence[Door]
) -> list[tuple[str, int]]:
    """(county code, households) open and given to nobody."""
    if reaches is not None:
        return open_and_unassigned(session, view, reaches)
    waiting = [door for door in doors if door.item.state is SampleState.OPEN and not door.row.assigned_to]
    return sorted(Counter(door.row.county for door in waiting).items())


def _today(
    session: Session, actor: Actor, view: RoundView, waiting: Sequence[tuple[str, int]], voice: Voice
) -> list[Todo] | None:
    """What waits for the city's officer; others are not told."""
    if not service.is_city_officer(actor):
        return None
    todos = []
    held = records.count_held(session, [HOME, *(county.id for county in list_counties(session))])
    if held:
        before, after = voice("today_held_before"), voice("today_held_after")
        todos.append(Todo(before, held, after, "/held", voice("today_held_small")))
    doubts = count_open(session, [county.id for county in view.counties])
    if doubts:
        todos.append(Todo(voice("today_doubts_before"), doubts, voice("today_doubts_after"), "/reviews"))
    if waiting and view.state == "drawn":
        before, after = voice("today_unassigned_before"), voice("today_unassigned_after")
        where = f"/rounds/{view.code}/draw?county={waiting[0][0]}"
        todos.append(Todo(before, sum(count for _, count in waiting), after, where))
    return todos


def board_sheets(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> list[Sheet]:
    """The board as a file: every county and item a line, the city last where it is seen."""
    figures = indicators.satisfaction(session, actor, view.code, house.settings.tz)
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    rows = [
        [county["code"], names.get(county["code"], county["name"]), *item_row(item, voice)]
        for county in figures["counties"]
        for item in county["items"]
    ]
    city = figures["city"]["items"] if figures["city"] else []
    rows += [["city", voice("whole_city"), *item_row(item, voice)] for item in city]
    columns = [
        Column(voice("fig_place_code")), Column(voice("county")), Column(voice("fig_item")),
        Column(voice("fig_satisfied"), "count"), Column(voice("fig_n"), "count"),
        Column(voice("fig_rate_percent"), "rate"), Column(voice("fig_dont_know"), "count"),
        Column(voice("fig_low"), "rate"), Column(voice("fig_high"), "rate"),
        Column(voice("fig_official")), Column(voice("fig_evidence")),
    ]  # fmt: skip
    notes = [view.name, voice("live_as_of", at=figures["as_of"]), voice("scheme", scheme=figures["scheme"])]
    return [Sheet(voice("nav_board"), columns, rows, [*notes, voice("foot")])]


def item_row(item: Mapping[str, Any], voice: Voice) -> list[FileCell]:
    """One item in a file: the contract's numbers, and its words."""
    lang = voice.lang
    return [
        terms.label("item", item["item"], lang),
        item["satisfied"],
        item["n"],
        item["rate"],
        item["dont_know"],
        item["low"],
        item["high"],
        terms.label("official", item["official"], lang) if item["official"] else "",
        terms.label("evidence", item["evidence"], lang) if item["evidence"] else "",
    ]
