"""The demo's board shows golden example G15 (domain §6), digit for digit, on the page that people read."""

import csv
import io
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.demo import run as demo
from tests.browser.conftest import DESK, Window, open_window, running, sign_in_at_desk
from tests.cast import copy_sqlite
from tests.stories.test_six_counties import G15, ITEMS, ITEMS_ZH

WORDS = {"met": "达标", "missed": "未达标", "too_few": "样本不足"}


def test_g15_on_the_page_digit_for_digit(sqlite_template: Path, tmp_path: Path, chromium: Browser) -> None:
    with running(copy_sqlite(sqlite_template, tmp_path), tmp_path / "data") as site:
        list(demo.build(site.house, tmp_path / "data"))
        desk = open_window(chromium, site, DESK)
        sign_in_at_desk(desk, "city", demo.PASSWORD)
        desk.shot("desk-board")
        for county, (n, golden) in G15.items():
            row = desk.page.get_by_test_id(f"county-row-{county}")
            for item, (satisfied, rate, official) in zip(ITEMS, golden, strict=True):
                text = row.get_by_test_id(f"item-{item}").inner_text()
                assert f"{satisfied}/{n}" in text
                assert f"{rate}%" in text
                assert WORDS[official] in text
        yongning = desk.page.get_by_test_id("county-row-640121").get_by_test_id("item-helper").inner_text()
        assert "足以说明低于90%" in yongning
        leads_down_to_a_record(desk.page, desk)
        pictures(desk)
        desk.context.close()
    assert desk.faults == []


def leads_down_to_a_record(page: Page, desk: Window) -> None:
    """From the board over the indicator to the four of 永宁县 who are not satisfied, and to the record of one."""
    downloaded(page)
    page.get_by_role("link", name="全部指标").click()
    page.get_by_role("link", name="帮扶责任人满意度").click()
    row = page.get_by_role("row").filter(has_text="永宁县").first
    for words in ("6/10", "60.00%", "30.83–84.58%", "未达标", "样本足以说明低于90%"):
        assert words in row.inner_text()
    assert "66.67%" in page.locator(".sensitivity").inner_text()
    row.get_by_role("link", name="6/10").click()
    expect(page.get_by_text("只在分母")).to_have_count(4)
    expect(page.get_by_text("计入分子")).to_have_count(6)
    page.get_by_role("link", name="看记录").first.click()
    assert "/records/" in page.url
    page.goto("/")


def downloaded(page: Page) -> None:
    """The file that a person gets by the link holds the golden table."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    rows = {(row["区划代码"], row["项目"]): row for row in csv.DictReader(io.StringIO(text))}
    for county, (n, golden) in G15.items():
        for item, (satisfied, rate, official) in zip(ITEMS_ZH, golden, strict=True):
            row = rows[(county, item)]
            assert (row["满意户数"], row["调查户数 n"], row["比率(%)"]) == (str(satisfied), str(n), rate)
            assert row["样本结论"] == WORDS[official]


SHOWN = {
    "desk-figures": "figures", "desk-figure": "figures/I02", "desk-behind": "figures/I02/640121",
    "desk-rounds": "figures/I01/rounds", "desk-brief": "counties/640121/brief", "desk-income": "income",
    "desk-coverage": "coverage", "desk-load": "load", "desk-map": "map",
}  # fmt: skip


def pictures(desk: Window) -> None:
    """Every figure page opens, fits the screen and prints; the brief prints on one sheet of A4."""
    live = desk.page.locator("[data-live]").get_attribute("data-live") or ""
    code = live.split("/")[2]
    for name, path in SHOWN.items():
        desk.page.goto(f"/rounds/{code}/{path}")
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= DESK["width"], path
        desk.shot(name)
        if name == "desk-brief":
            desk.page.emulate_media(media="print")
            sheet = desk.page.pdf(format="A4", prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
            desk.page.emulate_media(media="screen")
    the_frozen_table(desk, code)


def the_frozen_table(desk: Window, code: str) -> None:
    """The round is closed as a person closes it; its table fits the screen and nothing is wrong with it."""
    desk.page.goto(f"/rounds/{code}/close")
    desk.page.locator("main form button").last.click()
    desk.page.get_by_role("link", name="冻结结果").click()
    assert len(desk.page.get_by_test_id("frozen-sha256").inner_text()) == 64
    assert "6/10" in desk.page.get_by_test_id("frozen-I02").inner_text()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
    assert [each["id"] for each in Axe().run(desk.page).response["violations"]] == []
    desk.shot("desk-frozen")
