"""A team leader's other work: a discussion recorded offline, a look-back, and a draft that moves to a newer version."""

import io
import json
from pathlib import Path

import openpyxl
from playwright.sync_api import expect
from sqlmodel import select

from app.findings.inspections.models import FieldRecord
from app.kernel.db.base import HOME
from app.survey.questionnaires.queries import latest_forms
from app.survey.questionnaires.releases import allow_move
from app.survey.questionnaires.service import publish
from app.survey.questionnaires.tables import builtin_workbook
from app.survey.records.models import Op
from tests.browser.conftest import Site, Window
from tests.browser.inspector import Inspector

TALK = {
    "attend_n": "12", "villager_n": "8", "level": "village", "unit_name": "石桥村", "contents": "c01",
    "said_poor_hh": "41", "said_exit_year": "2018", "policy_known": "none", "good_case": "0",
    "minutes": "群众希望灌溉渠早些修好,村里说今年开工。",
}  # fmt: skip
LOOK_BACK = {
    "visit_mode": "open", "evidence": "household", "fix_result": "done", "fix_facts": "房子修好了,现场看过,住进去了。",
    "hh_confirms": "1", "hh_sat": "4", "similar_checked": "1",
}  # fmt: skip


def sync(hands: Inspector, count: int) -> None:
    hands.by("outbox-count").click()
    for _ in range(12):
        if hands.by("state-received").count() >= count:
            return
        hands.by("sync-now").first.click()
        hands.page.wait_for_timeout(1000)
    raise AssertionError("never received")


def test_a_discussion_and_a_look_back_are_recorded_offline_and_received(
    site: Site, phone: Window, tmp_path: Path
) -> None:
    song = Inspector(phone.page, tmp_path)
    song.signs_in("song")
    song.is_ready_for_offline()
    phone.context.set_offline(True)

    song.by("new-record").click()
    song.by("option-what-talk").check()
    phone.shot("field-new")
    song.by("begin-record").click()
    assert phone.page.locator("[data-testid=option-method-talk]").is_checked(), "what was chosen is not asked again"
    song.fills_all(TALK)
    song.seals()
    song.by("back-today").click()
    song.by("sample-item").first.click()
    song.by("look-back").click()
    song.fills_all(LOOK_BACK)
    song.seals()
    song.by("back-today").click()
    expect(song.by("outbox-count")).to_have_text("2")

    phone.context.set_offline(False)
    sync(song, 2)
    song.by("read-record").first.click()
    song.by("answer-fix_facts").or_(song.by("answer-minutes")).first.wait_for()
    with site.house.db.read() as session:
        rows = {row.kind: row for row in session.exec(select(FieldRecord))}
        states = [op.state for op in session.exec(select(Op))]
    assert states == ["stored", "stored"]
    assert (rows["record"].method, rows["record"].place, rows["record"].round) == ("talk", "640104", "2017-1")
    assert (rows["look_back"].fix_result, rows["look_back"].unit is not None) == ("done", True)


def newer_form(site: Site) -> tuple[str, str]:
    """Q4 once more under a later version, with one question in other words; (old, new)."""
    book = openpyxl.load_workbook(io.BytesIO(builtin_workbook("q4_record")))
    survey, settings = book["survey"], book["settings"]
    head = [cell.value for cell in survey[1]]
    column = head.index("name") + 1
    for at in range(2, survey.max_row + 1):
        if survey.cell(at, column).value == "unit_name":
            survey.cell(at, head.index("label::中文 (zh)") + 1).value = "单位或村的全称"
    labels = [cell.value for cell in settings[1]]
    old = str(settings.cell(2, labels.index("version") + 1).value)
    settings.cell(2, labels.index("version") + 1).value = "2026112499"
    out = io.BytesIO()
    book.save(out)
    with site.house.db.write(HOME) as session:
        publish(session, "city", out.getvalue())
    return old, "2026112499"


def test_a_draft_of_an_older_version_finishes_as_it_is_or_moves_where_the_office_allows(
    site: Site, phone: Window, tmp_path: Path
) -> None:
    song = Inspector(phone.page, tmp_path)
    song.signs_in("song")
    song.by("new-record").click()
    song.by("begin-record").click()
    song.by("option-method-report").check()
    song.by("draft-saved").wait_for()
    old, new = newer_form(site)
    with site.house.db.read() as session:
        assert new in {form.version for form in latest_forms(session)}

    with site.house.db.write(HOME) as session:
        allow_move(session, "city", "q4_record", old, new, "新版把单位名称问清楚了")
    phone.page.goto("/m/")
    song.by("record-draft").wait_for()
    with phone.page.context.expect_event("response", lambda answer: answer.url.endswith("/sync/package")):
        song.by("sync-now").click()
    song.by("record-draft").click()
    song.by("offer-move").click()
    expect(phone.page.locator("main")).to_contain_text("单位或村的全称")
    phone.shot("draft-move")
    song.by("move-draft").click()
    assert phone.page.locator("[data-testid=option-method-report]").is_checked(), "answers go along"
    report = {key: value for key, value in TALK.items() if key != "villager_n"}
    song.fills_all(report)
    song.seals()
    song.by("back-today").click()
    sync(song, 1)
    with site.house.db.read() as session:
        (op,) = session.exec(select(Op)).all()
    assert (op.state, op.form_version) == ("stored", new)
    assert json.loads(op.body)["moved_from"] == old
