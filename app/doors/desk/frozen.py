"""冻结结果: the table that stood at the close, with its digest, and beside every figure what it is today.

What is printed is the frozen text and nothing computed anew; a correction of later shows under the figure it changes,
never in its place (decision 0073).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.figure_cells import all_figures, figure_columns, figure_row
from app.doors.desk.figure_tabs import Tabs, tabs_of
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.indicators import place_name
from app.doors.desk.overview import MOST_COLUMNS, Column2, Group, groups_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.frozen.queries import Frozen, get_frozen
from app.figures.frozen.recount import figure_from
from app.figures.frozen.rules import cell_name
from app.figures.indicators.queries import sees_city
from app.figures.indicators.round_figures import PlaceFigures
from app.figures.indicators.yc2017 import INDICATORS
from app.papers.exports.sheets import Cell, Column, Sheet
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class FrozenPage:
    """What frozen.html prints. `moved`: how many of the figures shown are another number today."""

    code: str
    name: str
    frozen_at: datetime
    frozen_by: str
    sha256: str
    scheme: str
    software: str
    forms: Sequence[str]
    places: Sequence[Column2]
    groups: Sequence[Group]
    is_city_alone: bool
    moved: int
    tabs: Tabs


@router.get("/rounds/{code}/frozen")
def frozen_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The frozen table of a closed round; NotFound while it is open."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        is_city_alone = len(view.counties) >= MOST_COLUMNS and sees_city(session, actor, code)
        found = get_frozen(session, actor, code, house.settings.tz, () if is_city_alone else None)
        page = _page(view, actor, found, is_city_alone, voice)
    title = voice("frozen_title")
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(title)]
    return show(request, "frozen.html", page, title=f"{title} · {view.name}", at="board", crumbs=crumbs, actor=actor)


def _page(view: RoundView, actor: Actor, found: Frozen, is_city_alone: bool, voice: Voice) -> FrozenPage:
    shown = frozen_places(view, found)
    now = today_of(found)
    groups = [
        replace(
            group,
            lines=[
                replace(
                    line,
                    cells=[
                        replace(cell, now=now.get((place.code, line.code), ""))
                        for cell, place in zip(line.cells, shown, strict=True)
                    ],
                )
                for line in group.lines
            ],
        )
        for group in groups_of(view.code, shown, voice)
    ]
    return FrozenPage(
        code=view.code,
        name=view.name,
        frozen_at=found.frozen_at,
        frozen_by=found.frozen_by,
        sha256=found.sha256,
        scheme=found.table["scheme"],
        software=found.table["software"],
        forms=[f"{form['form_id']} {form['version']}" for form in found.table["forms"]],
        places=[Column2(place.code, place_name(place, voice), "") for place in shown],
        groups=groups if shown and shown[0].figures else [],
        is_city_alone=is_city_alone,
        moved=len(now),
        tabs=tabs_of(view, actor, voice, "frozen", file="frozen"),
    )


def frozen_places(view: RoundView, found: Frozen) -> list[PlaceFigures]:
    """The counties of the reader as they were frozen, and the city last."""
    names = {county.code: (county.name_zh, county.name_en) for county in view.counties}
    rows = [(row["code"], *names.get(row["code"], (row["code"], row["code"])), row) for row in found.table["counties"]]
    rows += [("city", "全市", "City", found.table["city"])] if found.table["city"] else []
    return [PlaceFigures(code, zh, en, {}, {}, {}, {}, frozen_figures(row)) for code, zh, en, row in rows]


def frozen_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Code → frozen figure; empty of a table of before the indicators were frozen."""
    return {each["code"]: figure_from(each) for each in row.get("indicators", ())}


def today_of(found: Frozen) -> dict[tuple[str, str], str]:
    """(place, indicator or its part) → today's count, where anything of it is another one."""
    moved = {(each.place, each.item) for each in found.since}
    return {
        key: f"{now['numerator']:,}/{now['denominator']:,}" + (f" {now['rate']}%" if now["rate"] else "")
        for key, now in found.now.items()
        if key in moved and "numerator" in now
    }


def frozen_sheets(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> list[Sheet]:
    """Every frozen figure with its parts, a line each, and what it is today where that differs."""
    found = get_frozen(session, actor, view.code, house.settings.tz)
    now = today_of(found)
    rows: list[list[Cell]] = [
        [
            place.code,
            place_name(place, voice),
            *figure_row(each, INDICATORS[code], voice),
            now.get((place.code, cell_name(each.as_dict())), ""),
        ]
        for place in frozen_places(view, found)
        for code, figure in place.figures.items()
        for each in all_figures(figure)
    ]
    columns = [
        Column(voice("fig_place_code")), Column(voice("county")), *figure_columns(voice), Column(voice("frozen_now")),
    ]  # fmt: skip
    at = found.frozen_at.isoformat(timespec="seconds")
    notes = [view.name, voice("frozen_when", at=at), f"SHA-256 {found.sha256}", found.table["software"]]
    return [Sheet(voice("frozen_title"), columns, rows, [*notes, voice("foot")])]
