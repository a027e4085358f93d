"""Accounts and their devices, for the administrator alone; every change leaves a line in the audit chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.doors.desk.draw_view import Option
from app.doors.desk.frame import Asked, Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Admin
from app.doors.web.house import House, TheHouse
from app.kernel import terms
from app.kernel.db.base import HOME
from app.kernel.problems import Conflict, Fault, Malformed, NotFound, Problem
from app.registry.people import queries, service
from app.registry.people.models import Account, Role
from app.registry.people.rules import Actor
from app.registry.places import list_counties

router = APIRouter(include_in_schema=False)

FIELDS = ("account", "name", "role", "scope", "password")
Text = Annotated[str, Form(max_length=200)]


class OwnAccount(Conflict):
    """An administrator cannot lock themselves out."""

    slug = "own-account"
    title_zh = "不能停用自己的账号"
    title_en = "You cannot disable your own account"


class OutOfScope(Malformed):
    """An administrator keeps the accounts of their own scope."""

    slug = "out-of-scope"
    title_zh = "不在您的管理范围"
    title_en = "Outside your scope"


@dataclass(frozen=True)
class AccountLine:
    """One account of the list."""

    account: str
    name: str
    role: str
    scope: str
    scope_name: str
    is_disabled: bool


@dataclass(frozen=True)
class AccountsPage:
    """The list, and the form of a new one."""

    accounts: Sequence[AccountLine]
    roles: Sequence[Option]
    form: Mapping[str, str]
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeviceLine:
    """A phone or browser that signed in."""

    id: UUID
    label: str
    short: str
    last_seen_at: datetime
    is_revoked: bool


@dataclass(frozen=True)
class AccountPage:
    """One account with its devices."""

    account: str
    name: str
    role: str
    scope_name: str
    created_at: datetime
    is_disabled: bool
    is_self: bool
    devices: Sequence[DeviceLine]
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@router.get("/accounts")
def accounts_page(request: Request, house: TheHouse, actor: Admin) -> HTMLResponse:
    """All accounts within the administrator's scope."""
    return _list(request, house, actor, {"role": Role.INSPECTOR.value})


@router.post("/accounts")
def post_account(
    request: Request,
    house: TheHouse,
    actor: Admin,
    account: Text = "",
    name: Text = "",
    role: Text = "",
    scope: Text = "",
    password: Text = "",
) -> Response:
    """Add one, or show the form again with what is wrong."""
    form = {"account": account.strip(), "name": name.strip(), "role": role, "scope": scope.strip()}
    try:
        if not form["scope"].startswith(actor.scope):
            zh, en = f"您只能管理 {actor.scope} 范围内的账号", f"You keep accounts within {actor.scope}"
            fault = Fault("#/scope", zh, en)
            raise OutOfScope("请改正范围。", "Mend the scope.", faults=(fault,))
        with house.db.write(HOME) as session:
            service.add_account(session, house.hasher, **form, password=password, by=actor.account)
    except Problem as problem:
        return _list(request, house, actor, form, problem)
    return see("/accounts", "added")


@router.get("/accounts/{account}")
def account_page(account: str, request: Request, house: TheHouse, actor: Admin) -> HTMLResponse:
    """One account with its devices."""
    return _one(request, house, actor, account)


@router.post("/accounts/{account}/reset")
def post_reset(account: str, request: Request, house: TheHouse, actor: Admin, password: Text = "") -> Response:
    """A new password; all its sessions end."""
    try:
        with house.db.write(HOME) as session:
            get_own(session, actor, account)
            service.reset_password(session, house.hasher, account, password, by=actor.account)
    except Problem as problem:
        return _one(request, house, actor, account, problem)
    return see(f"/accounts/{account}", "reset")


@router.post("/accounts/{account}/disable")
def post_disable(account: str, house: TheHouse, actor: Admin) -> Response:
    """Shut it out at once."""
    if account == actor.account:
        raise OwnAccount("请让另一位管理员来做。", "Ask another administrator.")
    with house.db.write(HOME) as session:
        get_own(session, actor, account)
        service.set_disabled(session, account, True, by=actor.account)
    return see(f"/accounts/{account}", "disabled")


@router.post("/accounts/{account}/enable")
def post_enable(account: str, house: TheHouse, actor: Admin) -> Response:
    """Let it in again."""
    with house.db.write(HOME) as session:
        get_own(session, actor, account)
        service.set_disabled(session, account, False, by=actor.account)
    return see(f"/accounts/{account}", "enabled")


@router.post("/accounts/{account}/devices")
def post_device(
    account: str,
    house: TheHouse,
    actor: Admin,
    device: Annotated[UUID, Form()],
    act: Text = "",
) -> Response:
    """Revoke a device of this account, or let it in again."""
    with house.db.write(HOME) as session:
        owner = get_own(session, actor, account)
        if device not in {each.id for each in queries.list_devices(session, owner.id)}:
            raise NotFound("没有这部设备。", "There is no such device.")
        if act == "restore":
            service.restore_device(session, device, by=actor.account)
        else:
            service.revoke_device(session, device, by=actor.account, of_account=owner.id)
    return see(f"/accounts/{account}", "restored" if act == "restore" else "revoked")


def get_own(session: Session, actor: Actor, account: str) -> Account:
    """An account within the administrator's scope, or NotFound."""
    row = queries.get_account(session, account)
    if not row.scope.startswith(actor.scope):
        raise NotFound("没有这个账号。", "There is no such account.")
    return row


def _list(
    request: Request, house: House, actor: Actor, form: Mapping[str, str], problem: Problem | None = None
) -> HTMLResponse:
    voice = voice_of(request)
    asked = in_words(problem, voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        names = scope_names(session, voice)
        rows = [row for row in queries.list_accounts(session) if row.scope.startswith(actor.scope)]
    page = AccountsPage(
        [_line(row, names) for row in rows],
        [Option(role.value, terms.label("role", role.value, voice.lang)) for role in Role],
        dict.fromkeys(FIELDS, "") | dict(form),
        asked.problem,
        asked.faults,
    )
    return show(
        request,
        "accounts.html",
        page,
        title=voice("accounts_title"),
        at="accounts",
        actor=actor,
        status=problem.status if problem else 200,
    )


def _one(request: Request, house: House, actor: Actor, account: str, problem: Problem | None = None) -> HTMLResponse:
    voice = voice_of(request)
    asked = in_words(problem, voice.lang, FIELDS) if problem else Asked()
    with house.db.read() as session:
        row = get_own(session, actor, account)
        devices = queries.list_devices(session, row.id)
        names = scope_names(session, voice)
    line = _line(row, names)
    page = AccountPage(
        account=line.account,
        name=line.name,
        role=line.role,
        scope_name=line.scope_name,
        created_at=row.created_at,
        is_disabled=line.is_disabled,
        is_self=row.account == actor.account,
        devices=[
            DeviceLine(each.id, each.label, str(each.id)[:8], each.last_seen_at, each.revoked_at is not None)
            for each in devices
        ],
        problem=asked.problem,
        faults=asked.faults,
    )
    crumbs = [Crumb(voice("accounts_title"), "/accounts"), Crumb(page.account)]
    status = problem.status if problem else 200
    return show(
        request, "account.html", page, title=page.account, at="accounts", crumbs=crumbs, actor=actor, status=status
    )


def _line(row: Account, names: Mapping[str, str]) -> AccountLine:
    place = names.get(row.scope) or names.get(row.scope[:6]) or row.scope
    return AccountLine(row.account, row.name, row.role, row.scope, place, row.disabled_at is not None)


def scope_names(session: Session, voice: Voice) -> dict[str, str]:
    """Division prefix → its name, as far as the counties go."""
    counties = list_counties(session)
    names = {county.code: county.name_en if voice.lang == "en" else county.name_zh for county in counties}
    return names | {county.code[:4]: voice("whole_city_name") for county in counties}
