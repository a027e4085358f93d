"""Publishing: once, for good, with the reasons told when not."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from sqlmodel import select

from app.kernel.audit import AuditRow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.survey.questionnaires import queries
from app.survey.questionnaires.problems import FormNotPublishable, UnknownForm, VersionTaken
from app.survey.questionnaires.rules import check
from app.survey.questionnaires.service import publish, publish_builtin
from app.survey.questionnaires.tables import FOLDER, FORMS, builtin_workbook
from tests.rooms.questionnaires.forms_at_hand import HEAD, row

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def small(version: str = "1", label: str = "问题", constraint: str = "", kind: str = "text") -> bytes:
    """A questionnaire of one question as .xlsx."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    survey = [HEAD, row("begin_group", "g"), row(kind, "x", zh=label, constraint=constraint), row("end_group")]
    sheets = {
        "survey": survey,
        "choices": [["list_name", "name", "label::中文 (zh)", "label::English (en)"]],
        "settings": [["form_id", "version", "form_title"], ["small", version, "小问卷"]],
    }
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(table):
            sheet.write_row(number, 0, cells)
    book.close()
    return out.getvalue()


def test_the_forms_of_the_house_are_published_and_judge_answers(db: Database) -> None:
    with db.write(HOME) as session:
        publish_builtin(session, "lin", now=NOON)

    with db.read() as session:
        found = queries.latest_forms(session)
        assert [form.form_id for form in found] == list(FORMS)
        assert (found[0].published_by, found[0].published_at.astimezone(UTC)) == ("lin", NOON)
        checked = check(found[0], {}, fill_date=None, received_on=NOON.date())
        assert checked.errors[0].pointer == "/cover/visit_mode"


def test_the_digest_is_that_of_the_bytes_which_phones_fetch(db: Database) -> None:
    with db.write(HOME) as session:
        version = publish(session, "lin", builtin_workbook("q2_nonpoor"), now=NOON)

    with db.read() as session:
        kept = queries.require_form(session, "q2_nonpoor", version.version)
        assert hashlib.sha256(kept.json.encode()).hexdigest() == kept.sha256 == version.sha256
        assert kept.xlsx == builtin_workbook("q2_nonpoor")
        assert kept.xml.startswith("<?xml")


def test_the_same_workbook_again_changes_nothing(db: Database) -> None:
    with db.write(HOME) as session:
        first = publish(session, "lin", small(), now=NOON)
    with db.write(HOME) as session:
        again = publish(session, "wang", FOLDER / "q2_nonpoor.xlsx", now=NOON)
        publish(session, "wang", small(), now=NOON)
        assert again.form_id == "q2_nonpoor"
        kept = queries.require_form(session, "small", "1")

    assert (kept.sha256, kept.published_by) == (first.sha256, "lin")


def test_a_published_version_never_changes(db: Database) -> None:
    with db.write(HOME) as session:
        publish(session, "lin", small(), now=NOON)

    with pytest.raises(VersionTaken, match="Raise version"), db.write(HOME) as session:
        publish(session, "lin", small(label="改过的问题"), now=NOON)

    with db.read() as session:
        assert "改过的问题" not in queries.require_form(session, "small", "1").json


def test_the_csv_files_of_a_version_are_kept_with_it(db: Database) -> None:
    villages = b"name,label\nv1,\xe6\x9d\x91\n"
    with db.write(HOME) as session:
        form = publish(session, "lin", small(kind="select_one_from_file v.csv"), files={"v.csv": villages}, now=NOON)
        assert "村" in form.json

    with db.read() as session:
        kept = queries.files_of(session, "small", "1")
        assert [(file.name, file.content) for file in kept] == [("v.csv", villages)]

    other = {"v.csv": b"name,label\nv2,x\n"}
    with pytest.raises(VersionTaken), db.write(HOME) as session:
        publish(session, "lin", small(kind="select_one_from_file v.csv"), files=other, now=NOON)


def test_a_new_version_stands_beside_the_old_one(db: Database) -> None:
    with db.write(HOME) as session:
        publish(session, "lin", small("1"), now=NOON)
    with db.write(HOME) as session:
        publish(session, "lin", small("2", "改过的问题"), now=NOON.replace(hour=5))

    with db.read() as session:
        assert [form.version for form in queries.latest_forms(session)] == ["2"]
        assert [form.version for form in queries.list_versions(session)] == ["1", "2"]
        assert queries.get_form(session, "small", "1") is not None


def test_what_does_not_compile_is_refused_with_sheet_and_row(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(small(constraint="misspelt(.) = 1"))

    with pytest.raises(FormNotPublishable) as refused, db.write(HOME) as session:
        publish(session, "lin", path, now=NOON)

    body = refused.value.body()
    assert body["status"] == 422
    assert body["errors"][0]["pointer"] == "#/survey/3"
    assert body["errors"][0]["detail"].startswith("survey 表第3行:函数 misspelt()")
    with db.read() as session:
        assert queries.list_versions(session) == []


def test_a_file_that_is_no_workbook_is_refused_in_words(db: Database) -> None:
    with pytest.raises(FormNotPublishable) as refused, db.write(HOME) as session:
        publish(session, "lin", b"hello", now=NOON)

    assert "没有读取" in refused.value.zh


def test_an_unknown_version_is_not_found(db: Database) -> None:
    with db.read() as session:
        assert queries.get_form(session, "q1_poor", "1") is None
        with pytest.raises(UnknownForm):
            queries.require_form(session, "q1_poor", "1")


def test_publishing_is_written_into_the_audit_chain(db: Database) -> None:
    with db.write(HOME) as session:
        publish(session, "lin", small(), now=NOON)

    with db.read() as session:
        assert [(r.action, r.subject, r.actor) for r in session.exec(select(AuditRow))] == [
            ("form.published", "small 1", "lin")
        ]
