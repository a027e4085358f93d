"""Reads of visits: the doorsteps behind the opening rule, and the interviews that count."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.survey.rounds.models import Sample
from app.survey.rounds.rules import Doorstep, Outcome, SampleState, Standing, in_effect, outcome_of, standings

SATISFACTION = ("sat_team", "sat_helper", "sat_effect", "sat_way")


@dataclass(frozen=True)
class SampleStanding:
    """A sampled household with its state, its outcome so far, and what came from its door."""

    sample: Sample
    state: SampleState
    opened_at: datetime | None
    outcome: Outcome
    visits: tuple[Visit, ...]

    @property
    def counted(self) -> UUID | None:
        """The op of the interview that counts: the latest accepted version, if the rank was properly opened."""
        if self.state != SampleState.COMPLETED:
            return None
        steps = {step.op_id for step in in_effect([doorstep_of(visit) for visit in self.visits])}
        complete = [
            visit
            for visit in self.visits
            if str(visit.op_id) in steps
            and visit.contact_result == "completed"
            and visit.status == VisitStatus.ACCEPTED
        ]
        return complete[-1].op_id if complete else None


@dataclass(frozen=True)
class CountedInterview:
    """One household's satisfaction answers, as codes 1–5 and 9; None where an item was not asked."""

    county_id: int
    sample_id: str
    kind: str
    op_id: UUID
    poverty_status: str | None
    sat_team: int | None = None
    sat_helper: int | None = None
    sat_effect: int | None = None
    sat_way: int | None = None


def doorstep_of(visit: Visit) -> Doorstep:
    """A visit as the opening rule sees it."""
    return Doorstep(
        op_id=str(visit.op_id),
        started_at=visit.started_at or visit.received_at,
        result=visit.contact_result,
        where=visit.met_where,
        why=visit.no_such_why,
        outcome=visit.outcome_code,
        corrects=str(visit.corrects) if visit.corrects else None,
        held=visit.status == VisitStatus.HELD,
    )


def list_visits(session: Session, county_id: int, draw_id: str) -> dict[str, list[Visit]]:
    """Sample id → its visits in order of arrival; voided ones are left out."""
    query = (
        select(Visit)
        .where(Visit.county_id == county_id, Visit.draw == draw_id, Visit.status != VisitStatus.VOIDED)
        .order_by(col(Visit.received_at), col(Visit.op_id))
    )
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit in session.exec(query):
        visits[visit.sample_id].append(visit)
    return visits


def list_standings(
    session: Session, county_id: int, draw_id: str, *, drawn_at: datetime, mains: dict[str, int], tz: ZoneInfo
) -> list[SampleStanding]:
    """Every sampled household of a county in one draw, by stratum and rank, with its state by the opening rule.

    `mains`: poor | non_poor → n, the length of the main list.
    """
    query = select(Sample).where(Sample.county_id == county_id, Sample.draw_id == draw_id)
    samples = session.exec(query.order_by(col(Sample.kind).desc(), col(Sample.rank))).all()
    visits = list_visits(session, county_id, draw_id)
    walked: list[SampleStanding] = []
    for kind in ("poor", "non_poor"):
        ranked = [sample for sample in samples if sample.kind == kind]
        outcomes = [outcome_of([doorstep_of(v) for v in visits.get(s.sample_id, ())], tz) for s in ranked]
        states: Sequence[Standing] = standings(mains.get(kind, 0), drawn_at, outcomes)
        for sample, outcome, standing in zip(ranked, outcomes, states, strict=True):
            seen = tuple(visits.get(sample.sample_id, ()))
            walked.append(SampleStanding(sample, standing.state, standing.opened_at, outcome, seen))
    return walked


def satisfaction_answers(session: Session, county_id: int, places: Sequence[SampleStanding]) -> list[CountedInterview]:
    """The satisfaction answers of the interviews that count."""
    counted = {place.counted: place for place in places if place.counted is not None}
    query = select(Answer.op_id, Answer.path, Answer.text).where(
        Answer.county_id == county_id,
        col(Answer.op_id).in_(list(counted)),
        col(Answer.path).in_(
            [f"satisfaction/{name}" for name in SATISFACTION] + [f"fair/{name}" for name in SATISFACTION]
        ),
    )
    codes: dict[UUID, dict[str, int]] = defaultdict(dict)
    for op_id, path, text in session.exec(query):
        codes[op_id][path.rsplit("/", 1)[-1]] = int(text)
    status = {visit.op_id: visit.poverty_status for place in places for visit in place.visits}
    return [
        CountedInterview(county_id, place.sample.sample_id, place.sample.kind, op_id, status.get(op_id), **codes[op_id])
        for op_id, place in counted.items()
        if op_id is not None
    ]
