"""The demo's board shows golden example G15 (domain §6), digit for digit, on the page that people read."""

from pathlib import Path

from playwright.sync_api import Browser

from app.demo import run as demo
from tests.browser.conftest import DESK, open_window, running, sign_in_at_desk
from tests.cast import copy_sqlite
from tests.stories.test_six_counties import G15, ITEMS

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
        desk.context.close()
    assert desk.faults == []
