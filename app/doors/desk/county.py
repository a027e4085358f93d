"""One county of a round: its items in words, and its households by stratum and rank.

Choosing an item shows what each household answered, to readers of answers alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.plots import TARGET_ITEMS, Cell, cell_of, sensitivity_of
from app.doors.desk.progress import doors_seen, ended_by
from app.doors.desk.rounds import county_name
from app.doors.desk.samples import SampleLine, households_of, line_of, people_of
from app.doors.desk.words import WORDS, Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators import queries as indicators
from app.figures.indicators.rules import reach
from app.findings.inspections import queries as inspections
from app.findings.inspections.queries import Door
from app.kernel import terms
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor, reads_answers
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import SampleState

router = APIRouter(include_in_schema=False)

ALL_ITEMS = (*TARGET_ITEMS, "way")


@dataclass(frozen=True)
class StratumBlock:
    """One stratum of a county with its ranks; `item` names the answers shown, which the poor alone are asked."""

    kind: str
    summary: str
    item: str
    opened: Sequence[SampleLine]
    reserve: Sequence[SampleLine]


@dataclass(frozen=True)
class CountyPage:
    """What county.html prints; `item` is the one whose answers are shown."""

    county: str
    summary: str
    cells: Sequence[Cell]
    item: str
    strata: Sequence[StratumBlock]
    brief: str


@router.get("/rounds/{code}/counties/{county}")
def county_page(
    code: str, county: str, request: Request, house: TheHouse, actor: Caller, item: str = ""
) -> HTMLResponse:
    """One county of a round: its items in words, and its households by stratum and rank."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        doors = doors_seen(session, house, actor, view, county)
        page = _county(session, house, actor, view, doors, county, item, voice)
    crumbs = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{code}"), Crumb(page.county)]
    title = f"{page.county} · {view.name}"
    return show(request, "county.html", page, title=title, at="board", crumbs=crumbs, actor=actor)


def _county(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    doors: Sequence[Door],
    county: str,
    item: str,
    voice: Voice,
) -> CountyPage:
    if not doors:
        raise NotFound("没有这个县区的样本,或不在您的范围内。", "No sample of this county within your scope.")
    (facts,) = indicators.county_facts(session, view.narrowed(county), house.settings.tz)
    found: dict[str, Any] = facts.as_dict()
    small = {figure.item: sensitivity_of(figure, voice) for figure in facts.figures()}
    may_read = reads_answers(actor)
    chosen = item if may_read and item in ALL_ITEMS else ""
    base = f"/rounds/{view.code}/counties/{county}"
    households = households_of(session, actor, doors)
    answers = _answers(session, doors, chosen, voice) if chosen else {}
    people = people_of(session)
    lines = [
        line_of(door, households, people, voice, round_code=view.code, answers=answers, links=may_read)
        for door in doors
    ]
    frame = found["frame"]
    names = {each.code: county_name(each, voice.lang) for each in view.counties}
    return CountyPage(
        county=names.get(county, found["name"]),
        summary=voice("county_summary", poor=frame["poor"], non_poor=frame["non_poor"]),
        cells=[
            cell_of(
                each,
                voice,
                href=f"{base}?item={each['item']}#s-poor" if may_read else "",
                chosen=chosen,
                small=small[each["item"]],
            )
            for each in found["items"]
        ],
        item=chosen,
        strata=[_block(kind, doors, found["sample"][kind], chosen, lines, voice) for kind in ("poor", "non_poor")],
        brief=f"{base}/brief",
    )


def _block(
    kind: str, doors: Sequence[Door], sample: Mapping[str, Any], item: str, lines: Sequence[SampleLine], voice: Voice
) -> StratumBlock:
    words = _stratum_words([door for door in doors if door.row.kind == kind], sample, voice)
    mine = [line for line in lines if line.kind == kind]
    return StratumBlock(
        kind=kind,
        summary=words,
        item=item if kind == "poor" else "",
        opened=[line for line in mine if line.state != "reserve"],
        reserve=[line for line in mine if line.state == "reserve"],
    )


def _answers(session: Session, doors: Sequence[Door], item: str, voice: Voice) -> dict[str, str]:
    """Sample id → what the household said about one item, of the interviews that count."""
    said = {}
    for interview in inspections.counted_interviews(session, doors):
        code = getattr(interview, f"sat_{item}")
        if code is not None:
            said[interview.sample_id] = voice(f"answer_{code}") if f"answer_{code}" in WORDS else str(code)
    return said


def _stratum_words(doors: Sequence[Door], sample: Mapping[str, Any], voice: Voice) -> str:
    reached = reach([door.item for door in doors])
    low, high = sample["quota"]
    words = voice(
        "stratum_summary",
        done=sample["completed"],
        low=low,
        high=high,
        open=sum(1 for door in doors if door.item.state is SampleState.OPEN),
        missed=ended_by(reached, "N") + ended_by(reached, "X"),
    )
    codes = [f"{terms.label('outcome', code, voice.lang)} {count}" for code, count in reached.ended.items() if code]
    if codes:
        words = voice("stratum_ended", summary=words, codes=voice("and").join(codes))
    return f"{words} · {voice('progress_limited')}" if reached.is_limited else words
