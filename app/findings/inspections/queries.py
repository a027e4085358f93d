"""Reads of visits: the doorsteps behind the opening rule, and the interviews that count."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.survey.records.models import Op
from app.survey.records.queries import numbers_to_come
from app.survey.rounds.queries import stratum_samples
from app.survey.rounds.rules import Doorstep, SampleItem, SampleRow, SampleState, in_effect, sample_standings
from app.survey.rounds.twins import twins_before

SATISFACTION = tuple(f"satisfaction/{name}" for name in ("sat_team", "sat_helper", "sat_effect", "sat_way"))
"""Where Q1 asks the items; Q2's twins stand in another section and never enter these rates."""


@dataclass(frozen=True)
class Door:
    """A sampled household: its state by the opening rule and what came from its door, in order of arrival."""

    item: SampleItem
    visits: tuple[Visit, ...]

    @property
    def row(self) -> SampleRow:
        return self.item.row

    @property
    def counted(self) -> Visit | None:
        """The interview that counts: that of the rank, unless the household counts by another draw of the round."""
        return None if self.item.is_twin else self.interview

    @cached_property
    def interview(self) -> Visit | None:
        """The interview of this rank: the latest accepted version, if the rank was properly opened."""
        if self.item.state is not SampleState.COMPLETED:
            return None
        standing = {step.op_id for step in in_effect([doorstep_of(visit) for visit in self.visits])}
        complete = [
            visit
            for visit in self.visits
            if str(visit.op_id) in standing
            and visit.contact_result == "completed"
            and visit.status == VisitStatus.ACCEPTED
        ]
        return complete[-1] if complete else None


@dataclass(frozen=True)
class CountedInterview:
    """One household's satisfaction answers, as codes 1–5 and 9; None where an item was not asked."""

    county_id: int
    county: str
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


FEW = 500
"""Up to so many ranks are asked for by name, so that a short list is not read with all of its draw."""


def list_visits(
    session: Session, county_id: int, draw_id: str, sample_ids: Sequence[str] = ()
) -> dict[str, list[Visit]]:
    """Sample id → its visits in order of arrival; voided ones are left out. `sample_ids`: only of these."""
    query = (
        select(Visit, Op.seq)
        .join(Op, (col(Op.county_id) == col(Visit.county_id)) & (col(Op.op_id) == col(Visit.op_id)))
        .where(Visit.county_id == county_id, Visit.draw == draw_id, Visit.status != VisitStatus.VOIDED)
    )
    if sample_ids:
        query = query.where(col(Visit.sample_id).in_(sample_ids))
    waiting = numbers_to_come(session)
    found = sorted(session.exec(query), key=lambda row: (row[1] is None, row[1] or waiting.get(row[0].op_id, 0)))
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit, _ in found:
        visits[visit.sample_id].append(visit)
    return visits


def doors_of(session: Session, rows: Sequence[SampleRow], tz: ZoneInfo) -> list[Door]:
    """The doors of whole strata of one draw (ranks in order), each with its state and its visits."""
    visits: dict[str, list[Visit]] = {}
    named = [row.sample_id for row in rows] if len(rows) <= FEW else []
    for county_id, draw_id in {(row.county_id, row.sample_id.partition(f".{row.stratum}.")[0]) for row in rows}:
        visits.update(list_visits(session, county_id, draw_id, named))
    steps = {sample_id: [doorstep_of(visit) for visit in seen] for sample_id, seen in visits.items()}
    items = sample_standings(rows, steps, tz)
    doors = [Door(item, tuple(visits.get(item.row.sample_id, ()))) for item in items]
    twins = _counted_twins(session, [door for door in doors if door.interview is not None], tz)
    return [replace(door, item=replace(door.item, is_twin=door.row.sample_id in twins)) for door in doors]


def _counted_twins(session: Session, doors: Sequence[Door], tz: ZoneInfo) -> frozenset[str]:
    """Sample ids of those that an earlier draw of their round has interviewed too, and counts."""
    earlier = twins_before(session, [door.row for door in doors])
    lists = {twin.rpartition(".")[0]: twin for twins in earlier.values() for twin in twins}
    done = {
        door.row.sample_id
        for twin in lists.values()
        for door in doors_of(session, stratum_samples(session, twin), tz)
        if door.counted is not None
    }
    return frozenset(sample_id for sample_id, twins in earlier.items() if done.intersection(twins))


def counted_interviews(session: Session, doors: Sequence[Door]) -> list[CountedInterview]:
    """The satisfaction answers of the interviews that count."""
    counted = [(door, visit) for door in doors if (visit := door.counted) is not None]
    codes: dict[UUID, dict[str, int]] = defaultdict(dict)
    for county_id in {door.row.county_id for door, _ in counted}:
        ids = [visit.op_id for _, visit in counted if visit.county_id == county_id]
        query = select(Answer.op_id, Answer.path, Answer.text).where(
            Answer.county_id == county_id, col(Answer.op_id).in_(ids), col(Answer.path).in_(SATISFACTION)
        )
        for op_id, path, text in session.exec(query):
            codes[op_id][path.rpartition("/")[2]] = int(text)
    return [
        CountedInterview(
            county_id=visit.county_id,
            county=door.row.county,
            sample_id=door.row.sample_id,
            kind=door.row.kind,
            op_id=visit.op_id,
            poverty_status=visit.poverty_status,
            **codes[visit.op_id],
        )
        for door, visit in counted
    ]


def form_versions(session: Session, draw_ids: Sequence[str]) -> list[dict[str, str]]:
    """The form versions behind the accepted visits of some draws, in order."""
    query = (
        select(Visit.form_id, Visit.form_version)
        .where(col(Visit.draw).in_(draw_ids), Visit.status == VisitStatus.ACCEPTED, col(Visit.form_id).is_not(None))
        .distinct()
        .order_by(col(Visit.form_id), col(Visit.form_version))
    )
    return [{"form_id": form_id or "", "version": version or ""} for form_id, version in session.exec(query)]
