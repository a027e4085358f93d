"""Keep what came, and let an officer decide about what is held."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.engines import at_close
from app.kernel.db.ports import next_seq
from app.kernel.keys import Keys
from app.kernel.problems import Conflict, Malformed
from app.survey.records.models import Op, OpConflict, RecordState, Resolution
from app.survey.records.rules import Body, Reason, SealedOp, receipt_text, sha256_hex


class NotHeld(Conflict):
    """The record is not waiting for a decision."""

    slug = "not-held"
    title_zh = "这条记录不在待核状态"
    title_en = "This record is not held"


class ReasonNeeded(Malformed):
    """A decision without its reason."""

    slug = "reason-needed"
    title_zh = "请写明理由"
    title_en = "Please give the reason"


def digest_of(op: SealedOp) -> str:
    """The SHA-256 of the bytes as they came, whatever digest was stated."""
    return sha256_hex(op.body)


def keep(
    session: Session,
    county_id: int,
    op: SealedOp,
    body: Body,
    *,
    account_id: UUID,
    device_id: UUID,
    epoch: str,
    received_at: datetime,
) -> Op:
    """Store an op's bytes under its county, not judged yet; its sequence number comes last in the transaction."""
    row = Op(
        county_id=county_id,
        op_id=op.op_id,
        digest=digest_of(op),
        body=op.body,
        state=RecordState.STORED,
        received_state=RecordState.STORED,
        epoch=epoch,
        received_at=received_at,
        account_id=account_id,
        device_id=device_id,
        dev_seq=op.dev_seq,
        kind=body.kind,
        form_id=body.form_id,
        form_version=body.form_version,
        sample_id=body.sample_id,
        unit=body.unit,
        corrects=body.corrects,
    )
    session.add(row)
    session.flush()
    _number(session, row)
    return row


def keep_conflict(
    session: Session,
    county_id: int,
    op: SealedOp,
    *,
    account_id: UUID,
    device_id: UUID,
    epoch: str,
    received_at: datetime,
) -> OpConflict:
    """Store other bytes that came under a known id, beside the first."""
    row = OpConflict(
        county_id=county_id,
        op_id=op.op_id,
        digest=digest_of(op),
        body=op.body,
        epoch=epoch,
        received_at=received_at,
        account_id=account_id,
        device_id=device_id,
        dev_seq=op.dev_seq,
    )
    session.add(row)
    session.flush()
    _number(session, row)
    return row


def settle(op: Op, state: RecordState, reasons: Sequence[Reason], differences: Sequence[tuple[str, str, str]]) -> None:
    """Write down what the first judgement was; the receipt will say it for ever."""
    op.state = op.received_state = state
    op.reasons = [reason.as_dict() for reason in reasons]
    op.differences = [{"pointer": p, "phone": phone, "server": server} for p, phone, server in differences]


def adopt(op: Op) -> None:
    """An orphan's parent has come."""
    if op.state == RecordState.STORED_ORPHAN:
        op.state = RecordState.STORED


def resolve(session: Session, op: Op, resolution: Resolution, why: str, *, by: str) -> None:
    """An officer releases or voids a held op; the bytes and the first reasons stay."""
    if op.state != RecordState.QUARANTINED or op.resolution:
        raise NotHeld("这条记录已经处理过了,请刷新页面。", "It was settled already; reload the page.")
    if not why.strip():
        raise ReasonNeeded("放行或作废都要写明理由。", "Releasing and voiding both need a reason.")
    op.resolution = resolution
    op.resolved_at, op.resolved_by, op.resolution_why = utcnow(), by, why.strip()[:500]
    if resolution == Resolution.RELEASED:
        op.state = RecordState.STORED
    session.add(op)
    audit.write(session, f"record.{resolution}", str(op.op_id), actor=by)


def receipt(keys: Keys, row: Op | OpConflict) -> dict[str, str]:
    """The signed receipt of a committed row: the same bytes every time."""
    state = row.received_state if isinstance(row, Op) else RecordState.CONFLICT
    text = receipt_text(
        op_id=row.op_id,
        digest=row.digest,
        state=state,
        server_seq=row.seq or 0,
        epoch=row.epoch,
        received_at=rfc3339(row.received_at),
    )
    return {"text": text, "signature": keys.sign(text.encode()), "alg": "ES256", "key_id": keys.key_id}


def _number(session: Session, row: Op | OpConflict) -> None:
    waiting: list[Op | OpConflict] = session.info.setdefault("unnumbered", [])
    if not waiting:
        at_close(session, _number_all)
    waiting.append(row)


def _number_all(session: Session) -> None:
    rows: list[Op | OpConflict] = [row for row in session.info.pop("unnumbered") if row in session]
    if not rows:
        return
    first = next_seq(session, audit.CountySeq, session.info["county_id"], count=len(rows))
    for offset, row in enumerate(rows):
        row.seq = first + offset
        session.add(row)
    session.flush()
