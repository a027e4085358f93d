"""Sign in, sign out, devices: tokens for phones and scripts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.doors.web.auth import Caller, presented_token
from app.doors.web.bodies import client_of
from app.doors.web.house import TheHouse
from app.kernel.clock import rfc3339
from app.kernel.db.base import HOME
from app.registry.people import service
from app.registry.people.models import Account, Role
from app.registry.people.sign_in import Attempt, sign_in

router = APIRouter(prefix="/api/v1", tags=["sign-in"])

Short = Annotated[str, Field(max_length=200)]


class DeviceIn(BaseModel):
    """The phone that asks for a long-lived token."""

    id: UUID
    label: Short = ""


class SignInIn(BaseModel):
    """What was typed. Unknown fields are ignored: nobody gets a role by asking."""

    model_config = ConfigDict(extra="ignore")

    account: Short
    password: Short
    device: DeviceIn | None = None
    code: Short = ""


class AccountOut(BaseModel):
    """Who somebody is."""

    account: str
    role: str
    scope: str
    name: str


class SignInOut(BaseModel):
    """The token, shown this once."""

    token: str
    expires_at: str
    account: AccountOut


def account_out(account: Account) -> AccountOut:
    """The wire shape of an account."""
    return AccountOut(account=account.account, role=account.role, scope=account.scope, name=account.name)


@router.post("/sign-in", status_code=201)
def post_sign_in(body: SignInIn, request: Request, house: TheHouse) -> SignInOut:
    """An opaque token: 12 hours, or with `device` 30 days from its last use, bound to that device.

    401 `second-factor-needed` asks for `code`, the six digits of the account's authenticator app.
    """
    device = body.device
    attempt = Attempt(
        account=body.account,
        password=body.password,
        client=client_of(request),
        device_id=device.id if device else None,
        label=device.label if device else "",
        is_phone=device is not None,
        code=body.code,
    )
    done = sign_in(house.db, house.hasher, house.keys, attempt)
    return SignInOut(token=done.token, expires_at=rfc3339(done.expires_at), account=account_out(done.account))


@router.post("/sign-out", status_code=204)
def post_sign_out(request: Request, house: TheHouse, actor: Caller) -> Response:
    """End this session; what is on the phone stays there."""
    token = presented_token(request, house)
    with house.db.write(HOME) as session:
        service.end_session(session, token or "")
    return Response(status_code=204)


@router.delete("/devices/{device_id}", status_code=204)
def delete_device(device_id: UUID, house: TheHouse, actor: Caller) -> Response:
    """Revoke a device: its owner may revoke their own, an administrator anybody's. Nothing on it is erased."""
    own = None if actor.role == Role.ADMIN else actor.account_id
    with house.db.write(HOME) as session:
        service.revoke_device(session, device_id, by=actor.account, of_account=own)
    return Response(status_code=204)
