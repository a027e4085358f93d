"""Who is calling: a bearer token on phones and scripts, a cookie on pages. Both ask registry.people.

`Caller` is anybody signed in; `allow(...)` narrows it to roles (403). What lies outside the caller's scope is not
decided here but by the fence of the query, and looks absent (404).
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.exc import OperationalError

from app.doors.web.house import House, TheHouse
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Forbidden, Unauthenticated
from app.registry.people import queries, second_factor, service
from app.registry.people.models import Role
from app.registry.people.problems import FactorMissing
from app.registry.people.rules import Actor

OPEN_WITHOUT_FACTOR = frozenset({"/me", "/me/second-factor", "/me/second-factor/confirm", "/api/v1/sign-out"})
TOUCH_EVERY = timedelta(hours=1)


def presented_token(request: Request, house: House) -> str | None:
    """The token as it came: `Authorization: Bearer` first, else the cookie."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    return request.cookies.get(house.settings.cookie_name)


def find_caller(request: Request, house: House) -> Actor | None:
    """The actor behind a valid token, or None; remembers at most hourly that a device was seen."""
    token = presented_token(request, house)
    if not token:
        return None
    now = utcnow()
    with house.db.read() as session:
        found = queries.actor_of(session, token, now)
    if found is None:
        return None
    actor, row = found
    if now - row.last_used_at > TOUCH_EVERY:
        _touch(house, row.hash, now)
    request.state.account = actor.account
    return actor


def _touch(house: House, token_hash: bytes, now: datetime) -> None:
    """Remember that a session was used; a full disk must not keep anybody from reading."""
    with suppress(OperationalError), house.db.write(HOME) as session:
        service.touch(session, token_hash, now)


def require_caller(request: Request, house: TheHouse) -> Actor:
    """The actor, or Unauthenticated."""
    actor = find_caller(request, house)
    if actor is None:
        raise Unauthenticated("请先登录。手机上的记录都还在。", "Please sign in. Records on the phone are safe.")
    _require_factor(request, house, actor)
    return actor


def _require_factor(request: Request, house: House, actor: Actor) -> None:
    """Where the installation wants a second factor of the desk, who has none can do nothing but set it up."""
    is_wanted = second_factor.wants_desk_factor(actor.role, house.settings.second_factor)
    if not is_wanted or request.url.path in OPEN_WITHOUT_FACTOR:
        return
    with house.db.read() as session:
        if not second_factor.is_in_force(session, actor.account_id):
            raise FactorMissing(
                "请到“我的账号”(/me)启用动态码,再继续。", "Set up the code on your account's page (/me)."
            )


Caller = Annotated[Actor, Depends(require_caller)]
"""Parameter type: somebody signed in."""


def require_sender(request: Request, house: TheHouse) -> Actor:
    """Somebody signed in, or a phone that was shut out and hands in what it sealed before; else Unauthenticated."""
    actor = find_caller(request, house)
    token = presented_token(request, house) if actor is None else None
    if token:
        with house.db.read() as session:
            actor = queries.sender_of(session, token)
    if actor is None:
        raise Unauthenticated("请先登录。手机上的记录都还在。", "Please sign in. Records on the phone are safe.")
    request.state.account = actor.account
    return actor


Sender = Annotated[Actor, Depends(require_sender)]
"""Parameter type of the doors that only take in: whoever may hand in records (`Actor.shut_out` says how they count)."""


def allow(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that lets only these roles pass."""

    async def require_role(actor: Caller) -> Actor:
        if actor.role not in roles:
            raise Forbidden(
                "您的角色不能做这件事;需要时请联系市督查办。", "Your role may not do this; ask the city office."
            )
        return actor

    return require_role


CityOfficer = Annotated[Actor, Depends(allow(Role.CITY_OFFICER))]
Admin = Annotated[Actor, Depends(allow(Role.ADMIN))]


def give_cookie(response: Response, house: House, token: str, expires_at: datetime) -> None:
    """The page session: HttpOnly, Lax, Secure wherever the browser can keep it so."""
    response.set_cookie(
        house.settings.cookie_name,
        token,
        max_age=int((expires_at - utcnow()).total_seconds()),
        httponly=True,
        secure=house.settings.cookie_name.startswith("__Host-"),
        samesite="lax",
        path="/",
    )


def take_cookie(response: Response, house: House) -> None:
    """Forget the page session in the browser."""
    response.delete_cookie(
        house.settings.cookie_name,
        path="/",
        httponly=True,
        samesite="lax",
        secure=house.settings.cookie_name.startswith("__Host-"),
    )
