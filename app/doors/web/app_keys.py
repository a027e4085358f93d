"""Keys for other programs: 16 bytes of device id and 32 bytes of HMAC over it, 64 characters in all.

The service can make a key again from its secret, so nothing that opens a door is stored. A key is a device of its
account: it is listed and revoked like a phone. A key of one purpose opens nothing of another.
"""

import base64
import binascii
import hmac
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, select

from app.doors.web.house import House
from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.ids import uuid7
from app.kernel.keys import Keys
from app.registry.people.models import Account, Device
from app.registry.people.queries import actor_from, get_account
from app.registry.people.rules import Actor


def key_of(keys: Keys, purpose: str, device_id: UUID) -> str:
    """The key of a device: the same for ever, and known only to this service and its holder."""
    return base64.urlsafe_b64encode(device_id.bytes + keys.index(f"{purpose}/key/{device_id}")).decode()


def issue_key(house: House, account_name: str, purpose: str, label: str, *, by: str) -> str:
    """A new key for an account; shown this once."""
    with house.db.write(HOME) as session:
        account = get_account(session, account_name)
        now = utcnow()
        device = Device(id=uuid7(), account_id=account.id, label=label[:80], created_at=now, last_seen_at=now)
        session.add(device)
        audit.write(session, f"{purpose}.key", account.account, actor=by, device=str(device.id))
        return key_of(house.keys, purpose, device.id)


def holder_of(session: Session, keys: Keys, purpose: str, key: str) -> Actor | None:
    """Whose key it is, shut out where the device was revoked or the account disabled; None for anything else."""
    try:
        raw = base64.b64decode(key.encode(), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(raw) != 48:
        return None
    device_id = UUID(bytes=raw[:16])
    if not hmac.compare_digest(key_of(keys, purpose, device_id), key):
        return None
    found = session.exec(
        select(Device, Account).join(Account, col(Account.id) == col(Device.account_id)).where(Device.id == device_id)
    ).first()
    return None if found is None else actor_with(*found)


def actor_with(device: Device, account: Account) -> Actor:
    """The actor behind a device of an account, shut out where either is."""
    actor = actor_from(account, device.id)
    if account.disabled_at or device.revoked_at:
        return replace(actor, shut_out="account" if account.disabled_at else "device")
    return actor
