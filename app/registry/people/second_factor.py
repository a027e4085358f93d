"""A time-based code beside the password (RFC 6238: SHA-1, 30 seconds, six digits), from any authenticator app.

The secret is sealed in the database; a code counts once and for a minute and a half at most. Eight spare codes, each
good once, stand in for a lost phone. Who has a password but no code learns only that a code is wanted. Only one's
own confirmation puts it in force; an administrator may take it off, which the audit chain tells.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from sqlmodel import Session, delete

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.ports import table_of
from app.kernel.keys import Keys
from app.registry.people.models import Account, Role, SecondFactor
from app.registry.people.rules import COLLECTING_ROLES

STEP_SECONDS = 30
DIGITS = 6
LEEWAY = 1
"""Steps before and after now that are taken too: clocks differ."""

SPARE_CODES = 8
ISSUER = "Ruhu"


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs, shown until it is confirmed."""

    secret: str
    uri: str


def code_at(secret: str, step: int) -> str:
    """The code of one 30-second step (RFC 4226 §5.3 over RFC 6238 §4)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(now: datetime) -> int:
    """The 30-second step an instant lies in."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is, later than the last one used; compared in constant time."""
    found = None
    for step in range(step_of(now) - LEEWAY, step_of(now) + LEEWAY + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def wants_desk_factor(role: str, setting: str) -> bool:
    """Whether this installation demands a second factor of a role (RUHU_SECOND_FACTOR=desk)."""
    return setting == "desk" and Role(role) not in COLLECTING_ROLES


def find(session: Session, account_id: UUID, *, to_use: bool = False) -> SecondFactor | None:
    """The account's second factor, confirmed or not; `to_use` makes others who would use a code wait."""
    return session.get(SecondFactor, account_id, with_for_update=True if to_use else None)


def is_in_force(session: Session, account_id: UUID) -> bool:
    """Whether signing in needs a code."""
    row = find(session, account_id)
    return row is not None and row.confirmed_at is not None


def begin(session: Session, keys: Keys, account: Account) -> Enrolment:
    """A fresh secret, not in force yet; a confirmed one stays as it is until it is taken off."""
    row = find(session, account.id)
    if row is not None and row.confirmed_at is None:
        return enrolment(keys, account, row)
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    fresh = SecondFactor(
        account_id=account.id, secret=keys.seal(secret, _place(account.id)), created_at=utcnow(), spare_codes=[]
    )
    session.add(fresh)
    return enrolment(keys, account, fresh)


def enrolment(keys: Keys, account: Account, row: SecondFactor) -> Enrolment:
    """The secret and its otpauth address."""
    secret = keys.unseal(row.secret, _place(account.id))
    label = quote(f"{ISSUER}:{account.account}")
    return Enrolment(secret, f"otpauth://totp/{label}?secret={secret}&issuer={ISSUER}")


def confirm(session: Session, keys: Keys, account: Account, code: str) -> list[str] | None:
    """Put it in force with a first right code; the spare codes, shown this once, or None for a wrong code."""
    row = find(session, account.id, to_use=True)
    if row is None or row.confirmed_at is not None or not accept(session, keys, row, code):
        return None
    spare = [base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12] for _ in range(SPARE_CODES)]
    row.confirmed_at = utcnow()
    row.spare_codes = [_spare_hash(each) for each in spare]
    session.add(row)
    audit.write(session, "second-factor.on", account.account, actor=account.account)
    return spare


def accept(session: Session, keys: Keys, row: SecondFactor, code: str) -> bool:
    """Whether the code is right; it is used up in the same transaction, whoever else tries it at the same time."""
    code = code.replace(" ", "").replace("-", "").lower()
    table = table_of(SecondFactor)
    mine = table.c.account_id == row.account_id
    if _spare_hash(code) in row.spare_codes:
        row.spare_codes = [each for each in row.spare_codes if each != _spare_hash(code)]
        session.add(row)
        session.flush()
        return True
    step = matching_step(keys.unseal(row.secret, _place(row.account_id)), code, utcnow(), after=row.last_step)
    if step is None:
        return False
    used = session.connection().execute(table.update().where(mine, table.c.last_step < step).values(last_step=step))
    return used.rowcount == 1


def take_off(session: Session, account: Account, *, by: str) -> None:
    """Back to the password alone."""
    session.exec(delete(SecondFactor).where(table_of(SecondFactor).c.account_id == account.id))
    audit.write(session, "second-factor.off", account.account, actor=by)


def _place(account_id: UUID) -> str:
    return f"second_factor|{account_id}|secret"


def _spare_hash(code: str) -> str:
    return hashlib.sha256(f"ruhu spare code {code}".encode()).hexdigest()
