"""Reads of doubts, always by county and behind the reader's fence."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

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


def list_open(session: Session, counties: Sequence[int], limit: int = 300) -> list[tuple[Flag, Visit]]:
    """Open doubts that ask for a person (mid and high), the gravest and oldest first, each with its visit."""
    query = (
        select(Flag, Visit)
        .join(Visit, (col(Visit.county_id) == col(Flag.county_id)) & (col(Visit.op_id) == col(Flag.op_id)))
        .where(
            col(Flag.county_id).in_(counties),
            Flag.state == FlagState.OPEN,
            col(Flag.severity).in_((Severity.HIGH, Severity.MID)),
            Visit.status == VisitStatus.ACCEPTED,
        )
        .order_by(col(Flag.severity), col(Flag.raised_at), col(Flag.op_id))
        .limit(limit)
    )
    return [(flag, visit) for flag, visit in session.exec(query)]


def flags_of_record(session: Session, county_id: int, op_id: UUID) -> list[Flag]:
    """All doubts about one record, settled ones too."""
    query = select(Flag).where(Flag.county_id == county_id, Flag.op_id == op_id)
    return list(session.exec(query.order_by(col(Flag.code), col(Flag.reason))))


def count_open(session: Session, counties: Sequence[int]) -> int:
    """How many open doubts ask for a person."""
    query = (
        select(func.count())
        .select_from(Flag)
        .join(Visit, (col(Visit.county_id) == col(Flag.county_id)) & (col(Visit.op_id) == col(Flag.op_id)))
        .where(
            col(Flag.county_id).in_(counties),
            Flag.state == FlagState.OPEN,
            col(Flag.severity).in_((Severity.HIGH, Severity.MID)),
            Visit.status == VisitStatus.ACCEPTED,
        )
    )
    return session.exec(query).one()


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
