"""Reads of accounts, tokens and devices."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.kernel.problems import NotFound
from app.registry.people.models import Account, Device, Ending, Role, Token
from app.registry.people.rules import TEAM_ROLES, Actor


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def find_account(session: Session, account: str) -> Account | None:
    """By its name."""
    return session.exec(select(Account).where(Account.account == account)).first()


def get_account(session: Session, account: str) -> Account:
    """By its name, or NotFound."""
    found = find_account(session, account)
    if found is None:
        raise NotFound("没有这个账号。", "There is no such account.")
    return found


def list_accounts(session: Session, *, role: str | None = None, scope: str | None = None) -> list[Account]:
    """In order of role and name; optionally of one role, or touching a division."""
    query = select(Account).order_by(col(Account.role), col(Account.account))
    if role:
        query = query.where(Account.role == role)
    accounts = session.exec(query).all()
    return [a for a in accounts if scope is None or a.scope.startswith(scope) or scope.startswith(a.scope)]


def team_of(session: Session, county_code: str) -> list[Account]:
    """The inspectors and team leaders whose scope covers a county, enabled ones only."""
    query = select(Account).where(col(Account.role).in_(TEAM_ROLES), col(Account.disabled_at).is_(None))
    accounts = session.exec(query.order_by(col(Account.account))).all()
    return [account for account in accounts if county_code.startswith(account.scope)]


def names_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Account id → account name, for pages."""
    rows = session.exec(select(Account.id, Account.account).where(col(Account.id).in_(set(ids))))
    return dict(rows.all())


def list_devices(session: Session, account_id: UUID | None = None) -> list[Device]:
    """Known devices, newest use first."""
    query = select(Device).order_by(col(Device.last_seen_at).desc())
    if account_id:
        query = query.where(Device.account_id == account_id)
    return list(session.exec(query))


def find_token(session: Session, token: str) -> Token | None:
    """The row of a token, whatever its state."""
    return session.get(Token, token_hash(token))


def actor_of(session: Session, token: str, now: datetime) -> tuple[Actor, Token] | None:
    """Who holds a valid token: not revoked, not expired, account enabled."""
    row = find_token(session, token)
    if row is None or row.revoked_at or row.expires_at <= now:
        return None
    account = session.get(Account, row.account_id)
    if account is None or account.disabled_at:
        return None
    return actor_from(account, row.device_id), row


def sender_of(session: Session, token: str) -> Actor | None:
    """Who may still hand in what was sealed before: the phone of a revoked device or of a disabled account.

    Only ended device sessions count; one that was signed out, reset or idle for too long signs in anew.
    """
    row = find_token(session, token)
    account = session.get(Account, row.account_id) if row and row.device_id else None
    if row is None or account is None or row.ended_why not in (Ending.DEVICE, Ending.ACCOUNT):
        return None
    why = "account" if account.disabled_at else "device"
    return replace(actor_from(account, row.device_id), shut_out=why)


def actor_from(account: Account, device_id: UUID | None = None) -> Actor:
    """The actor an account is."""
    return Actor(account.id, account.account, account.name, Role(account.role), account.scope, device_id)
