"""Who did what, when: an append-only chain per county (R104).

Each row's hash is SHA-256(previous hash ‖ the row), so an edited, removed or inserted row breaks the chain from
there on. Rows are queued and written last in the transaction they tell of. Details never hold names or numbers
of people. Nothing here updates or deletes.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME, CountyKeyed, utc_field
from app.kernel.db.engines import at_close
from app.kernel.db.ports import next_seq, table_of

GENESIS = "0" * 64


class CountySeq(CountyKeyed, table=True):
    """The county's counters, advanced as the last thing of a transaction: ops, audit rows, and the chain's head."""

    __tablename__ = "county_seq"

    seq: int = Field(default=0)
    audit_seq: int = Field(default=0)
    audit_head: str = Field(default=GENESIS, max_length=64)


class AuditRow(CountyKeyed, table=True):
    """One link of the chain."""

    __tablename__ = "audit"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = utc_field()
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=200)
    detail: str
    prev: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Meta(SQLModel, table=True):
    """Facts about the installation itself, such as its epoch."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)


def epoch(session: Session) -> str:
    """The random id of this database's life; a restore renews it, so that phones send again what was lost."""
    return session.exec(select(Meta.value).where(Meta.name == "epoch")).one()


def link_hash(row: AuditRow) -> str:
    """The hash that belongs to this row (lower-case hex)."""
    parts = [
        row.prev,
        str(row.county_id),
        str(row.seq),
        rfc3339(row.at),
        row.actor,
        row.action,
        row.subject,
        row.detail,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def write(session: Session, action: str, subject: str, *, actor: str, **detail: Any) -> None:
    """Queue one line of the county's chain; it is written when the transaction closes."""
    queue = session.info.setdefault("audit", [])
    if not queue:
        at_close(session, _append)
    queue.append(
        (
            utcnow(),
            actor,
            action,
            subject,
            json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        )
    )


def _append(session: Session) -> None:
    queue = session.info.pop("audit")
    county = session.info.get("county_id", HOME)
    first = next_seq(session, CountySeq, county, column="audit_seq", count=len(queue))
    table = table_of(CountySeq)
    head = session.exec(select(CountySeq.audit_head).where(CountySeq.county_id == county)).one()
    for offset, (at, actor, action, subject, detail) in enumerate(queue):
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        row = AuditRow(
            county_id=county,
            seq=first + offset,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
            prev=head,
            hash="",
        )
        row.hash = head = link_hash(row)
        session.add(row)
    session.connection().execute(table.update().where(table.c.county_id == county).values(audit_head=head))


@dataclass(frozen=True)
class Broken:
    """The first row of a county's chain that does not hold, and in what way."""

    county_id: int
    seq: int
    why_zh: str
    why_en: str


def first_broken(session: Session, county_id: int) -> int | None:
    """The seq of the first row of a county's chain that does not hold, or None."""
    fault = first_fault(session, county_id)
    return fault.seq if fault else None


def first_fault(session: Session, county_id: int) -> Broken | None:
    """Walk a county's chain from its first row; the first row that does not hold, or None."""
    head, seq = GENESIS, 0
    query = select(AuditRow).where(AuditRow.county_id == county_id).order_by(col(AuditRow.seq))
    for row in session.exec(query.execution_options(yield_per=1000)):
        seq += 1
        if row.seq != seq:
            return Broken(county_id, seq, "这一行不见了", "this row is gone")
        if row.prev != head:
            return Broken(county_id, seq, "与上一行接不上", "it does not follow the row before it")
        if row.hash != link_hash(row):
            return Broken(county_id, seq, "内容与它的哈希不符", "its content is not what was hashed")
        head = row.hash
    tip = session.get(CountySeq, county_id)
    if (tip.audit_seq if tip else 0) != seq or (tip.audit_head if tip else GENESIS) != head:
        return Broken(county_id, seq + 1, "链尾的行不见了,或多出了行", "rows at the end are gone, or were added")
    return None


def hash_at(session: Session, county_id: int, seq: int) -> str | None:
    """The hash of one row, or None when there is no such row."""
    row = session.get(AuditRow, (county_id, seq))
    return row.hash if row else None


def tips(session: Session) -> list[CountySeq]:
    """Where every county's chain ends."""
    return list(session.exec(select(CountySeq).where(CountySeq.audit_seq > 0).order_by(col(CountySeq.county_id))))


def renew_epoch(session: Session, fresh: str) -> str:
    """Begin a new life of the database; returns the old epoch. Only a restore does this."""
    row = session.exec(select(Meta).where(Meta.name == "epoch")).one()
    old, row.value = row.value, fresh
    session.add(row)
    return old
