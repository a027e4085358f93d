"""From doorsteps to typed facts: what the figures read of every sampled household with anything at its door."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.figures.indicators.bindings import paths_of
from app.figures.indicators.household import Household
from app.figures.indicators.models import FigureHousehold
from app.findings.inspections.models import Answer, Visit
from app.findings.inspections.queries import Door
from app.findings.quality.field import attempts_of
from app.findings.quality.queries import gravely_doubted
from app.findings.reviews.queries import confirmed_ops
from app.registry.households.populations import resettled_units
from app.survey.rounds.rules import SampleState

PATHS = paths_of(("q1_poor", "q2_nonpoor"))
"""Where the interviews answer what figures read; Q2's twins of the satisfaction items stand elsewhere."""
NAMES = tuple(sorted(set(PATHS.values())))
"""The order in which a row of facts keeps them; another order is another version of the inputs."""
STEP = 500
ENDED = (SampleState.NON_RESPONSE, SampleState.NOT_ELIGIBLE)
Kept = Mapping[str, FigureHousehold]
"""Rows of facts by sample id."""


@dataclass(frozen=True)
class Told:
    """A sampled household's facts with where they came from."""

    door: Door
    op_id: UUID | None
    """The interview of its rank, also where the household counts by another draw."""
    facts: Household


@dataclass(frozen=True)
class Known:
    """What is looked up for many households at once."""

    answers: Mapping[UUID, Mapping[str, str]]
    resettled: frozenset[str]
    confirmed: frozenset[UUID]
    doubted: frozenset[UUID]


def households_of(session: Session, doors: Sequence[Door], kept: Kept | None = None) -> list[Told]:
    """The typed facts behind whole lists of doors of one county; households nobody went to bring nothing.

    An accepted interview's answers never change, so those in `kept` are not read again; and the register's word on
    resettlement stays that of the first visit, for a later import must not move a round's figures.
    """
    visited = [door for door in doors if door.visits and not door.row.is_panel]
    counted = {door.row.sample_id: visit for door in visited if (visit := door.counted) is not None}
    known = _known(session, visited, list(counted.values()), kept or {})
    return [_told(door, counted.get(door.row.sample_id), known) for door in visited]


def _known(session: Session, doors: Sequence[Door], counted: Sequence[Visit], kept: Kept) -> Known:
    answers: dict[UUID, Mapping[str, str]] = {
        row.op_id: told_in(row.answers) for row in kept.values() if row.op_id is not None and row.answers is not None
    }
    answers.update(answers_of(session, [visit for visit in counted if visit.op_id not in answers]))
    confirmed, doubted = set[UUID](), set[UUID]()
    for county_id in {door.row.county_id for door in doors}:
        mine = [visit for door in doors if door.row.county_id == county_id for visit in door.visits]
        for start in range(0, len(mine), STEP):
            ids = [visit.op_id for visit in mine[start : start + STEP]]
            confirmed |= confirmed_ops(session, county_id, ids)
            doubted |= gravely_doubted(session, county_id, ids)
    resettled = _filed_resettled(session, [door for door in doors if door.row.sample_id not in kept])
    resettled |= {row.unit for row in kept.values() if row.is_filed_resettled}
    return Known(answers, frozenset(resettled), frozenset(confirmed), frozenset(doubted))


def _told(door: Door, visit: Visit | None, known: Known) -> Told:
    facts = Household(
        kind=door.row.kind,
        status=door.row.status,
        answers=known.answers.get(visit.op_id, {}) if visit else None,
        is_first_drawn=door.row.rank <= door.row.main,
        ending=door.item.outcome.code if door.item.state in ENDED else None,
        attempts=attempts_of(door.visits),
        is_filed_resettled=door.row.unit in known.resettled,
        is_confirmed=visit is not None and visit.op_id in known.confirmed,
        records=len(door.visits),
        doubted=sum(each.op_id in known.doubted for each in door.visits),
    )
    return Told(door, door.interview.op_id if door.interview else None, facts)


def told_in(text: str) -> dict[str, str]:
    """The answers of a row of facts: name → text, without blanks."""
    return {name: value for name, value in zip(NAMES, text.split("\t"), strict=True) if value}


def text_of(answers: Mapping[str, str]) -> str:
    """The answers as a row keeps them."""
    return "\t".join(answers.get(name, "").replace("\t", " ") for name in NAMES)


def answers_of(session: Session, visits: Sequence[Visit]) -> dict[UUID, dict[str, str]]:
    """Of these interviews what figures read, by the last name of its path."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for county_id in {visit.county_id for visit in visits}:
        ids = [visit.op_id for visit in visits if visit.county_id == county_id]
        for start in range(0, len(ids), STEP):
            query = select(Answer.op_id, Answer.path, Answer.text).where(
                Answer.county_id == county_id,
                col(Answer.op_id).in_(ids[start : start + STEP]),
                col(Answer.path).in_(list(PATHS)),
            )
            for op_id, path, text in session.exec(query):
                found[op_id][PATHS[path]] = text
    return found


def _filed_resettled(session: Session, doors: Sequence[Door]) -> set[str]:
    """Units that the register calls resettled, of doors of one county or several."""
    found: set[str] = set()
    for county_id in {door.row.county_id for door in doors}:
        units = [door.row.unit for door in doors if door.row.county_id == county_id]
        found |= resettled_units(session, county_id, units)
    return found
