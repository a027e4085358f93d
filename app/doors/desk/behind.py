"""The households behind one figure of one county: who is counted where, who is left out and why.

For readers of answers who may know the draw; everybody else finds nothing here (`households_behind` is the fence).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import FigureCell, figure_cell, part_name
from app.doors.desk.figure_tabs import Tabs, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.indicators import get_indicator, place_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.catalogue import Indicator, Unit
from app.figures.indicators.kept import WHOLE, Window
from app.figures.indicators.round_figures import HouseholdBehind, count_behind, figures_of, households_behind
from app.kernel import terms
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.households.package import package_households
from app.registry.people.rules import Actor
from app.registry.places import get_county
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

Short = Annotated[str, Query(max_length=24)]
Named = Annotated[str, Query(max_length=128)]
MOST_LINES = 100
"""Households on a page."""


@dataclass(frozen=True)
class BehindLine:
    """One household."""

    sample_id: str
    rank: int
    stratum: str
    head: str
    place: str
    unit: str
    counts_as: str
    tone: str
    amount: str
    href: str
    record_href: str


@dataclass(frozen=True)
class BehindPage:
    """What behind.html prints."""

    name: str
    county: str
    cell: FigureCell
    lines: Sequence[BehindLine]
    left_out: Sequence[BehindLine]
    summary: str
    page_words: str
    """Of a list of several pages: how many of all stand here."""
    previous: str
    following: str
    has_amounts: bool
    tabs: Tabs


@router.get("/rounds/{code}/figures/{indicator}/{county}")
def behind_page(
    code: str,
    indicator: str,
    county: str,
    request: Request,
    house: TheHouse,
    actor: Caller,
    part: Short = "",
    after: Named = "",
    before: Named = "",
) -> HTMLResponse:
    """The households behind a figure, a hundred a page; `after` and `before` name the household beside a page."""
    voice = voice_of(request)
    window = Window(MOST_LINES + 1, before or after, is_before=bool(before))
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = behind(session, house, actor, view, get_indicator(indicator), county, part, voice, window)
    crumbs = [
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("fig_title"), f"/rounds/{code}/figures"),
        Crumb(page.name, f"/rounds/{code}/figures/{indicator}"),
        Crumb(page.county),
    ]
    title = f"{page.name} · {page.county}"
    return show(request, "behind.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def behind(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    line: Indicator,
    county: str,
    part: str,
    voice: Voice,
    window: Window = WHOLE,
) -> BehindPage:
    """The page; what is counted stands first, what is left out behind it with its reason."""
    tz = house.settings.tz
    found_rows = households_behind(session, actor, view, county, line.code, part, tz=tz, window=window)
    rows, ways = _cut(found_rows, window)
    found = figures_of(session, actor, view.code, tz, codes=[line.code], view=view, county=county).county(county)
    if found is None:
        raise NotFound("没有这个县区的样本,或不在您的范围内。", "No sample of this county within your scope.")
    main = found.figures[line.code]
    figure = next((each for each in main.parts if each.part == part), main) if part else main
    homes = package_households(session, get_county(session, county).id, [row.unit for row in rows])
    lines = [line_of(row, line, view.code, homes.get(row.unit, {}), voice) for row in rows]
    counted = [made for made, row in zip(lines, rows, strict=True) if row.is_counted]
    left = [made for made, row in zip(lines, rows, strict=True) if not row.is_counted]
    inside, outside = count_behind(session, view, county, line.code, part, tz)
    return BehindPage(
        name=part_name(figure, line, voice) if part else (line.en if voice.lang == "en" else line.zh),
        county=place_name(found, voice),
        cell=figure_cell(figure, line, voice, place=place_name(found, voice)),
        lines=sorted(counted, key=lambda each: (each.tone != "bad", each.stratum, each.rank)),
        left_out=left,
        summary=voice("behind_summary", n=inside, out=outside),
        page_words=voice("behind_page", n=len(rows), total=inside + outside) if len(rows) < inside + outside else "",
        previous=_beside(ways.previous, part, "before"),
        following=_beside(ways.following, part, "after"),
        has_amounts=figure.unit != Unit.HOUSEHOLD.value,
        tabs=tabs_of(view, actor, voice, "figures", file="behind", indicator=line.code, county=county, part=part),
    )


@dataclass(frozen=True)
class Ways:
    """The household that the page before this one ends at, and the one that the next page begins behind."""

    previous: str = ""
    following: str = ""


def _cut(rows: Sequence[HouseholdBehind], window: Window) -> tuple[Sequence[HouseholdBehind], Ways]:
    """The rows of a page without the one that only told that there are more."""
    if window.most is None:
        return rows, Ways()
    has_more = len(rows) == window.most
    if window.is_before:
        mine = rows[1:] if has_more else rows
        return mine, Ways(mine[0].sample_id if has_more and mine else "", mine[-1].sample_id if mine else "")
    mine = rows[:-1] if has_more else rows
    first = mine[0].sample_id if window.named and mine else ""
    return mine, Ways(first, mine[-1].sample_id if has_more else "")


def _beside(sample_id: str, part: str, way: str) -> str:
    """The address of a page beside this one."""
    return f"?{urlencode({**({'part': part} if part else {}), way: sample_id})}" if sample_id else ""


def line_of(
    row: HouseholdBehind, line: Indicator, round_code: str, home: Mapping[str, object], voice: Voice
) -> BehindLine:
    """One household in words: counted above the line, below it only, or left out."""
    is_full = row.x is not None and row.x == row.y
    is_good = is_full if line.direction.value != "down" else row.x == 0
    words = terms.label("left_out", row.why, voice.lang) if row.why else _counts_as(row, voice)
    return BehindLine(
        sample_id=row.sample_id,
        rank=row.rank,
        stratum=terms.label("figure_stratum", row.stratum, voice.lang),
        head=str(home.get("head_name") or row.unit),
        place=" ".join(str(home.get(name) or "") for name in ("town_name", "village_name")).strip(),
        unit=row.unit,
        counts_as=words,
        tone="rest" if row.why else "done" if is_good else "bad",
        amount=f"{row.x:,}/{row.y:,}" if row.x is not None and row.y is not None else "—",
        href=f"/rounds/{round_code}/samples/{row.sample_id}",
        record_href=f"/records/{row.op_id}" if row.op_id else "",
    )


def _counts_as(row: HouseholdBehind, voice: Voice) -> str:
    if row.x == row.y:
        return voice("behind_in")
    return voice("behind_not_in") if row.x == 0 else voice("behind_partly")


def behind_sheets(page: BehindPage, voice: Voice) -> list[Sheet]:
    """The same households, a line each."""
    columns = [
        Column(voice("fig_sample")), Column(voice("fig_stratum")), Column(voice("household")), Column(voice("village")),
        Column(voice("fig_unit_code")), Column(voice("behind_counts_as")), Column(voice("fig_count")),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [each.sample_id, each.stratum, each.head, each.place, each.unit, each.counts_as, each.amount]
        for each in (*page.lines, *page.left_out)
    ]
    return [Sheet(page.county, columns, rows, [f"{page.name} {page.county} {page.cell.count}", voice("foot")])]
