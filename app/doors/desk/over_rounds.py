"""One indicator over the rounds, county by county: small pictures on one scale, and the table of the same counts.

Two samples of ten differ by chance more often than not: counts and ranges stand side by side without a line between
them, and what may be said of a change is said in words with its exact test (trend.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import FigureCell, figure_cell, figure_columns, figure_row, target_at
from app.doors.desk.figure_tabs import Tabs, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.indicators import get_indicator, place_name, places_of
from app.doors.desk.trend import TrendLine, read_rounds, trend_lines
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators.catalogue import Indicator
from app.figures.indicators.figure import IndicatorFigure
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

HEIGHT = 100


@dataclass(frozen=True)
class Dot:
    """One round in a small picture: across in per cent of the width, heights from the top."""

    x: str
    y: str
    top: str
    bottom: str
    tone: str
    label: str


@dataclass(frozen=True)
class Small:
    """One county's picture."""

    name: str
    dots: Sequence[Dot]
    target_y: str | None


@dataclass(frozen=True)
class RoundLine:
    """One round in the table, over the places."""

    name: str
    href: str
    cells: Sequence[FigureCell | None]


@dataclass(frozen=True)
class OverRoundsPage:
    """What over_rounds.html prints."""

    code: str
    name: str
    places: Sequence[str]
    smalls: Sequence[Small]
    lines: Sequence[RoundLine]
    trend: Sequence[TrendLine]
    tabs: Tabs


@router.get("/rounds/{code}/figures/{indicator}/rounds")
def over_rounds_page(code: str, indicator: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One indicator over the latest rounds that the reader may see."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = over_rounds(session, house, actor, view, get_indicator(indicator), voice)
    crumbs = [
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("fig_title"), f"/rounds/{code}/figures"),
        Crumb(page.name, f"/rounds/{code}/figures/{indicator}"),
        Crumb(voice("fig_rounds")),
    ]
    title = f"{page.name} · {voice('fig_rounds')}"
    return show(request, "over_rounds.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def over_rounds(
    session: Session, house: House, actor: Actor, view: RoundView, line: Indicator, voice: Voice
) -> OverRoundsPage:
    """The page."""
    found = read_rounds(session, house, actor, view, line)
    names = {place.code: place_name(place, voice) for _, figures in found for place in places_of(figures)}
    order = sorted(names, key=lambda code: (code == "city", code))
    table = {
        each.code: {place.code: place.figures[line.code] for place in places_of(figures)} for each, figures in found
    }
    return OverRoundsPage(
        code=line.code,
        name=line.en if voice.lang == "en" else line.zh,
        places=[names[code] for code in order],
        smalls=[
            small_of(names[code], [(view.code, table[view.code].get(code)) for view, _ in found], line)
            for code in order
        ],
        lines=[
            RoundLine(
                each.name,
                f"/rounds/{each.code}/figures/{line.code}",
                [
                    figure_cell(figure, line, voice) if (figure := table[each.code].get(code)) else None
                    for code in order
                ],
            )
            for each, _ in found
        ],
        trend=trend_lines(session, house, found, line, {code: names[code] for code in order}, voice),
        tabs=tabs_of(view, actor, voice, "figures", file="rounds", indicator=line.code),
    )


def small_of(name: str, figures: Sequence[tuple[str, IndicatorFigure | None]], line: Indicator) -> Small:
    """The picture of one place; a round without a result leaves its place empty."""
    dots = []
    for place, (label, figure) in enumerate(figures):
        if figure is None or figure.rate is None:
            continue
        across = 100 * (2 * place + 1) / (2 * len(figures))
        tone = "few" if figure.official == "too_few" else figure.evidence or "plain"
        low, high = figure.low or figure.rate, figure.high or figure.rate
        dots.append(Dot(f"{across:.1f}", down(figure.rate), down(high), down(low), tone, label))
    target = target_at(line.target)
    return Small(name, dots, down(target) if target is not None else None)


def down(percent: str) -> str:
    """A rate as a height from the top of the picture."""
    return f"{HEIGHT - min(100.0, max(0.0, float(percent))) * HEIGHT / 100:.1f}"


def over_rounds_sheets(
    session: Session, house: House, actor: Actor, view: RoundView, line: Indicator, voice: Voice
) -> list[Sheet]:
    """Every round and place a line."""
    found = read_rounds(session, house, actor, view, line)
    rows: list[list[Cell]] = [
        [each.code, place.code, place_name(place, voice), *figure_row(place.figures[line.code], line, voice)]
        for each, figures in found
        for place in places_of(figures)
    ]
    places = [Column(voice("round")), Column(voice("fig_place_code")), Column(voice("county"))]
    columns = [*places, *figure_columns(voice)]
    names = {place.code: place_name(place, voice) for _, figures in found for place in places_of(figures)}
    said = [
        f"{each.place}: {each.step} {each.together}" for each in trend_lines(session, house, found, line, names, voice)
    ]
    return [Sheet(line.code, columns, rows, [*said, voice("fig_no_trend"), voice("foot")])]
