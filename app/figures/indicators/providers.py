"""What rests on no sampled household: records of field work and look-backs, and whatever later rooms bring.

A room that comes to bear an indicator (programmes, ledger, deadlines) adds one function here: it gives, for the
counties of a round, sums by cell. As soon as a cell has anything the indicator is no longer said to wait.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.figures.indicators.counting import POLICIES
from app.figures.indicators.figure import Persons
from app.figures.indicators.sums import Sum, Sums, add_up
from app.findings.helping.queries import met_within
from app.findings.inspections.models import Answer, FieldRecord, VisitStatus
from app.registry.households.populations import helped_households, persons_by_status

Provider = Callable[[Session, str, Sequence[int], date], Mapping[int, Sums]]
"""(session, round code, county ids, as of which day) → county id → sums by cell."""
VISITED_WITHIN = timedelta(days=30)
"""I26: ours, since the notice says only "regular" (domain §4)."""

FIELD_PATHS = {
    "basics/said_poor_hh": "said_poor_hh",
    "basics/said_exit_year": "said_exit_year",
    "filed_poor_hh": "filed_poor_hh",
    "filed_exit_year": "filed_exit_year",
    "basics/policy_known": "policy_known",
    "papers/docs/doc_state": "doc_state",
}


def field_work(session: Session, code: str, county_ids: Sequence[int], _day: date) -> Mapping[int, Sums]:
    """I27 of papers read, I36 and I37 of cadres asked, I33 of look-backs; a corrected record gives way."""
    query = select(FieldRecord).where(
        col(FieldRecord.county_id).in_(county_ids),
        FieldRecord.round == code,
        FieldRecord.status == VisitStatus.ACCEPTED,
    )
    records = list(session.exec(query))
    replaced = {record.corrects for record in records}
    standing = [record for record in records if record.op_id not in replaced]
    answers = _answers(session, standing)
    found: dict[int, list[Mapping[str, tuple[int, int]]]] = defaultdict(list)
    for record in standing:
        if record.kind == "look_back":
            found[record.county_id].append({"I33": (int(record.fix_result == "done"), 1)})
            continue
        told = answers.get(record.op_id, {})
        found[record.county_id].append(cadre_marks({name: texts[0] for name, texts in told.items()}))
        found[record.county_id] += ({"I27.documents": (int(state == "full"), 1)} for state in told.get("doc_state", ()))
    return {county_id: add_up(marks) for county_id, marks in found.items()}


def _answers(session: Session, records: Sequence[FieldRecord]) -> dict[UUID, dict[str, list[str]]]:
    found: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for county_id in {record.county_id for record in records}:
        query = (
            select(Answer.op_id, Answer.path, Answer.text)
            .join(
                FieldRecord,
                (col(FieldRecord.county_id) == col(Answer.county_id)) & (col(FieldRecord.op_id) == col(Answer.op_id)),
            )
            .where(Answer.county_id == county_id, col(Answer.path).in_(list(FIELD_PATHS)))
            .order_by(col(Answer.index))
        )
        wanted = {record.op_id for record in records if record.county_id == county_id}
        for op_id, path, text in session.exec(query):
            if op_id in wanted:
                found[op_id][FIELD_PATHS[path]].append(text)
    return found


def cadre_marks(told: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """What one cadre adds: policies named of eight; right about households and year, where both are on file."""
    marks: dict[str, tuple[int, int]] = {}
    if told.get("policy_known"):
        marks["I36.cadres"] = (len(set(told["policy_known"].split()) - {"none"}), POLICIES)
    filed = [told.get("filed_poor_hh"), told.get("filed_exit_year")]
    said = [told.get("said_poor_hh"), told.get("said_exit_year")]
    if all(filed) and all(said):
        marks["I37"] = (int(said == filed), 1)
    return marks


def helper_visits(session: Session, _code: str, county_ids: Sequence[int], day: date) -> Mapping[int, Sums]:
    """I26 of counties from which any log came: families met of late, and visits that only brought gifts."""
    logs = met_within(session, county_ids, day - VISITED_WITHIN, day)
    pairs = helped_households(session, logs)
    found: dict[int, Sums] = {}
    for county_id, met in logs.items():
        sums = {"I26": _complete(met.families, pairs[county_id])} if pairs.get(county_id) else {}
        found[county_id] = {**sums, "I26.gift": _complete(met.gifts, met.visits)} if met.visits else sums
    return found


def _complete(x: int, y: int) -> Sum:
    """So many of all of them, each 0 or 1."""
    return Sum(y, x, y, x, x, y)


PROVIDERS: tuple[Provider, ...] = (field_work, helper_visits)


def records_of(session: Session, code: str, county_ids: Sequence[int], day: date) -> dict[int, dict[str, Sum]]:
    """County id → the sums of everything that the providers bring."""
    found: dict[int, dict[str, Sum]] = defaultdict(dict)
    for provider in PROVIDERS:
        for county_id, sums in provider(session, code, county_ids, day).items():
            found[county_id].update(sums)
    return found


def persons_of(session: Session, county_ids: Sequence[int]) -> dict[int, Persons]:
    """County id → the register's persons by class (I10)."""
    return {
        county_id: Persons(*(persons.get(status, 0) for status in ("unexited", "exited", "non_poor")))
        for county_id, persons in persons_by_status(session, county_ids).items()
    }
