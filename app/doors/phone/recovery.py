"""The way back when a PIN is forgotten: the service opens a phone's wrapped keys for the account they belong to.

A box is bound to its account and device, so that nobody can have another's opened. Whoever asks has signed in with the
password just now. The keys open only what still lies on that very phone. Every opening is in the audit chain; nothing
of the keys is kept or logged here.
"""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel import audit
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound

router = APIRouter(prefix="/api/v1/recovery", tags=["sync"])

Base64 = Annotated[str, Field(max_length=4096)]


class CannotRecover(NotFound):
    """No box of this account, made for this service's key."""

    slug = "cannot-recover"
    title_zh = "这里打不开这部手机的保险箱"
    title_en = "The phone's keys cannot be opened here"


class BoxIn(BaseModel):
    """The wrapped keys as they lie on the phone. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    key_id: Annotated[str, Field(max_length=64)]
    epk: Base64
    iv: Base64
    ct: Base64
    device_id: UUID


class BundleOut(BaseModel):
    """The keys, base64."""

    bundle: str


@router.get("/key")
def get_key(house: TheHouse, _actor: Caller) -> dict[str, str]:
    """The public key that phones put into boxes for (it is in the package too)."""
    return house.keys.box_key()


@router.post("")
def post_recovery(box: BoxIn, house: TheHouse, actor: Caller) -> BundleOut:
    """Open the box of the caller's own account; 404 for any other, and after the service's secret has changed."""
    purpose = f"recovery|{actor.account}|{box.device_id}"
    try:
        epk, nonce, sealed = (base64.b64decode(text, validate=True) for text in (box.epk, box.iv, box.ct))
        bundle = house.keys.open_box(epk, nonce, sealed, purpose)
    except (ValueError, binascii.Error, InvalidTag) as error:
        raise CannotRecover(
            "没有打开,手机上的记录都还在;请联系市督查办的管理员。",
            "It was not opened; the records are still on the phone. Ask the administrator.",
        ) from error
    with house.db.write(HOME) as session:
        audit.write(session, "phone.keys-recovered", str(box.device_id), actor=actor.account)
    return BundleOut(bundle=base64.b64encode(bundle).decode())
