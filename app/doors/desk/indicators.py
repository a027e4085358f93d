"""指标: all figures of a round on one page, each on a page of its own, and the households behind each.

The figures arrive decided (`figures.indicators`); the page names formula, exclusions, source and benchmarks beside
them. Poor and non-poor stand apart wherever they differ; a sum of both says that it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import (
    LETTERS,
    FigureCell,
    all_figures,
    figure_cell,
    figure_columns,
    figure_row,
)
from app.doors.desk.figure_tabs import Tabs, sees_behind, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.plots import Plot
from app.doors.desk.trend import TrendLine, read_rounds, trend_lines
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.catalogue import Benchmark, Indicator
from app.figures.indicators.round_figures import PlaceFigures, RoundFigures, figures_of
from app.figures.indicators.yc2017 import INDICATORS
from app.kernel import terms
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class BenchmarkLine:
    """A published figure with the letter of its line in the plot."""

    letter: str
    text: str
    words: str
    source: str


@dataclass(frozen=True)
class PartBlock:
    """A second figure over the places."""

    name: str
    cells: Sequence[FigureCell]


@dataclass(frozen=True)
class SmallLine:
    """One place with the figures that change no verdict, in the order of their names."""

    place: str
    cells: Sequence[FigureCell]


@dataclass(frozen=True)
class IndicatorPage:
    """What figure.html prints."""

    code: str
    name: str
    round_code: str
    round_name: str
    as_of: datetime
    scheme: str
    formula: str
    excluded: str
    target: str
    direction: str
    stratum: str
    source: str
    benchmarks: Sequence[BenchmarkLine]
    axis: Plot
    cells: Sequence[FigureCell]
    weighted: str
    parts: Sequence[PartBlock]
    small_names: Sequence[str]
    small: Sequence[SmallLine]
    trend: Sequence[TrendLine]
    waits: bool
    previous: str
    following: str
    tabs: Tabs


def get_indicator(code: str) -> Indicator:
    """A line of the scheme, or NotFound."""
    line = INDICATORS.get(code)
    if line is None:
        raise NotFound("没有这个指标。", "There is no such indicator.")
    return line


def place_name(place: PlaceFigures, voice: Voice) -> str:
    """A county, or the whole city, in the reader's language."""
    if place.code == "city":
        return voice("whole_city")
    return place.name_en if voice.lang == "en" else place.name_zh


def places_of(found: RoundFigures) -> list[PlaceFigures]:
    """The counties, and the city last where it is seen."""
    return [*found.counties, *([found.city] if found.city else [])]


@router.get("/rounds/{code}/figures/{indicator}")
def figure_page(code: str, indicator: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One indicator over the counties of a round."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = one(session, house, actor, view, get_indicator(indicator), voice)
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("fig_title"), f"/rounds/{code}/figures"),
        Crumb(indicator),
    ]
    title = f"{page.name} · {view.name}"
    return show(request, "figure.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def one(session: Session, house: House, actor: Actor, view: RoundView, line: Indicator, voice: Voice) -> IndicatorPage:
    """The page of one indicator."""
    found = figures_of(session, actor, view.code, house.settings.tz, codes=[line.code], view=view)
    places, zh = places_of(found), voice.lang == "zh"
    base = f"/rounds/{view.code}/figures/{line.code}" if sees_behind(view, actor) else ""
    cells = cells_over(places, line, voice, base) if line.has_main else []
    small = parts_over(places, line, voice, base, "sensitivity")
    order = list(INDICATORS)
    at = order.index(line.code)
    return IndicatorPage(
        code=line.code,
        name=line.zh if zh else line.en,
        round_code=view.code,
        round_name=view.name,
        as_of=found.as_of,
        scheme=found.scheme,
        formula=line.formula_zh if zh else line.formula_en,
        excluded=line.excluded_zh if zh else line.excluded_en,
        target=line.target.text() if line.target else voice("no_target"),
        direction=voice(f"fig_direction_{line.direction.value}"),
        stratum=terms.label("figure_stratum", line.stratum, voice.lang),
        source=line.source.text(voice.lang),
        benchmarks=benchmarks_of(line, voice),
        axis=axis_of(cells),
        cells=cells,
        weighted=weighted_words(found, line, voice),
        parts=parts_over(places, line, voice, base),
        small_names=[block.name for block in small],
        small=small_over(small),
        trend=trend_lines(
            session,
            house,
            read_rounds(session, house, actor, view, line),
            line,
            {place.code: place_name(place, voice) for place in places},
            voice,
        ),
        waits=bool(places) and all(place.figures[line.code].waits_for for place in places),
        previous=order[at - 1] if at else "",
        following=order[at + 1] if at + 1 < len(order) else "",
        tabs=tabs_of(view, actor, voice, "figures", file="figure", indicator=line.code),
    )


def cells_over(
    places: Sequence[PlaceFigures], line: Indicator, voice: Voice, base: str, part: str = ""
) -> list[FigureCell]:
    """One figure of an indicator over the places; each county leads to its households."""
    found = []
    for place in places:
        main = place.figures[line.code]
        figure = next((each for each in main.parts if each.part == part), None) if part else main
        if figure is None:
            continue
        query = f"?part={part}" if part else ""
        is_linked = base and place.code != "city" and figure.denominator
        href = f"{base}/{place.code}{query}" if is_linked else ""
        found.append(figure_cell(figure, line, voice, place=place_name(place, voice), href=href))
    return found


def parts_over(
    places: Sequence[PlaceFigures], line: Indicator, voice: Voice, base: str, role: str = "sub"
) -> list[PartBlock]:
    """The second figures of a role over the places."""
    return [
        PartBlock(part.en if voice.lang == "en" else part.zh, cells_over(places, line, voice, base, part.name))
        for part in line.parts
        if part.role == role
    ]


def small_over(blocks: Sequence[PartBlock]) -> list[SmallLine]:
    """Figures that change no verdict, turned round: a place a line."""
    return [SmallLine(cells[0].place, cells) for cells in zip(*(block.cells for block in blocks), strict=True)]


def axis_of(cells: Sequence[FigureCell]) -> Plot:
    """The common axis at the foot of the plot."""
    plot = cells[0].plot if cells else Plot("none", target=None)
    return Plot("none", target=plot.target, lines=plot.lines)


def benchmarks_of(line: Indicator, voice: Voice) -> list[BenchmarkLine]:
    """What was published, as it was published; a letter where it has a line in the plot."""
    return [
        BenchmarkLine(letter, each.text, benchmark_words(each, voice), each.source.text(voice.lang))
        for letter, each in zip(LETTERS, line.benchmarks, strict=False)
    ]


def benchmark_words(line: Benchmark, voice: Voice) -> str:
    """What was published of whom; where only a rate was, the counts that it may stand for."""
    words, possible = line.en if voice.lang == "en" else line.zh, line.possible
    if possible is None or len(possible) == 1:
        return words
    if not possible:
        return f"{words};{voice('fig_no_count', n=line.among or 0)}"
    return f"{words};{voice('fig_not_unique', counts=voice('fig_or').join(map(str, possible)))}"


def weighted_words(found: RoundFigures, line: Indicator, voice: Voice) -> str:
    """The city with every county weighing what its frame weighs, beside the plain sum."""
    weighted = found.city.figures[line.code].weighted if found.city else None
    if weighted is None:
        return ""
    words = voice("fig_weighted", rate=weighted.rate, low=weighted.low, high=weighted.high)
    return f"{words} {voice('fig_weighted_missing', n=len(weighted.missing))}" if weighted.missing else words


def one_sheets(
    session: Session, house: House, actor: Actor, view: RoundView, line: Indicator, voice: Voice
) -> list[Sheet]:
    """One indicator with its parts over the places, its weighted city and its benchmarks."""
    found = figures_of(session, actor, view.code, house.settings.tz, codes=[line.code], view=view)
    rows: list[list[Cell]] = [
        [place.code, place_name(place, voice), *figure_row(each, line, voice)]
        for place in places_of(found)
        for each in all_figures(place.figures[line.code])
    ]
    columns = [Column(voice("fig_place_code")), Column(voice("county")), *figure_columns(voice)]
    zh = voice.lang == "zh"
    published = [f"{each.text} {each.words} ({each.source})" for each in benchmarks_of(line, voice)]
    notes = [line.formula_zh if zh else line.formula_en, line.excluded_zh if zh else line.excluded_en]
    notes += [line.source.text(voice.lang), weighted_words(found, line, voice), *published]
    return [Sheet(line.code, columns, rows, [*(note for note in notes if note), *file_notes(view, found, voice)])]


def file_notes(view: RoundView, found: RoundFigures, voice: Voice) -> list[str]:
    """What a file of figures says of itself."""
    at = found.as_of.isoformat(timespec="seconds")
    return [view.name, voice("live_as_of", at=at), voice("scheme", scheme=found.scheme), voice("foot")]
