"""A wrong exit counts after a second person's word, and never by the word of whoever judged it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.kernel.audit import AuditRow
from tests.cast import ROUND, World
from tests.phone import MORNING, Phone
from tests.visitor import Visitor


def exited_sample(phone: Phone) -> dict[str, Any]:
    """The first drawn household that had left poverty in the frame."""
    return next(each for each in phone.samples("poor") if each["household"]["status"] == "exited")


def judged_bad(phone: Phone, sample: dict[str, Any], *, minutes: int = 20, **changes: Any) -> str:
    """An interview that judges the exit wrong for the house; the id of its record."""
    body = {**phone.interview(sample), **changes}
    body["answers"]["main"] |= {"status": "exited", "exit_year": "2016", "exit_agree": "0", "exit_signed": "1"}
    body["answers"]["main"].pop("exit_willing", None)
    body["answers"]["close"] |= {"exit_judge": "bad", "exit_gap": "house"}
    body["finished_at"] = (MORNING + timedelta(minutes=minutes)).isoformat()
    (result,) = phone.post(phone.op(body))
    assert result["state"] == "stored", result
    return str(result["op_id"])


def figure(world: World, code: str, part: str = "") -> tuple[int, int]:
    body = world.get("city", f"/api/v1/rounds/{ROUND}/indicators?only={code}").json()
    county = next(each for each in body["counties"] if each["code"] == "640104")
    (found,) = county["indicators"]
    if part:
        found = next(each for each in found["parts"] if each["part"] == part)
    return found["numerator"], found["denominator"]


def test_a_wrong_exit_counts_once_another_person_has_confirmed_it(world: World) -> None:
    op_id = judged_bad(world.phone("lin"), exited_sample(world.phone("lin")))
    assert (figure(world, "I07"), figure(world, "I07", "suspected")) == ((0, 1), (1, 1))
    leader = Visitor(world, "song")
    listed = leader.get("/reviews")
    assert "待复核的判断 1 条" in listed.main
    assert "住房安全" in listed.main

    page = leader.post(f"/reviews/{op_id}", verdict="confirmed", why="到户看过,土坯房有裂缝")

    assert "复核已记录" in page.main
    assert "宋平" not in page.main
    assert (figure(world, "I07"), figure(world, "I07", "suspected")) == ((1, 1), (0, 1))
    with world.house.db.read() as session:
        (line,) = session.exec(select(AuditRow).where(AuditRow.action == "review.confirmed"))
    assert (line.actor, json.loads(line.detail)) == ("song", {"judgement": "exit_judge"})

    leader.post(f"/reviews/{op_id}", verdict="rejected", why="鉴定表补来,是B级")
    assert (figure(world, "I07"), figure(world, "I07", "suspected")) == ((0, 1), (1, 1))


def test_nobody_reviews_a_record_of_their_own(world: World) -> None:
    op_id = judged_bad(world.phone("song"), exited_sample(world.phone("song")))

    answer = world.post("song", f"/api/v1/reviews/{op_id}", {"verdict": "confirmed", "why": "自己看过的"})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/same-person")
    assert figure(world, "I07") == (0, 1)
    page = Visitor(world, "song").get(f"/reviews/{op_id}")
    assert "由您本人提交" in page.main
    assert not page.all("textarea")
    assert (
        world.post("city", f"/api/v1/reviews/{op_id}", {"verdict": "confirmed", "why": "照片核对"}).status_code == 201
    )
    assert figure(world, "I07") == (1, 1)


@pytest.mark.parametrize(
    ("account", "body", "status"),
    [
        ("leaders", {"verdict": "confirmed", "why": "看过了"}, 403),
        ("lin", {"verdict": "confirmed", "why": "看过了"}, 404),
        ("fang", {"verdict": "confirmed", "why": "看过了"}, 404),
        ("xing", {"verdict": "confirmed", "why": "看过了"}, 404),
        ("city", {"verdict": "maybe", "why": "照片核对"}, 422),
        ("city", {"verdict": "confirmed", "why": "好"}, 422),
    ],
)
def test_what_is_no_review_changes_nothing(world: World, account: str, body: dict[str, str], status: int) -> None:
    op_id = judged_bad(world.phone("lin"), exited_sample(world.phone("lin")))

    assert world.post(account, f"/api/v1/reviews/{op_id}", body).status_code == status
    assert figure(world, "I07") == (0, 1)


def test_a_corrected_record_asks_for_a_review_of_its_own(world: World) -> None:
    phone = world.phone("lin")
    sample = exited_sample(phone)
    op_id = judged_bad(phone, sample)
    world.post("city", f"/api/v1/reviews/{op_id}", {"verdict": "confirmed", "why": "照片核对"})
    assert figure(world, "I07") == (1, 1)

    newer = judged_bad(phone, sample, corrects=op_id)

    assert (figure(world, "I07"), figure(world, "I07", "suspected")) == ((0, 1), (1, 1))
    waiting = world.get("city", "/api/v1/reviews").json()["judgements"]
    assert [(each["op_id"], each["verdict"]) for each in waiting] == [(newer, None)]


def test_a_grave_doubt_counts_until_a_second_person_settles_it(world: World) -> None:
    """Four minutes for a long questionnaire: kept, flagged, and open until somebody says why."""
    op_id = judged_bad(world.phone("lin"), exited_sample(world.phone("lin")), minutes=4)
    numerator, denominator = figure(world, "I40")
    assert (numerator, denominator) == (1, 1)
    flags = {each["flag"] for each in world.get("city", "/api/v1/reviews").json()["doubts"]}
    assert "F05" in flags

    leader = Visitor(world, "song")
    page = leader.get(f"/reviews/{op_id}")
    assert "访问时间过短" in page.main
    for each in world.get("city", "/api/v1/reviews").json()["doubts"]:
        if each["severity"] == "high":
            leader.post(
                f"/reviews/{op_id}/doubts/{each['flag']}/{each['reason']}", state="explained", why="老人熟悉情况,核对过"
            )

    assert figure(world, "I40") == (0, 1)
    again = world.post(
        "song", f"/api/v1/flags/{op_id}/F05", {"reason": "short", "state": "rejected", "why": "再看一次"}
    )
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-settled")
