"""The rarer controls of a form, walked on the phone's own screens in the office's preview."""

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from app.kernel.db.base import HOME
from app.survey.questionnaires.service import publish
from app.survey.questionnaires.shuffle import shuffled
from tests.browser.conftest import Site, Window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.rooms.questionnaires.forms_at_hand import HEAD, row

SURVEY = [
    row("begin_group", "one", zh="一、控件"),
    row("note", "told", zh="请**照念**告知", en="Read it **aloud**"),
    row(
        "range",
        "score",
        zh="打几分",
        parameters="start=0 end=10 step=1",
        required="yes",
        guidance_zh="0最差,10最好",
        guidance_en="0 worst, 10 best",
    ),
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
    ["town", "t1", "一镇", "Town one"], ["town", "t2", "二镇", "Town two"],
    ["scale", "1", "差", "Bad"], ["scale", "2", "一般", "So-so"], ["scale", "3", "好", "Good"],
]  # fmt: skip


TOWN = [
    row("calculate", "seed", calculation="once(random())"),
    row("begin_group", "one", zh="一、村里"),
    row("select_one town", "town", zh="哪个镇", required="yes", appearance="columns-3"),
    row("select_one_from_file villages.csv", "village", zh="哪个村", choice_filter="town = ${town}", required="yes"),
    row("calculate", "heads", calculation="pulldata('villages', 'heads', 'name', ${village})"),
    row("note", "told", zh="这个村有**${heads}**户", en="**${heads}** families here", relevant="${heads} != ''"),
    row("note", "kept", zh="种子${seed}", en="seed ${seed}"),
    row("select_one things", "first", zh="最缺什么", parameters="randomize=true, seed=${seed}", required="yes"),
    row(
        "text",
        "story",
        zh="讲一讲",
        appearance="multiline",
        hint_zh="写**原话**",
        hint_en="**Verbatim**",
        guidance_zh="不要概括",
        guidance_en="No summary",
        required="yes",
    ),
    row("audio", "voice", zh="录一句"),
    row("image", "signed", zh="签名", appearance="signature", required="yes"),
    row("end_group"),
]
VILLAGES = "name,label::中文 (zh),label::English (en),town,heads\nv1,石桥村,Shiqiao,t1,120\nv2,水泉村,Shuiquan,t2,80\n"
"""CSV of the villages: choices and what is looked up."""


def workbook(form_id: str, survey: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheets = {
        "survey": [HEAD, *survey],
        "choices": [["list_name", "name", "label::中文 (zh)", "label::English (en)"], *CHOICES],
        "settings": [["form_id", "version", "form_title"], [form_id, "2026112401", "控件"]],
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
        publish(session, "city", workbook("controls", SURVEY))
    sign_in_at_desk(phone, "city")
    phone.page.goto("/m/?preview=/api/v1/forms/controls/2026112401.json")
    hands = Inspector(phone.page, tmp_path)
    hands.by("preview").wait_for()
    assert phone.page.locator("[data-testid=note-told] strong").inner_text() == "照念"

    hands.by("next-page").click()  # nothing of it is answered by itself
    expect(hands.by("form-errors").locator("li")).to_have_count(5)

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


def test_lists_from_files_chance_sound_and_a_signature_are_answered_without_a_network(
    site: Site, phone: Window, tmp_path: Path
) -> None:
    with site.house.db.write(HOME) as session:
        publish(session, "city", workbook("village", TOWN), files={"villages.csv": VILLAGES.encode()})
    sign_in_at_desk(phone, "city")
    phone.page.goto("/m/?preview=/api/v1/forms/village/2026112401.json")
    hands = Inspector(phone.page, tmp_path)
    hands.by("option-town-t1").wait_for(state="attached")
    phone.context.set_offline(True)

    assert hands.by("option-village-v1").count() == 0, "before a township is chosen there is no village"
    hands.by("option-town-t2").check()
    assert hands.by("option-village-v1").count() == 0
    hands.by("option-village-v2").check()
    assert phone.page.locator("[data-testid=note-told] strong").inner_text() == "80"
    seed = float(hands.by("note-kept").inner_text().removeprefix("种子"))
    order = [f"option-first-{name}" for name in shuffled(["water", "road", "job"], seed)]
    options = phone.page.locator("[data-testid^=option-first-]")
    assert options.evaluate_all("all => all.map((each) => each.dataset.testid)") == order
    hands.by("option-first-road").check()

    story = hands.by("question-story")
    assert story.locator("strong").inner_text() == "原话"
    story.get_by_text("详细说明").click()
    assert "不要概括" in story.inner_text()
    story.locator("textarea").fill("水管冻裂了,三天没水")
    (tmp_path / "voice.m4a").write_bytes(b"\x00\x00\x00\x18ftypM4A " + bytes(2000))
    hands.by("sound-voice").set_input_files(str(tmp_path / "voice.m4a"))
    hands.by("question-voice").get_by_role("status").wait_for()
    pad = hands.by("question-signed").locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    phone.page.mouse.move(box["x"] + 30, box["y"] + 30)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 180, box["y"] + 90, steps=4)
    phone.page.mouse.up()
    hands.by("question-signed").get_by_text("签名已存").wait_for()
    phone.shot("controls-signed")
    hands.by("option-town-t2").scroll_into_view_if_needed()
    phone.shot("controls-village")
    hands.by("next-page").click()
    hands.by("seal").wait_for()

    said = {name: hands.by(f"answer-{name}").inner_text() for name in ("town", "village", "first", "story", "voice")}
    assert said == {
        "town": "二镇", "village": "水泉村", "first": "路", "story": "水管冻裂了,三天没水", "voice": "录音",
    }  # fmt: skip
    hands.by("answer-signed").locator("img").wait_for()
    hands.by("seal").click()
    hands.by("preview-end").wait_for()
