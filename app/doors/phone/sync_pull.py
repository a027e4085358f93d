"""What a phone asks besides its package: what changed, its receipts once more, and where its gaps are.

Nothing here can take anything off a phone. A shut-out phone gets nothing from these doors; it may still hand in.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.doors.phone.gate import Quota
from app.doors.phone.package import counties_of, event_of
from app.doors.phone.photos import round_of_record
from app.doors.web.auth import Caller
from app.doors.web.bodies import read_inflated
from app.doors.web.house import House, TheHouse
from app.findings.inspections.models import Visit
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Malformed
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.records import service as keeping
from app.survey.records import transit
from app.survey.records.cursor import Cursor, read_cursor
from app.survey.records.models import Op
from app.survey.records.rules import read_uuid
from app.survey.records.transit import Change, Gaps
from app.survey.rounds.team_queries import works_in

router = APIRouter(prefix="/api/v1/sync", tags=["sync"], dependencies=[Quota])

REPORT_LIMIT = 2**16
MOST = 500


class BadHeartbeat(Malformed):
    """A heartbeat that does not say whose it is."""

    slug = "bad-heartbeat"
    title_zh = "状态报告格式有误"
    title_en = "The heartbeat is malformed"


@router.get("/changes")
def get_changes(
    house: TheHouse,
    actor: Caller,
    cursor: Annotated[str, Query(max_length=4000)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> dict[str, Any]:
    """Ops that came or changed since the cursor, in the order of commits; an op may come again, the last word counts.

    `reset`: the cursor was of another epoch, the list begins at the start. Go on while `more`.
    """
    with house.db.read() as session:
        epoch = audit.epoch(session)
        place, reset = read_cursor(cursor, epoch)
        read, more = dict(place.read), False
        lines: list[dict[str, Any]] = []
        seen = _sight(session, actor)
        for county in counties_of(session, actor):
            if len(lines) >= limit:
                more = True
                break
            own = None if actor.is_team else actor.account_id
            after, room = place.after(county.id), limit - len(lines)
            feed = transit.changes_of(session, county.id, after, most=room, account_id=own)
            lines += [_line(session, actor, county, each) for each in feed.changes if seen(county, each.op)]
            read[county.id], more = feed.read, more or feed.more
    return {"epoch": epoch, "cursor": str(Cursor(epoch, read)), "more": more, "reset": reset, "changes": lines}


def _sight(session: Session, actor: Actor) -> Callable[[County, Op], bool]:
    """Whether a change may be told to this reader: of a round with teams only what is of the own team's counties."""
    ground: dict[tuple[str | None, str], bool] = {}

    def sees(county: County, op: Op) -> bool:
        if not actor.is_team or op.account_id == actor.account_id:
            return True
        key = (round_of_record(session, op), county.code)
        if key not in ground:
            ground[key] = works_in(session, actor, *key)
        return ground[key]

    return sees


def _line(session: Session, actor: Actor, county: County, change: Change) -> dict[str, Any]:
    op = change.op
    visit = session.get(Visit, (op.county_id, op.op_id))
    return {
        "op_id": str(op.op_id),
        "server_seq": change.seq,
        "county": county.code,
        "state": op.state,
        "resolution": op.resolution,
        "kind": op.kind,
        "sample_id": op.sample_id,
        "corrects": str(op.corrects) if op.corrects else None,
        "own": op.account_id == actor.account_id,
        "event": event_of(visit) if visit else None,
    }


@router.get("/receipts")
def get_receipts(
    house: TheHouse, actor: Caller, device_id: UUID, after: Annotated[int, Query(ge=0, lt=2**53)] = 0
) -> dict[str, Any]:
    """The receipts of this account's own ops of one device, by running number; the same bytes as the first time."""
    with house.db.read() as session:
        rows = transit.receipts_after(session, actor.account_id, device_id, after, most=MOST)
        epoch = audit.epoch(session)
    return {
        "epoch": epoch,
        "receipts": [_receipt(house, row) for row in rows],
        "next": rows[-1].dev_seq if len(rows) == MOST else None,
    }


def _receipt(house: House, row: Op) -> dict[str, Any]:
    return {
        "op_id": str(row.op_id),
        "dev_seq": row.dev_seq,
        "state": row.received_state,
        "receipt": keeping.receipt(house.keys, row),
    }


@router.post("/heartbeat")
async def post_heartbeat(request: Request, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """How a phone is; the answer names every running number that never came from any device of this account."""
    raw = await read_inflated(request, REPORT_LIMIT)
    return await run_in_threadpool(_heartbeat, house, actor, raw)


def _heartbeat(house: House, actor: Actor, raw: bytes) -> dict[str, Any]:
    device_id, told = _read(raw)
    if actor.device_id != device_id:
        raise BadHeartbeat("状态报告要由这部手机自己的登录发送。", "A heartbeat comes under the phone's own sign-in.")
    now = utcnow()
    with house.db.write(HOME) as session:
        transit.save_report(session, transit.read_report(told, device_id, actor.account_id, now))
        loss = transit.read_loss(told)
        if loss is not None:
            transit.save_loss(session, loss[0], actor.account_id, loss[1], now)
    with house.db.read() as session:
        gaps = transit.gaps_of_account(session, actor.account_id)
        epoch = audit.epoch(session)
    return {"epoch": epoch, "server_time": rfc3339(now), "gaps": [_gaps(each) for each in gaps]}


def _gaps(gaps: Gaps) -> dict[str, Any]:
    return {
        "device_id": str(gaps.device.id),
        "label": gaps.device.label,
        "missing": list(gaps.missing),
        "missing_count": gaps.count,
        "last_seen_at": rfc3339(gaps.device.last_seen_at),
    }


def _read(raw: bytes) -> tuple[UUID, dict[str, Any]]:
    try:
        data = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        data = None
    device_id = read_uuid(data.get("device_id")) if isinstance(data, dict) else None
    if device_id is None:
        raise BadHeartbeat("应是带 device_id 的 JSON 对象。", "Should be a JSON object with device_id.")
    return device_id, data
