"""A household in an open and in a covert draw of one round counts once, whichever interview comes first."""

import pytest

from app.figures.indicators.checking import count_missing
from app.kernel.db.base import HOME
from app.survey.rounds.service import void_draw
from tests.cast import ROUND, World
from tests.phone import Phone
from tests.rooms.indicators.test_keeping import assert_in_step

COVERT = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}, "covert": True}
SIGNERS = [
    {"name": "督查办甲", "party": "office"},
    {"name": "代表乙", "party": "deputy"},
    {"name": "律师丙", "party": "outside"},
]


@pytest.fixture
def phone(world: World) -> Phone:
    """Lin's phone after a covert draw in the same round: of forty poor households some are in both."""
    draw_covertly(world)
    return world.phone("lin")


def draw_covertly(world: World) -> None:
    """A covert draw beside the open one of the round."""
    path = f"/api/v1/rounds/{ROUND}"
    frozen = world.post("city", f"{path}/freeze", json=COVERT).json()
    named = {"draw": frozen["draw"]}
    assert world.post("city", f"{path}/signers", json={**named, "signers": SIGNERS, "place": "市里"}).status_code == 201
    drawn = world.post("city", f"{path}/draw", json={**named, "parts": ["3" * 20], "witnesses": ["甲", "乙", "丙"]})
    assert drawn.status_code == 201, drawn.text


def void_the_open_draw(world: World) -> int:
    """The answer's status; a second time there is no such draw."""
    body = {"draw": f"{ROUND}-A1", "reason": "骰子掉到桌下", "asked_by": "公证处"}
    return world.post("city", f"/api/v1/rounds/{ROUND}/void", json=body).status_code


def a_pair(phone: Phone) -> tuple[dict, dict]:  # type: ignore[type-arg]
    """The same household as a main sample of both draws: (open, covert)."""
    mains = [each for each in phone.samples() if each["state"] == "open"]
    covert = {each["household"]["unit"]: each for each in mains if "-C1-" in each["sample_id"]}
    return next(
        (each, covert[each["household"]["unit"]])
        for each in mains
        if "-C1-" not in each["sample_id"] and each["household"]["unit"] in covert
    )


def completed(world: World) -> tuple[int, int]:
    """Interviews that count towards satisfaction, and poor households completed."""
    answer = world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()
    county = next(row for row in answer["counties"] if row["code"] == "640104")
    return county["items"][0]["n"], county["sample"]["poor"]["completed"]


@pytest.mark.parametrize("first", ["open", "covert"])
def test_two_interviews_of_one_household_count_once_and_the_open_one_counts(
    world: World, phone: Phone, first: str
) -> None:
    pair = dict(zip(("open", "covert"), a_pair(phone), strict=True))
    second = "covert" if first == "open" else "open"
    codes = {"open": {"team": 5}, "covert": {"team": 2}}

    phone.post(phone.op(phone.interview(pair[first], sat=codes[first])))
    assert completed(world) == (1, 1)
    phone.post(phone.op(phone.interview(pair[second], sat=codes[second])))

    assert completed(world) == (1, 1)
    assert world.satisfaction()["team"]["satisfied"] == 1, "the answer of the open draw"
    items = world.get("city", f"/api/v1/rounds/{ROUND}/sample?county=640104").json()["items"]
    states = {each["sample_id"]: (each["state"], each["surplus"]) for each in items}
    assert states[pair["open"]["sample_id"]] == ("completed", False)
    assert states[pair["covert"]["sample_id"]] == ("completed", True), "kept, holds its rank, is not counted"
    assert_in_step(world)
    shown = world.client.get(f"/rounds/{ROUND}/reach", headers={**world.headers("city"), "Accept": "text/html"}).text
    assert "只计明访的一份" in shown


def both_interviewed(world: World, phone: Phone) -> None:
    """The covert interview is surplus to the open one of the same household, and says something else."""
    seen, covert = a_pair(phone)
    phone.post(phone.op(phone.interview(seen, sat={"team": 5})), phone.op(phone.interview(covert, sat={"team": 2})))
    assert (completed(world), world.satisfaction()["team"]["satisfied"]) == ((1, 1), 1)


def test_once_the_open_draw_is_void_its_households_count_in_the_covert_one_at_once(world: World, phone: Phone) -> None:
    both_interviewed(world, phone)

    assert void_the_open_draw(world) == 201

    assert (completed(world), world.satisfaction()["team"]["satisfied"]) == ((1, 1), 0), "the answer of the covert draw"
    assert_in_step(world)
    assert count_missing(world.house.db, world.house.settings.tz) == 0, "counted by the void itself"


def test_killed_right_after_the_void_no_page_believes_what_was_kept_before(world: World, phone: Phone) -> None:
    both_interviewed(world, phone)

    with world.house.db.write(HOME) as session:
        void_draw(session, world.actor("city"), ROUND, "骰子掉到桌下", draw_id=f"{ROUND}-A1", asked_by="公证处")

    assert (completed(world), world.satisfaction()["team"]["satisfied"]) == ((1, 1), 0)
    assert count_missing(world.house.db, world.house.settings.tz) == 1
    assert_in_step(world)


def test_once_the_open_interview_is_gone_the_covert_one_counts(world: World, phone: Phone) -> None:
    seen, covert = a_pair(phone)
    held = phone.op({**phone.interview(seen), "answers": {}})
    phone.post(phone.op(phone.interview(covert, sat={"team": 2})), held)
    assert completed(world) == (1, 1), "a record that waits for a person counts nobody"

    again = phone.op(phone.interview(seen, sat={"team": 5}))
    phone.post(again)
    assert world.satisfaction()["team"]["satisfied"] == 1
    phone.post(phone.op({**phone.door(seen, "refused"), "corrects": again["op_id"]}))

    assert completed(world) == (1, 1)
    assert world.satisfaction()["team"]["satisfied"] == 0, "the answer of the covert draw"
    assert_in_step(world)
