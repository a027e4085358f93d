"""What a figure page shows, as CSV or XLSX: behind the same fence as the page, with the same numbers.

A CSV is the page's table alone, so that programs can read it; the workbook has the notes too: as of when, by which
scheme, and what the figures are for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.doors.desk import behind, board, brief, coverage, frozen, income, indicators, load, map, over_rounds, overview
from app.doors.desk.frame import voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.kernel.problems import NotFound
from app.papers.exports.sheets import Sheet, sheet_csv, workbook
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Short = Annotated[str, Query(max_length=24)]


@dataclass(frozen=True)
class Wanted:
    """Whose page of which round, and what was chosen on it."""

    session: Session
    house: House
    actor: Actor
    view: RoundView
    voice: Voice
    indicator: str = ""
    county: str = ""
    part: str = ""


def _board(w: Wanted) -> Sequence[Sheet]:
    return board.board_sheets(w.session, w.house, w.actor, w.view, w.voice)


def _figures(w: Wanted) -> Sequence[Sheet]:
    return overview.overview_sheets(w.session, w.house, w.actor, w.view, w.voice)


def _figure(w: Wanted) -> Sequence[Sheet]:
    line = indicators.get_indicator(w.indicator)
    return indicators.one_sheets(w.session, w.house, w.actor, w.view, line, w.voice)


def _behind(w: Wanted) -> Sequence[Sheet]:
    line = indicators.get_indicator(w.indicator)
    page = behind.behind(w.session, w.house, w.actor, w.view, line, w.county, w.part, w.voice)
    return behind.behind_sheets(page, w.voice)


def _brief(w: Wanted) -> Sequence[Sheet]:
    return brief.brief_sheets(w.session, w.house, w.actor, w.view, w.county, w.voice)


def _income(w: Wanted) -> Sequence[Sheet]:
    return income.income_sheets(w.session, w.house, w.actor, w.view, w.voice)


def _coverage(w: Wanted) -> Sequence[Sheet]:
    page = coverage.coverage(w.session, w.house, w.actor, w.view, w.voice)
    return coverage.coverage_sheets(page, [w.view.name], w.voice)


def _load(w: Wanted) -> Sequence[Sheet]:
    page = load.load(w.session, w.house, w.actor, w.view, w.voice)
    return load.load_sheets(page, [w.view.name], w.voice)


def _map(w: Wanted) -> Sequence[Sheet]:
    placed = map.read_villages(w.session, w.house, w.actor, w.view, w.voice)
    page = map.picture(placed, (), w.view, w.actor, w.voice)
    return map.map_sheets(page, [w.view.name], w.voice)


def _rounds(w: Wanted) -> Sequence[Sheet]:
    line = indicators.get_indicator(w.indicator)
    return over_rounds.over_rounds_sheets(w.session, w.house, w.actor, w.view, line, w.voice)


def _frozen(w: Wanted) -> Sequence[Sheet]:
    return frozen.frozen_sheets(w.session, w.house, w.actor, w.view, w.voice)


FILES: Mapping[str, Callable[[Wanted], Sequence[Sheet]]] = {
    "board": _board,
    "figures": _figures,
    "figure": _figure,
    "behind": _behind,
    "brief": _brief,
    "rounds": _rounds,
    "income": _income,
    "coverage": _coverage,
    "load": _load,
    "map": _map,
    "frozen": _frozen,
}
"""Name of a page → its sheets; the first of them is the CSV."""


@router.get("/rounds/{code}/files/{page}.{kind}")
def page_file(
    code: str,
    page: str,
    kind: Literal["csv", "xlsx"],
    request: Request,
    house: TheHouse,
    actor: Caller,
    indicator: Short = "",
    county: Short = "",
    part: Short = "",
) -> Response:
    """A page of a round as a file."""
    make, voice = FILES.get(page), voice_of(request)
    if make is None:
        raise NotFound("没有这个文件。", "There is no such file.")
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        sheets = make(Wanted(session, house, actor, view, voice, indicator, county, part))
    is_csv = kind == "csv"
    content = sheet_csv(sheets[0]) if is_csv else workbook(sheets, voice("fig_notes"))
    name = "-".join(each for each in (code, page, indicator, county, part) if each)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8" if is_csv else XLSX)
