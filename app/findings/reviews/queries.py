"""Reads of reviews and of the judgements that wait for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.findings.reviews.models import Review, Verdict

JUDGEMENTS = {"close/exit_judge": "exit_judge", "close/missed_judge": "missed_judge"}
"""Where Q1 and Q2 judge; `bad` is what a review confirms or rejects."""


@dataclass(frozen=True)
class Judged:
    """One record judged `bad`, in what respect, and its latest review."""

    visit: Visit
    judgement: str
    gaps: tuple[str, ...]
    review: Review | None


def confirmed_ops(session: Session, county_id: int, op_ids: Sequence[UUID]) -> set[UUID]:
    """Of these records those whose latest review confirms the judgement."""
    return {
        op_id for op_id, review in latest(session, county_id, op_ids).items() if review.verdict == Verdict.CONFIRMED
    }


def latest(session: Session, county_id: int, op_ids: Sequence[UUID]) -> dict[UUID, Review]:
    """Record → its review that counts."""
    if not op_ids:
        return {}
    query = select(Review).where(Review.county_id == county_id, col(Review.op_id).in_(op_ids))
    return {review.op_id: review for review in session.exec(query.order_by(col(Review.number)))}


def find_judgement(session: Session, county_id: int, op_id: UUID) -> str | None:
    """Which judgement of this record is `bad`, if any."""
    query = select(Answer.path).where(
        Answer.county_id == county_id,
        Answer.op_id == op_id,
        col(Answer.path).in_(list(JUDGEMENTS)),
        Answer.text == "bad",
    )
    path = session.exec(query).first()
    return JUDGEMENTS[path] if path else None


def list_judged(session: Session, county_id: int) -> list[Judged]:
    """A county's accepted records judged `bad`, the latest versions, oldest first. Without a fence: the caller's."""
    query = (
        select(Visit, Answer.path)
        .join(Answer, (col(Answer.county_id) == col(Visit.county_id)) & (col(Answer.op_id) == col(Visit.op_id)))
        .where(
            Visit.county_id == county_id,
            Visit.status == VisitStatus.ACCEPTED,
            col(Answer.path).in_(list(JUDGEMENTS)),
            Answer.text == "bad",
        )
        .order_by(col(Visit.received_at), col(Visit.op_id))
    )
    found = [(visit, JUDGEMENTS[path]) for visit, path in session.exec(query)]
    ids = [visit.op_id for visit, _ in found]
    replaced = _replaced(session, county_id, ids)
    reviews, gaps = latest(session, county_id, ids), _gaps(session, county_id, ids)
    return [
        Judged(visit, judgement, gaps.get(visit.op_id, ()), reviews.get(visit.op_id))
        for visit, judgement in found
        if visit.op_id not in replaced
    ]


def _replaced(session: Session, county_id: int, op_ids: Sequence[UUID]) -> set[UUID]:
    if not op_ids:
        return set()
    query = select(Visit.corrects).where(
        Visit.county_id == county_id, Visit.status == VisitStatus.ACCEPTED, col(Visit.corrects).in_(op_ids)
    )
    return {op_id for op_id in session.exec(query) if op_id is not None}


def _gaps(session: Session, county_id: int, op_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    if not op_ids:
        return {}
    query = select(Answer.op_id, Answer.text).where(
        Answer.county_id == county_id,
        col(Answer.op_id).in_(op_ids),
        col(Answer.path).in_(("close/exit_gap", "close/missed_gap")),
    )
    return {op_id: tuple(text.split()) for op_id, text in session.exec(query)}
