"""A closed round's table stands still: what is corrected later shows beside it."""

import json

import pytest

from app.figures.frozen import queries, rules
from app.figures.frozen.models import FrozenResult
from app.kernel.db.base import HOME
from tests.cast import ROUND, World
from tests.phone import MORNING

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
        assert queries.first_broken(session) == ROUND


@pytest.mark.parametrize("field", ["n", "rate", "official", "low"])
def test_every_figure_of_an_item_counts_as_a_change(field: str) -> None:
    item = {"item": "team", "n": 1, "rate": "1", "official": "met", "low": "0"}
    table = {"counties": [{"code": "640104", "items": [item]}], "city": None}
    now = {"counties": [{"code": "640104", "items": [{**item, field: "other"}]}], "city": None}
    assert [(c.place, c.item, c.field) for c in rules.changes(table, now)] == [("640104", "team", field)]
