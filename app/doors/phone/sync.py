"""What a phone needs for days without a network, and what it sends when it has one.

The envelope's bytes are read here within 2 MiB; what they mean is intake's business. The answer leaves after every
county's transaction has committed.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from app.doors.intake import FORM_OF_STRATUM, receive
from app.doors.phone.gate import Gate, Quota
from app.doors.phone.package import package_for
from app.doors.web.auth import Caller, Sender
from app.doors.web.bodies import read_inflated
from app.doors.web.house import House, TheHouse
from app.kernel.problems import Malformed
from app.registry.people.rules import Actor
from app.survey.photos import queries as photos
from app.survey.photos.store import require_space_for_records
from app.survey.records import queries as records
from app.survey.records.rules import Envelope, read_envelope, read_uuid

router = APIRouter(prefix="/api/v1", tags=["sync"])

ENVELOPE_LIMIT = 2 * 2**20
MOST_ASKED = 5000
gate = Gate()


class BadEnvelope(Malformed):
    """The only refusal of a sync: the envelope itself cannot be read."""

    slug = "bad-envelope"
    title_zh = "信封格式有误"
    title_en = "The envelope is malformed"


@router.get("/sync/package", dependencies=[Quota])
def get_package(house: TheHouse, actor: Caller) -> dict[str, object]:
    """Rounds, samples with their households, forms and the key that signs receipts, for this account."""
    return package_for(house, actor, FORM_OF_STRATUM)


@router.post("/sync", dependencies=[Quota, Depends(gate.require_room)])
async def post_sync(request: Request, house: TheHouse, actor: Sender) -> dict[str, Any]:
    """Keep up to 2 MiB of ops; one result each in request order. Only a malformed envelope is 422.

    Who was shut out may still hand in: all of it is held. Which app version sends makes no difference.
    """
    raw = await read_inflated(request, ENVELOPE_LIMIT)
    answer: dict[str, Any] = await gate.run(_sync, house, actor, raw)
    return answer


def _sync(house: House, actor: Actor, raw: bytes) -> dict[str, Any]:
    require_space_for_records(house.settings.data)
    envelope = read_envelope(raw)
    if not isinstance(envelope, Envelope):
        raise BadEnvelope("信封格式有误,什么也没有保存;记录还在手机上。", "Nothing was kept.", faults=tuple(envelope))
    return {"results": receive(house, actor, envelope)}


@router.post("/sync/have", dependencies=[Quota])
async def post_have(request: Request, house: TheHouse, actor: Sender) -> dict[str, Any]:
    """Of the ops and photos named, those of this account that are not here yet.

    An op is named by its id, or by `{"op_id","digest"}`: then other bytes under the id do not count as it.
    """
    raw = await read_inflated(request, ENVELOPE_LIMIT)
    return await run_in_threadpool(_have, house, actor, raw)


def _have(house: House, actor: Actor, raw: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(raw)
        ops, digests = list(asked.get("ops", [])), [str(each) for each in asked.get("photos", [])]
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BadEnvelope('应是 {"ops": […], "photos": […]}。', "Should be {ops, photos}.") from error
    if len(ops) + len(digests) > MOST_ASKED:
        raise BadEnvelope(f"一次最多问{MOST_ASKED}项。", f"Ask for at most {MOST_ASKED} at once.")
    wanted = [(each["op_id"], each.get("digest")) if isinstance(each, dict) and "op_id" in each else (each, None)
              for each in ops]  # fmt: skip
    with house.db.read() as session:
        ids = [id_ for text, _ in wanted if (id_ := read_uuid(text))]
        kept = records.own_digests(session, actor.account_id, ids)
        lacking = photos.missing(session, actor.account_id, digests)
    return {"ops": [text for text, digest in wanted if not _is_kept(kept, text, digest)], "photos": sorted(lacking)}


def _is_kept(kept: Mapping[UUID, set[str]], text: object, digest: object) -> bool:
    there = kept.get(id_) if (id_ := read_uuid(text)) else None
    return there is not None and (digest is None or digest in there)
