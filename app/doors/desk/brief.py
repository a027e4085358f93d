"""县区简报: one county on one A4 page, to be read in half a minute by whoever is responsible for it (R99).

Three items first, each with both words; then what so few households can and cannot say; then how the work stands and
where it is weakest. Nothing here is a ranking, and no household is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import (
    FigureCell,
    all_figures,
    figure_cell,
    figure_columns,
    figure_row,
    part_name,
    target_at,
)
from app.doors.desk.figure_tabs import Tabs, sees_behind, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.indicators import file_notes, place_name
from app.doors.desk.plots import sentence_of
from app.doors.desk.trend import rounds_until, step_words
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.round_figures import PlaceFigures, RoundFigures, figures_of
from app.figures.indicators.trends import steps
from app.figures.indicators.yc2017 import INDICATORS
from app.kernel import terms
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

THREE = ("I01", "I02", "I03")
SEARCHED = (
    "I06", "I07", "I08", "I09", "I11", "I12", "I13", "I14", "I15", "I16", "I22", "I23", "I24", "I27", "I28", "I33",
    "I37", "I40",
)  # fmt: skip
"""Where weak points are looked for: whatever has a target and is not one of the three items."""
MOST_WEAK = 6


@dataclass(frozen=True)
class Weak:
    """One indicator that misses its target."""

    name: str
    stratum: str
    count: str
    rate: str
    target: str
    href: str


@dataclass(frozen=True)
class BriefPage:
    """What brief.html prints."""

    county: str
    round_name: str
    starts_on: date
    ends_on: date
    as_of: datetime
    verdict: str
    items: Sequence[FigureCell]
    item_names: Sequence[str]
    published: str
    says: Sequence[str]
    says_not: Sequence[str]
    base: Sequence[str]
    weak: Sequence[Weak]
    scheme: str
    tabs: Tabs


@router.get("/rounds/{code}/counties/{county}/brief")
def brief_page(code: str, county: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The brief of one county."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = brief(session, house, actor, view, county, voice)
    crumbs = [
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(page.county, f"/rounds/{code}/counties/{county}" if sees_behind(view, actor) else ""),
        Crumb(voice("brief_title")),
    ]
    title = f"{page.county} {voice('brief_title')} · {view.name}"
    return show(request, "brief.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def read_place(
    session: Session, house: House, actor: Actor, view: RoundView, county: str
) -> tuple[RoundFigures, PlaceFigures]:
    """The county's figures for a brief, or NotFound."""
    codes = [*THREE, "I05", "I35", "I39", *SEARCHED]
    found = figures_of(session, actor, view.code, house.settings.tz, codes=codes, view=view, county=county)
    place = found.county(county)
    if place is None:
        raise NotFound("没有这个县区,或不在您的范围内。", "No such county within your scope.")
    return found, place


def brief(session: Session, house: House, actor: Actor, view: RoundView, county: str, voice: Voice) -> BriefPage:
    """The page."""
    found, place = read_place(session, house, actor, view, county)
    base = f"/rounds/{view.code}/figures" if sees_behind(view, actor) else ""
    three = [place.figures[code] for code in THREE]
    changed, by_chance = since_before(session, house, actor, view, place, voice)
    return BriefPage(
        county=place_name(place, voice),
        round_name=view.name,
        starts_on=view.starts_on,
        ends_on=view.ends_on,
        as_of=found.as_of,
        verdict=verdict_of(three, voice),
        items=[
            figure_cell(each, INDICATORS[each.code], voice, href=f"{base}/{each.code}/{county}" if base else "")
            for each in three
        ],
        item_names=[part_name(each, INDICATORS[each.code], voice) for each in three],
        published=published_words(voice),
        says=[*(f"{part_name(each, INDICATORS[each.code], voice)}: {said(each, voice)}" for each in three), *changed],
        says_not=[*says_not(place, three, voice), *by_chance],
        base=base_lines(place, voice),
        weak=[weak_line(each, county, base, voice) for each in weak_points(place)],
        scheme=voice("scheme", scheme=found.scheme),
        tabs=tabs_of(view, actor, voice, "", file="brief", county=county),
    )


def published_words(voice: Voice) -> str:
    """What the lettered line in the three pictures is."""
    marks = [INDICATORS[code].benchmarks[0] for code in THREE]
    texts = voice("listed").join(each.text for each in marks)
    return voice("brief_published", texts=texts, source=marks[0].source.text(voice.lang).removesuffix(" [S]"))


def verdict_of(three: Sequence[IndicatorFigure], voice: Voice) -> str:
    """The county in a sentence: how many are met by the sample, and what that proves."""
    if any(each.official == "too_few" for each in three):
        return voice("brief_too_few", n=min(each.denominator for each in three))
    met = sum(each.official == "met" for each in three)
    proven = sum(each.evidence == "met" for each in three)
    below = [part_name(each, INDICATORS[each.code], voice) for each in three if each.evidence == "not_met"]
    words = voice("brief_verdict", met=met, proven=proven)
    return f"{words}{voice('brief_below', names=voice('and').join(below))}" if below else words


def said(figure: IndicatorFigure, voice: Voice) -> str:
    """The figure in words, as the county page says it."""
    item = {"n": figure.denominator, "satisfied": figure.numerator, "rate": figure.rate, "low": figure.low}
    return sentence_of({**item, "high": figure.high, "evidence": None}, voice)


def says_not(place: PlaceFigures, three: Sequence[IndicatorFigure], voice: Voice) -> list[str]:
    """What these households cannot say."""
    visited, frame = place.completed.get("poor", 0), place.frame.get("poor", 0)
    undecided = sum(each.evidence == "undecided" for each in three)
    lines = [voice("brief_not_all", n=visited, frame=frame)]
    if undecided:
        lines.append(voice("brief_not_decided", k=undecided))
    missed = place.figures["I39"]
    if missed.numerator:
        lines.append(voice("brief_not_reached", k=missed.numerator, n=missed.denominator))
    return [*lines, voice("brief_not_rank")]


def since_before(
    session: Session, house: House, actor: Actor, view: RoundView, place: PlaceFigures, voice: Voice
) -> tuple[list[str], list[str]]:
    """(changes of the three items beyond chance since the round before, that the others may be chance)."""
    earlier = rounds_until(session, actor, view)[:-1]
    if not earlier:
        return [], []
    if place.code not in {county.code for county in earlier[-1].counties}:
        return [], []
    last, tz = earlier[-1], house.settings.tz
    found = figures_of(session, actor, last.code, tz, codes=THREE, view=last, county=place.code).county(place.code)
    if found is None:
        return [], []
    told = steps({code: found.figures[code] for code in THREE}, {code: place.figures[code] for code in THREE})
    names = {code: part_name(place.figures[code], INDICATORS[code], voice) for code in THREE}
    claimed = [
        f"{names[code]} {step_words(each, voice)}" for code, each in told.items() if each.claim in ("up", "down")
    ]
    others = len(told) - len(claimed)
    if not others:
        return claimed, []
    return claimed, [voice("brief_chance_too" if claimed else "brief_chance", k=others)]


def base_lines(place: PlaceFigures, voice: Voice) -> list[str]:
    """How many there are, how many were drawn, how many are done; poor and non-poor apart."""
    lines = []
    for kind in ("poor", "non_poor"):
        low, high = place.quota[kind]
        lines.append(
            voice(
                "brief_base",
                kind=terms.label("stratum", kind, voice.lang),
                frame=place.frame.get(kind, 0),
                drawn=place.drawn.get(kind, 0),
                done=place.completed.get(kind, 0),
                low=low,
                high=high,
            )
        )
    exited = place.frame.get("exited")
    return [*lines, voice("brief_exited", n=exited)] if exited else lines


def weak_points(place: PlaceFigures) -> list[IndicatorFigure]:
    """Judged figures that miss their target, the farthest first; of a sum over both strata only its two lines."""
    found = []
    for code in SEARCHED:
        for figure in all_figures(place.figures[code]):
            if figure.official == "missed" and figure.stratum != "all" and figure.denominator:
                found.append(figure)
    return sorted(found, key=gap_of, reverse=True)[:MOST_WEAK]


def gap_of(figure: IndicatorFigure) -> float:
    """Points between a figure and its target."""
    return abs(float(figure.rate or 0) - float(target_at(INDICATORS[figure.code].target) or 0))


def weak_line(figure: IndicatorFigure, county: str, base: str, voice: Voice) -> Weak:
    """A weak point in words, leading to its households."""
    line = INDICATORS[figure.code]
    name = line.en if voice.lang == "en" else line.zh
    part = f" · {part_name(figure, line, voice)}" if figure.part else ""
    query = f"?part={figure.part}" if figure.part else ""
    cell = figure_cell(figure, line, voice)
    return Weak(
        name=f"{name}{part}",
        stratum=terms.label("figure_stratum", figure.stratum, voice.lang),
        count=cell.count,
        rate=cell.rate,
        target=line.target.text() if line.target else "",
        href=f"{base}/{figure.code}/{county}{query}" if base else "",
    )


def brief_sheets(
    session: Session, house: House, actor: Actor, view: RoundView, county: str, voice: Voice
) -> list[Sheet]:
    """The three items and the weak points as a file."""
    found, place = read_place(session, house, actor, view, county)
    figures = [*(place.figures[code] for code in THREE), *weak_points(place)]
    rows: list[list[Cell]] = [
        [place.code, place_name(place, voice), *figure_row(each, INDICATORS[each.code], voice)] for each in figures
    ]
    columns = [Column(voice("fig_place_code")), Column(voice("county")), *figure_columns(voice)]
    notes = [verdict_of(figures[:3], voice), *base_lines(place, voice), *says_not(place, figures[:3], voice)]
    return [Sheet(place_name(place, voice), columns, rows, [*notes, *file_notes(view, found, voice)])]
