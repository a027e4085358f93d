"""App keys of an account: ODK Collect, KoboCollect and Enketo hand in under it (docs.getodk.org: app users).

The key is part of the server's address and is shown once, when it is made; it cannot be read again here, only made
anew or revoked. A revoked key fetches nothing and still hands in what was collected before, which is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.doors.desk.accounts import Text, get_own
from app.doors.desk.frame import Crumb, Refusal, in_words, show, voice_of
from app.doors.openrosa import keys
from app.doors.web.auth import Admin
from app.doors.web.house import House, TheHouse
from app.kernel.problems import Conflict, Problem
from app.registry.people import queries
from app.registry.people.models import Role
from app.registry.people.rules import COLLECTING_ROLES, Actor

router = APIRouter(include_in_schema=False)


class NoCollector(Conflict):
    """Only who fills in forms hands any in."""

    slug = "no-collector"
    title_zh = "这个账号不能用其他采集端"
    title_en = "This account cannot use another client"


@dataclass(frozen=True)
class KeyLine:
    """One key that was given out."""

    id: UUID
    label: str
    made_at: datetime
    last_seen_at: datetime
    is_revoked: bool


@dataclass(frozen=True)
class KeysPage:
    """The keys of an account; `address` is the new key's, shown this once."""

    account: str
    name: str
    may_issue: bool
    keys: Sequence[KeyLine]
    digest_url: str
    address: str = ""
    problem: Refusal | None = None


@router.get("/accounts/{account}/keys")
def keys_page(account: str, request: Request, house: TheHouse, actor: Admin) -> HTMLResponse:
    """The keys that were given out, and the form for a new one."""
    return _show(request, house, actor, account)


@router.post("/accounts/{account}/keys")
def post_key(account: str, request: Request, house: TheHouse, actor: Admin, label: Text = "") -> Response:
    """Make a key; its address is in this answer and nowhere else."""
    try:
        with house.db.read() as session:
            owner = get_own(session, actor, account)
            if Role(owner.role) not in COLLECTING_ROLES or owner.disabled_at:
                raise NoCollector(
                    "请选督查员、组长或帮扶责任人的有效账号。", "Choose an inspector, leader or helper in use."
                )
        key = keys.issue(house, account, label.strip(), by=actor.account)
    except NoCollector as problem:
        return _show(request, house, actor, account, problem=problem)
    return _show(request, house, actor, account, address=f"{house.settings.public_url}/openrosa/key/{key}")


def _show(
    request: Request, house: House, actor: Actor, account: str, *, address: str = "", problem: Problem | None = None
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        row = get_own(session, actor, account)
        given = [each for each in queries.list_devices(session, row.id) if keys.is_key(each)]
    page = KeysPage(
        account=row.account,
        name=row.name,
        may_issue=Role(row.role) in COLLECTING_ROLES and row.disabled_at is None,
        keys=[
            KeyLine(each.id, each.label, each.created_at, each.last_seen_at, each.revoked_at is not None)
            for each in given
        ],
        digest_url=f"{house.settings.public_url}/openrosa",
        address=address,
        problem=in_words(problem, voice.lang).problem if problem else None,
    )
    crumbs = [
        Crumb(voice("accounts_title"), "/accounts"),
        Crumb(row.account, f"/accounts/{row.account}"),
        Crumb(voice("keys_title")),
    ]
    status = problem.status if problem else 200
    return show(
        request, "app_keys.html", page, title=voice("keys_title"), at="accounts", crumbs=crumbs, actor=actor,
        status=status,
    )  # fmt: skip
