"""The page of the frozen table: what stood at the close, and beside it what is another number today."""

import csv
import io
from typing import Any

import pytest

from app.doors.desk import frozen
from tests.cast import ROUND, World
from tests.phone import MORNING
from tests.visitor import Visitor

PAGE = f"/rounds/{ROUND}/frozen"


def close(world: World) -> None:
    assert world.post("city", f"/api/v1/rounds/{ROUND}/close").status_code == 200


def row(text: str, code: str) -> str:
    return text.split(f'data-testid="frozen-{code}"')[1].split("</tr>")[0]


def inspected(world: World) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    phone = world.phone()
    first, second = phone.samples("poor")[:2]
    op = phone.op(phone.interview(first, sat={"team": 1}))
    phone.post(op, phone.op(phone.interview(second)))
    return phone, first, op


def test_while_the_round_is_open_there_is_no_such_page_and_no_tab(world: World) -> None:
    city = Visitor(world, "city")

    assert city.get(PAGE).status == 404
    assert PAGE not in city.get(f"/rounds/{ROUND}").html


def test_the_page_names_hash_versions_and_software_and_says_that_nothing_moved(world: World) -> None:
    inspected(world)
    close(world)
    city = Visitor(world, "city")
    results = world.get("city", f"/api/v1/rounds/{ROUND}/results").json()

    text = city.get(PAGE).html
    assert PAGE in city.get(f"/rounds/{ROUND}").html
    assert results["sha256"] in text
    assert f"q1_poor {results['table']['forms'][0]['version']}" in text
    assert results["table"]["software"] in text
    assert "至今没有一个数与冻结时不同" in text
    assert "1/2" in row(text, "I01")
    assert "现在" not in row(text, "I01")


def test_a_correction_stands_under_the_frozen_number_and_never_in_its_place(world: World) -> None:
    phone, first, wrong = inspected(world)
    close(world)
    late = MORNING.replace(hour=15)
    phone.post(phone.op(phone.interview(first, sat={"team": 5}, started=late, corrects=wrong["op_id"])))

    text = Visitor(world, "city").get(PAGE).html
    assert "1/2" in row(text, "I01")
    assert "现在 <b>2/2 100.00%</b>" in row(text, "I01")
    assert "现在" not in row(text, "I12")

    file = world.get("city", f"/rounds/{ROUND}/files/frozen.csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(file)))
    mine = [each for each in lines if each["区划代码"] == "640104" and each["代号"] == "I01" and not each["分项"]]
    assert [(each["分子"], each["分母"], each["现在"]) for each in mine] == [("1", "2", "2/2 100.00%")]


def test_of_too_many_counties_the_city_stands_alone_with_its_own_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, first, wrong = inspected(world)
    close(world)
    late = MORNING.replace(hour=15)
    phone.post(phone.op(phone.interview(first, sat={"team": 5}, started=late, corrects=wrong["op_id"])))
    whole = row(Visitor(world, "city").get(PAGE).html, "I01")
    monkeypatch.setattr(frozen, "MOST_COLUMNS", 2)

    text = Visitor(world, "city").get(PAGE).html

    assert "金凤区" in whole
    assert "金凤区" not in text
    assert whole.count("现在 <b>2/2 100.00%</b>") == 2, "of the county and of the city"
    assert row(text, "I01").count("现在 <b>2/2 100.00%</b>") == 1
    assert "各县冻结的数和现在的数见本页的文件" in text
    assert "兴庆区" in Visitor(world, "xing").get(PAGE).html, "who sees no city sees the own county"


def test_a_county_sees_its_own_column_and_no_city(world: World) -> None:
    inspected(world)
    close(world)

    text = Visitor(world, "xing").get(PAGE).html
    assert "兴庆区" in text
    assert "全市" not in row(text, "I01")
    assert "金凤区" not in text


def test_it_reads_in_english(world: World) -> None:
    inspected(world)
    close(world)

    text = Visitor(world, "city", lang="en").get(PAGE).html
    assert "The frozen table" in text
    assert "No figure is another one today." in text
