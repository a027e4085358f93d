"""Who is calling from another client: an app key in the address, or HTTP Digest with account and key.

The service can make a key again from its secret (`web.app_keys`), so that Digest, which needs the plain secret, works
without keeping one. A revoked key still hands in what was collected before, held for review; it reads nothing.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session, col, select

from app.doors.web import app_keys
from app.doors.web.auth import find_caller
from app.doors.web.house import House, TheHouse
from app.kernel.clock import utcnow
from app.kernel.keys import Keys
from app.kernel.problems import Problem
from app.registry.people.models import Account, Device
from app.registry.people.queries import find_account
from app.registry.people.rules import Actor

REALM = "Ruhu"
PURPOSE = "openrosa"
LABEL = "OpenRosa"
"""How the label of a key's device begins."""
NONCE_LIVES = timedelta(minutes=5)
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class KeyNeeded(Problem):
    """No valid key came. The client is asked to authenticate (RFC 7616)."""

    status = 401
    slug = "app-key-needed"
    title_zh = "需要应用密钥"
    title_en = "An app key is needed"
    retry = "after-sign-in"

    def __init__(self, *, stale: bool = False) -> None:
        super().__init__("请检查服务器地址里的密钥,或账号与密钥。", "Check the key in the address, or account and key.")
        self.stale = stale


def key_of(keys: Keys, device_id: UUID) -> str:
    """The key of a device."""
    return app_keys.key_of(keys, PURPOSE, device_id)


def issue(house: House, account_name: str, label: str, *, by: str) -> str:
    """A new key for an account; shown this once."""
    return app_keys.issue_key(house, account_name, PURPOSE, f"{LABEL} {label}".strip(), by=by)


def is_key(device: Device) -> bool:
    """Whether a device is a key and no phone or browser."""
    return device.label.startswith(LABEL)


def list_keys(session: Session) -> list[tuple[Device, Account]]:
    """Keys that were given out, newest first."""
    query = (
        select(Device, Account)
        .join(Account, col(Account.id) == col(Device.account_id))
        .where(col(Device.label).startswith(LABEL))
        .order_by(col(Device.created_at).desc())
    )
    return list(session.exec(query).all())


def actor_of_key(session: Session, keys: Keys, key: str) -> Actor | None:
    """Whose key it is, shut out where the device was revoked or the account disabled; None for anything else."""
    return app_keys.holder_of(session, keys, PURPOSE, key)


def challenge(keys: Keys, *, stale: bool = False, now: datetime | None = None) -> str:
    """The WWW-Authenticate header."""
    tail = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{_nonce(keys, now or utcnow())}"{tail}'


def _nonce(keys: Keys, at: datetime) -> str:
    stamp = f"{int(at.timestamp()):x}"
    return f"{stamp}.{keys.index(f'openrosa/nonce/{stamp}').hex()[:32]}"


def _is_ours(keys: Keys, nonce: str) -> datetime | None:
    """When we made this nonce, None if we did not."""
    stamp = nonce.partition(".")[0]
    if not re.fullmatch(r"[0-9a-f]{1,9}", stamp):
        return None
    made = datetime.fromtimestamp(int(stamp, 16), utcnow().tzinfo)
    return made if hmac.compare_digest(_nonce(keys, made), nonce) else None


def actor_of_digest(session: Session, keys: Keys, method: str, target: str, header: str) -> Actor | None:
    """Whose account and key answer our challenge; raises KeyNeeded(stale) when the nonce is too old."""
    given = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(header.partition(" ")[2])}
    needed = ("username", "nonce", "uri", "response", "nc", "cnonce")
    if given.get("qop") != "auth" or given.get("uri") != target or not all(given.get(name) for name in needed):
        return None
    made = _is_ours(keys, given["nonce"])
    account = find_account(session, given["username"]) if made else None
    if made is None or account is None:
        return None
    query = select(Device).where(Device.account_id == account.id, col(Device.label).startswith(LABEL))
    for device in session.exec(query):
        if hmac.compare_digest(_response(given, method, key_of(keys, device.id)), given["response"].lower()):
            if utcnow() - made > NONCE_LIVES:
                raise KeyNeeded(stale=True)
            return app_keys.actor_with(device, account)
    return None


def _response(given: dict[str, str], method: str, key: str) -> str:
    """RFC 7616 §3.4.1 with MD5, the one algorithm that every client in the field speaks."""
    secret = _md5(f"{given['username']}:{REALM}:{key}")
    asked = _md5(f"{method}:{given['uri']}")
    return _md5(f"{secret}:{given['nonce']}:{given['nc']}:{given['cnonce']}:auth:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def require_sender(request: Request, house: TheHouse) -> Actor:
    """Whoever may hand in: the key's account, also when it was shut out; else KeyNeeded."""
    key = request.path_params.get("token")
    header = request.headers.get("authorization", "")
    with house.db.read() as session:
        if key is not None:
            actor = actor_of_key(session, house.keys, key)
        elif header.lower().startswith("digest "):
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            actor = actor_of_digest(session, house.keys, request.method, target, header)
        else:
            actor = None
    if actor is None and key is None:
        actor = find_caller(request, house)
    if actor is None:
        raise KeyNeeded
    request.state.account = actor.account
    return actor


def require_reader(actor: Annotated[Actor, Depends(require_sender)]) -> Actor:
    """Whoever may fetch forms."""
    if actor.shut_out:
        raise KeyNeeded
    return actor


Sender = Annotated[Actor, Depends(require_sender)]
Reader = Annotated[Actor, Depends(require_reader)]
