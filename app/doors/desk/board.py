"""看板: one round on one table, and below it one county with its households.

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

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.plots import TARGET_ITEMS, Cell, Plot, cell_of, key_of, three_of
from app.doors.desk.rounds import TONES, county_name
from app.doors.desk.samples import SampleLine, households_of, line_of, people_of
from app.doors.desk.words import WORDS, Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators import queries as indicators
from app.findings.inspections import queries as inspections
from app.findings.inspections.queries import Door
from app.kernel.clock import parse_instant
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import list_counties
from app.survey.records import queries as records
from app.survey.rounds import queries as rounds
from app.survey.rounds import service
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import SampleState

router = APIRouter(include_in_schema=False)

ALL_ITEMS = (*TARGET_ITEMS, "way")


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
class Part:
    """One progress bar; `share` is 0–100 as text."""

    label: str
    count: str
    share: str


@dataclass(frozen=True)
class Progress:
    """The sample's progress over all shown counties."""

    parts: Sequence[Part]
    lines: Sequence[str]


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
    items: Sequence[str]
    rows: Sequence[Row]
    city: Row | None
    key: Sequence[Plot]
    scheme: str
    today: Sequence[Todo] | None
    progress: Progress | None
    may_draw: bool
    may_see_draw: bool
    may_close: bool


@dataclass(frozen=True)
class StratumBlock:
    """One stratum of a county with its ranks."""

    kind: str
    summary: str
    opened: Sequence[SampleLine]
    reserve: Sequence[SampleLine]


@dataclass(frozen=True)
class CountyPage:
    """What county.html prints; `item` is the one whose answers are shown."""

    county: str
    summary: str
    cells: Sequence[Cell]
    item: str
    strata: Sequence[StratumBlock]


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


def progress_of(states: Mapping[tuple[str, str], int], sums: Mapping[str, tuple[int, int]], voice: Voice) -> Progress:
    """`states`: (stratum, state) → households; `sums`: stratum → (completed, drawn for the main list)."""
    parts = [
        Part(
            voice(f"part_{stratum}"),
            f"{done}/{main}",
            f"{100 * min(done, main) // main if main else 0}",
        )
        for stratum, (done, main) in sums.items()
    ]
    count = {state.value: sum(n for (_, s), n in states.items() if s == state) for state in SampleState}
    main = sum(drawn for _, drawn in sums.values())
    opened = sum(count.values()) - count["reserve"]
    lines = [voice("progress_drawn", n=main, r=sum(count.values()) - main)]
    lines.append(voice("progress_missed", n=count["non_response"], x=count["not_eligible"]))
    replaced = max(opened - main, 0)
    if opened:
        lines.append(voice("progress_replaced", rate=f"{100 * replaced // opened}%"))
        if 10 * replaced > 3 * opened:
            lines.append(voice("progress_limited"))
    return Progress(parts, lines)


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
    is_drawn = view.state in ("drawn", "closed")
    figures = indicators.satisfaction(session, actor, view.code, house.settings.tz) if is_drawn else None
    doors = _doors(session, house, actor, view)
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    counties = figures["counties"] if figures else []
    visited = {
        stratum: sum(county["sample"][stratum]["completed"] for county in counties) for stratum in ("poor", "non_poor")
    }
    rows = [
        row_of(
            {**county, "name": names.get(county["code"], county["name"])},
            voice,
            base=f"/rounds/{view.code}/counties/{county['code']}" if doors else "",
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
        items=TARGET_ITEMS,
        rows=rows,
        city=city_row(figures["city"], voice, visited["poor"]) if figures and figures["city"] else None,
        key=key_of(voice),
        scheme=voice("scheme", scheme=figures["scheme"]) if figures else "",
        today=_today(session, actor, view, doors, voice),
        progress=_progress(doors, voice) if doors else None,
        may_draw=service.is_city_officer(actor),
        may_see_draw=view.draw is not None,
        may_close=service.is_city_officer(actor) and view.state == "drawn",
    )


def _doors(session: Session, house: House, actor: Actor, view: RoundView, county: str | None = None) -> list[Door]:
    """The doors this reader may know of; none before the draw or behind the fence."""
    if view.draw is None or view.draw.drawn_at is None:
        return []
    rows = rounds.list_samples(session, actor, view.code, county)
    return inspections.doors_of(session, rows, house.settings.tz)


def _today(session: Session, actor: Actor, view: RoundView, doors: Sequence[Door], voice: Voice) -> list[Todo] | None:
    """What waits for the city's officer; others are not told."""
    if not service.is_city_officer(actor):
        return None
    todos = []
    held = records.count_held(session, [HOME, *(county.id for county in list_counties(session))])
    if held:
        before, after = voice("today_held_before"), voice("today_held_after")
        todos.append(Todo(before, held, after, "/held", voice("today_held_small")))
    waiting = [door for door in doors if door.item.state is SampleState.OPEN and not door.row.assigned_to]
    if waiting and view.state == "drawn":
        before, after = voice("today_unassigned_before"), voice("today_unassigned_after")
        where = f"/rounds/{view.code}/draw?county={waiting[0].row.county}"
        todos.append(Todo(before, len(waiting), after, where))
    return todos


def _progress(doors: Sequence[Door], voice: Voice) -> Progress:
    states: Counter[tuple[str, str]] = Counter((door.row.kind, door.item.state.value) for door in doors)
    sums = {}
    for kind in ("poor", "non_poor"):
        main = sum(1 for door in doors if door.row.kind == kind and door.row.rank <= door.row.main)
        sums[kind] = (states[(kind, "completed")], main)
    return progress_of(states, sums, voice)


@router.get("/rounds/{code}/counties/{county}")
def county_page(
    code: str, county: str, request: Request, house: TheHouse, actor: Caller, item: str = ""
) -> HTMLResponse:
    """One county of a round: its items in words, and its households by stratum and rank."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        doors = _doors(session, house, actor, view, county)
        page = _county(session, house, actor, view, doors, county, item, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(page.county)]
    title = f"{page.county} · {view.name}"
    return show(request, "county.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def _county(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    doors: Sequence[Door],
    county: str,
    item: str,
    voice: Voice,
) -> CountyPage:
    if not doors:
        raise NotFound("没有这个县区的样本,或不在您的范围内。", "No sample of this county within your scope.")
    figures = indicators.satisfaction(session, actor, view.code, house.settings.tz)
    found = next((row for row in figures["counties"] if row["code"] == county), None)
    if found is None:
        raise NotFound("没有这个县区的结果,或不在您的范围内。", "No result of this county within your scope.")
    may_read = reads_answers(actor)
    chosen = item if may_read and item in ALL_ITEMS else ""
    base = f"/rounds/{view.code}/counties/{county}"
    households = households_of(session, actor, doors)
    answers = _answers(session, doors, chosen, voice) if chosen else {}
    people = people_of(session)
    lines = [
        line_of(door, households, people, voice, round_code=view.code, answers=answers, links=may_read)
        for door in doors
    ]
    frame = found["frame"]
    names = {each.code: county_name(each, voice.lang) for each in view.counties}
    return CountyPage(
        county=names.get(county, found["name"]),
        summary=voice("county_summary", poor=frame["poor"], non_poor=frame["non_poor"]),
        cells=[
            cell_of(each, voice, href=f"{base}?item={each['item']}#s-poor" if may_read else "", chosen=chosen)
            for each in found["items"]
        ],
        item=chosen,
        strata=[
            _block(kind, doors, found["sample"][kind], voice, lines=[line for line in lines if line.kind == kind])
            for kind in ("poor", "non_poor")
        ],
    )


def _block(
    kind: str, doors: Sequence[Door], sample: Mapping[str, Any], voice: Voice, *, lines: Sequence[SampleLine]
) -> StratumBlock:
    words = _stratum_words([door for door in doors if door.row.kind == kind], sample, voice)
    opened = [line for line in lines if line.state != "reserve"]
    return StratumBlock(kind, words, opened, [line for line in lines if line.state == "reserve"])


def _answers(session: Session, doors: Sequence[Door], item: str, voice: Voice) -> dict[str, str]:
    """Sample id → what the household said about one item, of the interviews that count."""
    said = {}
    for interview in inspections.counted_interviews(session, doors):
        code = getattr(interview, f"sat_{item}")
        if code is not None:
            said[interview.sample_id] = voice(f"answer_{code}") if f"answer_{code}" in WORDS else str(code)
    return said


def _stratum_words(doors: Sequence[Door], sample: Mapping[str, Any], voice: Voice) -> str:
    states = Counter(door.item.state.value for door in doors)
    low, high = sample["quota"]
    return voice(
        "stratum_summary",
        done=sample["completed"],
        low=low,
        high=high,
        open=states["open"],
        missed=states["non_response"] + states["not_eligible"],
    )
