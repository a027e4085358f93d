"""Plans sort a county's households into lists; the draw, its record and the files for a stranger follow them."""

import copy
from datetime import date
from typing import Any

import pytest

from app.kernel.db.base import HOME
from app.registry.households.models import Household
from app.registry.households.queries import FrameMember
from app.registry.people.rules import Actor
from app.registry.places import Village
from app.survey.rounds import plan as plans
from app.survey.rounds import problems, queries, service
from app.survey.rounds.claims import Terms
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_draws
from app.survey.rounds.record import check_record
from tests.rooms.rounds.desk import DICE, T0, Desk, Draws, Freeze

N = {"poor": 10, "non_poor": 4}
TWO_STAGES = {"villages": {"poor": {"m": 5, "b": 2}}}


def members(poor: int = 40, non_poor: int = 30, villages: int = 1) -> list[FrameMember]:
    statuses = [("exited" if number % 2 else "unexited") for number in range(poor)] + ["non_poor"] * non_poor
    return [
        FrameMember(
            unit=f"640104001{number % villages + 201}-{number:04}", status=status, office_no=f"户{number}",
            village=f"640104001{number % villages + 201}", resettled=number % 8 == 0,
            hh_attr="tekun" if number % 10 == 3 else "general", cause="ill",
            exit_year=2016 if status == "exited" else None,
        )
        for number, status in enumerate(statuses, start=1)
    ]  # fmt: skip


def lists_of(
    asked: dict[str, Any] | None, *, of: list[FrameMember] | None = None, visited: set[str] | None = None
) -> Any:
    plan, faults = plans.read_plan(asked, N)
    assert faults == []
    made = plans.make_lists(plan, N, members() if of is None else of, visited or set())
    return {each.code("640104"): (each.n, each.r, len(each.units())) for each in made}


def test_the_plain_plan_has_one_list_of_poor_and_one_of_others() -> None:
    assert lists_of(None) == {"640104-P": (10, 20, 40), "640104-N": (4, 8, 30)}


def test_the_poor_may_be_split_by_exit() -> None:
    assert lists_of({"split_exit": {"exited": 6, "unexited": 4}}) == {
        "640104-P.EXITED": (6, 12, 20), "640104-P.UNEXITED": (4, 8, 20), "640104-N": (4, 8, 30),
    }  # fmt: skip


def test_where_one_half_of_a_split_is_short_the_other_makes_it_up() -> None:
    few = [member for member in members() if member.status != "exited"] + [members()[1]]
    found = lists_of({"split_exit": {"exited": 6, "unexited": 4}}, of=few)

    assert {code: n for code, (n, _, _) in found.items()} == {
        "640104-P.EXITED": 1, "640104-P.UNEXITED": 9, "640104-N": 4,
    }  # fmt: skip


def test_a_must_draw_class_gets_its_own_list_and_the_rest_keeps_a_chance() -> None:
    must = [{"name": "RESETTLED", "kind": "poor", "n": 3, "where": {"resettled": True}},
            {"name": "WUBAO", "kind": "poor", "n": 2, "where": {"hh_attr": "tekun"}}]  # fmt: skip
    found = lists_of({"must": must})

    assert found == {
        "640104-P.RESETTLED": (3, 2, 5), "640104-P.WUBAO": (2, 2, 4), "640104-P": (5, 10, 31), "640104-N": (4, 8, 30),
    }  # fmt: skip


def test_a_class_that_nobody_is_of_has_no_list() -> None:
    must = [{"name": "FIRE", "kind": "poor", "n": 3, "where": {"cause": "disaster"}}]
    assert lists_of({"must": must}) == lists_of(None)


def test_a_fresh_round_leaves_out_whom_earlier_rounds_interviewed_and_says_so() -> None:
    seen = {member.unit for member in members()[:10]}
    plan, _ = plans.read_plan({"mode": "fresh"}, N)
    made = plans.make_lists(plan, N, members(), seen)

    assert {each.code("640104"): (each.n, len(each.units()), len(each.left_out)) for each in made} == {
        "640104-P.FRESH": (10, 30, 10), "640104-N.FRESH": (4, 30, 0),
    }  # fmt: skip


def test_a_panel_round_follows_some_of_them_in_a_list_apart() -> None:
    seen = {member.unit for member in members()[:10]}
    assert lists_of({"mode": "panel", "panel": {"poor": 3}}, visited=seen) == {
        "640104-P.PANEL": (3, 7, 10), "640104-P.FRESH": (7, 14, 30), "640104-N.FRESH": (4, 8, 30),
    }  # fmt: skip


def test_a_fresh_round_may_be_split_too() -> None:
    found = lists_of({"mode": "fresh", "split_exit": {"exited": 5, "unexited": 5}}, visited={members()[0].unit})
    assert list(found) == ["640104-P.FRESH-EXITED", "640104-P.FRESH-UNEXITED", "640104-N.FRESH"]


def test_two_stages_commit_to_all_villages_and_to_the_households_of_each() -> None:
    found = lists_of(TWO_STAGES, of=members(villages=7))

    assert found["V-640104-P"] == (5, 0, 7)
    homes = {code: line for code, line in found.items() if code.startswith("640104-P.")}
    assert len(homes) == 7
    assert all((n, r) == (2, min(4, size - 2)) for n, r, size in homes.values())
    assert sum(size for _, _, size in homes.values()) == 40


def test_too_few_villages_and_a_village_too_small_for_its_hits_are_refused() -> None:
    plan, _ = plans.read_plan(TWO_STAGES, N)
    with pytest.raises(plans.TooFew):
        plans.make_lists(plan, N, members(villages=3))


def test_the_order_of_the_register_changes_no_list() -> None:
    for asked in (None, {"split_exit": {"exited": 6, "unexited": 4}}, TWO_STAGES):
        plan, _ = plans.read_plan(asked, N)
        forwards, backwards = members(villages=7), list(reversed(members(villages=7)))
        assert plans.make_lists(plan, N, forwards) == plans.make_lists(plan, N, backwards)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"colour": 1}, "#/plan"),
        ({"mode": "panels"}, "#/plan/mode"),
        ({"mode": "panel"}, "#/plan/panel"),
        ({"mode": "panel", "panel": {"poor": 10}}, "#/plan/panel"),
        ({"panel": {"poor": 3}}, "#/plan/panel"),
        ({"split_exit": {"exited": 10, "unexited": 0}}, "#/plan/split_exit"),
        ({"split_exit": {"exited": 5, "unexited": 6}}, "#/plan/split_exit"),
        ({"must": "x"}, "#/plan/must"),
        ({"must": [{"name": "FRESH", "kind": "poor", "n": 1, "where": {"resettled": True}}]}, "#/plan/must/0"),
        ({"must": [{"name": "OK", "kind": "poor", "n": 1, "where": {"head_name": "x"}}]}, "#/plan/must/0"),
        ({"must": [{"name": "ALL", "kind": "poor", "n": 10, "where": {"resettled": True}}]}, "#/plan/must"),
        ({"villages": {"poor": {"m": 2, "b": 5}}}, "#/plan/villages/poor"),
        ({"villages": {"poor": {"m": 5, "b": 3}}}, "#/plan/villages/poor"),
        ({"villages": 7}, "#/plan/villages/"),
        ({**TWO_STAGES, "split_exit": {"exited": 5, "unexited": 5}}, "#/plan/villages/poor"),
        ({"must": [{"name": "R2", "kind": "poor", "n": 1, "where": {"resettled": True}}],
          "split_exit": {"exited": 5, "unexited": 5}}, "#/plan/must"),
    ],
)  # fmt: skip
def test_a_plan_that_does_not_hold_is_named_at_its_place(asked: dict[str, Any], where: str) -> None:
    _, faults = plans.read_plan(asked, N)
    assert where in [fault.pointer for fault in faults]


# --- over a real register ---


@pytest.fixture
def seven_villages(desk: Desk, officer: Actor) -> str:
    """兴庆区 with its poor in seven villages of unequal size; a round over it."""
    county_id = desk.counties["640104"].id
    with desk.db.write(county_id) as session:
        number = 0
        for village, size in enumerate((3, 4, 5, 6, 7, 9, 11), start=201):
            code = f"640104001{village}"
            session.add(Village(county_id=county_id, code=code, name=f"村{village}", town_name="石桥镇"))
            session.flush()
            for place in range(size):
                number += 1
                status = "exited" if place % 2 else "unexited"
                session.add(_home(county_id, code, number, status, resettled=place == 0))
        for number in range(100, 120):
            session.add(_home(county_id, "640104001201", number, "non_poor"))
    with desk.db.write(HOME) as session:
        service.open_round(
            session, officer, code="2018-1", name="分层轮次", starts_on=date(2018, 5, 1), ends_on=date(2018, 6, 1),
            counties=["640104"],
        )  # fmt: skip
    return "2018-1"


def _home(county_id: int, village: str, number: int, status: str, *, resettled: bool = False) -> Household:
    return Household(
        county_id=county_id, unit=f"{village}-{number:04}", office_no=f"户{number}", status=status,
        village_code=village, head_name="某某", resettled=resettled, content=b"-", created_at=T0, updated_at=T0,
    )  # fmt: skip


def frozen_and_drawn(desk: Desk, officer: Actor, code: str, asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    freeze_draws(desk.db, officer, code, Terms("DICE10X20", plan=asked, **more), n=N, now=T0)
    return draw_sample(desk.db, desk.keys, officer, code, parts=[DICE], now=T0)


def whole_frame(desk: Desk, officer: Actor, code: str) -> list[tuple[str, str]]:
    with desk.db.read() as session:
        return [(stratum, unit) for stratum, unit, _ in queries.frame_rows(session, officer, code)]


def test_a_two_stage_draw_holds_for_a_stranger_and_every_village_can_be_checked_alone(
    desk: Desk, officer: Actor, seven_villages: str
) -> None:
    record = frozen_and_drawn(desk, officer, seven_villages, TWO_STAGES)
    frame = whole_frame(desk, officer, seven_villages)

    stage = record["stages"][0]
    assert (stage["m"], stage["b"], stage["M"], stage["inclusion"]) == (5, 2, 45, "10/45")
    assert sum(hits for _, _, hits, _ in stage["picked"]) == 5
    mains = [unit for code, both in record["lists"].items() if code != "640104-N" for unit in both["main"]]
    assert len(mains) == len(set(mains)) == 10
    checked = check_record(record, frame)
    assert checked.holds, checked.first
    assert checked.verification.strata_missing == ()
    one = [row for row in frame if row[0] == f"640104-P.{stage['picked'][0][0]}"]
    assert check_record(record, one).holds


def test_samples_of_a_two_stage_draw_have_the_length_of_their_hits(
    desk: Desk, officer: Actor, seven_villages: str
) -> None:
    record = frozen_and_drawn(desk, officer, seven_villages, TWO_STAGES)
    with desk.db.read() as session:
        rows = queries.list_samples(session, officer, seven_villages)

    poor = [row for row in rows if row.kind == "poor"]
    assert sum(row.rank <= row.main for row in poor) == 10
    for row in poor:
        assert row.main == len(record["lists"][row.stratum]["main"])
        assert row.sample_id == f"2018-1-A1.{row.stratum}.{row.rank}"
        assert row.unit.startswith(row.part)


@pytest.mark.parametrize("change", ["start", "hits", "village", "size", "m", "list"])
def test_a_first_stage_that_was_touched_is_named(desk: Desk, officer: Actor, seven_villages: str, change: str) -> None:
    record = copy.deepcopy(frozen_and_drawn(desk, officer, seven_villages, TWO_STAGES))
    stage = record["stages"][0]
    match change:
        case "start":
            stage["start"] = (stage["start"] + 1) % 45
        case "hits":
            stage["picked"][0][2] += 1
        case "village":
            stage["picked"][0], stage["picked"][1] = stage["picked"][1], stage["picked"][0]
        case "size":
            stage["picked"][0][1] += 1
        case "m":
            stage["m"] = 4
        case "list":
            record["lists"].pop(f"640104-P.{stage['picked'][0][0]}")
    found = check_record(record, whole_frame(desk, officer, seven_villages)).verification.differences

    assert found, change
    assert found[0].where.startswith("lists" if change == "list" else ("stages", "lists"))


def test_a_split_draw_with_a_class_holds_and_its_record_says_the_plan(
    desk: Desk, officer: Actor, seven_villages: str
) -> None:
    asked = {"must": [{"name": "RESETTLED", "kind": "poor", "n": 3, "where": {"resettled": True}}]}
    record = frozen_and_drawn(desk, officer, seven_villages, asked)

    assert record["plan"] == asked
    assert [len(record["lists"][code]["main"]) for code in ("640104-P.RESETTLED", "640104-P")] == [3, 7]
    checked = check_record(record, whole_frame(desk, officer, seven_villages))
    assert checked.holds, checked.first


def test_a_fresh_draw_commits_to_whom_it_left_out(desk: Desk, officer: Actor, seven_villages: str) -> None:
    seen = {"640104001201-0001", "640104001201-0002"}
    record = frozen_and_drawn(desk, officer, seven_villages, {"mode": "fresh"}, visited=lambda *_: seen)

    line = next(line for line in record["strata"] if line["stratum"] == "640104-P.FRESH")
    assert (line["N"], line["left_out"]["N"]) == (43, 2)
    assert len(line["left_out"]["digest"]) == 64
    assert not seen & set(record["lists"]["640104-P.FRESH"]["main"] + record["lists"]["640104-P.FRESH"]["reserve"])


def test_a_plan_that_does_not_hold_freezes_nothing(two_counties: str, freezes: Freeze, draws: Draws) -> None:
    with pytest.raises(problems.BadPlan):
        freezes(plan={"villages": {"poor": {"m": 2, "b": 5}}})
    with pytest.raises(problems.FrameRefused):
        freezes(plan=TWO_STAGES)
    freezes()
    assert draws()["draw"] == "2017-1-A1"
