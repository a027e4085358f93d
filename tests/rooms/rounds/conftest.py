"""A round over two counties, on both engines, in each of its states."""

from datetime import date
from typing import Any

import pytest

from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.registry.places import list_counties
from app.survey.rounds import service
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import Commitment, freeze_frame
from tests.rooms.rounds.desk import DICE, Desk, Draws, Freeze


@pytest.fixture
def desk(db: Database, keys: Keys) -> Desk:
    with db.read() as session:
        return Desk(db, keys, {county.code: county for county in list_counties(session)})


@pytest.fixture
def officer(desk: Desk) -> Actor:
    return desk.actor("wang.fang", Role.CITY_OFFICER, "6401")


@pytest.fixture
def two_counties(desk: Desk, officer: Actor) -> str:
    """A round over Xingqing and Jinfeng, both with a register; not frozen."""
    desk.register("640104")
    desk.register("640106", unexited=10, exited=5, non_poor=6)
    with desk.db.write(HOME) as session:
        service.open_round(
            session, officer, code="2017-1", name="第一轮督查", starts_on=date(2017, 5, 11), ends_on=date(2017, 6, 20),
            counties=["640104", "640106"],
        )  # fmt: skip
    return "2017-1"


@pytest.fixture
def freezes(desk: Desk, officer: Actor) -> Freeze:
    def freeze(code: str = "2017-1", **plan: Any) -> Commitment:
        plan = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}, **plan}
        return freeze_frame(desk.db, officer, code, **plan)

    return freeze


@pytest.fixture
def draws(desk: Desk, officer: Actor) -> Draws:
    def draw(code: str = "2017-1", *parts: str, **more: Any) -> dict[str, Any]:
        return draw_sample(desk.db, desk.keys, officer, code, parts=parts or [DICE], **more)

    return draw


@pytest.fixture
def drawn_round(two_counties: str, freezes: Freeze, draws: Draws) -> str:
    freezes()
    draws()
    return two_counties
