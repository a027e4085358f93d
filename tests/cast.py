"""The people of the stories, and the place they live in: two counties with a drawn round, built once by real doors.

兴庆区 (640104) and 金凤区 (640106) have 40 poor and 30 non-poor households each; round 2017-1 is frozen and drawn with
10 and 4. Every test gets a copy of its own.
"""

import random
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.demo import people as invented
from app.demo.workbook import write_register
from app.doors.web.house import House, open_house
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.settings import load_settings
from app.main import create_app
from app.registry.households.service import import_register
from app.registry.people import queries as accounts
from app.registry.people.models import Device, Role, Token
from app.registry.people.rules import Actor
from app.registry.people.service import add_account
from app.survey.questionnaires.service import publish_builtin
from app.survey.rounds import service as rounds
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_frame
from tests.phone import Phone

PASSWORD = "loess-plateau-9"
ROUND = "2017-1"
DRAW = "2017-1-A1"
DICE = "73920518264409175386"
ORIGIN = "https://ruhu.test"
COUNTIES = ("640104", "640106")

PEOPLE: dict[str, tuple[Role, str, str]] = {
    "lin": (Role.INSPECTOR, "640104", "林青"),
    "song": (Role.TEAM_LEADER, "640104", "宋平"),
    "fang": (Role.INSPECTOR, "640106", "方敏"),
    "he": (Role.HELPER, "640104", "何邦彦"),
    "gu": (Role.VILLAGE_CADRE, "640104901201", "顾存真"),
    "xing": (Role.COUNTY_OFFICER, "640104", "邢伴山"),
    "jin": (Role.COUNTY_OFFICER, "640106", "靳半夏"),
    "city": (Role.CITY_OFFICER, "6401", "施文督"),
    "leaders": (Role.LEADING_GROUP, "6401", "凌伯道"),
    "discipline": (Role.DISCIPLINE, "6401", "季俭之"),
    "auditor": (Role.AUDITOR, "6401", "申继业"),
    "admin": (Role.ADMIN, "6401", "关立言"),
}
"""Account → role, scope, name. Lin inspects 兴庆区, Fang the neighbour county."""


@dataclass
class World:
    """A running service with its people; everything goes over HTTP."""

    house: House
    app: FastAPI
    client: TestClient
    phones_out: set[str] = field(default_factory=set)

    def token(self, account: str) -> str:
        """A bearer token of a person, as the furnished house has it (signing in has tests of its own)."""
        return f"{account}-at-the-desk"

    def headers(self, account: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(account)}"}

    def get(self, account: str, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=self.headers(account), **more)

    def post(self, account: str, path: str, json: Any = None) -> Any:
        return self.client.post(path, headers=self.headers(account), json=json)

    def phone(self, account: str = "lin") -> Phone:
        """A phone on which this person signed in: the furnished one first, then new ones."""
        if account not in self.phones_out:
            self.phones_out.add(account)
            return Phone(self.client, f"{account}-on-the-phone", str(device_of(account)))
        device = str(uuid.uuid4())
        body = {"account": account, "password": PASSWORD, "device": {"id": device, "label": "测试手机"}}
        return Phone(self.client, self.client.post("/api/v1/sign-in", json=body).json()["token"], device)

    def actor(self, account: str) -> Actor:
        with self.house.db.read() as session:
            return accounts.actor_from(accounts.get_account(session, account))

    def states(self, stratum: str = "poor", county: str = "640104") -> list[str]:
        """Sample states by rank as the city sees them."""
        items = self.get("city", f"/api/v1/rounds/{ROUND}/sample?county={county}").json()["items"]
        return [item["state"] for item in items if item["stratum"] == stratum]

    def satisfaction(self, county: str = "640104", account: str = "city") -> dict[str, Any]:
        """Item → its figures in one county."""
        answer = self.get(account, f"/api/v1/rounds/{ROUND}/satisfaction").json()
        row = next(row for row in answer["counties"] if row["code"] == county)
        return {item["item"]: item for item in row["items"]}


def open_world(house: House) -> Iterator[World]:
    """A world over an open house."""
    app = create_app(house)
    with TestClient(app, base_url=ORIGIN) as client:
        yield World(house, app, client)


def house_at(url: str, data: Path) -> House:
    """A house of the tests over a database and a folder."""
    env = {
        "RUHU_DATA": str(data),
        "RUHU_DATABASE_URL": url,
        "RUHU_SECRET_KEY": "a secret for tests only",
        "RUHU_PUBLIC_URL": ORIGIN,
    }
    return open_house(load_settings(env))


def device_of(account: str) -> uuid.UUID:
    """The device id of a person's furnished phone."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, account)


def give_tokens(session: Session) -> None:
    """Sign everybody in for ten years, at the desk and on a phone: a password hash less in every test."""
    now = utcnow()
    for account in PEOPLE:
        row = accounts.get_account(session, account)
        device = device_of(account)
        session.add(Device(id=device, account_id=row.id, label="测试手机", created_at=now, last_seen_at=now))
        for token, bound in ((f"{account}-at-the-desk", None), (f"{account}-on-the-phone", device)):
            session.add(
                Token(
                    hash=accounts.token_hash(token),
                    account_id=row.id,
                    device_id=bound,
                    created_at=now,
                    last_used_at=now,
                    expires_at=now + timedelta(days=3650),
                )
            )


def furnish(house: House, folder: Path) -> None:
    """People, forms, register and a drawn round in an empty house."""
    with house.db.write(HOME) as session:
        for account, (role, scope, name) in PEOPLE.items():
            add_account(
                session, house.hasher, account=account, name=name, role=role, scope=scope, password=PASSWORD, by="test"
            )
        session.flush()
        give_tokens(session)
        publish_builtin(session, "city", now=datetime.fromisoformat("2017-05-01T08:00:00+08:00"))
    for kind, most in (("poor", 40), ("non_poor", 30)):
        homes = [
            home for county in COUNTIES for home in invented.homes_of(county, kind, random.Random(county + kind))[:most]
        ]
        path = folder / f"{kind}.xlsx"
        write_register(path, "户名册(虚构)", homes)
        report = import_register(house.db, house.keys, path, "city")
        assert report.imported, report.errors
    with house.db.read() as session:
        city = accounts.actor_from(accounts.get_account(session, "city"))
    with house.db.write(HOME) as session:
        rounds.open_round(
            session,
            city,
            code=ROUND,
            name="2017年第一轮督查",
            starts_on=date(2017, 5, 11),
            ends_on=date(2017, 6, 20),
            counties=COUNTIES,
        )
    frozen = datetime.fromisoformat("2017-05-12T09:00:00+08:00")
    freeze_frame(house.db, city, ROUND, source="DICE10X20", n={"poor": 10, "non_poor": 4}, now=frozen)
    draw_sample(house.db, house.keys, city, ROUND, parts=[DICE], witnesses=["甲", "乙", "丙"], now=frozen)


def copy_sqlite(template: Path, folder: Path) -> str:
    """A copy of a closed SQLite database; its address."""
    path = folder / "ruhu.sqlite3"
    shutil.copy(template, path)
    return f"sqlite:///{path}"
