"""Pictures in one request, and pictures shown.

In: `PUT /photos/{sha256}`, up to 1 MiB, any number of times. Out: `GET /photos/{photo_id}` through the fence of the
record that announced it, always a fresh JPEG without EXIF under a policy that lets nothing in it run; the original
of a picture never leaves, and no browser keeps what it showed. A recording is played as it came. Opening pictures has
its own few threads, so that a flood of them leaves the other doors open.
"""

import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from app.doors.web.auth import Caller, Sender
from app.doors.web.bodies import read_limited
from app.doors.web.house import House, TheHouse
from app.findings.helping.queries import sees_visit
from app.findings.inspections.models import FieldRecord
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.models import Role
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import county_codes
from app.survey.photos import queries, service
from app.survey.photos.models import PhotoObject
from app.survey.photos.parts import Parts
from app.survey.photos.problems import DigestMismatch
from app.survey.photos.rules import MAX_PUT_BYTES, part_of
from app.survey.records import queries as records
from app.survey.records.models import Op
from app.survey.records.rules import FIELDWORK
from app.survey.rounds import queries as rounds
from app.survey.rounds.rules import parse_sample_id
from app.survey.rounds.team_queries import sees_in_round

router = APIRouter(prefix="/api/v1/photos", tags=["photos"])

DESKS = 4
"""Threads that may be busy with pictures in one process."""

SHEET_POLICY = "default-src 'none'; sandbox"

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
desks = CapacityLimiter(DESKS)


def parts_of(house: House) -> Parts:
    """Where this house keeps what has not wholly come."""
    return Parts(house.settings.data / "uploads")


@router.put("/{sha256}", status_code=201, responses={200: {"description": "It was here already"}})
async def put_photo(
    sha256: Digest, request: Request, response: Response, house: TheHouse, actor: Sender
) -> dict[str, Any]:
    """Keep an announced picture of at most 1 MiB: 201 new, 200 known, 422 other bytes or no picture."""
    data = await read_limited(request, MAX_PUT_BYTES)
    is_new = await to_thread.run_sync(_put, house, actor, sha256, data, limiter=desks)
    response.status_code = 201 if is_new else 200
    return {"sha256": sha256, "bytes": len(data), "state": "durable"}


def _put(house: House, actor: Actor, sha256: str, data: bytes) -> bool:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DigestMismatch("照片没有保存,手机会重新发送。", "Nothing was kept; the phone will send it again.")
    targets = service.require_targets(house.db, actor.account_id, sha256)
    with parts_of(house).hold(data) as path:
        return service.deposit(house.db, house.store, actor.account_id, sha256, path, utcnow(), targets=targets)


@router.get(
    "/{photo_id}",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        206: {"description": "A part of a recording"},
        416: {"description": "Behind the end of the recording"},
    },
)
async def get_photo(
    photo_id: UUID,
    request: Request,
    house: TheHouse,
    actor: Caller,
    size: Annotated[Literal["view", "thumb"], Query()] = "view",
) -> Response:
    """The picture as a fresh JPEG, or 404: absent, not yet here, no picture, and not yours to see.

    A recording also in parts (one `Range` of bytes: 206, or 416 behind its end), so that it can be heard from anywhere.
    """
    # What we send has no validator: a condition on one cannot be met, and the whole is the answer.
    asked = request.headers.get("Range", "") if "If-Range" not in request.headers else ""
    return await to_thread.run_sync(_show, house, actor, photo_id, size, asked, limiter=desks)


def _show(house: House, actor: Actor, photo_id: UUID, size: str, asked: str) -> Response:
    with house.db.read() as session:
        kept = _find_visible(session, actor, photo_id)
    headers = {"Content-Security-Policy": SHEET_POLICY, "Content-Disposition": "inline; filename=photo.jpg"}
    if kept is not None and kept.type.startswith("audio/"):
        headers |= {"Content-Disposition": "inline; filename=recording", "Accept-Ranges": "bytes"}
        return _play(house, kept, headers, asked)
    sheet = service.show(house.store, kept, size)
    return Response(sheet, headers=headers, media_type="image/jpeg")


def _play(house: House, kept: PhotoObject, headers: dict[str, str], asked: str) -> Response:
    part = part_of(asked, kept.bytes)
    if part is None:
        return Response(service.play(house.store, kept), headers=headers, media_type=kept.type)
    start, end = part
    if start >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{kept.bytes}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.bytes}"
    content = service.play(house.store, kept, part)
    return Response(content, status_code=206, headers=headers, media_type=kept.type)


def _find_visible(session: Session, actor: Actor, photo_id: UUID) -> PhotoObject | None:
    for place in queries.find_photo(session, photo_id):
        if sees_record(session, actor, place.county_id, place.op_id):
            return queries.find_object(session, place.county_id, place.sha256)
    raise NotFound("没有这张照片,或不在您的范围内。", "No such photo within your scope.")


def sees_record(session: Session, actor: Actor, county_id: int, op_id: UUID) -> bool:
    """The fence of a record and its pictures: its own sender, and who its kind is for.

    A helper's log: the desks that may read the household. Everything of a round: the county's team and whoever may
    know the draw.
    """
    if not reads_answers(actor):
        return False
    op = records.find_op(session, op_id, [county_id])
    if op is None:
        return False
    if op.account_id == actor.account_id:
        return True
    if county_id == HOME:
        return actor.is_city
    if op.kind == "visit_log":
        return sees_visit(session, actor, op)
    if actor.role in (Role.HELPER, Role.VILLAGE_CADRE):
        return False
    if actor.is_city:
        return True
    code = round_of_record(session, op)
    inspected = rounds.find_round(session, code) if code else None
    closed = inspected is not None and inspected.closed_at is not None
    return sees_in_round(session, actor, code, county_codes(session)[county_id], closed=closed)


def round_of_record(session: Session, op: Op) -> str | None:
    """The round that a record belongs to, if it names one."""
    if op.kind in FIELDWORK:
        row = session.get(FieldRecord, (op.county_id, op.op_id))
        return row.round if row else None
    ref = parse_sample_id(op.sample_id) if op.sample_id else None
    return ref.round if ref else None
