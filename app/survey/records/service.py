"""Keep what came, and let an officer decide about what is held."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, func, select

from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.engines import at_close
from app.kernel.db.ports import next_seq
from app.kernel.keys import Keys
from app.kernel.problems import Conflict, Malformed
from app.survey.records.models import Op, OpChange, OpConflict, RecordState, Resolution
from app.survey.records.rules import Body, Reason, SealedOp, receipt_text, sha256_hex, subject_of

Numbered = Op | OpConflict | OpChange

CORRECTS_OTHER = Reason(
    "corrects-other", "#/corrects", "更正的是另一户的记录", "Corrects a record of another household"
)

SHUT_OUT = {
    "device": Reason("device-revoked", "#", "发送的设备已被停用", "Sent by a device that was revoked"),
    "account": Reason("account-disabled", "#", "发送的账号已被停用", "Sent by an account that was disabled"),
}
"""Who may hand in what was sealed before, and nothing else."""

NOT_JUDGED = Reason("not-judged", "#", "系统没能核对这条记录,请技术人员查看", "Our check stumbled over this record")


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


class Judgement(NamedTuple):
    """What was found about an op when it came."""

    state: RecordState
    reasons: Sequence[Reason] = ()
    differences: Sequence[tuple[str, str, str]] = ()


def digest_of(op: SealedOp) -> str:
    """The SHA-256 of the bytes as they came, whatever digest was stated."""
    return sha256_hex(op.body)


def keep(
    session: Session,
    county_id: int,
    op: SealedOp,
    body: Body,
    judgement: Judgement,
    *,
    account_id: UUID,
    device_id: UUID,
    epoch: str,
    received_at: datetime,
) -> Op:
    """Store an op's bytes under its county with the first judgement, which its receipt will say for ever.

    Its sequence number comes last in the transaction.
    """
    row = Op(
        county_id=county_id,
        op_id=op.op_id,
        digest=digest_of(op),
        body=op.body,
        state=judgement.state,
        received_state=judgement.state,
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
        reasons=[reason.as_dict() for reason in judgement.reasons],
        differences=[{"pointer": p, "phone": phone, "server": server} for p, phone, server in judgement.differences],
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


def adopt(session: Session, op: Op, parent: Op) -> bool:
    """An orphan's parent has come; one that corrects what another household said is held now. True when it changed."""
    if op.state != RecordState.STORED_ORPHAN:
        return False
    if subject_of(op.kind, op.sample_id, op.unit) == subject_of(parent.kind, parent.sample_id, parent.unit):
        op.state = RecordState.STORED
    else:
        op.state = RecordState.QUARANTINED
        op.reasons = [*op.reasons, CORRECTS_OTHER.as_dict()]
    note_change(session, op)
    return True


def note_change(session: Session, op: Op) -> None:
    """Number a later change of a kept op, last in the transaction, so that every puller comes to see it."""
    count = select(func.count()).where(OpChange.county_id == op.county_id, OpChange.op_id == op.op_id)
    row = OpChange(
        county_id=op.county_id,
        op_id=op.op_id,
        number=session.exec(count).one() + 1,
        state=op.state,
        at=utcnow(),
    )
    session.add(op)
    session.add(row)
    session.flush()
    _number(session, row)


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
    note_change(session, op)
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


def _number(session: Session, row: Numbered) -> None:
    waiting: list[Numbered] = session.info.setdefault("unnumbered", [])
    if not waiting:
        at_close(session, _number_all)
    waiting.append(row)


def _number_all(session: Session) -> None:
    rows: list[Numbered] = [row for row in session.info.pop("unnumbered") if row in session]
    if not rows:
        return
    first = next_seq(session, audit.CountySeq, session.info["county_id"], count=len(rows))
    for offset, row in enumerate(rows):
        row.seq = first + offset
        session.add(row)
    session.flush()
