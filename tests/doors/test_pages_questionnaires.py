"""Publishing at the desk: an upload publishes nothing, faults stand by cell, what indicators lose is accepted."""

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlmodel import select

from app.figures.indicators.bindings import BINDINGS, broken_inputs
from app.kernel.clock import utcnow
from app.survey.questionnaires import releases
from app.survey.questionnaires.compare import differences
from app.survey.questionnaires.compiler import compile_bytes
from app.survey.questionnaires.state import load
from app.survey.questionnaires.tables import builtin_workbook
from tests.cast import ROUND, World

FUTURE = "2099010101"


def edited(form_id: str, version: str, edit: Any = None) -> bytes:
    """A built-in workbook with another version and what `edit(sheets)` does to it."""
    book = openpyxl.load_workbook(io.BytesIO(builtin_workbook(form_id)))
    settings = book["settings"]
    heads = {cell.value: cell.column for cell in settings[1]}
    settings.cell(2, heads["version"]).value = version
    if edit:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(book: Any, name: str) -> Any:
    """The survey row of a question, as header → cell."""
    survey = book["survey"]
    heads = [cell.value for cell in survey[1]]
    row = next(row for row in survey.iter_rows(min_row=2) if row[heads.index("name")].value == name)
    return dict(zip(heads, row, strict=False))


def upload(world: World, content: bytes, account: str = "city", tables: dict[str, bytes] | None = None) -> Any:
    headers = {**world.headers(account), "Accept": "text/html"}
    files = [("file", ("问卷.xlsx", content)), *(("tables", each) for each in (tables or {}).items())]
    return world.client.post("/questionnaires", files=files, headers=headers, follow_redirects=False)


def publish(world: World, content: bytes, tables: dict[str, bytes] | None = None, **form: str) -> Any:
    """Upload and publish; the last answer."""
    trial = upload(world, content, tables=tables)
    assert trial.status_code == 303, trial.text
    headers = {**world.headers("city"), "Accept": "text/html"}
    return world.client.post(f"{trial.headers['location']}/publish", data=form, headers=headers, follow_redirects=False)


def lose_a_satisfaction_item(book: Any) -> None:
    row_of(book, "sat_team")["name"].value = "sat_team2"
    row_of(book, "unsat_why")["relevant"].value = None


def test_an_upload_with_mistakes_says_where_each_is_and_publishes_nothing(world: World) -> None:
    def spoil(book: Any) -> None:
        row_of(book, "live_size")["type"].value = "barcode"
        row_of(book, "labour_n")["constraint"].value = ". <= ${hh_sise}"
        row_of(book, "respondent")["label::English (en)"].value = None

    answer = upload(world, edited("q1_poor", FUTURE, spoil))

    assert answer.status_code == 422
    assert answer.text.count('data-testid="form-fault"') >= 2
    assert "barcode" in answer.text
    assert FUTURE not in answer.text


def test_a_version_is_published_to_one_round_from_an_instant(world: World) -> None:
    later = (utcnow() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")

    assert publish(world, edited("q1_poor", FUTURE), round=ROUND, starts_at=later).status_code == 303
    with world.house.db.read() as session:
        now = {form.form_id: form.version for form in releases.forms_in_force(session, utcnow(), ROUND)}
        then = {
            form.form_id: form.version for form in releases.forms_in_force(session, utcnow() + timedelta(days=3), ROUND)
        }
        elsewhere = {
            form.form_id: form.version
            for form in releases.forms_in_force(session, utcnow() + timedelta(days=3), "2018-1")
        }
    assert now["q1_poor"] != FUTURE
    assert then["q1_poor"] == FUTURE
    assert elsewhere["q1_poor"] == now["q1_poor"]


def test_old_and_new_version_are_counted_together(world: World) -> None:
    """Lin's draft was begun with the old version; a new one is published; both are sealed and count."""
    phone = world.phone("lin")
    first, second = phone.samples()[:2]
    old = phone.interview(first)

    assert publish(world, edited("q1_poor", FUTURE)).status_code == 303
    package = phone.package()
    assert {form["version"] for form in package["forms"] if form["form_id"] == "q1_poor"} == {FUTURE}
    assert {item["form_version"] for item in package["samples"] if item["form_id"] == "q1_poor"} == {FUTURE}
    new = {**phone.interview(second), "form_version": FUTURE}
    states = [result["state"] for result in phone.post(phone.op(old), phone.op(new))]

    assert states == ["stored", "stored"]
    assert world.satisfaction()["team"]["n"] == 2


def test_what_the_indicators_lose_must_be_accepted_by_name(world: World) -> None:
    content = edited("q1_poor", FUTURE, lose_a_satisfaction_item)

    refused = publish(world, content)
    assert refused.status_code == 422
    assert "I01" in refused.text
    assert "satisfaction/sat_team" in refused.text
    with world.house.db.read() as session:
        assert FUTURE not in {form.version for form in releases.list_versions(session)}

    assert publish(world, content, accept="yes").status_code == 303


def test_a_move_of_drafts_is_allowed_with_its_reason_and_told_to_phones(world: World) -> None:
    phone = world.phone("lin")
    old = next(form["version"] for form in phone.package()["forms"] if form["form_id"] == "q1_poor")
    publish(world, edited("q1_poor", FUTURE))
    headers = {**world.headers("city"), "Accept": "text/html"}
    path = f"/questionnaires/q1_poor/{FUTURE}/move"

    bare = world.client.post(path, data={"from_version": old}, headers=headers, follow_redirects=False)
    assert bare.status_code == 422
    done = world.client.post(
        path, data={"from_version": old, "why": "漏了一题"}, headers=headers, follow_redirects=False
    )
    assert done.status_code == 303
    assert phone.package()["form_moves"] == [{"form_id": "q1_poor", "from": old, "to": FUTURE}]


def test_every_version_can_be_read_downloaded_and_compared(world: World) -> None:
    def reword(book: Any) -> None:
        row_of(book, "opinion")["label::中文 (zh)"].value = "您还有什么话要说?"

    content = edited("q1_poor", FUTURE, reword)
    publish(world, content)
    headers = {**world.headers("auditor"), "Accept": "text/html"}
    base = f"/questionnaires/q1_poor/{FUTURE}"

    page = world.client.get(base, headers=headers)
    assert 'data-testid="difference-changed"' in page.text
    assert "您还有什么话要说?" in page.text
    assert world.client.get("/questionnaires", headers=headers).text.count(FUTURE) >= 1
    assert world.client.get(f"{base}/form.xlsx", headers=headers).content == content
    assert world.client.get(f"{base}/form.xml", headers=headers).text.startswith("<?xml")


@pytest.mark.parametrize("form_id", sorted(BINDINGS))
def test_the_built_in_forms_give_every_indicator_its_input(form_id: str) -> None:
    assert broken_inputs(load(compile_bytes(builtin_workbook(form_id)).json)) == []


def test_each_way_of_losing_an_input_is_named() -> None:
    def spoil(book: Any) -> None:
        row_of(book, "pension_n")["type"].value = "text"
        row_of(book, "resettle_sat")["type"].value = "select_one ynu"
        row_of(book, "food_ok")["type"].value = "select_one ynu"

    old = load(compile_bytes(builtin_workbook("q1_poor")).json)
    new = load(compile_bytes(edited("q1_poor", FUTURE, spoil)).json)

    found = {(fault.path.rpartition("/")[2], fault.why): fault.codes for fault in broken_inputs(new)}
    assert found == {
        ("pension_n", "kind"): (),
        ("resettle_sat", "codes_gone"): ("5", "4", "3", "2"),
        ("resettle_sat", "codes_new"): ("0",),
        ("food_ok", "codes_new"): ("9",),
    }
    changed = {change.path.rpartition("/")[2]: change for change in differences(old, new).changed}
    assert changed["food_ok"].choices_new == ("9",)
    assert "kind" in changed["pension_n"].aspects


VILLAGES = "name,label,heads\nv1,村一,120\nv2,村二,80\n".encode()


def ask_by_village(book: Any) -> None:
    row_of(book, "attempt_no")["type"].value = "select_one_from_file villages.csv"


def test_a_csv_table_comes_with_its_workbook_to_phones_and_to_other_clients(world: World) -> None:
    content = edited("q2_nonpoor", FUTURE, ask_by_village)
    assert "villages.csv" in upload(world, content).text, "without its table the workbook is refused by name"

    assert publish(world, content, {"villages.csv": VILLAGES}, accept="yes").status_code == 303

    form = world.get("lin", f"/api/v1/forms/q2_nonpoor/{FUTURE}.json").json()
    assert [choice["value"] for choice in form["choices"]["villages"]] == ["v1", "v2"]
    headers = {**world.headers("auditor"), "Accept": "text/html"}
    page = world.client.get(f"/questionnaires/q2_nonpoor/{FUTURE}", headers=headers)
    assert f"/questionnaires/q2_nonpoor/{FUTURE}/files/villages.csv" in page.text
    table = world.get("city", f"/questionnaires/q2_nonpoor/{FUTURE}/files/villages.csv")
    assert table.content == VILLAGES
    with world.house.db.read() as session:
        assert session.exec(select(releases.FormTrialFile)).all() == [], "the trial went with its files"


def test_the_form_is_tried_in_a_frame_of_a_phones_size_and_nothing_else_is_framed(world: World) -> None:
    trial = upload(world, edited("q1_poor", FUTURE)).headers["location"]
    headers = {**world.headers("city"), "Accept": "text/html"}

    page = world.client.get(trial, headers=headers)

    frame = re.search(r'<iframe[^>]*src="([^"]+)"[^>]*width="360" height="740"', page.text)
    assert frame is not None
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    shown = world.client.get(frame[1])
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    for path in ("/m/", "/m/?other=1", "/questionnaires"):
        answer = world.client.get(path, headers=headers)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "frame-src" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
