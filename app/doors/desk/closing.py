"""The end of a round: what it would leave unfinished, and the act itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.doors.desk.frame import Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.rounds import county_name
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.frozen.service import close_and_freeze
from app.findings.inspections import queries as inspections
from app.kernel.db.base import HOME
from app.kernel.problems import Problem
from app.registry.people.rules import Actor
from app.survey.records import queries as records
from app.survey.rounds import queries, service
from app.survey.rounds.problems import NotDrawn

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ClosePage:
    """What close.html prints."""

    code: str
    name: str
    lines: Sequence[str]
    open_n: int
    held_n: int
    problem: Refusal | None = None


@router.get("/rounds/{code}/close")
def close_page(code: str, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """What is done and what is not, before one decides."""
    service.require_city_officer(actor)
    return _show(request, house, actor, code)


@router.post("/rounds/{code}/close")
def post_close(code: str, request: Request, house: TheHouse, actor: Caller) -> Response:
    """Close it; the counties may read their results from now on."""
    try:
        with house.db.write(HOME) as session:
            close_and_freeze(session, actor, code, house.settings.tz)
    except NotDrawn as problem:
        return _show(request, house, actor, code, problem)
    return see(f"/rounds/{code}", "closed")


def _show(request: Request, house: House, actor: Actor, code: str, problem: Problem | None = None) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        doors = []
        if any(draw.drawn_at for draw in view.draws):
            doors = inspections.doors_of(session, queries.list_samples(session, actor, code), house.settings.tz)
        held = records.count_held(session, [county.id for county in view.counties])
    done = Counter((door.row.county, door.row.kind) for door in doors if door.item.state == "completed")
    lines = [
        voice(
            "close_counts",
            county=county_name(county, voice.lang),
            poor=done[(county.code, "poor")],
            non_poor=done[(county.code, "non_poor")],
        )
        for county in view.counties
    ]
    still_open = sum(1 for door in doors if door.item.state == "open")
    refusal = in_words(problem, voice.lang).problem if problem else None
    page = ClosePage(code, view.name, lines, still_open, held, refusal)
    title = voice("close_title", name=view.name)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(title)]
    return show(
        request,
        "close.html",
        page,
        title=title,
        at="rounds",
        crumbs=crumbs,
        actor=actor,
        status=problem.status if problem else 200,
    )
