"""全部指标: every indicator of a round by county on one page, in the groups they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import all_figures, figure_cell, figure_columns, figure_row
from app.doors.desk.figure_tabs import Tabs, sees_behind, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.indicators import file_notes, place_name, places_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.catalogue import Indicator, Unit
from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.round_figures import PlaceFigures, figures_of
from app.figures.indicators.yc2017 import INDICATORS
from app.kernel import terms
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

MOST_COLUMNS = 8
"""Counties that fit beside each other on a page; of more only the city's figure stands in the overview."""

GROUPS = (
    ("satisfaction", 6), ("exits", 10), ("guarantees", 15), ("resettled", 18), ("income", 20), ("help", 26),
    ("papers", 28), ("money", 34), ("sample", 40),
)  # fmt: skip
"""Name of a group and the number of its last indicator."""


@dataclass(frozen=True)
class Column2:
    """A place at the head of the overview."""

    code: str
    name: str
    href: str


@dataclass(frozen=True)
class OverviewCell:
    """One figure in the overview."""

    count: str
    rate: str
    word: str
    tone: str
    href: str
    now: str = ""
    """On the page of the frozen table: what it is today, where that is another number."""


@dataclass(frozen=True)
class OverviewLine:
    """One indicator in the overview."""

    code: str
    name: str
    stratum: str
    unit: str
    target: str
    href: str
    waits: bool
    cells: Sequence[OverviewCell]


@dataclass(frozen=True)
class Group:
    """Indicators that belong together."""

    name: str
    lines: Sequence[OverviewLine]


@dataclass(frozen=True)
class OverviewPage:
    """What figures.html prints."""

    code: str
    name: str
    as_of: datetime
    scheme: str
    places: Sequence[Column2]
    groups: Sequence[Group]
    tabs: Tabs


@router.get("/rounds/{code}/figures")
def figures_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """All indicators of a round by county."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = overview(session, house, actor, view, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(voice("fig_title"))]
    title = f"{voice('fig_title')} · {view.name}"
    return show(request, "figures.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def overview(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> OverviewPage:
    """The page of all indicators."""
    found = figures_of(session, actor, view.code, house.settings.tz, view=view)
    places = places_of(found)
    shown = places if len(places) <= MOST_COLUMNS or found.city is None else [found.city]
    return OverviewPage(
        code=view.code,
        name=view.name,
        as_of=found.as_of,
        scheme=voice("scheme", scheme=found.scheme),
        places=[_head(view, place, sees_behind(view, actor), voice) for place in shown],
        groups=groups_of(view.code, shown, voice),
        tabs=tabs_of(view, actor, voice, "figures", file="figures"),
    )


def _head(view: RoundView, place: PlaceFigures, is_linked: bool, voice: Voice) -> Column2:
    href = f"/rounds/{view.code}/counties/{place.code}/brief" if is_linked and place.code != "city" else ""
    return Column2(place.code, place_name(place, voice), href)


def groups_of(round_code: str, places: Sequence[PlaceFigures], voice: Voice) -> list[Group]:
    """The overview's lines in the groups they belong to."""
    lines = list(INDICATORS.values())
    return [
        Group(voice(f"fig_group_{name}"), [_line(round_code, line, places, voice) for line in mine])
        for name, mine in groupby(lines, group_name)
    ]


def group_name(line: Indicator) -> str:
    """The group of an indicator by its number."""
    number = int(line.code.removeprefix("I"))
    return next(name for name, last in GROUPS if number <= last)


def _line(round_code: str, line: Indicator, places: Sequence[PlaceFigures], voice: Voice) -> OverviewLine:
    figures = [place.figures[line.code] for place in places]
    base = f"/rounds/{round_code}/figures/{line.code}"
    return OverviewLine(
        code=line.code,
        name=line.en if voice.lang == "en" else line.zh,
        stratum=terms.label("figure_stratum", line.stratum, voice.lang),
        unit=terms.label("figure_unit", line.unit.value, voice.lang),
        target=line.target.text() if line.target else voice("no_target"),
        href=base,
        waits=all(figure.waits_for for figure in figures) and bool(figures),
        cells=[_overview_cell(figure, line, base, voice) for figure in figures],
    )


def _overview_cell(figure: IndicatorFigure, line: Indicator, base: str, voice: Voice) -> OverviewCell:
    cell = figure_cell(figure, line, voice)
    word = terms.label("official", figure.official, voice.lang) if figure.official else ""
    count = f"{figure.numerator:,}/{figure.denominator:,}"
    if figure.unit == Unit.YUAN.value:  # sums of money are wide, and the households behind them say more
        count = f"{figure.households} {terms.label('figure_unit', 'household', voice.lang)}"
    has_result = figure.denominator > 0 and (figure.rate is not None or figure.official != "too_few")
    return OverviewCell(count if has_result else "—", cell.rate, word, figure.official or "", base)


def overview_sheets(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> list[Sheet]:
    """Every figure with its parts, a line each, by place."""
    found = figures_of(session, actor, view.code, house.settings.tz, view=view)
    rows: list[list[Cell]] = []
    for place in places_of(found):
        for code, figure in place.figures.items():
            line = INDICATORS[code]
            rows += [
                [place.code, place_name(place, voice), *figure_row(each, line, voice)] for each in all_figures(figure)
            ]
    columns = [Column(voice("fig_place_code")), Column(voice("county")), *figure_columns(voice)]
    return [Sheet(voice("fig_title"), columns, rows, file_notes(view, found, voice))]
