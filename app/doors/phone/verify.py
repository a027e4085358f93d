"""Proof for phones: what is kept here, read back from the disk and digested anew, signed with the phone's own nonce.

A phone lets go of a payload only after two such proofs that lie thirty days apart by the time signed here. So nothing
is answered from a column: a record's bytes are digested again, a picture's file is read again.
"""

import hashlib
import json
from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.doors.phone.photos import desks
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.registry.people.rules import Actor
from app.survey.photos import queries as photos
from app.survey.photos.rules import is_digest
from app.survey.records import queries as records

router = APIRouter(prefix="/api/v1/sync", tags=["sync"])

MOST_OPS = 50
MOST_PHOTOS = 200


class ProofAsk(BaseModel):
    """What a phone wants proven. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    nonce: Annotated[str, Field(min_length=8, max_length=64)]
    ops: Annotated[list[UUID], Field(max_length=MOST_OPS)] = []
    photos: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST_PHOTOS)] = []


@router.post("/verify")
async def post_verify(ask: ProofAsk, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """`{"text","signature","alg","key_id"}`.

    The text is JSON: nonce, epoch, at, ops {id: [digest…]}, photos {sha256: bytes}.
    Only what this account sent and what is there byte for byte is named; an op in conflict has several digests.
    """
    return await to_thread.run_sync(_verify, house, actor, ask, limiter=desks)


def _verify(house: House, actor: Actor, ask: ProofAsk) -> dict[str, Any]:
    with house.db.read() as session:
        epoch = audit.epoch(session)
        kept = records.own_op_ids(session, actor.account_id, ask.ops)
        digests = {str(op_id): [hashlib.sha256(op.body).hexdigest()] for op_id, op in kept.items()}
        for other in records.conflicts_by_key(session, ask.ops).values():
            if other.account_id == actor.account_id:
                digests.setdefault(str(other.op_id), []).append(hashlib.sha256(other.body).hexdigest())
        keys = {sha256: _keys_of(session, actor, sha256) for sha256 in dict.fromkeys(ask.photos) if is_digest(sha256)}
    there = {sha256: size for sha256, found in keys.items() if (size := _read_back(house, found, sha256)) is not None}
    text = json.dumps(
        {"nonce": ask.nonce, "epoch": epoch, "at": rfc3339(utcnow()), "ops": digests, "photos": there},
        separators=(",", ":"),
    )
    return {"text": text, "signature": house.keys.sign(text.encode()), "alg": "ES256", "key_id": house.keys.key_id}


def _keys_of(session: Session, actor: Actor, sha256: str) -> list[str] | None:
    """Where the account's picture lies, once for each county; None while one of them still lacks it."""
    targets = photos.list_targets(session, actor.account_id, sha256)
    kept = [photos.find_object(session, target.county_id, sha256) for target in targets]
    present = [each.key for each in kept if each is not None and each.state != "lost"]
    return present if targets and len(present) == len(targets) else None


def _read_back(house: House, keys: list[str] | None, sha256: str) -> int | None:
    """The picture's length when every copy has this very digest, else None."""
    size = None
    for key in keys or []:
        data = house.store.get(key)
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            return None
        size = len(data)
    return size
