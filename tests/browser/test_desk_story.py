"""The officer's morning, without JavaScript: a register comes in, a round is opened, frozen, drawn and checked."""

import json
import random
from pathlib import Path

from playwright.sync_api import Browser

from app.demo import people as invented
from app.demo.workbook import write_register
from app.survey.rounds.record import verify_record
from tests.browser.conftest import DESK, PHONE, Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector

CODE = "2017-2"
DIGITS = "31415926535897932384"


def workbook(folder: Path, kind: str, count: int) -> Path:
    """A register of 永宁县, which has none yet."""
    path = folder / f"永宁县-{kind}.xlsx"
    homes = invented.homes_of("640121", kind, random.Random(kind))[:count]
    write_register(path, "永宁县户名册(虚构)", homes)
    return path


def imports(desk: Window, path: Path) -> None:
    """Upload a workbook and wait for its report."""
    desk.page.goto("/register/import")
    desk.page.set_input_files("input[name=file]", str(path))
    desk.page.locator("main form button").first.click()
    for _ in range(60):
        if "已导入" in desk.page.locator("main").inner_text():
            return
        desk.page.wait_for_timeout(500)
        desk.page.reload()
    raise AssertionError(desk.page.locator("main").inner_text())


def test_from_the_workbook_to_the_drawn_list(site: Site, chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context(
        base_url=site.url, viewport={"width": DESK["width"], "height": DESK["height"]}, java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    desk = Window(context, context.new_page())
    sign_in_at_desk(desk, "city")

    # the register
    imports(desk, workbook(tmp_path, "poor", 60))
    desk.shot("desk-import")
    imports(desk, workbook(tmp_path, "non_poor", 40))
    desk.page.goto("/register?county=640121")
    assert "NX0121100001" in desk.page.locator("main").inner_text()
    desk.shot("desk-register")

    # the round
    desk.page.goto("/rounds/new")
    desk.page.fill("input[name=code]", CODE)
    desk.page.fill("input[name=name]", "2017年第二轮督查")
    desk.page.fill("input[name=starts_on]", "2017-09-11")
    desk.page.fill("input[name=ends_on]", "2017-10-20")
    for box in desk.page.locator("input[name=counties]").all():
        box.set_checked(box.get_attribute("value") == "640121")
    desk.shot("desk-new-round")
    desk.page.locator("main form button").first.click()
    desk.page.goto("/rounds")
    assert "2017年第二轮督查" in desk.page.get_by_test_id("round-table").inner_text()

    # frame, then seed, then draw
    desk.page.goto(f"/rounds/{CODE}/draw")
    desk.page.fill("input[name=as_of]", "2017-08-31")
    desk.page.fill("input[name=origin]", "全国扶贫开发信息系统")
    desk.page.fill("input[name=exported_by]", "市扶贫办 甲")
    desk.page.select_option("select[name=source]", "DICE10X20")
    desk.page.fill("input[name=n_poor]", "10")
    desk.page.fill("input[name=n_non_poor]", "4")
    desk.shot("desk-freeze")
    desk.page.get_by_role("button", name="冻结").click()
    api = context.request
    commitment = api.get(f"{site.url}/api/v1/rounds/{CODE}").json()["draw"]["commitment"]
    assert commitment[:16] in desk.page.locator("main").inner_text().replace(" ", "").replace("\n", "")
    desk.shot("desk-commitment")
    for party, name in (("office", "督查办甲"), ("county", "县里乙"), ("villager", "村民丙")):
        desk.page.fill(f"input[name=signer_{party}]", name)
    desk.page.fill("input[name=sign_place]", "县政府大厅")
    desk.page.get_by_role("button", name="登记签字").click()
    desk.page.fill("[name=parts]", DIGITS)
    desk.page.fill("[name=witnesses]", "督查办 甲\n县代表 乙\n村民 丙")
    desk.page.get_by_role("button", name="抽样").click()
    desk.shot("desk-drawn")

    # anybody can check it
    record, frame = tmp_path / "record.json", tmp_path / "frame.csv"
    record.write_bytes(api.get(f"{site.url}/api/v1/rounds/{CODE}/draw").body())
    frame.write_bytes(api.get(f"{site.url}/api/v1/rounds/{CODE}/frame").body())
    check = verify_record(record, frame)
    assert check.holds, check.first
    lists = json.loads(record.read_text())["lists"]
    assert {name: len(each["main"]) for name, each in lists.items()} == {"640121-P": 10, "640121-N": 4}
    for unit in lists["640121-P"]["main"]:
        assert unit.startswith("640121")
    context.close()


def test_a_fresh_inspector_finishes_the_first_household_without_being_told_how(
    site: Site, chromium: Browser, tmp_path: Path
) -> None:
    """One big action leads from 今日 to the household and on; English is one touch away."""
    window = open_window(chromium, site, PHONE)
    lin = Inspector(window.page, tmp_path)
    lin.signs_in("lin")
    window.page.get_by_role("button", name="去这一户").or_(window.page.get_by_role("link", name="去这一户")).click()
    lin.by("start-interview").wait_for()
    lin.by("start-interview").click()
    lin.by("next-page").wait_for()
    assert lin.by("question-contact_result").is_visible()
    window.context.close()
    assert window.faults == []
