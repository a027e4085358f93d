"""Ten thousand records that came in by phone: the facts behind the figures are what the records say (decision 0063).

Seventeen rounds over the same six counties, a hundred households a county and round; some are corrected. Then every
answer is read again. Minutes long, so only with RUHU_NIGHTLY=1; the time of the check is printed (`pytest -s`).
"""

import os
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select
from starlette.testclient import TestClient

from app.doors.web.house import House
from app.figures.indicators.checking import facts_apart, sums_apart
from app.figures.indicators.models import FigureHousehold
from app.main import create_app
from tests.cast import ORIGIN
from tests.phone import Phone
from tools.bench_world import PASSWORD, build_world

pytestmark = pytest.mark.skipif(os.environ.get("RUHU_NIGHTLY") != "1", reason="long: RUHU_NIGHTLY=1")
ROUNDS = tuple(f"2017-{number}" for number in range(1, int(os.environ.get("RUHU_TEN_THOUSAND_ROUNDS", "17")) + 1))
TAMPERED = 5


def signed_in(client: TestClient, account: str) -> Phone:
    device = str(uuid.uuid4())
    body = {"account": account, "password": PASSWORD, "device": {"id": device, "label": "nightly"}}
    return Phone(client, client.post("/api/v1/sign-in", json=body).json()["token"], device)


def hand_in(phone: Phone, bodies: list[bytes]) -> None:
    """Fifty at a time, and of each fifty the first corrected once."""
    for start in range(0, len(bodies), 50):
        ops = [phone.op(body.decode()) for body in bodies[start : start + 50]]
        better: dict[str, Any] = phone.op(ops[0]["body"].replace('"corrects":null', f'"corrects":"{ops[0]["op_id"]}"'))
        assert {each["state"] for each in phone.post(*ops, better)} == {"stored"}


def test_the_facts_of_ten_thousand_are_what_their_records_say(house: House, tmp_path: Path) -> None:
    given = build_world(house, tmp_path, ROUNDS)
    with TestClient(create_app(house), base_url=ORIGIN) as client:
        for account, bodies in given.bodies.items():
            hand_in(signed_in(client, account), bodies)
        tz, whole = house.settings.tz, sum(len(bodies) for bodies in given.bodies.values())

        with house.db.read() as session:
            assert session.exec(select(func.count()).select_from(FigureHousehold)).one() == whole == 600 * len(ROUNDS)
            assert list(sums_apart(session)) == []
            began = time.process_time()
            assert list(facts_apart(session, tz, most=whole)) == []
            print(f"{whole} households made again in {time.process_time() - began:.0f} s of CPU")
            named = session.exec(select(FigureHousehold).order_by(FigureHousehold.unit).limit(TAMPERED)).all()

        for row in named:
            with house.db.write(row.county_id) as session:
                kept = session.get_one(FigureHousehold, (row.county_id, row.sample_id))
                kept.records += 1
        with house.db.read() as session:
            assert sorted(each.what for each in facts_apart(session, tz, most=whole)) == sorted(
                row.sample_id for row in named
            )
