"""From one round to the next: pages claim a change only beyond chance, and say so in words with the counts."""

from datetime import timedelta

from tests.cast import ROUND, World
from tests.phone import MORNING
from tests.visitor import Visitor

SECOND = "2017-2"
BEGUN = {
    "code": SECOND, "name": "第二轮", "starts_on": "2017-09-11", "ends_on": "2017-10-20", "counties": ["640104"],
}  # fmt: skip
LATER = MORNING + timedelta(days=120)


def first_round(world: World, satisfied: int, of: int = 8) -> None:
    phone = world.phone("lin")
    for place, sample in enumerate(phone.samples()[:of]):
        phone.post(phone.op(phone.interview(sample, sat={"team": 5 if place < satisfied else 2})))


def second_round(world: World, plan: dict[str, object]) -> None:
    assert world.post("city", "/api/v1/rounds", json=BEGUN).status_code == 201
    terms = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}, **plan}
    assert world.post("city", f"/api/v1/rounds/{SECOND}/freeze", json=terms).status_code == 201
    drawn = world.post("city", f"/api/v1/rounds/{SECOND}/draw", json={"parts": ["11111111111111111111"]})
    assert drawn.status_code == 201


def interviews(world: World, satisfied: int, *, panel: bool) -> None:
    """Everybody of one list of the second round, the first of them satisfied."""
    phone = world.phone("lin")
    mine = [s for s in phone.samples() if s["round"] == SECOND and (".PANEL." in s["sample_id"]) == panel]
    opened = [sample for sample in mine if sample["state"] == "open"]
    assert opened
    for place, sample in enumerate(opened):
        body = phone.interview(sample, sat={"team": 5 if place < satisfied else 2}, started=LATER)
        results = phone.post(phone.op(body))
        assert [each["state"] for each in results] == ["stored"], results[0]["problem"]["errors"]


def trend(world: World, path: str, account: str = "city") -> str:
    page = Visitor(world, account).get(path)
    assert page.status == 200
    return page.main.partition("轮次之间能说什么")[2]


def test_a_first_round_has_nothing_to_be_compared_with(world: World) -> None:
    first_round(world, 5)

    assert trend(world, f"/rounds/{ROUND}/figures/I01") == ""


def test_five_of_eight_and_ten_of_ten_may_be_chance_and_the_page_says_so(world: World) -> None:
    first_round(world, 5)
    second_round(world, {})
    interviews(world, 10, panel=False)

    for path in (f"/rounds/{SECOND}/figures/I01", f"/rounds/{SECOND}/figures/I01/rounds"):
        told = trend(world, path)
        assert "5/8 → 10/10:差别可能只是抽样造成的(p=0.069),不能说升降" in told
        assert "2 轮合计 15/18" in told
        assert "尚不足以说明达到90%" in told
        assert "上升" not in told.replace("不能说升降", "")


def test_none_of_eight_and_ten_of_ten_is_beyond_chance(world: World) -> None:
    first_round(world, 0)
    second_round(world, {})
    interviews(world, 10, panel=False)

    assert "0/8 → 10/10:上升,不能只用抽样解释(p=<0.001)" in trend(world, f"/rounds/{SECOND}/figures/I01")
    brief = Visitor(world, "city").get(f"/rounds/{SECOND}/counties/640104/brief").main
    assert "驻村工作队满意度 0/8 → 10/10:上升" in brief
    assert "另有2项与上一轮的差别可能只是抽样造成的" in brief


def test_households_asked_twice_are_counted_by_those_that_changed(world: World) -> None:
    """Six of a panel's six turned to satisfied: McNemar, 2 ÷ 2^6."""
    first_round(world, 0)
    second_round(world, {"plan": {"mode": "panel", "panel": {"poor": 6}}})
    interviews(world, 6, panel=True)
    interviews(world, 2, panel=False)

    told = trend(world, f"/rounds/{SECOND}/figures/I01")
    assert "同户复访 6 户,0 户由是变否,6 户由否变是;" in told
    assert "p=0.031" in told
