"""Signing in: slowed against guessing, never locking the rightful user out.

A try is counted before the password is hashed and taken back when it fits. Strangers share one allowance per
account and one per network; a device or browser that signed in before has an allowance of its own, which nobody
else can use up. Known and unknown accounts take the same time and give the same answer. No transaction is open
while a password is hashed.
"""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.people import limits, queries, second_factor, service
from app.registry.people.models import Account, Device, Token
from app.registry.people.passwords import PasswordHasher
from app.registry.people.problems import CodeNeeded, DeviceRevoked, TooManyTries, WrongCredentials

STRANGERS_PER_ACCOUNT = limits.Limit(hits=25, seconds=900)
KNOWN_DEVICE = limits.Limit(hits=15, seconds=900)
CODES = limits.Limit(hits=10, seconds=900)
PER_NETWORK = limits.Limit(hits=100, seconds=900)


@dataclass(frozen=True)
class Attempt:
    """What was typed, where from, and on what."""

    account: str
    password: str
    client: str
    device_id: UUID | None = None
    label: str = ""
    is_phone: bool = False
    code: str = ""


@dataclass(frozen=True)
class SignedIn:
    """The token, shown this once, and whose it is."""

    token: str
    expires_at: datetime
    account: Account


def network_of(client: str) -> str:
    """The /24 or /56 a client address lies in; anything else as it is."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:60]
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 56}", strict=False))


def sign_in(db: Database, hasher: PasswordHasher, keys: Keys, attempt: Attempt) -> SignedIn:
    """A fresh token, or WrongCredentials / CodeNeeded / TooManyTries."""
    now = utcnow()
    attempt = _normal(attempt)
    with db.write(HOME) as session:
        allowances = _allowances(session, attempt)
        waits = [limits.hit(session, key, limit, now) for key, limit in allowances]
    wait = max((seconds for seconds in waits if seconds), default=0)
    if wait:
        raise TooManyTries(
            f"这个账号或网络试错太多,请{(wait + 59) // 60}分钟后再试;用登录过的手机或浏览器不受影响。",
            f"Too many tries; wait {wait} seconds. A phone or browser that signed in before is not affected.",
            retry_after=wait,
        )
    with db.read() as session:
        account = queries.find_account(session, attempt.account)
    fits, renewed = hasher.verify(attempt.password, account.password_hash if account else None)
    if not fits or account is None or account.disabled_at:
        raise WrongCredentials("账号或密码不对,请核对后再试。", "Account or password is wrong.")
    _require_code(db, keys, account, attempt.code, now)
    with db.write(HOME) as session:
        for key, limit in allowances:
            limits.forgive(session, key, limit, now)
        return _open_session(session, account, attempt, renewed, now)


def _require_code(db: Database, keys: Keys, account: Account, code: str, now: datetime) -> None:
    """The second factor, where it is in force; guessing at it is slowed by the account alone."""
    with db.read() as session:
        if not second_factor.is_in_force(session, account.id):
            return
    if not code:
        raise CodeNeeded("请打开验证器应用,输入6位动态码。", "Open your authenticator app and type its six digits.")
    with db.write(HOME) as session:
        wait = limits.hit(session, f"code:{account.account}", CODES, now)
    if wait:
        raise TooManyTries(
            f"动态码试错太多,请{(wait + 59) // 60}分钟后再试。",
            f"Too many codes; wait {wait} seconds.",
            retry_after=wait,
        )
    with db.write(HOME) as session:
        row = second_factor.find(session, account.id, to_use=True)
        fits = row is not None and second_factor.accept(session, keys, row, code)
        if fits:
            limits.forgive(session, f"code:{account.account}", CODES, now)
    if not fits:
        raise CodeNeeded("动态码不对,或已用过;请等下一个。", "The code is wrong or was used; wait for the next one.")


def _normal(attempt: Attempt) -> Attempt:
    account = attempt.account.strip().lower()[:40]
    return Attempt(
        account,
        attempt.password[:200],
        attempt.client,
        attempt.device_id,
        attempt.label[:80],
        attempt.is_phone,
        attempt.code[:40],
    )


def _allowances(session: Session, attempt: Attempt) -> list[tuple[str, limits.Limit]]:
    account = queries.find_account(session, attempt.account)
    device = session.get(Device, (attempt.device_id, account.id)) if account and attempt.device_id else None
    if device is not None and device.revoked_at is None:
        return [(f"known:{attempt.account}:{attempt.device_id}", KNOWN_DEVICE)]
    return [
        (f"account:{attempt.account}", STRANGERS_PER_ACCOUNT),
        (f"network:{network_of(attempt.client)}", PER_NETWORK),
    ]


def _open_session(session: Session, account: Account, attempt: Attempt, renewed: str | None, now: datetime) -> SignedIn:
    if renewed:
        account.password_hash = renewed
        session.add(session.merge(account))
    if attempt.device_id:
        device = session.get(Device, (attempt.device_id, account.id)) or Device(
            id=attempt.device_id, account_id=account.id, created_at=now, last_seen_at=now
        )
        if device.revoked_at:
            raise DeviceRevoked(
                "这部设备已被停用,里面的记录还在。请联系管理员恢复后再登录。",
                "This device was revoked; its records are still on it. Ask an administrator to let it in again.",
            )
        device.last_seen_at = now
        device.label = attempt.label or device.label
        session.add(device)
    bound = attempt.device_id if attempt.is_phone else None
    token = secrets.token_urlsafe(32)
    expires = now + (service.DEVICE_IDLE if bound else service.PAGE_SESSION)
    session.add(
        Token(
            hash=queries.token_hash(token),
            account_id=account.id,
            device_id=bound,
            created_at=now,
            last_used_at=now,
            expires_at=expires,
        )
    )
    audit.write(session, "signed-in", account.account, actor=account.account, device=str(attempt.device_id or ""))
    return SignedIn(token, expires, account)
