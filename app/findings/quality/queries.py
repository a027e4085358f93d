"""Reads of doubts, always by county and behind the reader's fence."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.findings.inspections.models import Visit, VisitStatus
from app.findings.quality.doubts import Severity
from app.findings.quality.models import Flag, FlagState


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
    """How many open mid and high doubts there are."""
    query = select(func.count()).where(
        col(Flag.county_id).in_(counties),
        Flag.state == FlagState.OPEN,
        col(Flag.severity).in_((Severity.HIGH, Severity.MID)),
    )
    return session.exec(query).one()
