"""How far the sample of a round was reached: bars, counts and the share of substitutes, all from `Reach`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.doors.desk.words import Voice
from app.doors.web.house import House
from app.figures.indicators.reached import Reaches
from app.figures.indicators.rules import Reach, reach
from app.findings.inspections import queries as inspections
from app.findings.inspections.queries import Door
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import SampleItem


@dataclass(frozen=True)
class Part:
    """One progress bar; `share` is 0–100 as text."""

    label: str
    count: str
    share: str


@dataclass(frozen=True)
class Progress:
    """The sample's progress over all shown counties."""

    parts: Sequence[Part]
    lines: Sequence[str]


def doors_seen(session: Session, house: House, actor: Actor, view: RoundView, county: str | None = None) -> list[Door]:
    """The doors this reader may know of; none before the draw (of this county) or behind the fence."""
    if not any(draw.drawn_at and county in (None, *rounds.counties_in(draw.strata)) for draw in view.draws):
        return []
    rows = rounds.samples_seen(session, view, county)
    return inspections.doors_of(session, rows, house.settings.tz)


def progress_in_words(reaches: Mapping[str, Reach], reserve: int, voice: Voice) -> Progress:
    """The sample's progress from the reach of each stratum (all shown counties together) and the closed reserves."""
    parts = [
        Part(
            voice(f"part_{stratum}"),
            f"{each.completed}/{each.main}",
            f"{100 * min(each.completed, each.main) // each.main if each.main else 0}",
        )
        for stratum, each in reaches.items()
    ]
    whole = sum_of(list(reaches.values()))
    lines = [
        voice("progress_drawn", n=whole.main, r=reserve),
        voice("progress_missed", n=ended_by(whole, "N"), x=ended_by(whole, "X")),
    ]
    if whole.substitution_rate is not None:
        lines.append(voice("progress_replaced", rate=f"{whole.substitution_rate}%"))
    if whole.is_limited:
        lines.append(voice("progress_limited"))
    return Progress(parts, lines)


def sum_of(reaches: Sequence[Reach]) -> Reach:
    """Several strata as one."""
    ended: Counter[str] = Counter()
    for each in reaches:
        ended.update(each.ended)
    return Reach(
        main=sum(each.main for each in reaches),
        opened=sum(each.opened for each in reaches),
        completed=sum(each.completed for each in reaches),
        main_not_met=sum(each.main_not_met for each in reaches),
        ended=ended,
    )


def ended_by(reached: Reach, letter: str) -> int:
    """Households that ended by a code of one kind: N not reached, X not eligible."""
    return sum(count for code, count in reached.ended.items() if code.startswith(letter))


def progress_of(doors: Sequence[Door], voice: Voice) -> Progress:
    """The progress of all shown counties together."""
    strata: dict[str, dict[str, list[SampleItem]]] = {"poor": {}, "non_poor": {}}
    for door in doors:
        strata[door.row.kind].setdefault(door.row.county, []).append(door.item)
    reaches = {kind: sum_of([reach(items) for items in counties.values()]) for kind, counties in strata.items()}
    reserve = sum(1 for door in doors if door.row.rank > door.row.main)
    return progress_in_words(reaches, reserve, voice)


def progress_of_reaches(reaches: Reaches, view: RoundView, voice: Voice) -> Progress:
    """The same from kept sums."""
    kinds = ("poor", "non_poor")
    parts = {kind: sum_of([each for (_, of), each in reaches.items() if of == kind]) for kind in kinds}
    reserve = sum(line.reserve for draw in view.draws if draw.drawn_at is not None for line in draw.strata)
    return progress_in_words(parts, reserve, voice)
