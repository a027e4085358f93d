"""收入结构: where the income of the interviewed poor households comes from, county by county, as shares and as yuan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_tabs import Tabs, sees_behind, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.rounds import county_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.counts import counts_of
from app.figures.indicators.incomes import CELLS, CLASSES, Structure, shares, structure
from app.figures.indicators.sums import merge
from app.figures.indicators.support import SOURCES, STATUSES
from app.kernel.problems import NotFound
from app.methods.estimates import rate_text
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Piece:
    """One class in a stacked bar: where it begins and how wide it is, in per cent."""

    name: str
    x: str
    width: str
    share: str


@dataclass(frozen=True)
class IncomeLine:
    """One place: its bar, and the same numbers."""

    name: str
    href: str
    n: int
    left_out: int
    pieces: Sequence[Piece]
    per_household: str
    policy: str


@dataclass(frozen=True)
class IncomePage:
    """What income.html prints."""

    names: Sequence[tuple[str, str]]
    lines: Sequence[IncomeLine]
    tabs: Tabs


@router.get("/rounds/{code}/income")
def income_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The income structure of a round."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        found = read_structures(session, house, actor, view, voice)
    base = f"/rounds/{code}/figures/I19"
    lines = [line_of(name, f"{base}/{county}" if county else "", each) for name, county, each in found]
    names = [(name, voice(f"income_{name}")) for name in CLASSES]
    page = IncomePage(names, lines, tabs_of(view, actor, voice, "income", file="income"))
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("income_title")),
    ]
    title = f"{voice('income_title')} · {view.name}"
    return show(request, "income.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


Found = list[tuple[str, str, Structure]]


def read_structures(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> Found:
    """(name, county code or blank, sums) by county; of several counties their sum, and those out of poverty apart."""
    drawn = {line.county for draw in view.draws if draw.drawn_at is not None for line in draw.strata}
    if not drawn or not sees_behind(view, actor):
        raise NotFound("还没有抽样名单,或不在您的范围内。", "No sample yet, or none within your scope.")
    counts = counts_of(session, view, house.settings.tz, (CELLS,)).counties
    poor = {count.code: count.sums.get("poor", {}) for count in counts if count.code in drawn}
    found: Found = [
        (county_name(county, voice.lang), county.code, structure(poor.get(county.code, {}))) for county in view.counties
    ]
    if len(found) == 1:
        return found
    whole = merge(poor.values())
    by_status = [(voice(f"income_of_{status}"), "", structure(whole, (status,))) for status in STATUSES]
    return [*found, (voice("income_all"), "", structure(whole)), *by_status]


def line_of(name: str, href: str, found: Structure) -> IncomeLine:
    """One place as a stacked bar. A class that lost money takes no room and keeps its number."""
    by_class = found.by_class()
    given = shares(by_class)
    return IncomeLine(
        name=name,
        href=href if found.n else "",
        n=found.n,
        left_out=found.left_out,
        pieces=pieces_of(given),
        per_household=f"{round(found.total / found.n):,}" if found.n else "—",
        policy=policy_share(found.yuan),
    )


def pieces_of(given: Mapping[str, str]) -> list[Piece]:
    """The shares laid end to end on a whole of all that is above nothing."""
    whole = sum(max(0.0, float(share)) for share in given.values())
    pieces, x = [], 0.0
    for name, share in given.items():
        width = 100 * max(0.0, float(share)) / whole
        pieces.append(Piece(name, f"{x:.3f}", f"{width:.3f}", share))
        x += width
    return pieces


def policy_share(yuan: Mapping[str, int]) -> str:
    """Government support in income, rounded as I19 is and not as shares that must add up."""
    support, total = yuan.get("social", 0) + yuan.get("project", 0), sum(yuan.values())
    return f"{rate_text(support, total)}%" if total > 0 and support >= 0 else "—"


def income_sheets(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> list[Sheet]:
    """The sums by source, and the shares of the four classes."""
    rows: list[list[Cell]] = []
    for name, _, found in read_structures(session, house, actor, view, voice):
        given = shares(found.by_class())
        yuan = [found.yuan[each] for each in SOURCES]
        rows.append([name, found.n, found.left_out, *yuan, found.total, *(given.get(each) for each in CLASSES)])
    columns = [
        Column(voice("county")), Column(voice("income_n"), "count"), Column(voice("income_left_out"), "count"),
        *(Column(voice(f"income_source_{each}"), "count") for each in SOURCES), Column(voice("income_total"), "count"),
        *(Column(f"{voice(f'income_{each}')}(%)", "rate") for each in CLASSES),
    ]  # fmt: skip
    return [Sheet(voice("income_title"), columns, rows, [view.name, voice("income_lead"), voice("foot")])]
