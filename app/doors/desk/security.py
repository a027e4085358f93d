"""One's own account: password, second factor, phones and browsers; and what an administrator mends for others.

A new secret is shown only until it is confirmed, spare codes only once, on the answer to the confirmation itself,
which no browser keeps. Whatever is changed here ends no work on a phone: at worst it asks to sign in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from app.doors.api import odata
from app.doors.desk.accounts import DeviceLine, get_own
from app.doors.desk.frame import Asked, Refusal, in_words, see, show, voice_of
from app.doors.desk.qr import qr_of
from app.doors.web.app_keys import issue_key
from app.doors.web.auth import Admin, Caller, presented_token
from app.doors.web.house import House, TheHouse
from app.kernel.clock import local_day, utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, Malformed, Problem
from app.registry.people import queries, second_factor, service
from app.registry.people.models import Account
from app.registry.people.rules import Actor

router = APIRouter(include_in_schema=False)

FIELDS = ("old", "new", "code", "password")
Text = Annotated[str, Form(max_length=200)]


class WrongProof(Malformed):
    """The code or the password does not fit."""

    slug = "wrong-proof"
    title_zh = "没有核对上"
    title_en = "It does not fit"


@dataclass(frozen=True)
class Setup:
    """A secret that waits to be confirmed: for the camera, and for typing."""

    qr: Markup
    secret: str


@dataclass(frozen=True)
class MePage:
    """What me.html prints."""

    account: str
    name: str
    role: str
    scope: str
    created_at: datetime
    has_factor: bool
    factor_since: datetime | None
    is_factor_wanted: bool
    setup: Setup | None
    spare_codes: Sequence[str]
    devices: Sequence[DeviceLine]
    feed_key: str = ""
    """A new key for Excel, on the answer that made it and nowhere else."""
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@router.get("/me")
def me_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """One's own account."""
    return _show(request, house, actor)


@router.post("/me/password")
def post_password(request: Request, house: TheHouse, actor: Caller, old: Text = "", new: Text = "") -> Response:
    """A new password; every other session of the account ends."""
    try:
        mine = queries.token_hash(presented_token(request, house) or "")
        service.change_password(house.db, house.hasher, actor.account_id, old, new, token_hash=mine)
    except Problem as problem:
        return _show(request, house, actor, problem)
    return see("/me", "password")


@router.post("/me/second-factor")
def post_factor(house: TheHouse, actor: Caller) -> Response:
    """Make a secret to scan; nothing changes before it is confirmed."""
    with house.db.write(HOME) as session:
        account = session.get_one(Account, actor.account_id)
        if not second_factor.is_in_force(session, account.id):
            second_factor.begin(session, house.keys, account)
    return see("/me")


@router.post("/me/second-factor/confirm")
def post_confirm(request: Request, house: TheHouse, actor: Caller, code: Text = "") -> Response:
    """Put it in force; the spare codes stand on this answer and nowhere else."""
    with house.db.write(HOME) as session:
        account = session.get_one(Account, actor.account_id)
        spare = second_factor.confirm(session, house.keys, account, code)
    if spare is None:
        return _show(
            request, house, actor, _wrong("#/code", "动态码不对,请等下一个再试", "Wrong code; try the next one")
        )
    return _show(request, house, actor, spare=spare)


@router.post("/me/second-factor/off")
def post_factor_off(request: Request, house: TheHouse, actor: Caller, password: Text = "", code: Text = "") -> Response:
    """Back to the password alone, proven by both."""
    with house.db.read() as session:
        account = session.get_one(Account, actor.account_id)
    if not house.hasher.verify(password, account.password_hash)[0]:
        return _show(request, house, actor, _wrong("#/password", "密码不对", "Wrong password"))
    with house.db.write(HOME) as session:
        row = second_factor.find(session, account.id, to_use=True)
        fits = row is not None and second_factor.accept(session, house.keys, row, code)
        if fits:
            second_factor.take_off(session, account, by=actor.account)
    if not fits:
        return _show(request, house, actor, _wrong("#/code", "动态码不对", "Wrong code"))
    return see("/me", "factor_off")


@router.post("/me/devices")
def post_device(house: TheHouse, actor: Caller, device: Annotated[UUID, Form()]) -> Response:
    """Shut out one's own phone or browser, for example a lost one."""
    with house.db.write(HOME) as session:
        service.revoke_device(session, device, by=actor.account, of_account=actor.account_id)
    return see("/me", "revoked")


@router.post("/me/feed-key")
def post_feed_key(request: Request, house: TheHouse, actor: Caller) -> Response:
    """A key for Excel or Power BI; it stands on this answer and nowhere else, and is revoked like a phone."""
    label = f"{odata.LABEL} {local_day(utcnow(), house.settings.tz).isoformat()}"
    key = issue_key(house, actor.account, odata.PURPOSE, label, by=actor.account)
    return _show(request, house, actor, feed_key=key)


@router.post("/accounts/{account}/release")
def post_release(account: str, house: TheHouse, actor: Admin) -> Response:
    """Give an account its sign-in tries back."""
    with house.db.write(HOME) as session:
        get_own(session, actor, account)
        service.release_tries(session, account, by=actor.account)
    return see(f"/accounts/{account}", "released_tries")


@router.post("/accounts/{account}/second-factor")
def post_take_off(account: str, house: TheHouse, actor: Admin) -> Response:
    """Take the second factor off an account whose owner lost phone and spare codes."""
    with house.db.write(HOME) as session:
        second_factor.take_off(session, get_own(session, actor, account), by=actor.account)
    return see(f"/accounts/{account}", "factor_off")


def _wrong(pointer: str, zh: str, en: str) -> WrongProof:
    return WrongProof(zh, en, faults=(Fault(pointer, zh, en),))


def _show(
    request: Request,
    house: House,
    actor: Actor,
    problem: Problem | None = None,
    spare: Sequence[str] = (),
    feed_key: str = "",
) -> HTMLResponse:
    voice = voice_of(request)
    asked = in_words(problem, voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        account = session.get_one(Account, actor.account_id)
        factor = second_factor.find(session, account.id)
        devices = queries.list_devices(session, account.id)
        waits = factor is not None and factor.confirmed_at is None
        setup = _setup(house, account) if waits else None
    page = MePage(
        account=account.account,
        name=account.name,
        role=account.role,
        scope=account.scope,
        created_at=account.created_at,
        has_factor=factor is not None and factor.confirmed_at is not None,
        factor_since=factor.confirmed_at if factor else None,
        is_factor_wanted=second_factor.wants_desk_factor(account.role, house.settings.second_factor),
        setup=setup,
        spare_codes=spare,
        devices=[
            DeviceLine(each.id, each.label, str(each.id)[:8], each.last_seen_at, each.revoked_at is not None)
            for each in devices
        ],
        feed_key=feed_key,
        problem=asked.problem,
        faults=asked.faults,
    )
    status = problem.status if problem else 200
    return show(request, "me.html", page, title=voice("me_title"), at="me", actor=actor, status=status)


def _setup(house: House, account: Account) -> Setup:
    with house.db.read() as session:
        row = second_factor.find(session, account.id)
        assert row is not None
        wanted = second_factor.enrolment(house.keys, account, row)
    secret = wanted.secret
    return Setup(qr_of(wanted.uri), " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))
