"""Held records: listed in words, decided with a reason by the city officer, and kept whatever is decided."""

from typing import Any

import pytest

from tests.cast import ROUND, World
from tests.visitor import Visitor


def held_record(world: World, **changes: Any) -> str:
    """Lin's phone sends an interview that names a form nobody published; the id of the held record."""
    phone = world.phone("lin")
    body = phone.interview(phone.samples("poor")[0])
    (result,) = phone.post(phone.op({**body, "answers": {**body["answers"], "surprise": {"x": "1"}}, **changes}))
    if result["state"] == "stored":
        (result,) = phone.post(phone.op({**body, "form_version": "1999"}))
    assert result["state"] == "quarantined"
    return str(result["op_id"])


def wrong_choice(world: World) -> str:
    """An interview with an answer that the form does not list."""
    phone = world.phone("lin")
    body = phone.interview(phone.samples("poor")[0])
    body["answers"]["satisfaction"]["sat_team"] = "7"
    (result,) = phone.post(phone.op(body))
    assert result["state"] == "quarantined"
    return str(result["op_id"])


def test_a_held_record_is_listed_with_its_reasons_in_words(world: World) -> None:
    op_id = wrong_choice(world)

    page = Visitor(world, "city").get("/held")

    assert f"/records/{op_id}" in page.links
    assert "1 条" in page.main
    assert page.one("span", class_="badge").text == "1"
    assert not Visitor(world, "lin").get("/rounds").all("span", class_="badge")
    assert "对驻村工作队" in page.main
    assert "请从所列选项中选择(收到的是“7”)" in page.main
    assert "林青" in page.main
    assert "/rounds/2017-1/samples/2017-1-A1.640104-P.1" in page.links
    board = Visitor(world, "city").get(f"/rounds/{ROUND}")
    assert "待核记录" in board.one("aside").text
    assert "/held" in board.links


def test_a_released_record_counts_and_its_first_reasons_stay(world: World) -> None:
    op_id = wrong_choice(world)
    assert world.satisfaction()["team"]["n"] == 0
    city = Visitor(world, "city")

    page = city.post(f"/records/{op_id}/resolve", resolution="released", reason="打电话核实过,是第5项")

    assert "已放行" in page.main
    assert "没有待核的记录" in page.main
    assert world.satisfaction()["helper"]["n"] == 1
    record = city.get(f"/records/{op_id}")
    assert "这条记录曾经待核" in record.main
    assert "打电话核实过" in record.main


def test_a_voided_record_counts_nowhere_and_can_still_be_read(world: World) -> None:
    op_id = wrong_choice(world)
    city = Visitor(world, "city")

    assert "已作废" in city.post(f"/records/{op_id}/resolve", resolution="voided", reason="同一户填了两次").main

    assert world.satisfaction()["helper"]["n"] == 0
    record = city.get(f"/records/{op_id}")
    assert record.status == 200
    assert "已作废" in record.main
    assert "已作废" in city.get("/rounds/2017-1/samples/2017-1-A1.640104-P.1").main


@pytest.mark.parametrize("form", [{"reason": "好"}, {"reason": ""}, {"reason": "理由充分", "resolution": "gone"}])
def test_a_decision_without_a_reason_is_not_taken(world: World, form: dict[str, str]) -> None:
    op_id = wrong_choice(world)
    city = Visitor(world, "city")

    page = city.post(f"/records/{op_id}/resolve", **{"resolution": "released", **form})

    assert page.status == 422
    assert page.one("p", id="reason-fault").text
    assert f"/records/{op_id}" in city.get("/held").links


def test_a_record_without_a_published_form_can_be_voided_but_not_released(world: World) -> None:
    op_id = held_record(world, form_version="1999")
    city = Visitor(world, "city")

    refused = city.post(f"/records/{op_id}/resolve", resolution="released", reason="看过了,没问题")
    assert refused.status == 409
    assert "可以作废" in refused.main
    assert "收到的原文" in city.get(f"/records/{op_id}").main
    assert city.post(f"/records/{op_id}/resolve", resolution="voided", reason="问卷版本不对").status == 200


def test_a_decision_is_taken_once(world: World) -> None:
    op_id = wrong_choice(world)
    city = Visitor(world, "city")
    city.post(f"/records/{op_id}/resolve", resolution="voided", reason="同一户填了两次")

    again = city.post(f"/records/{op_id}/resolve", resolution="released", reason="再看一遍没问题")

    assert again.status == 409
    assert "已经处理过" in again.main


@pytest.mark.parametrize(
    ("account", "list_status", "record_status"),
    [("xing", 404, 404), ("jin", 404, 404), ("fang", 404, 404), ("he", 404, 404), ("admin", 404, 404),
     ("lin", 404, 200), ("leaders", 200, 200), ("auditor", 200, 200)],
)  # fmt: skip
def test_who_reads_held_records_and_that_none_of_them_decides(
    world: World, account: str, list_status: int, record_status: int
) -> None:
    op_id = wrong_choice(world)
    visitor = Visitor(world, account)

    assert visitor.status("/held") == list_status
    assert visitor.status(f"/records/{op_id}") == record_status
    decided = visitor.post(f"/records/{op_id}/resolve", resolution="released", reason="我觉得没有问题")
    assert decided.status == 404
    assert f"/records/{op_id}" in Visitor(world, "city").get("/held").links


def test_a_body_that_is_no_json_is_shown_as_it_came_and_harmless(world: World) -> None:
    phone = world.phone("lin")
    (result,) = phone.post(phone.op('<script>alert("x")</script>\u0007 640104'))

    page = Visitor(world, "city").get(f"/records/{result['op_id']}")

    assert page.status == 200
    assert not page.all("script")
    assert '<script>alert("x")</script>' in page.one("pre").text


def test_other_bytes_under_one_id_are_listed_apart(world: World) -> None:
    phone = world.phone("lin")
    sample = phone.samples("poor")[0]
    first = phone.op(phone.interview(sample))
    other = phone.op(phone.interview(sample, sat={"team": 1}))
    phone.post(first)
    phone.post({**other, "op_id": first["op_id"]})

    page = Visitor(world, "city").get("/held")

    assert "同一编号、内容不同" in page.main
    assert f"/records/{first['op_id']}/versions" in page.links


def test_a_correction_and_what_it_corrects_point_at_each_other(world: World) -> None:
    phone = world.phone("lin")
    sample = phone.samples("poor")[0]
    first = phone.op(phone.interview(sample, sat={"team": 1}))
    second = phone.op(phone.interview(sample, sat={"team": 5}, corrects=first["op_id"]) | {"corrects_why": "听反了"})
    phone.post(first, second)
    city = Visitor(world, "city")

    older, newer = city.get(f"/records/{first['op_id']}"), city.get(f"/records/{second['op_id']}")

    assert "已被更正" in older.main
    assert f"/records/{second['op_id']}" in older.links
    assert f"/records/{first['op_id']}" in newer.links


def test_photos_that_are_not_here_yet_say_so(world: World) -> None:
    phone = world.phone("lin")
    body = phone.door(phone.samples("poor")[0])
    (result,) = phone.post(phone.op(body))
    city = Visitor(world, "city")

    before = city.get(f"/records/{result['op_id']}")
    assert "照片还没传到" in before.main
    assert not before.all("img")
    assert phone.put(body["photos"][0]["sha256"]) == 201
    assert city.get(f"/records/{result['op_id']}").all("img")
