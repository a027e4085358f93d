"""What is on its way: later changes in the order of commits, what devices say, and the gaps between both.

A reader first takes the county's counter, then everything up to it: numbers are given as the last act of a
transaction, so whatever has a smaller number is committed (scale-security A3). A gap is a dev_seq below the highest
known one that never came; phones count without holes, so each gap is a record somebody sealed and we do not have.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, union_all
from sqlmodel import Session, col, func, select

from app.kernel.audit import CountySeq
from app.kernel.clock import parse_instant
from app.kernel.db.ports import upsert
from app.registry.people.models import Device
from app.survey.photos.models import ObjectState, PhotoAnnounced, PhotoObject
from app.survey.records.models import DeviceReport, Op, OpChange, OpConflict
from app.survey.records.rules import read_uuid

MOST_GAPS = 500
MOST_TOLD = 8000


@dataclass(frozen=True)
class Change:
    """An op as it stands, at the number under which it last changed."""

    seq: int
    op: Op


@dataclass(frozen=True)
class Feed:
    """Changes of one county and the number up to which it was read."""

    changes: Sequence[Change]
    read: int
    more: bool


def changes_of(session: Session, county_id: int, after: int, *, most: int, account_id: UUID | None = None) -> Feed:
    """What changed in a county after a number, in the order of commits.

    With an account its own ops alone, and a place that tells nothing of how many others came.
    """
    counter = session.get(CountySeq, county_id, populate_existing=True)
    upper = counter.seq if counter else 0
    own = () if account_id is None else (Op.account_id == account_id,)
    ops = select(Op.seq, Op).where(Op.county_id == county_id, col(Op.seq) > after, col(Op.seq) <= upper, *own)
    later = (
        select(OpChange.seq, Op)
        .join(Op, (col(Op.county_id) == OpChange.county_id) & (col(Op.op_id) == OpChange.op_id))
        .where(OpChange.county_id == county_id, col(OpChange.seq) > after, col(OpChange.seq) <= upper, *own)
    )
    found = [
        *session.exec(ops.order_by(col(Op.seq)).limit(most + 1)).all(),
        *session.exec(later.order_by(col(OpChange.seq)).limit(most + 1)).all(),
    ]
    found.sort(key=lambda pair: pair[0] or 0)
    more = len(found) > most
    changes = [Change(seq or 0, op) for seq, op in found[:most]]
    last = changes[-1].seq if changes else after
    return Feed(changes, last if more or account_id is not None else max(upper, after), more)


def receipts_after(session: Session, account_id: UUID, device_id: UUID, dev_seq: int, *, most: int) -> list[Op]:
    """An account's own ops of one device after a running number."""
    query = select(Op).where(Op.device_id == device_id, Op.account_id == account_id, col(Op.dev_seq) > dev_seq)
    return list(session.exec(query.order_by(col(Op.dev_seq), col(Op.op_id)).limit(most)))


def read_report(data: Mapping[str, Any], device_id: UUID, account_id: UUID, now: datetime) -> dict[str, Any]:
    """A heartbeat's row; what cannot be read is unknown, and all of it is kept as it was told."""
    health = _object(data, "health")
    version = data.get("app_version")
    return {
        "device_id": device_id,
        "account_id": account_id,
        "reported_at": now,
        "max_dev_seq": _whole(data.get("max_dev_seq")) or 0,
        "unsent_ops": _whole(data.get("unsent_ops"), 2**31),
        "unsent_photos": _whole(data.get("unsent_photos"), 2**31),
        "oldest_unsent_at": parse_instant(str(data.get("oldest_unsent_at"))),
        "bytes_free": _whole(data.get("bytes_free")),
        "is_persisted": _flag(data.get("persisted")),
        "is_store_lost": False,
        "self_test_passed": "bad" not in health.values() if health else None,
        "app_version": version[:40] if isinstance(version, str) and version.isprintable() else None,
        "told": json.dumps(data)[:MOST_TOLD],
    }


def save_report(session: Session, row: Mapping[str, Any]) -> None:
    """Keep a heartbeat; the highest number ever told stays, also when the phone forgot it (evicted, reset)."""
    key = ("device_id", "account_id")
    before = session.get(DeviceReport, (row["device_id"], row["account_id"]))
    highest = max(row["max_dev_seq"], before.max_dev_seq if before else 0)
    lost = row["is_store_lost"] or (before is not None and row["max_dev_seq"] < before.max_dev_seq)
    fresh = {**row, "max_dev_seq": highest, "is_store_lost": lost}
    upsert(session, DeviceReport, [fresh], key=key, update=[name for name in fresh if name not in key])


def read_loss(data: Mapping[str, Any]) -> tuple[UUID, int] | None:
    """The device a phone was before its store was emptied, and the last number it knows of; None when it was not."""
    lost = _object(data, "lost")
    device_id, highest = read_uuid(lost.get("device_id")), _whole(lost.get("dev_seq"))
    return (device_id, highest) if device_id and highest is not None else None


def save_loss(session: Session, device_id: UUID, account_id: UUID, highest: int, now: datetime) -> None:
    """Note on the former device that its store was emptied; only a device that this account used can be told of."""
    if session.get(Device, (device_id, account_id)) is None:
        return
    before = session.get(DeviceReport, (device_id, account_id))
    row = before or DeviceReport(
        device_id=device_id, account_id=account_id, reported_at=now, max_dev_seq=0, is_store_lost=True, told="{}"
    )
    row.max_dev_seq, row.is_store_lost = max(row.max_dev_seq, highest), True
    session.add(row)


@dataclass(frozen=True)
class Gaps:
    """A device of an account with numbers that never came."""

    device: Device
    missing: Sequence[int]
    count: int


def gaps_of_account(session: Session, account_id: UUID) -> list[Gaps]:
    """Every device that this account signed in on and whose numbers have holes."""
    devices = session.exec(select(Device).where(Device.account_id == account_id).order_by(col(Device.created_at)))
    found = [Gaps(each, *gaps_of(session, each.id, highest_of(session, each.id))) for each in devices.all()]
    return [gaps for gaps in found if gaps.count]


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _whole(value: Any, limit: int = 2**53) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


@dataclass(frozen=True)
class Arrived:
    """What came from one device: how many different numbers, the highest one, when the last came."""

    count: int
    highest: int
    last_at: datetime | None


def arrived_of(session: Session, device_ids: Sequence[UUID] | None = None) -> dict[UUID, Arrived]:
    """Device → what came from it. Only ops under accounts that signed in on that device count."""
    came = _numbers_of(device_ids).subquery().c
    query = select(
        came.device_id, func.count(func.distinct(came.dev_seq)), func.max(came.dev_seq), func.max(came.received_at)
    ).group_by(came.device_id)
    return {device: Arrived(count, highest, last) for device, count, highest, last in session.exec(query)}


def _numbers_of(device_ids: Sequence[UUID] | None) -> CompoundSelect[Any]:
    """Numbers that came from devices, also those of other bytes under an id that was taken."""
    parts = []
    for kept in (Op, OpConflict):
        part = (
            select(kept.device_id, kept.dev_seq, kept.received_at)
            .join(Device, (col(Device.id) == kept.device_id) & (col(Device.account_id) == kept.account_id))
            .where(col(kept.dev_seq) > 0)
        )
        parts.append(part if device_ids is None else part.where(col(kept.device_id).in_(device_ids)))
    return union_all(*parts)


def highest_of(session: Session, device_id: UUID) -> int:
    """The highest number a device is known to have given, by its own word or by what came."""
    told = session.exec(select(func.max(DeviceReport.max_dev_seq)).where(DeviceReport.device_id == device_id)).one()
    arrived = arrived_of(session, [device_id]).get(device_id)
    return max(told or 0, arrived.highest if arrived else 0)


def gaps_of(session: Session, device_id: UUID, highest: int, *, most: int = MOST_GAPS) -> tuple[list[int], int]:
    """The first numbers up to `highest` that never came, and how many there are in all."""
    arrived = arrived_of(session, [device_id]).get(device_id)
    if arrived is not None and arrived.count >= highest:
        return [], 0
    came = _numbers_of([device_id]).subquery().c
    query = select(came.dev_seq).where(came.dev_seq <= highest).distinct().order_by(came.dev_seq)
    return missing_numbers(session.exec(query), highest, most)


def missing_numbers(there: Iterable[int], highest: int, most: int) -> tuple[list[int], int]:
    """Holes in an ascending run 1…highest: the first `most` of them, and how many there are."""
    missing: list[int] = []
    count, expected = 0, 1
    for number in (*there, highest + 1):
        if number > expected:
            count += number - expected
            missing += range(expected, min(number, expected + most - len(missing)))
        expected = number + 1
    return missing, count


def photos_on_the_way(session: Session, counties: Sequence[int]) -> dict[UUID, dict[int, int]]:
    """Device → running number of a record → its announced pictures that are not here."""
    query = (
        select(Op.device_id, Op.dev_seq, func.count())
        .select_from(PhotoAnnounced)
        .join(Op, (col(Op.county_id) == PhotoAnnounced.county_id) & (col(Op.op_id) == PhotoAnnounced.op_id))
        .join(
            PhotoObject,
            (col(PhotoObject.county_id) == PhotoAnnounced.county_id)
            & (col(PhotoObject.sha256) == PhotoAnnounced.sha256)
            & (col(PhotoObject.state) != ObjectState.LOST),
            isouter=True,
        )
        .where(col(PhotoAnnounced.county_id).in_(counties), col(PhotoObject.sha256).is_(None))
        .group_by(col(Op.device_id), col(Op.dev_seq))
        .order_by(col(Op.device_id), col(Op.dev_seq))
    )
    found: dict[UUID, dict[int, int]] = {}
    for device_id, dev_seq, count in session.exec(query):
        found.setdefault(device_id, {})[dev_seq] = count
    return found


def reports(session: Session) -> list[DeviceReport]:
    """The last heartbeat of every phone and account."""
    return list(session.exec(select(DeviceReport)))


def conflicts_of(session: Session, counties: Sequence[int], op_id: UUID) -> list[OpConflict]:
    """Other bytes that came under one id, in order of arrival."""
    query = select(OpConflict).where(OpConflict.op_id == op_id, col(OpConflict.county_id).in_(counties))
    return list(session.exec(query.order_by(col(OpConflict.received_at), col(OpConflict.digest))))
