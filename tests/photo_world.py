"""Accounts, kept records and their pictures, put straight into a house, for tests of the two doors of pictures."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.doors.intake import receive
from app.doors.phone import photos, uploads
from app.doors.web import refusals
from app.doors.web.guard import Guard
from app.doors.web.house import House
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.registry.people.models import Account, Role, Token
from app.registry.people.queries import actor_from, token_hash
from app.survey.records.rules import Envelope, SealedOp
from app.survey.rounds.models import Round
from tests import pictures


def picture_app(house: House) -> FastAPI:
    """The two doors of pictures behind the house's guard, and nothing else."""
    app = FastAPI()
    app.state.house = house
    app.add_middleware(Guard, settings=house.settings)
    refusals.install(app)
    app.include_router(photos.router)
    app.include_router(uploads.router)
    return app


@dataclass(frozen=True)
class Person:
    """Somebody signed in."""

    account_id: UUID
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Shot:
    """A picture that a record announced."""

    data: bytes
    sha256: str
    photo_id: UUID
    op_id: UUID


class PhotoWorld:
    """A house with pictures in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = TestClient(picture_app(house), base_url="https://ruhu.test")

    def person(self, role: Role, scope: str) -> Person:
        """A new account with a token."""
        account = Account(
            account=f"a{secrets.token_hex(6)}", name="某人", role=role, scope=scope, password_hash="-",
            created_at=utcnow(),
        )  # fmt: skip
        token = secrets.token_urlsafe(24)
        now = utcnow()
        with self.house.db.write(HOME) as session:
            session.add(account)
            session.flush()
            session.add(
                Token(
                    hash=token_hash(token), account_id=account.id, created_at=now, last_used_at=now,
                    expires_at=now + timedelta(days=1),
                )
            )  # fmt: skip
        return Person(account.id, token)

    def announces(self, person: Person, data: bytes, *, county: str = "640104", photo_id: UUID | None = None) -> Shot:
        """A record of this person, received by intake, that names the picture (held: nobody was drawn here)."""
        shot = Shot(data, pictures.digest(data), photo_id or uuid4(), uuid4())
        line = {
            "photo_id": str(shot.photo_id), "sha256": shot.sha256, "bytes": len(data), "type": "image/jpeg",
            "question": "door_photo",
        }  # fmt: skip
        body = {"kind": "outcome", "sample_id": f"2017-1-A1.{county}-P.7", "outcome": {"code": "N4", "reason": "雨"},
                "photos": [line]}  # fmt: skip
        raw = json.dumps(body, ensure_ascii=False).encode()
        with self.house.db.read() as session:
            account = session.get(Account, person.account_id)
        assert account is not None
        op = SealedOp(shot.op_id, 1, pictures.digest(raw), raw)
        receive(self.house, actor_from(account), Envelope(uuid4(), (op,)))
        return shot

    def opens_round(self, person: Person, *, closed: bool) -> None:
        """The round that the records belong to."""
        now = utcnow()
        with self.house.db.write(HOME) as session:
            session.merge(
                Round(
                    code="2017-1", name="一", kind="regular", starts_on=now.date(), ends_on=now.date(), poor_min=8,
                    poor_max=10, non_poor_min=3, non_poor_max=5, created_at=now, created_by=person.account_id,
                    closed_at=now if closed else None,
                )
            )  # fmt: skip

    def puts(self, person: Person, shot: Shot, data: bytes | None = None) -> Any:
        """PUT the picture in one request."""
        body = shot.data if data is None else data
        return self.client.put(f"/api/v1/photos/{shot.sha256}", content=body, headers=person.headers)

    def gets(self, person: Person | None, shot: Shot, query: str = "", **headers: str) -> Any:
        """GET the picture."""
        known = person.headers if person else {}
        return self.client.get(f"/api/v1/photos/{shot.photo_id}{query}", headers={**known, **headers})
