"""Reads of doubts, always by county and behind the reader's fence."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import Visit, VisitStatus
from app.findings.quality.doubts import NOT_DRAWN, Severity
from app.findings.quality.models import Flag, FlagState
from app.survey.records.models import Op, Resolution
from app.survey.rounds.rules import parse_sample_id


def gravely_doubted(session: Session, county_id: int, op_ids: Sequence[UUID]) -> set[UUID]:
    """Of these records those with an open high flag (I40)."""
    if not op_ids:
        return set()
    query = select(Flag.op_id).where(
        Flag.county_id == county_id,
        col(Flag.op_id).in_(op_ids),
        Flag.severity == Severity.HIGH,
        Flag.state == FlagState.OPEN,
    )
    return set(session.exec(query))


Subject = Visit | HelperVisit
"""What a doubt is about: a doorstep of a round, or a helper's log."""


def list_open(
    session: Session, counties: Sequence[int], subject: type[Subject] = Visit, *, code: str = "", limit: int = 300
) -> list[tuple[Flag, Subject]]:
    """Open doubts that ask for a person (mid and high), the gravest and oldest first, each with what it is about."""
    query = (
        _asking(select(Flag, subject), counties, subject)
        .order_by(col(Flag.severity), col(Flag.raised_at), col(Flag.op_id), col(Flag.code), col(Flag.reason))
        .limit(limit)
    )
    if code:
        query = query.where(Flag.code == code)
    return [(flag, visit) for flag, visit in session.exec(query)]


def count_open(session: Session, counties: Sequence[int], subject: type[Subject] = Visit) -> int:
    """How many open doubts ask for a person."""
    query = _asking(select(func.count()).select_from(Flag), counties, subject)
    return int(session.exec(query).one())


def _asking(query: Any, counties: Sequence[int], subject: type[Subject]) -> Any:
    return query.join(
        subject, (col(subject.county_id) == col(Flag.county_id)) & (col(subject.op_id) == Flag.op_id)
    ).where(
        col(Flag.county_id).in_(counties),
        Flag.state == FlagState.OPEN,
        col(Flag.severity).in_((Severity.HIGH, Severity.MID)),
        subject.status == VisitStatus.ACCEPTED,
    )


def count_flags(session: Session, counties: Sequence[int], *, logs: bool) -> dict[str, dict[str, int]]:
    """Code → state → how many doubts there are about records that count, notes among them."""
    counts: dict[str, dict[str, int]] = {}
    for subject in (Visit, HelperVisit) if logs else (Visit,):
        its_subject = (col(subject.county_id) == col(Flag.county_id)) & (col(subject.op_id) == col(Flag.op_id))
        query: Any = select(Flag.code, Flag.state, func.count()).join(subject, its_subject)
        query = query.where(col(Flag.county_id).in_(counties), subject.status == VisitStatus.ACCEPTED)
        for code, state, count in session.exec(query.group_by(col(Flag.code), col(Flag.state))):
            states = counts.setdefault(code, {})
            states[state] = states.get(state, 0) + count
    return counts


def flags_of_record(session: Session, county_id: int, op_id: UUID) -> list[Flag]:
    """All doubts about one record, settled ones too."""
    query = select(Flag).where(Flag.county_id == county_id, Flag.op_id == op_id)
    return list(session.exec(query.order_by(col(Flag.code), col(Flag.reason))))


def not_drawn_records(session: Session, county_id: int, round_code: str) -> list[Op]:
    """Records of a round's doors that no standing draw picked (F13), unless they were voided; in order of arrival."""
    query = (
        select(Op)
        .join(Flag, (col(Flag.county_id) == col(Op.county_id)) & (col(Flag.op_id) == col(Op.op_id)))
        .where(
            Op.county_id == county_id,
            Flag.code == NOT_DRAWN.code,
            Flag.reason == NOT_DRAWN.reason,
            col(Op.sample_id).startswith(f"{round_code}-", autoescape=True),
            or_(col(Op.resolution).is_(None), col(Op.resolution) != Resolution.VOIDED),
        )
        .order_by(col(Op.received_at), col(Op.op_id))
    )
    found = ((op, parse_sample_id(op.sample_id)) for op in session.exec(query))
    return [op for op, ref in found if ref is not None and ref.round == round_code]
