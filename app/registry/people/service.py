"""Accounts are added, reset, disabled; devices are revoked. Every verb leaves a line in the audit chain."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.problems import Fault, NotFound
from app.registry.people import limits, queries
from app.registry.people.models import Account, Device, Ending, Token
from app.registry.people.passwords import PasswordHasher
from app.registry.people.problems import AccountExists, BadAccount
from app.registry.people.rules import account_faults, password_faults

PAGE_SESSION = timedelta(hours=12)
DEVICE_IDLE = timedelta(days=30)


def add_account(
    session: Session,
    hasher: PasswordHasher,
    *,
    account: str,
    name: str,
    role: str,
    scope: str,
    password: str,
    by: str,
) -> Account:
    """A new account, or BadAccount / AccountExists."""
    faults = account_faults(account, name, role, scope) + password_faults(password, account)
    if faults:
        raise BadAccount(faults[0].zh, faults[0].en, faults=tuple(faults))
    if queries.find_account(session, account):
        raise AccountExists(
            f"账号 {account} 已存在,请换一个,或用“重置密码”。",
            f"{account} exists; reset its password instead.",
        )
    row = Account(
        account=account,
        name=name,
        role=role,
        scope=scope,
        password_hash=hasher.hash(password),
        created_at=utcnow(),
    )
    session.add(row)
    audit.write(session, "account.added", account, actor=by, role=role, scope=scope)
    return row


def reset_password(session: Session, hasher: PasswordHasher, account: str, password: str, *, by: str) -> Account:
    """A new password; every session of the account ends (ASVS 7.4)."""
    row = queries.get_account(session, account)
    faults = password_faults(password, account)
    if faults:
        raise BadAccount(faults[0].zh, faults[0].en, faults=tuple(faults))
    row.password_hash = hasher.hash(password)
    session.add(row)
    end_sessions(session, row.id, Ending.PASSWORD)
    audit.write(session, "account.reset", account, actor=by)
    return row


def change_password(
    db: Database, hasher: PasswordHasher, account_id: UUID, old: str, new: str, *, token_hash: bytes
) -> None:
    """One's own new password, proven by the old one; every other session of the account ends (ASVS 7.4)."""
    with db.read() as session:
        account = session.get_one(Account, account_id)
    if not hasher.verify(old, account.password_hash)[0]:
        fault = Fault("#/old", "原密码不对", "The present password is wrong")
        raise BadAccount(fault.zh, fault.en, faults=(fault,))
    faults = [Fault("#/new", fault.zh, fault.en) for fault in password_faults(new, account.account)]
    if new == old:
        faults.append(Fault("#/new", "新密码与原密码相同", "The new password is the old one"))
    if faults:
        raise BadAccount(faults[0].zh, faults[0].en, faults=tuple(faults))
    fresh = hasher.hash(new)
    with db.write(HOME) as session:
        row = session.get_one(Account, account_id)
        row.password_hash = fresh
        session.add(row)
        end_sessions(session, row.id, Ending.PASSWORD, but=token_hash)
        audit.write(session, "password.changed", row.account, actor=row.account)


def release_tries(session: Session, account: str, *, by: str) -> None:
    """Give an account its tries back, after somebody else guessed at it or its owner mistyped."""
    row = queries.get_account(session, account)
    limits.forget(session, [f"account:{row.account}", f"known:{row.account}:", f"code:{row.account}"])
    audit.write(session, "account.released", account, actor=by)


def set_disabled(session: Session, account: str, disabled: bool, *, by: str) -> Account:
    """Shut an account out at once, or let it in again."""
    row = queries.get_account(session, account)
    row.disabled_at = utcnow() if disabled else None
    session.add(row)
    if disabled:
        end_sessions(session, row.id, Ending.ACCOUNT)
    audit.write(session, "account.disabled" if disabled else "account.enabled", account, actor=by)
    return row


def revoke_device(session: Session, device_id: UUID, *, by: str, of_account: UUID | None = None) -> None:
    """End all sessions of a device. What it sealed before may still be sent after a new sign-in."""
    query = select(Device).where(Device.id == device_id)
    if of_account:
        query = query.where(Device.account_id == of_account)
    devices = session.exec(query).all()
    if not devices:
        raise NotFound("没有这部设备。", "There is no such device.")
    for device in devices:
        device.revoked_at = utcnow()
        session.add(device)
        session.exec(
            update(Token)
            .where(
                col(Token.device_id) == device_id,
                col(Token.account_id) == device.account_id,
                col(Token.revoked_at).is_(None),
            )
            .values(revoked_at=utcnow(), ended_why=Ending.DEVICE)
        )
    audit.write(session, "device.revoked", str(device_id), actor=by)


def restore_device(session: Session, device_id: UUID, *, by: str) -> None:
    """Let a revoked device sign in again."""
    devices = session.exec(select(Device).where(Device.id == device_id)).all()
    if not devices:
        raise NotFound("没有这部设备。", "There is no such device.")
    for device in devices:
        device.revoked_at = None
        session.add(device)
    audit.write(session, "device.restored", str(device_id), actor=by)


def end_session(session: Session, token: str) -> None:
    """Sign out."""
    row = queries.find_token(session, token)
    if row is not None and row.revoked_at is None:
        row.revoked_at, row.ended_why = utcnow(), Ending.SIGNED_OUT
        session.add(row)


def touch(session: Session, token_hash: bytes, now: datetime) -> None:
    """A device's token lives 30 days from its last use."""
    row = session.get(Token, token_hash)
    if row is None:
        return
    row.last_used_at = now
    if row.device_id:
        row.expires_at = now + DEVICE_IDLE
        device = session.get(Device, (row.device_id, row.account_id))
        if device:
            device.last_seen_at = now
            session.add(device)
    session.add(row)


def end_sessions(session: Session, account_id: UUID, why: Ending, *, but: bytes | None = None) -> None:
    """End every session of an account, except one by its token's hash."""
    session.exec(
        update(Token)
        .where(
            col(Token.account_id) == account_id,
            col(Token.revoked_at).is_(None),
            col(Token.hash) != (but or b""),
        )
        .values(revoked_at=utcnow(), ended_why=why)
    )
