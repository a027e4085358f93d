"""The office's day: a workbook with three mistakes is mended, tried, compared, published; old drafts go on."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, expect
from sqlmodel import select

from app.survey.records.models import Op
from tests.browser.conftest import DESK, Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.browser.test_correction import syncs
from tests.browser.test_phone_story import samples_of
from tests.cast import ROUND
from tests.doors.test_pages_questionnaires import edited, row_of

ZONE = ZoneInfo("Asia/Shanghai")
NEW = "2099010101"
ASKED = "问清楚了没有(新加)"


def spoil(book: Any) -> None:
    """Three mistakes: a type that is not supported, a rule on a question that is not there, no English label."""
    row_of(book, "live_size")["type"].value = "barcode"
    row_of(book, "labour_n")["constraint"].value = ". <= ${hh_sise}"
    row_of(book, "respondent")["label::English (en)"].value = None


def mend(book: Any) -> None:
    """One question more on the first page."""
    survey = book["survey"]
    heads = [cell.value for cell in survey[1]]
    at = next(row[0].row for row in survey.iter_rows(min_row=2) if row[heads.index("name")].value == "contact_result")
    survey.insert_rows(at + 1)
    new = {"type": "text", "name": "asked_well", "label::中文 (zh)": ASKED, "label::English (en)": "Asked well (new)"}
    for head, value in new.items():
        survey.cell(at + 1, heads.index(head) + 1).value = value


def pulls(phone: Window, lin: Inspector) -> None:
    """One package more."""
    lin.by("sample-item").first.wait_for()
    with phone.context.expect_event("response", lambda answer: answer.url.endswith("/sync/package")):
        lin.by("sync-now").click()


KEPT = """expected => new Promise((done, failed) => {
  const opened = indexedDB.open("ruhu");
  opened.onerror = () => failed(opened.error);
  opened.onsuccess = () => {
    const asked = opened.result.transaction("form").objectStore("form").getAll();
    asked.onsuccess = () => {
      opened.result.close();
      const all = asked.result.map((form) => form.form_id + " " + form.version);
      const names = all.filter((name) => /^q[12]_/.test(name));
      done(names.sort().join() === expected);
    };
  };
})"""


def expect_forms(phone: Window, forms: set[str]) -> None:
    """The versions of Q1 and Q2 that lie on the phone."""
    phone.page.wait_for_function(KEPT, arg=",".join(sorted(forms)))


class Officer:
    """The city's officer at the desk."""

    def __init__(self, desk: Window, folder: Path) -> None:
        self.desk, self.page, self.folder = desk, desk.page, folder
        sign_in_at_desk(desk, "city")

    def uploads(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.write_bytes(content)
        self.page.goto("/questionnaires")
        self.page.set_input_files("#file", str(path))
        self.page.get_by_test_id("check-form").click()

    def faults(self) -> list[list[str]]:
        rows = self.page.get_by_test_id("form-fault")
        rows.first.wait_for()
        return [row.locator("th, td").all_inner_texts() for row in rows.all()]

    def speaks(self, language: str) -> None:
        self.desk.context.add_cookies([{"name": "lang", "value": language, "url": self.page.url.split("/q")[0]}])


def begin_two_drafts(lin: Inspector, samples: list[dict[str, Any]]) -> None:
    """Somebody met at two doors with the old version; then the network is gone."""
    for sample in samples:
        lin.opens(sample["sample_id"])
        lin.by("start-interview").click()
        lin.by("option-contact_result-completed").click()
        lin.by("draft-saved").wait_for()
        lin.page.goto("/m/")
        lin.by("sample-item").first.wait_for()


def test_mistakes_are_mended_a_version_published_and_old_drafts_finish_or_move(
    site: Site, phone: Window, tmp_path: Path, chromium: Browser
) -> None:
    first, second = [each for each in samples_of(site) if each["stratum"] == "poor"][:2]
    lin = Inspector(phone.page, tmp_path)
    lin.signs_in("lin")
    lin.is_ready_for_offline()
    begin_two_drafts(lin, [first, second])
    phone.context.set_offline(True)

    # Three mistakes, each with its cell, in both languages; nothing is published
    desk = open_window(chromium, site, DESK)
    officer = Officer(desk, tmp_path)
    officer.uploads("q1.xlsx", edited("q1_poor", NEW, spoil))
    told = officer.faults()
    desk.shot("office-faults")
    assert {column for _, _, column, _ in told} == {"type", "constraint", "label::English (en)"}, told
    assert all(sheet == "survey" and int(row) > 1 for sheet, row, _, _ in told), told
    officer.speaks("en")
    officer.uploads("q1.xlsx", edited("q1_poor", NEW, spoil))
    assert [line[:3] for line in officer.faults()] == [line[:3] for line in told]
    assert all(line[3].isascii() or "“" in line[3] for line in officer.faults()), officer.faults()
    officer.speaks("zh")

    # Mended: tried in the frame of a phone, which is the real app, and compared with the version in force
    officer.uploads("q1.xlsx", edited("q1_poor", NEW, mend))
    frame = desk.page.frame_locator("[data-testid=preview-frame]")
    desk.page.get_by_test_id("preview-frame").scroll_into_view_if_needed()
    frame.get_by_test_id("option-contact_result-completed").click()
    frame.get_by_test_id("question-asked_well").locator("input, textarea").fill("清楚")
    box = desk.page.get_by_test_id("preview-frame").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (360, 740)
    desk.shot("office-preview")
    assert ASKED in desk.page.get_by_test_id("difference-added").inner_text()
    assert desk.page.get_by_test_id("broken-input").count() == 0

    # Published to the round, from a minute ago on, for ever
    began = (datetime.now(ZONE) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    desk.page.select_option("#round", ROUND)
    desk.page.fill("#starts_at", began)
    desk.page.get_by_test_id("publish-form").click()
    desk.page.locator("#from_version").wait_for()
    assert began.replace("T", " ") in desk.page.inner_text("main")
    assert "正在使用" in desk.page.locator("dl.facts").inner_text()
    old = desk.page.locator("#from_version option").first.inner_text()
    desk.page.fill("#why", "新加一题,请带着草稿改过来")
    desk.page.locator("form[action$='/move'] button").click()
    desk.page.get_by_text(f"{old} → ").or_(desk.page.get_by_text("请带着草稿改过来")).first.wait_for()
    desk.shot("office-published")

    # Far from all this Lin finishes the first draft as it is: the old version, for ever
    lin.opens(first["sample_id"])
    lin.by("start-interview").click()
    lin.by("next-page").wait_for()
    assert lin.by("question-asked_well").count() == 0
    lin.fills_all(lin.answers_of(first))
    lin.seals()
    phone.page.goto("/m/")
    phone.context.set_offline(False)
    syncs(site, lin, records=1, photos=3)

    # With the network comes the newer version: the second draft is moved by her own hand, differences first
    phone.page.goto("/m/")
    pulls(phone, lin)
    lin.opens(second["sample_id"])
    lin.by("start-interview").click()
    lin.by("offer-move").click()
    expect(lin.page.locator("main")).to_contain_text(ASKED)
    phone.shot("office-move")
    lin.by("move-draft").click()
    lin.by("question-asked_well").locator("input, textarea").fill("问清楚了")
    assert lin.by("option-contact_result-completed").is_checked(), "answers go along"
    lin.fills_all(lin.answers_of(second))
    lin.seals()
    phone.page.goto("/m/")
    syncs(site, lin, records=2, photos=6)

    with site.house.db.read() as session:
        ops = session.exec(select(Op).order_by(Op.seq)).all()
    assert [(op.state, op.form_version) for op in ops] == [("stored", old), ("stored", NEW)]
    assert json.loads(ops[1].body)["moved_from"] == old
    # Nothing here needs the old Q2 any more; the old Q1 stays with the record that was answered with it
    officer.uploads("q2.xlsx", edited("q2_nonpoor", NEW, lambda _: None))
    desk.page.fill("#starts_at", began)
    desk.page.get_by_test_id("publish-form").click()
    desk.page.locator("#from_version").wait_for()
    phone.page.goto("/m/")
    for _ in range(2):
        pulls(phone, lin)
    expect_forms(phone, {f"q1_poor {old}", f"q1_poor {NEW}", f"q2_nonpoor {NEW}"})
    desk.page.goto(f"/rounds/{ROUND}")
    assert "2/2" in desk.page.get_by_test_id("county-row-640104").get_by_test_id("item-team").inner_text()
    desk.context.close()
