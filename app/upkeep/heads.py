"""The heads of the audit chain, signed and copied out of the database.

Whoever can write the database can also compute a new chain; a head that lies elsewhere, signed, says what the chain
was. One line of JSON each, appended and fsynced; a line once written is never changed. What happened after the last
head and was rewritten before the next is what this cannot see: the heads are an hour apart.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.keys import Keys, verify_signature

FILE = "audit-heads.jsonl"
RESTORED = "restored"


@dataclass(frozen=True)
class Fault:
    """Where the chain and a head, or the chain and itself, part; in both languages."""

    zh: str
    en: str


def write_heads(session: Session, keys: Keys, folder: Path) -> int:
    """Sign where every county's chain ends and append it to the file in `folder`; returns how many counties."""
    tips = [{"county": tip.county_id, "seq": tip.audit_seq, "hash": tip.audit_head} for tip in audit.tips(session)]
    head = {"at": rfc3339(utcnow()), "epoch": audit.epoch(session), "heads": tips}
    text = json.dumps(head, sort_keys=True, separators=(",", ":"))
    line = {"text": text, "signature": keys.sign(text.encode()), **keys.public_key()}
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(line).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return len(tips)


def read_heads(folder: Path) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """Line number and what it says; None for a line that is not ours or not whole."""
    path = folder / FILE
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            yield number, _read_line(line)


def _read_line(line: bytes) -> Mapping[str, Any] | None:
    try:
        data = json.loads(line)
        if not verify_signature(data["spki"], data["text"].encode(), data["signature"]):
            return None
        head = json.loads(data["text"])
        return {**head, "spki": data["spki"]} if isinstance(head, dict) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def first_fault(session: Session, keys: Keys, folder: Path) -> Fault | None:
    """The first row of any chain that does not hold by itself or by a head, or a head that is no head of ours."""
    for county in _counties(session):
        broken = audit.first_fault(session, county)
        if broken:
            return Fault(
                f"审计链(县区编号 {county})第 {broken.seq} 行:{broken.why_zh}",
                f"Audit chain of county {county}, row {broken.seq}: {broken.why_en}",
            )
    until = _restored_until(session)
    epoch = audit.epoch(session)
    for number, head in read_heads(folder):
        if head is None or head["spki"] != keys.public_key()["spki"]:
            return Fault(f"链头文件第 {number} 行不是本系统签的", f"Line {number} of the heads is not signed by us")
        for tip in head["heads"]:
            # A head of an earlier life binds only what the restore brought back of it.
            if head["epoch"] != epoch and tip["seq"] > until.get(head["epoch"], {}).get(str(tip["county"]), 0):
                continue
            if audit.hash_at(session, tip["county"], tip["seq"]) != tip["hash"]:
                return Fault(
                    f"审计链(县区编号 {tip['county']})第 {tip['seq']} 行与 {head['at']} 的链头不符:有行被改写或删除",
                    f"Audit chain of county {tip['county']}, row {tip['seq']}: not the head signed at {head['at']}; "
                    "rows were rewritten or removed",
                )
    return None


def _counties(session: Session) -> list[int]:
    rows = set(session.exec(select(audit.AuditRow.county_id).distinct())) | {t.county_id for t in audit.tips(session)}
    return sorted(rows)


def _restored_until(session: Session) -> dict[str, dict[str, int]]:
    """Earlier epoch → county → the last audit row that a restore brought back from it."""
    query = select(audit.AuditRow.detail).where(audit.AuditRow.county_id == HOME, audit.AuditRow.action == RESTORED)
    until: dict[str, dict[str, int]] = {}
    chain: list[str] = []
    for text in session.exec(query.order_by(col(audit.AuditRow.seq))):
        detail = json.loads(text)
        chain.append(detail["old_epoch"])
        for epoch in chain:
            known = until.setdefault(epoch, dict(detail["audit"]))
            for county, seq in known.items():
                known[county] = min(seq, detail["audit"].get(county, 0))
    return until
