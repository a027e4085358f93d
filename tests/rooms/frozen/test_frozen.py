"""A closed round's table stands still: what is corrected later shows beside it."""

import json
from typing import Any

import pytest

from app.figures.frozen import queries, recount, rules
from app.figures.frozen.models import FrozenResult
from app.kernel.db.base import HOME
from tests.cast import ROUND, World
from tests.phone import MORNING, Phone

RESULTS = f"/api/v1/rounds/{ROUND}/results"


def close(world: World) -> None:
    assert world.post("city", f"/api/v1/rounds/{ROUND}/close").status_code == 200


def test_nothing_is_frozen_before_the_close(world: World) -> None:
    assert world.get("city", RESULTS).status_code == 404


def test_a_later_correction_shows_beside_the_frozen_table_and_never_inside_it(world: World) -> None:
    phone = world.phone()
    first, second = phone.samples()[:2]
    wrong = phone.op(phone.interview(first, sat={"team": 1}))
    phone.post(wrong, phone.op(phone.interview(second)))
    close(world)
    frozen = world.get("city", RESULTS).json()
    assert frozen["changed_since"] == []

    late = MORNING.replace(hour=15)
    phone.post(phone.op(phone.interview(first, sat={"team": 5}, started=late, corrects=wrong["op_id"])))

    after = world.get("city", RESULTS).json()
    assert (after["table"], after["sha256"]) == (frozen["table"], frozen["sha256"])
    team = next(
        c for c in after["changed_since"] if (c["place"], c["item"], c["field"]) == ("640104", "team", "satisfied")
    )
    assert (team["frozen"], team["now"]) == (1, 2)
    assert world.satisfaction()["team"]["satisfied"] == 2


def test_the_table_names_scheme_forms_and_software_and_hashes_to_its_digest(world: World) -> None:
    phone = world.phone()
    phone.post(phone.op(phone.interview(phone.samples()[0])))
    close(world)
    frozen = world.get("city", RESULTS).json()
    assert frozen["table"]["scheme"] == "yc2017"
    assert [form["form_id"] for form in frozen["table"]["forms"]] == ["q1_poor"]
    assert frozen["table"]["software"].startswith("ruhu ")
    assert rules.digest(rules.canonical(frozen["table"])) == frozen["sha256"]


def test_a_county_reads_its_own_row_of_the_frozen_table(world: World) -> None:
    close(world)
    seen = world.get("xing", RESULTS).json()
    assert [row["code"] for row in seen["table"]["counties"]] == ["640104"]
    assert seen["table"]["city"] is None


def test_closing_twice_keeps_the_first_table(world: World) -> None:
    close(world)
    first = world.get("city", RESULTS).json()
    close(world)
    assert world.get("city", RESULTS).json()["sha256"] == first["sha256"]


def test_a_changed_text_is_found(world: World) -> None:
    close(world)
    with world.house.db.read() as session:
        assert queries.first_broken(session) is None
    with world.house.db.write(HOME) as session:
        row = session.get(FrozenResult, ROUND)
        assert row is not None
        row.text = json.dumps({**json.loads(row.text), "target": "0.50"})
        session.add(row)
    with world.house.db.read() as session:
        broken = queries.first_broken(session)
    assert (broken and broken.round_code, broken and broken.figure) == (ROUND, "")


def test_all_forty_indicators_are_frozen_with_the_counts_that_give_them(world: World) -> None:
    phone = world.phone()
    phone.post(*(phone.op(phone.interview(sample)) for sample in phone.samples()[:3]))
    close(world)
    table = world.get("city", RESULTS).json()["table"]
    live = world.get("city", f"/api/v1/rounds/{ROUND}/indicators").json()

    assert [each["indicators"] for each in table["counties"]] == [each["indicators"] for each in live["counties"]]
    assert table["city"]["indicators"] == live["city"]["indicators"]
    assert len(table["city"]["indicators"]) == 40
    assert recount.first_apart(table) is None


def housed(phone: Phone, sample: dict[str, Any], grade: str, **more: Any) -> dict[str, Any]:
    """An interview with a house of this grade."""
    body = phone.interview(sample, **more)
    body["answers"]["guarantee"]["house_grade"] = grade
    return body


def test_a_correction_moves_every_indicator_it_touches_beside_the_table(world: World) -> None:
    """One household that was said to live safely turns out not to: I13 is one fewer, and the table stands."""
    phone = world.phone()
    first, second = phone.samples()[:2]
    safe = phone.op(housed(phone, first, "a"))
    phone.post(safe, phone.op(housed(phone, second, "a")))
    close(world)
    frozen = world.get("city", RESULTS).json()

    late = MORNING.replace(hour=15)
    phone.post(phone.op(housed(phone, first, "d", started=late, corrects=safe["op_id"])))

    after = world.get("city", RESULTS).json()
    assert (after["table"], after["sha256"]) == (frozen["table"], frozen["sha256"])
    moved = {(c["place"], c["item"], c["field"]): (c["frozen"], c["now"]) for c in after["changed_since"]}
    assert moved["640104", "I13", "numerator"] == (2, 1)
    assert moved["city", "I13", "rate"] == ("100.00", "50.00")
    assert {item for _, item, _ in moved} == {"I13", "I40", "I40.poor"}  # a corrected record is a record more
    with world.house.db.read() as session:
        assert queries.first_broken(session) is None


@pytest.mark.parametrize(
    ("name", "value"), [("numerator", 9), ("rate", "99.99"), ("high", "1.00"), ("official", "missed")]
)
def test_a_figure_that_its_counts_do_not_give_is_found_even_with_a_new_digest(
    world: World, name: str, value: object
) -> None:
    """Whoever changes a figure and hashes the table again has still to change the counts and every figure of them."""
    phone = world.phone()
    phone.post(phone.op(phone.interview(phone.samples()[0])))
    close(world)
    with world.house.db.write(HOME) as session:
        row = session.get(FrozenResult, ROUND)
        assert row is not None
        table = json.loads(row.text)
        county = next(each for each in table["counties"] if each["code"] == "640104")
        figure = next(each for each in county["indicators"] if each["code"] == "I12")
        assert figure[name] != value
        figure[name] = value
        row.text = rules.canonical(table)
        row.sha256 = rules.digest(row.text)
        session.add(row)

    with world.house.db.read() as session:
        broken = queries.first_broken(session)
    assert (broken and broken.round_code, broken and broken.figure) == (ROUND, "640104 I12")


def test_a_table_of_before_the_indicators_still_reads(world: World) -> None:
    close(world)
    with world.house.db.write(HOME) as session:
        row = session.get(FrozenResult, ROUND)
        assert row is not None
        table = json.loads(row.text)
        for each in (*table["counties"], table["city"]):
            each.pop("indicators")
            each.pop("counts", None)
        row.text = rules.canonical(table)
        row.sha256 = rules.digest(row.text)
        session.add(row)

    assert world.get("city", RESULTS).json()["changed_since"] == []
    with world.house.db.read() as session:
        assert queries.first_broken(session) is None


def test_rows_read_alone_are_the_rows_of_the_whole_table(world: World) -> None:
    """From canonical text or any other, of whatever counties: what is read alone is what the whole has."""
    phone = world.phone()
    phone.post(*(phone.op(phone.interview(sample)) for sample in phone.samples()[:3]))
    close(world)
    with world.house.db.read() as session:
        row = session.get(FrozenResult, ROUND)
        assert row is not None
        text = row.text
    whole = json.loads(text)
    assert rules._rows_alone(text, ()) is not None, "the text that is kept is read by rows"

    for codes in ((), ("640106",), ("640104", "640106"), ("640199",)):
        rows = [each for each in whole["counties"] if each["code"] in codes]
        for laid_out in (text, json.dumps(whole, indent=1), json.dumps(whole, ensure_ascii=False)):
            assert rules.within(laid_out, codes, city=True) == {**whole, "counties": rows}
            assert rules.within(laid_out, codes, city=False) == {**whole, "counties": rows, "city": None}


@pytest.mark.parametrize("field", ["n", "rate", "official", "low"])
def test_every_figure_of_an_item_counts_as_a_change(field: str) -> None:
    item = {"item": "team", "n": 1, "rate": "1", "official": "met", "low": "0"}
    table = {"counties": [{"code": "640104", "items": [item]}], "city": None}
    now = {"counties": [{"code": "640104", "items": [{**item, field: "other"}]}], "city": None}
    assert [(c.place, c.item, c.field) for c in rules.changes(table, now)] == [("640104", "team", field)]
