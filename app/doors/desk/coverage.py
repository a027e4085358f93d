"""督查内容覆盖: county by the ten inspection contents and the five focus topics; a gap is told by a word and a mark.

A content is covered by a record of the team that names it (Q4); a topic by households met whom it concerns, so that it
leads to them.
"""

from collections.abc import Sequence
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
from app.figures.indicators.round_figures import PlaceFigures, figures_of
from app.findings.inspections.fieldwork import count_contents
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

CONTENTS = tuple(f"c{number:02d}" for number in range(1, 11))
TOPICS = {
    "industry": ("I22", "industry"),
    "finance": ("I24", "loan"),
    "education": ("I11", "school_age"),
    "health": ("I12", ""),
    "resettlement": ("I17", ""),
}
"""R31: focus topic → the figure whose denominator counts the households met that it concerns."""


@dataclass(frozen=True)
class Mark:
    """One field of the matrix."""

    n: int
    href: str = ""


@dataclass(frozen=True)
class CoverageLine:
    """One county."""

    name: str
    contents: Sequence[Mark]
    topics: Sequence[Mark]
    gaps: int


@dataclass(frozen=True)
class CoveragePage:
    """What coverage.html prints."""

    contents: Sequence[tuple[str, str]]
    topics: Sequence[str]
    lines: Sequence[CoverageLine]
    tabs: Tabs


@router.get("/rounds/{code}/coverage")
def coverage_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The matrix of a round."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        page = coverage(session, house, actor, view, voice)
    title_words = voice("coverage_title")
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(title_words)]
    title = f"{title_words} · {view.name}"
    return show(request, "coverage.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def coverage(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> CoveragePage:
    """The page."""
    if not sees_behind(view, actor):
        raise NotFound("还没有抽样名单,或不在您的范围内。", "No sample yet, or none within your scope.")
    codes = sorted({code for code, _ in TOPICS.values()})
    found = figures_of(session, actor, view.code, house.settings.tz, codes=codes, view=view)
    counted = count_contents(session, view.code, [county.id for county in view.counties])
    lines = []
    for county in view.counties:
        place = found.county(county.code)
        contents = [Mark(counted.get((county.id, content), 0)) for content in CONTENTS]
        topics = topics_of(place, f"/rounds/{view.code}/figures") if place else []
        gaps = sum(not mark.n for mark in (*contents, *topics))
        lines.append(CoverageLine(county_name(county, voice.lang), contents, topics, gaps))
    return CoveragePage(
        contents=[(content.upper().replace("C0", "C"), voice(f"content_{content}")) for content in CONTENTS],
        topics=[voice(f"topic_{topic}") for topic in TOPICS],
        lines=lines,
        tabs=tabs_of(view, actor, voice, "coverage", file="coverage"),
    )


def topics_of(place: PlaceFigures, base: str) -> list[Mark]:
    """Households met whom each topic concerns, leading to them."""
    marks = []
    for code, part in TOPICS.values():
        main = place.figures[code]
        figure = next((each for each in main.parts if each.part == part), None) if part else main
        n = figure.denominator if figure else 0
        query = f"?part={part}" if part else ""
        marks.append(Mark(n, f"{base}/{code}/{place.code}{query}" if n else ""))
    return marks


def coverage_sheets(page: CoveragePage, notes: Sequence[str], voice: Voice) -> list[Sheet]:
    """The matrix as a table of numbers."""
    columns = [
        Column(voice("county")),
        *(Column(f"{code} {name}", "count") for code, name in page.contents),
        *(Column(name, "count") for name in page.topics),
        Column(voice("coverage_gaps"), "count"),
    ]
    rows: list[list[Cell]] = [
        [line.name, *(mark.n for mark in (*line.contents, *line.topics)), line.gaps] for line in page.lines
    ]
    return [Sheet(voice("coverage_title"), columns, rows, [*notes, voice("coverage_lead"), voice("foot")])]
