"""Reading an envelope and what is inside an op: pure, and never raising for what a body says.

A malformed envelope is the only thing refused (422). Inside an op every fault becomes a reason to hold it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.clock import parse_instant
from app.kernel.problems import Fault

DOORSTEPS = frozenset({"interview", "outcome"})
FIELDWORK = frozenset({"record", "look_back"})
KINDS = frozenset({"interview", "outcome", "visit_log", "record", "look_back"})
OUTCOME_CODES = frozenset({"N4", "X3", "R1", "N1", "N2", "N3", "X1", "X2"})
MAX_OPS = 500
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNIT = re.compile(r"[0-9]{12}-[0-9]{4}", re.ASCII)
_PLACE = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}", re.ASCII)
_SAMPLE = re.compile(r"([0-9A-Z._-]{1,64})\.([0-9]{6})-([PN])(?:\.[0-9A-Z_-]{1,24})?\.([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True)
class SealedOp:
    """One entry of an envelope: identity, stated digest and the bytes."""

    op_id: UUID
    dev_seq: int
    digest: str
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """What one POST /sync carries."""

    device_id: UUID
    ops: tuple[SealedOp, ...]


@dataclass(frozen=True)
class Reason:
    """Why an op is held: a code for programs, a place, and words for the officer."""

    code: str
    pointer: str
    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "pointer": self.pointer, "zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Body:
    """What a body says, as far as it can be read. `reasons` is empty when its shape is right."""

    kind: str | None = None
    county_code: str | None = None
    sample_id: str | None = None
    unit: str | None = None
    place: str | None = None
    """Division code (6, 9 or 12 digits) of a record that is about no household."""
    round: str | None = None
    form_id: str | None = None
    form_version: str | None = None
    answers: Any = None
    photos: Any = None
    outcome: Mapping[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    corrects: UUID | None = None
    offset_ms: int | None = None
    """How far the phone's clock was from the service's, as the phone knew it."""
    reasons: tuple[Reason, ...] = field(default=())


def sha256_hex(data: bytes) -> str:
    """Lower-case hex of the SHA-256."""
    return hashlib.sha256(data).hexdigest()


def read_envelope(raw: bytes) -> Envelope | list[Fault]:
    """The envelope, or what is malformed about it."""
    try:
        data = json.loads(raw.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return [Fault("#", "不是 JSON", "Not JSON")]
    if not isinstance(data, dict):
        return [Fault("#", "应是一个对象", "Should be an object")]
    device, ops = read_uuid(data.get("device_id")), data.get("ops")
    faults = [] if device else [Fault("#/device_id", "应是 UUID", "Should be a UUID")]
    if not isinstance(ops, list) or len(ops) > MAX_OPS:
        return [*faults, Fault("#/ops", f"应是最多{MAX_OPS}项的列表", f"Should be a list of at most {MAX_OPS}")]
    read = [_read_op(op, f"#/ops/{place}") for place, op in enumerate(ops)]
    faults += [op for op in read if isinstance(op, Fault)]
    if faults or device is None:
        return faults
    return Envelope(device, tuple(op for op in read if isinstance(op, SealedOp)))


def _read_op(op: Any, place: str) -> SealedOp | Fault:
    if not isinstance(op, dict):
        return Fault(place, "应是一个对象", "Should be an object")
    op_id, dev_seq, digest, body = read_uuid(op.get("op_id")), op.get("dev_seq"), op.get("digest"), op.get("body")
    if op_id is None:
        return Fault(f"{place}/op_id", "应是 UUID", "Should be a UUID")
    if not isinstance(dev_seq, int) or isinstance(dev_seq, bool) or not 0 <= dev_seq < 2**53:
        return Fault(f"{place}/dev_seq", "应是非负整数", "Should be a whole number")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        return Fault(f"{place}/digest", "应是64位小写十六进制", "Should be 64 lower-case hex digits")
    if not isinstance(body, str):
        return Fault(f"{place}/body", "应是 JSON 文本", "Should be the JSON text")
    return SealedOp(op_id, dev_seq, digest, body.encode("utf-8", "surrogatepass"))


def subject_of(kind: str | None, sample_id: str | None, unit: str | None) -> tuple[bool, str | None]:
    """What a record is about, as far as its correction must be about the same."""
    return (True, sample_id) if kind in DOORSTEPS else (False, unit)


def read_uuid(value: Any) -> UUID | None:
    """A UUID in its usual 36 characters, or None."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


def read_body(op: SealedOp) -> Body:
    """What the op's bytes say; every fault becomes a reason."""
    reasons = []
    if sha256_hex(op.body) != op.digest:
        reasons.append(Reason("digest-mismatch", "#", "内容与摘要不符,传输中可能损坏", "Bytes and digest differ"))
    try:
        data = json.loads(op.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        reasons.append(Reason("not-json", "#", "内容不是规范的 JSON 文本", "The body is not well-formed JSON"))
        return Body(reasons=tuple(reasons))
    if not isinstance(data, dict):
        reasons.append(Reason("shape", "#", "内容应是一个对象", "The body should be an object"))
        return Body(reasons=tuple(reasons))
    return _read_fields(data, reasons)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _read_fields(data: dict[str, Any], reasons: list[Reason]) -> Body:
    def text(name: str, limit: int = 128) -> str | None:
        value = data.get(name)
        return value if isinstance(value, str) and 0 < len(value) <= limit and _is_storable(value) else None

    def hold(code: str, name: str, zh: str, en: str) -> None:
        reasons.append(Reason(code, f"#/{name}", zh, en))

    kind = text("kind", 20)
    if kind not in KINDS:
        hold("unknown-kind", "kind", "不认识这种记录", "Unknown kind of record")
        kind = None
    sample_id, unit = text("sample_id"), text("household", 17)
    parts = _SAMPLE.fullmatch(sample_id) if sample_id else None
    if data.get("sample_id") is not None and not parts:
        hold("bad-sample", "sample_id", "样本号的写法不对", "The sample id is not well-formed")
    if unit is not None and not _UNIT.fullmatch(unit):
        hold("bad-household", "household", "户编码的写法不对", "The household code is not well-formed")
        unit = None
    place = text("place", 12)
    if data.get("place") is not None and not (place and _PLACE.fullmatch(place)):
        hold("bad-place", "place", "地点应是6、9或12位区划代码", "The place should be a division code")
        place = None
    if not parts and not unit and not place:
        hold("no-place", "sample_id", "没有可用的样本号、户编码或地点,不知道属于哪个县", "Names no place")
    started, finished = parse_instant(str(data.get("started_at"))), parse_instant(str(data.get("finished_at")))
    if started is None:
        hold("bad-time", "started_at", "开始时间缺失或写法不对", "started_at is missing or malformed")
    if data.get("finished_at") is not None and finished is None:
        hold("bad-time", "finished_at", "结束时间写法不对", "finished_at is malformed")
    corrects = read_uuid(data.get("corrects"))
    if data.get("corrects") is not None and corrects is None:
        hold("bad-corrects", "corrects", "被更正记录的编号不对", "corrects should be an op id")
    return Body(
        kind=kind,
        county_code=parts[2] if parts else ((unit or place or "")[:6] or None),
        sample_id=sample_id if parts else None,
        unit=unit,
        place=place,
        round=text("round", 56),
        form_id=text("form_id", 64),
        form_version=text("form_version", 40),
        answers=data.get("answers"),
        photos=data.get("photos"),
        outcome=_read_outcome(data, kind, reasons),
        started_at=started,
        finished_at=finished,
        corrects=corrects,
        offset_ms=_read_offset(data.get("clock")),
        reasons=tuple(reasons),
    )


def _read_offset(clock: Any) -> int | None:
    offset = clock.get("offset_ms") if isinstance(clock, dict) else None
    return offset if isinstance(offset, int) and not isinstance(offset, bool) and abs(offset) < 2**53 else None


def _read_outcome(data: dict[str, Any], kind: str | None, reasons: list[Reason]) -> Mapping[str, Any] | None:
    if kind != "outcome":
        return None
    outcome = data.get("outcome")
    code = outcome.get("code") if isinstance(outcome, dict) else None
    if not isinstance(code, str) or code not in OUTCOME_CODES:
        reasons.append(Reason("bad-outcome", "#/outcome/code", "结果代码不对", "Unknown outcome code"))
        return None
    reason = outcome.get("reason") if isinstance(outcome, dict) else None
    if not isinstance(reason, str) or not reason.strip():
        reasons.append(Reason("no-reason", "#/outcome/reason", "没有写明原因", "The reason is missing"))
    return {"code": code, "reason": str(reason or "")[:500]}


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def receipt_text(*, op_id: UUID, digest: str, state: str, server_seq: int, epoch: str, received_at: str) -> str:
    """The receipt's fixed bytes: sorted keys, no spaces. Made from the row alone, so a resend gives the same."""
    receipt = {
        "op_id": str(op_id),
        "digest": digest,
        "state": state,
        "server_seq": server_seq,
        "epoch": epoch,
        "received_at": received_at,
    }
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"))
