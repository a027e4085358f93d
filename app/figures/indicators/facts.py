"""From doorsteps to typed facts: what the figures read of every sampled household with anything at its door."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.figures.indicators.bindings import paths_of
from app.figures.indicators.household import Household
from app.findings.inspections.models import Answer, Visit
from app.findings.inspections.queries import Door
from app.findings.quality.field import attempts_of
from app.registry.households.models import Household as Registered
from app.survey.rounds.rules import SampleState

PATHS = paths_of(("q1_poor", "q2_nonpoor"))
"""Where the interviews answer what figures read; Q2's twins of the satisfaction items stand elsewhere."""
STEP = 500
ENDED = (SampleState.NON_RESPONSE, SampleState.NOT_ELIGIBLE)


@dataclass(frozen=True)
class Told:
    """A sampled household's facts with where they came from."""

    door: Door
    op_id: UUID | None
    facts: Household


def households_of(session: Session, doors: Sequence[Door]) -> list[Told]:
    """The typed facts behind whole lists of doors of one county; households nobody went to bring nothing."""
    visited = [door for door in doors if door.visits and not door.row.is_panel]
    counted = {door.row.sample_id: visit for door in visited if (visit := door.counted) is not None}
    answers = answers_of(session, list(counted.values()))
    filed = _filed_resettled(session, visited)
    return [_told(door, counted.get(door.row.sample_id), answers, door.row.unit in filed) for door in visited]


def _told(door: Door, visit: Visit | None, answers: Mapping[UUID, Mapping[str, str]], is_filed_resettled: bool) -> Told:
    facts = Household(
        kind=door.row.kind,
        status=door.row.status,
        answers=answers.get(visit.op_id, {}) if visit else None,
        is_first_drawn=door.row.rank <= door.row.main,
        ending=door.item.outcome.code if door.item.state in ENDED else None,
        attempts=attempts_of(door.visits),
        is_filed_resettled=is_filed_resettled,
        records=len(door.visits),
    )
    return Told(door, visit.op_id if visit else None, facts)


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
        for start in range(0, len(units), STEP):
            query = select(Registered.unit).where(
                Registered.county_id == county_id,
                col(Registered.unit).in_(units[start : start + STEP]),
                col(Registered.resettled).is_(True),
            )
            found.update(session.exec(query))
    return found
