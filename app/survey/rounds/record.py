"""The draw record as bytes: what is signed, what is handed out, and the check that needs nothing but files.

Signed is the record without `signature`, keys sorted, no spaces, UTF-8. The check uses the key that the record
names: it shows that nobody changed the record since, and the key id says who signed; compare it with the one
printed at the draw.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.kernel.clock import rfc3339
from app.kernel.keys import verify_signature
from app.methods.draw.records import Difference, Verification, verify
from app.survey.rounds.models import Draw
from app.survey.rounds.problems import RecordUnreadable

FRAME_HEADER = ["stratum", "unit", "registered_id"]


@dataclass(frozen=True)
class RecordCheck:
    """What came out: the recomputation, the signature (None: it holds), and who signed."""

    verification: Verification
    signature: Difference | None
    key_id: str | None
    frame_given: bool
    paper: tuple[Difference, ...] = ()
    """Where the record is not what was signed on paper before the seed; it outranks everything."""

    @property
    def holds(self) -> bool:
        return self.first is None

    @property
    def first(self) -> Difference | None:
        """The first difference: paper, then recomputation, then signature."""
        seal = (self.signature,) if self.signature else ()
        return next(iter((*self.paper, *self.verification.differences, *seal)), None)


def canonical(record: dict[str, Any]) -> str:
    """The text that is signed: the record without `signature`, sorted keys, no spaces."""
    unsigned = {key: value for key, value in record.items() if key != "signature"}
    return json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def ceremony_of(draw: Draw) -> dict[str, Any]:
    """What the record says about frame and signing: from where and which day the list is, who was left out and why,
    who signed the commitment where and when, what parties pledged, and which counties it draws in (null: all)."""
    return {
        "scope": draw.scope,
        "covert": draw.covert,
        "frame": draw.frame_note,
        "exclusions": draw.exclusions,
        "pledges": draw.pledges or [],
        "signed_at": draw.signed_at and rfc3339(draw.signed_at),
        "signed_place": draw.signed_place,
        "signers": draw.signers or [],
    }


def record_digest(draw: Draw) -> str:
    """SHA-256 of the text that is signed: published after the close, so that nobody can hand out another record."""
    assert draw.record is not None  # drawn
    return hashlib.sha256(draw.record.encode()).hexdigest()


def signed(draw: Draw) -> dict[str, Any]:
    """The record of a drawn draw with its signature."""
    assert draw.record is not None  # drawn
    record: dict[str, Any] = json.loads(draw.record)
    return {**record, "signature": draw.signature}


def record_text(draw: Draw) -> str:
    """The file to download: the signed record, readable."""
    return json.dumps(signed(draw), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def check_record(
    record: object, frame: Iterable[tuple[str, str]] | None = None, *, commitment: str = "", key: str = ""
) -> RecordCheck:
    """Recompute a parsed record, with (stratum, unit) rows of the frame if there are any.

    `commitment` and `key` are what stands on the paper that was signed before the seed, where somebody has it: a
    record made anew from another frame agrees with itself in everything but this.
    """
    return replace(_check(record, frame), paper=tuple(_on_paper(record, commitment, key)))


def _on_paper(record: object, commitment: str, key: str) -> Iterator[Difference]:
    said = record if isinstance(record, dict) else {}
    named = said.get("key")
    if commitment and said.get("commitment") != "".join(commitment.split()).lower():
        zh, en = "与事先签字的承诺码不同", "is not the one signed before the dice"
        yield Difference("commitment", f"commitment:{zh}", f"commitment: {en}")
    if key and (named.get("key_id") if isinstance(named, dict) else None) != "".join(key.split()).lower():
        zh, en = "签名密钥与签字纸上的不同", "the signing key is not the one on the paper"
        yield Difference("key", f"key:{zh}", f"key: {en}")


def _check(record: object, frame: Iterable[tuple[str, str]] | None) -> RecordCheck:
    signature = None
    key = record.get("key") if isinstance(record, dict) else None
    spki = key.get("spki") if isinstance(key, dict) else None
    seal = record.get("signature") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(spki, str) or not isinstance(seal, str):
        signature = Difference("signature", "signature:没有签名或公钥", "signature: missing, or no public key")
    elif not _seal_holds(record, spki, seal):
        signature = Difference("signature", "signature:签名与内容不符", "signature: does not fit the record")
    key_id = key.get("key_id") if isinstance(key, dict) and isinstance(key.get("key_id"), str) else None
    return RecordCheck(verify(record, frame), signature, key_id, frame is not None)


def _seal_holds(record: dict[str, Any], spki: str, seal: str) -> bool:
    try:
        message = canonical(record).encode()
    except ValueError:  # a lone surrogate cannot be written as UTF-8
        return False
    return verify_signature(spki, message, seal)


def verify_record(
    record_path: Path, frame_path: Path | None = None, *, commitment: str = "", key: str = ""
) -> RecordCheck:
    """`ruhu draw-verify`: check a record file, a frame file of one county or more, and what the paper says."""
    try:
        record = json.loads(record_path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise RecordUnreadable(
            f"{record_path.name} 不是可读的 JSON 文件。", f"{record_path.name} is not a readable JSON file."
        ) from fault
    frame = None if frame_path is None else read_frame(frame_path)
    return check_record(record, frame, commitment=commitment, key=key)


def read_frame(path: Path) -> list[tuple[str, str]]:
    """(stratum, unit) rows of a frame CSV, or RecordUnreadable with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, ValueError, csv.Error) as fault:
        raise RecordUnreadable(
            f"{path.name} 不是可读的 CSV 文件。", f"{path.name} is not a readable CSV file."
        ) from fault
    if not lines or lines[0][:2] != FRAME_HEADER[:2]:
        raise RecordUnreadable(
            f"{path.name} 的表头应为 {','.join(FRAME_HEADER)}。",
            f"{path.name} needs the header {','.join(FRAME_HEADER)}.",
        )
    for number, line in enumerate(lines[1:], start=2):
        if line and len(line) < 2:
            raise RecordUnreadable(f"{path.name} 第 {number} 行缺列。", f"{path.name}: line {number} lacks a column.")
    return [(line[0], line[1]) for line in lines[1:] if line]
