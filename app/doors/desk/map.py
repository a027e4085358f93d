"""分布图: the sample's villages as points on a blank scheme, with the counties' figures beside it as a table.

Village points are the register's; households have none here. With RUHU_MAP the office's own outlines stand behind.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_tabs import Tabs, sees_behind, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.map_view import HEIGHT, WIDTH, Frame, Outline, apart, corners, frame_of, path_of, read_outlines
from app.doors.desk.progress import doors_seen
from app.doors.desk.rounds import county_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.progress import VillageProgress, village_progress
from app.figures.indicators.reached import Doors, reaches_of, villages_reached
from app.kernel import terms
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.registry.places import Village, list_villages
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Point:
    """One village on the picture."""

    x: float
    y: float
    r: float
    state: str
    label: str


@dataclass(frozen=True)
class Name:
    """A county's name at the middle of its villages."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class VillageLine:
    """One village in the table."""

    county: str
    href: str
    town: str
    name: str
    completed: int
    ended: int
    open: int
    state: str
    tone: str


@dataclass(frozen=True)
class MapPage:
    """What map.html prints."""

    width: float
    height: float
    outlines: Sequence[str]
    points: Sequence[Point]
    names: Sequence[Name]
    lines: Sequence[VillageLine]
    unplaced: int
    tabs: Tabs


TONES = {"done": "done", "going": "open", "ahead": "wait"}
Placed = list[tuple[str, str, VillageProgress, Village | None]]
"""County code and name, the village's progress, and its row with its point."""


@router.get("/rounds/{code}/map")
def map_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The villages of a round's sample."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        placed = read_villages(session, house, actor, view, voice)
    page = picture(placed, outlines_of(house), view, actor, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(voice("map_title"))]
    title = f"{voice('map_title')} · {view.name}"
    return show(request, "map.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def outlines_of(house: House) -> list[Outline]:
    """The office's own outlines, none without a file."""
    path = house.settings.map_file
    return read_outlines(path.read_text(encoding="utf-8")) if path and path.is_file() else []


def read_villages(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> Placed:
    """The villages with opened households, county by county."""
    if not sees_behind(view, actor) or not any(draw.drawn_at for draw in view.draws):
        raise NotFound("还没有抽样名单,或不在您的范围内。", "No sample yet, or none within your scope.")
    villages = list_villages(session, [county.id for county in view.counties])
    known = {(village.county_id, village.code): village for village in villages}
    reached = _reached(session, house, actor, view)
    placed: Placed = []
    for county in view.counties:
        name = county_name(county, voice.lang)
        for code, each in reached.get(county.code, {}).items():
            row = known.get((county.id, code))
            town, village = (row.town_name, row.name) if row else ("", code)
            placed.append((county.code, name, VillageProgress(code, town, village, *each), row))
    return placed


def _reached(session: Session, house: House, actor: Actor, view: RoundView) -> Mapping[str, Mapping[str, Doors]]:
    """County → village → its doors: from kept sums, or from the doors themselves where sums do not suffice."""
    found: dict[str, dict[str, Doors]] = defaultdict(dict)
    reaches = reaches_of(session, view)
    if reaches is not None:
        for (county, village), each in villages_reached(session, view, reaches).items():
            found[county][village] = each
        return found
    doors = doors_seen(session, house, actor, view)
    for county in {door.row.county for door in doors}:
        for mine in village_progress({}, [door.item for door in doors if door.row.county == county]):
            found[county][mine.code] = Doors(mine.completed, mine.ended, mine.open)
    return found


def picture(placed: Placed, outlines: Sequence[Outline], view: RoundView, actor: Actor, voice: Voice) -> MapPage:
    """The page: outlines, points and names in one frame; villages without a point are only in the table."""
    with_point = [(name, each, row) for _, name, each, row in placed if row and row.lon is not None]
    spots = [(row.lon or 0.0, row.lat or 0.0) for _, _, row in with_point]
    frame = frame_of([*spots, *corners(outlines)])
    return MapPage(
        width=WIDTH,
        height=HEIGHT,
        outlines=[path_of(frame, each) for each in outlines] if frame else [],
        points=[_point(frame, each, row, voice) for _, each, row in with_point] if frame else [],
        names=_names(frame, with_point) if frame else [],
        lines=[_line(view, county, name, each, voice) for county, name, each, _ in placed],
        unplaced=len(placed) - len(with_point),
        tabs=tabs_of(view, actor, voice, "map", file="map"),
    )


def _point(frame: Frame, each: VillageProgress, row: Village, voice: Voice) -> Point:
    x, y = frame.at((row.lon or 0.0, row.lat or 0.0))
    households = each.completed + each.ended + each.open
    return Point(x, y, 5 + 2.2 * min(households, 6), each.state, f"{each.name} {each.completed}/{households}")


def _names(frame: Frame, with_point: Sequence[tuple[str, VillageProgress, Village]]) -> list[Name]:
    names: list[tuple[float, float, str]] = []
    for name in Counter(name for name, _, _ in with_point):
        spots = [frame.at((row.lon or 0.0, row.lat or 0.0)) for of, _, row in with_point if of == name]
        x = sum(spot[0] for spot in spots) / len(spots)
        names.append((round(x, 1), round(max(18.0, min(spot[1] for spot in spots) - 24), 1), name))
    return [Name(*each) for each in apart(names)]


def _line(view: RoundView, county: str, name: str, each: VillageProgress, voice: Voice) -> VillageLine:
    return VillageLine(
        county=name,
        href=f"/rounds/{view.code}/counties/{county}",
        town=each.town,
        name=each.name,
        completed=each.completed,
        ended=each.ended,
        open=each.open,
        state=terms.label("village_state", each.state, voice.lang),
        tone=TONES[each.state],
    )


def map_sheets(page: MapPage, notes: Sequence[str], voice: Voice) -> list[Sheet]:
    """The table; no position leaves the house."""
    columns = [
        Column(voice("county")), Column(voice("map_town")), Column(voice("village")),
        Column(voice("reach_completed"), "count"), Column(voice("map_ended"), "count"),
        Column(voice("reach_open"), "count"), Column(voice("state")),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [each.county, each.town, each.name, each.completed, each.ended, each.open, each.state] for each in page.lines
    ]
    return [Sheet(voice("map_title"), columns, rows, [*notes, voice("foot")])]
