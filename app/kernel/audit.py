"""Who did what, when: an append-only chain per county (R104).

Each row's hash is SHA-256(previous hash ‖ the row), so an edited, removed or inserted row breaks the chain from
there on. Rows are queued and written last in the transaction they tell of. Details never hold names or numbers
of people. Nothing here updates or deletes.
"""

import hashlib
import json
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


def first_broken(session: Session, county_id: int) -> int | None:
    """The seq of the first row of a county's chain that does not hold, or None."""
    head, seq = GENESIS, 0
    rows = session.exec(select(AuditRow).where(AuditRow.county_id == county_id).order_by(col(AuditRow.seq)))
    for row in rows:
        seq += 1
        if row.seq != seq or row.prev != head or row.hash != link_hash(row):
            return seq
        head = row.hash
    tip = session.get(CountySeq, county_id)
    if tip is not None and (tip.audit_seq != seq or tip.audit_head != head):
        return seq + 1
    return None
