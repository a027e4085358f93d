"""On paper: the visit list of one county's team, and the card that tells a household what the visit is.

The list names the households, so it is behind the round's fence like the sample itself; it prints on A4 and holds room
for the times of two attempts and who confirmed. The card names nobody and may be given to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.progress import doors_seen
from app.doors.desk.rounds import county_name
from app.doors.desk.samples import households_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.findings.inspections.queries import Door
from app.findings.inspections.visited import recent_interviews
from app.kernel.clock import local_day, utcnow
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import SampleState, round_of

router = APIRouter(include_in_schema=False)

CARDS = 4
"""Notice cards on a page, to be cut."""


@dataclass(frozen=True)
class VisitLine:
    """One household to go to, or a reserve that may become one."""

    rank: int
    is_reserve: bool
    head: str
    unit: str
    village: str
    helper: str
    state: str
    before: str


@dataclass(frozen=True)
class VisitBlock:
    """One list in the order of its villages (the road is free, the set is not); reserves by rank."""

    label: str
    kind: str
    open: Sequence[VisitLine]
    reserve: Sequence[VisitLine]


@dataclass(frozen=True)
class VisitListPage:
    """What visit_list.html prints."""

    county: str
    round_name: str
    printed_at: datetime
    blocks: Sequence[VisitBlock]


@dataclass(frozen=True)
class CardPage:
    """What notice_card.html prints."""

    round_name: str
    cards: Sequence[int]


@router.get("/rounds/{code}/counties/{county}/visit-list")
def visit_list(code: str, county: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The households of one county that are still to be visited, for the road."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        doors = doors_seen(session, house, actor, view, county)
        if not doors:
            raise NotFound("没有这个县区的样本,或不在您的范围内。", "No sample of this county within your scope.")
        page = _page(session, house, actor, view, doors, county, voice)
    crumbs = [Crumb(view.name, f"/rounds/{code}"), Crumb(voice("reach_title"), f"/rounds/{code}/reach"), Crumb(
        voice("paper_list_title"))]  # fmt: skip
    title = f"{voice('paper_list_title')} · {page.county}"
    return show(request, "visit_list.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def _page(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    doors: Sequence[Door],
    county: str,
    voice: Voice,
) -> VisitListPage:
    now = utcnow()
    households = households_of(session, actor, doors)
    before = recent_interviews(session, [door.row for door in doors], now)

    def line(door: Door) -> VisitLine:
        home = households.get(door.row.unit, {})
        seen = before.get(door.row.unit)
        words = ""
        if seen is not None:
            day = local_day(seen.at, house.settings.tz).isoformat()
            words = voice("paper_before", day=day, round=round_of(seen.draw))
        places = (home.get("town_name"), home.get("village_name"))
        return VisitLine(
            rank=door.row.rank,
            is_reserve=door.row.rank > door.row.main,
            head=home.get("head_name") or door.row.unit,
            unit=door.row.unit,
            village=" ".join(filter(None, places)) or "—",
            helper=" ".join(filter(None, (home.get("helper_name"), home.get("helper_phone")))),
            state=door.item.state.value,
            before=words,
        )

    blocks = []
    for code in dict.fromkeys(door.row.stratum for door in doors):
        mine = [door for door in doors if door.row.stratum == code]
        still = [line(door) for door in mine if door.item.state is SampleState.OPEN]
        spare = [line(d) for d in mine if d.item.state is SampleState.RESERVE and not d.item.is_surplus]
        still.sort(key=lambda each: (each.village, each.rank))
        blocks.append(VisitBlock(code, mine[0].row.kind, still, spare))
    blocks.sort(key=lambda block: block.kind != "poor")
    name = next(county_name(each, voice.lang) for each in view.counties if each.code == county)
    return VisitListPage(name, view.name, now, blocks)


@router.get("/rounds/{code}/notice-card")
def notice_card(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The card for households, four on a page; it names nobody."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
    page = CardPage(view.name, range(CARDS))
    crumbs = [Crumb(view.name, f"/rounds/{code}"), Crumb(voice("card_title"))]
    return show(request, "notice_card.html", page, title=voice("card_title"), at="board", crumbs=crumbs, actor=actor)
