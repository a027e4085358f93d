"""The rarer controls of a form, walked on the phone's own screens in the office's preview."""

import io
from pathlib import Path

import openpyxl

from app.kernel.db.base import HOME
from app.survey.questionnaires.service import publish
from tests.browser.conftest import Site, Window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.rooms.questionnaires.forms_at_hand import HEAD, row

SURVEY = [
    row("begin_group", "one", zh="一、控件"),
    row("note", "told", zh="请**照念**告知", en="Read it **aloud**"),
    row("range", "score", zh="打几分", parameters="start=0 end=10 step=1", required="yes", guidance="0最差,10最好"),
    row("rank things", "needs", zh="最需要什么,排个次序", required="yes"),
    row("select_one things", "first", zh="最要紧的一项", appearance="minimal", required="yes"),
    row("select_one scale", "mood", zh="满意吗", appearance="likert", required="yes"),
    row("select_multiple things", "wants", zh="还要什么", appearance="columns-2"),
    row("text", "phone", zh="联系电话", appearance="numbers"),
    row("integer", "n", zh="几口人", required="yes"),
    row("begin_repeat", "people", zh="每口人", repeat_count="${n}"),
    row("text", "who", zh="称呼", required="yes"),
    row("end_repeat"),
    row("end_group"),
]
CHOICES = [
    ["things", "water", "水", "Water"], ["things", "road", "路", "Road"], ["things", "job", "工作", "A job"],
    ["scale", "1", "差", "Bad"], ["scale", "2", "一般", "So-so"], ["scale", "3", "好", "Good"],
]  # fmt: skip


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheets = {
        "survey": [HEAD, *SURVEY],
        "choices": [["list_name", "name", "label::中文 (zh)", "label::English (en)"], *CHOICES],
        "settings": [["form_id", "version", "form_title"], ["controls", "2026112401", "控件"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_ranges_ranks_lists_and_counted_rows_are_answered(site: Site, phone: Window, tmp_path: Path) -> None:
    with site.house.db.write(HOME) as session:
        publish(session, "city", workbook())
    sign_in_at_desk(phone, "city")
    phone.page.goto("/m/?preview=/api/v1/forms/controls/2026112401.json")
    hands = Inspector(phone.page, tmp_path)
    hands.by("preview").wait_for()
    assert phone.page.locator("[data-testid=note-told] strong").inner_text() == "照念"

    hands.by("next-page").click()  # nothing of it is answered by itself
    assert hands.by("form-errors").locator("li").count() == 5

    hands.by("question-score").locator("input").press("ArrowRight")
    hands.by("rank-needs-job").get_by_role("button").first.click()
    hands.by("select-first").select_option("road")
    hands.by("option-mood-3").check()
    hands.by("option-wants-water").check()
    hands.by("option-wants-job").check()
    phone.shot("controls")
    assert hands.by("question-phone").locator("input").get_attribute("inputmode") == "numeric"
    hands.by("question-n").locator("input").fill("2")
    for n in (1, 2):
        hands.by(f"question-people-{n}-who").locator("input, textarea").first.fill(f"第{n}人")
    assert hands.by("add-people").count() == 0
    assert hands.by("question-people-3-who").count() == 0
    hands.by("next-page").click()
    hands.by("seal").wait_for()

    said = {
        name: hands.by(f"answer-{name}").first.inner_text() for name in ("score", "needs", "first", "mood", "wants")
    }
    assert said == {"score": "6", "needs": "1. 水 2. 工作 3. 路", "first": "路", "mood": "好", "wants": "水、工作"}
    hands.by("seal").click()
    hands.by("preview-end").wait_for()
