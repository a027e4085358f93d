"""Files of figures and records: the same as on the page, no further than the reader sees, and nothing runs in Excel."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import Session, select

from app.kernel.audit import AuditRow
from app.papers.exports.records import mended, picker, plan_of, read_sealed, rows_of
from app.survey.rounds.queries import get_round
from tests.cast import ROUND, World

RECORDS = f"/api/v1/rounds/{ROUND}/records.csv"


def rows(world: World, account: str, path: str = RECORDS) -> list[dict[str, str]]:
    answer = world.get(account, path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_every_accepted_record_is_a_line_with_what_the_phone_sealed(world: World) -> None:
    phone = world.phone("lin")
    first, second, third = phone.samples("poor")[:3]
    sealed = [phone.op(phone.interview(each, sat={"team": 2, "helper": 9})) for each in (first, second)]
    held = phone.op({**phone.interview(third), "answers": {}})
    better = phone.op(phone.interview(second, corrects=sealed[1]["op_id"]))
    states = [each["state"] for each in phone.post(*sealed, held, better)]
    assert states == ["stored", "stored", "quarantined", "stored"]

    found = rows(world, "city")

    assert [row["_op_id"] for row in found] == [sealed[0]["op_id"], sealed[1]["op_id"], better["op_id"]]
    assert [row["_corrects"] for row in found] == ["", "", sealed[1]["op_id"]]
    assert [row["satisfaction/sat_team"] for row in found] == ["2", "2", "5"]
    assert {(row["_county"], row["_stratum"], row["_inspector"]) for row in found} == {("640104", "poor", "lin")}
    assert found[0]["_sample_id"] == first["sample_id"]
    assert found[0]["_started_at"] == "2017-05-20T09:30:00+08:00"
    assert not [row for row in rows(world, "city", f"{RECORDS}?form=q1_poor") if None in row or None in row.values()]


def test_a_text_that_would_run_in_excel_comes_as_text(world: World) -> None:
    phone = world.phone("lin")
    body = phone.door(phone.samples("poor")[0], "refused")
    body["answers"]["cover"]["not_done_reason"] = "=cmd|' /c calc'!A0"
    assert phone.post(phone.op(body))[0]["state"] == "stored"

    (row,) = rows(world, "city")

    assert row["cover/not_done_reason"] == "'=cmd|' /c calc'!A0"


def test_each_reader_takes_the_records_of_their_own_counties(world: World) -> None:
    for account in ("lin", "fang"):
        phone = world.phone(account)
        phone.post(phone.op(phone.interview(phone.samples("poor")[0])))

    assert {row["_county"] for row in rows(world, "city")} == {"640104", "640106"}
    assert {row["_county"] for row in rows(world, "lin")} == {"640104"}
    assert {row["_county"] for row in rows(world, "fang")} == {"640106"}
    for account in ("xing", "jin", "he", "gu", "discipline", "admin"):
        assert world.get(account, RECORDS).status_code == 404, account
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    assert {row["_county"] for row in rows(world, "xing")} == {"640104"}
    for account in ("he", "gu", "admin"):
        assert world.get(account, RECORDS).status_code == 404, account


def test_who_took_the_records_stands_in_the_chain(world: World) -> None:
    phone = world.phone("lin")
    phone.post(phone.op(phone.interview(phone.samples("poor")[0])))
    rows(world, "auditor")
    with world.house.db.read() as session:
        taken = session.exec(select(AuditRow).where(AuditRow.action == "records.exported")).one()
    assert (taken.actor, taken.subject) == ("auditor", f"{ROUND} q1_poor")


def test_whoever_takes_the_records_slowly_holds_no_session_and_gets_the_list_of_the_beginning(world: World) -> None:
    """Two records are listed, the first line is taken; then one of them is corrected and a third one comes."""
    phone, open_now = world.phone("lin"), []
    samples = phone.samples("poor")
    sealed = [phone.op(phone.interview(each, sat={"team": 2})) for each in samples[:2]]
    phone.post(*sealed)

    @contextmanager
    def read() -> Iterator[Session]:
        open_now.append(1)
        with world.house.db.read() as session:
            yield session
        open_now.pop()

    with world.house.db.read() as session:
        actor = world.actor("city")
        plan = plan_of(session, actor, get_round(session, actor, ROUND), "q1_poor")
    lines = rows_of(read, plan)
    taken = [next(lines)]
    assert open_now == []
    better = phone.interview(samples[1], sat={"team": 5}, corrects=sealed[1]["op_id"])
    phone.post(phone.op(better), phone.op(phone.interview(samples[2])))
    taken += lines

    assert [line[0] for line in taken] == [op["op_id"] for op in sealed]
    assert len(rows(world, "city")) == 4


@pytest.mark.parametrize("body", [b'{"a":"\\ud800"}', b'{"a":1,"a":"2"}', '{"乡":[{"b":null}]}'.encode()])
def test_the_quick_reader_of_what_was_sealed_reads_as_the_slow_one_does(body: bytes) -> None:
    assert read_sealed(body) == json.loads(body)


def test_a_form_that_nobody_answered_is_not_found(world: World) -> None:
    assert world.get("city", RECORDS).status_code == 404
    assert world.get("city", f"{RECORDS}?form=../../etc").status_code == 404


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/income/inc_total", {"income": {"inc_total": "7", "inc_wage": "1"}, "rows": [{"a": "1"}]}),
        ("/new/sum", {"income": {"inc_total": "6", "inc_wage": "1"}, "rows": [{"a": "1"}], "new": {"sum": "7"}}),
        ("/rows/0/a", {"income": {"inc_total": "6", "inc_wage": "1"}, "rows": [{"a": "1"}]}),
    ],
)
def test_where_the_server_computed_otherwise_its_value_stands(pointer: str, expected: dict[str, Any]) -> None:
    sealed = {"income": {"inc_total": "6", "inc_wage": "1"}, "rows": [{"a": "1"}]}
    assert mended(sealed, [{"pointer": pointer, "phone": "6", "server": "7"}]) == expected
    assert sealed["income"]["inc_total"] == "6"


def test_answers_are_taken_out_of_their_groups_and_rows_become_json() -> None:
    paths = (("a", "x"), ("a", "y"), ("top",), ("a", "b", "z"), ("rows",))
    pick = picker(paths, frozenset({("rows",)}))
    assert pick({"a": {"x": "1", "b": {"z": "3"}}, "top": "t", "rows": [{"k": "乡"}]}) == [
        "1", "", "t", "3", '[{"k": "乡"}]',
    ]  # fmt: skip
    assert pick({"a": "not a group"}) == [""] * 5
