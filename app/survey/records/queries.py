"""Reads of kept ops, always by county and behind the reader's fence."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.kernel.problems import NotFound
from app.survey.records.models import Op, OpConflict, RecordState


def ops_by_id(session: Session, op_ids: Iterable[UUID]) -> dict[UUID, Op]:
    """Kept ops by id alone, in the whole database: the one query without a county (contract, Sync)."""
    rows = session.exec(select(Op).where(col(Op.op_id).in_(set(op_ids)))).all()
    return {row.op_id: row for row in rows}


def conflicts_by_key(session: Session, op_ids: Iterable[UUID]) -> dict[tuple[UUID, str], OpConflict]:
    """Kept conflicts of these ids by (id, digest)."""
    rows = session.exec(select(OpConflict).where(col(OpConflict.op_id).in_(set(op_ids)))).all()
    return {(row.op_id, row.digest): row for row in rows}


def find_op(session: Session, op_id: UUID, counties: Sequence[int]) -> Op | None:
    """A kept op within these counties."""
    query = select(Op).where(Op.op_id == op_id, col(Op.county_id).in_(counties))
    return session.exec(query).first()


def get_op(session: Session, op_id: UUID, counties: Sequence[int]) -> Op:
    """A kept op within these counties, or NotFound."""
    op = find_op(session, op_id, counties)
    if op is None:
        raise NotFound("没有这条记录,或不在您的范围内。", "No such record within your scope.")
    return op


def list_held(session: Session, counties: Sequence[int]) -> list[Op]:
    """Held ops that wait for an officer, oldest first."""
    query = (
        select(Op)
        .where(col(Op.county_id).in_(counties), Op.state == RecordState.QUARANTINED, col(Op.resolution).is_(None))
        .order_by(col(Op.received_at))
    )
    return list(session.exec(query))


def numbers_to_come(session: Session) -> dict[UUID, int]:
    """Ops of this transaction that have no number of arrival yet, with their place in the order of getting one.

    Numbers come last in a transaction, and what it counts before that must already know who came after whom.
    """
    rows = session.info.get("unnumbered", ())
    return {row.op_id: place for place, row in enumerate(rows) if isinstance(row, Op)}


def count_held(session: Session, counties: Sequence[int]) -> int:
    """How many wait."""
    query = select(func.count()).where(
        col(Op.county_id).in_(counties), Op.state == RecordState.QUARANTINED, col(Op.resolution).is_(None)
    )
    return session.exec(query).one()


def list_conflicts(session: Session, counties: Sequence[int]) -> list[OpConflict]:
    """Conflicting bytes, newest first."""
    query = (
        select(OpConflict).where(col(OpConflict.county_id).in_(counties)).order_by(col(OpConflict.received_at).desc())
    )
    return list(session.exec(query))


def ops_of_sample(session: Session, county_id: int, sample_id: str) -> list[Op]:
    """All kept ops of one sampled household in order of arrival."""
    query = select(Op).where(Op.county_id == county_id, Op.sample_id == sample_id).order_by(col(Op.seq))
    return list(session.exec(query))


def children_of(session: Session, county_id: int, op_ids: Iterable[UUID]) -> dict[UUID, list[Op]]:
    """Op id → ops of the county that name it as what they correct."""
    query = select(Op).where(Op.county_id == county_id, col(Op.corrects).in_(set(op_ids))).order_by(col(Op.seq))
    found: dict[UUID, list[Op]] = defaultdict(list)
    for op in session.exec(query):
        if op.corrects is not None:
            found[op.corrects].append(op)
    return found


def own_digests(session: Session, account_id: UUID, op_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Op id → digests of the bytes that this account sent under it, those in conflict too."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for kept in (Op, OpConflict):
        query = select(kept.op_id, kept.digest).where(col(kept.op_id).in_(set(op_ids)), kept.account_id == account_id)
        for op_id, digest in session.exec(query):
            found[op_id].add(digest)
    return found


def own_op_ids(session: Session, account_id: UUID, op_ids: Iterable[UUID]) -> dict[UUID, Op]:
    """Which of these ids this account has sent."""
    query = select(Op).where(col(Op.op_id).in_(set(op_ids)), Op.account_id == account_id)
    return {op.op_id: op for op in session.exec(query)}
