"""The board in a browser: a record that comes is seen without loading the page again, and its age is told."""

import re

from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from app.main import create_app
from tests.browser.conftest import DESK, Site, Window, open_window, sign_in_at_desk
from tests.cast import ORIGIN, World
from tests.phone import Phone

BOARD = "/rounds/2017-1"


def phone_of(site: Site) -> Phone:
    app = create_app(site.house)
    return World(site.house, app, TestClient(app, base_url=ORIGIN)).phone("lin")


def send(phone: Phone, rank: int) -> None:
    """One more poor household of 兴庆区, satisfied."""
    (result,) = phone.post(phone.op(phone.interview(phone.samples("poor")[rank])))
    assert result["state"] == "stored"


def test_a_record_shows_on_the_open_board_and_the_page_was_not_loaded_again(site: Site, desk: Window) -> None:
    phone = phone_of(site)
    sign_in_at_desk(desk, "city")
    page = desk.page
    page.goto(BOARD)
    page.evaluate("window.sameDocument = true")
    team = page.get_by_test_id("county-row-640104").get_by_test_id("item-team")
    expect(team).to_contain_text("0/0")
    age = page.locator("[data-age]")
    expect(age).to_have_text(re.compile(r"\d+ 秒前核对过"))
    page.get_by_role("link", name="怎么看这张图").focus()

    send(phone, 0)

    expect(team).to_contain_text("1/1")
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("document.activeElement.textContent") == "怎么看这张图"
    expect(page.locator("[data-said]")).to_have_text("数据已更新")
    assert re.search(r"数据截至 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", page.locator("[data-live]").inner_text())

    send(phone, 1)
    expect(team).to_contain_text("2/2")


def test_two_people_at_two_screens_see_the_same_record(site: Site, chromium: Browser) -> None:
    """The city and the team of 兴庆区, each in a browser profile of their own; neither loads the page again."""
    windows = [open_window(chromium, site, DESK) for _ in ("city", "lin")]
    for window, account in zip(windows, ("city", "lin"), strict=True):
        sign_in_at_desk(window, account)
        window.page.goto(BOARD)
        expect(window.page.locator("[data-age]")).to_have_text(re.compile("核对过"))
        window.page.evaluate("window.sameDocument = true")

    send(phone_of(site), 0)

    for window in windows:
        expect(window.page.get_by_test_id("county-row-640104").get_by_test_id("item-team")).to_contain_text("1/1")
        assert window.page.evaluate("window.sameDocument") is True
        assert window.faults == []
        window.context.close()


def test_a_lost_line_is_told_and_what_came_meanwhile_is_seen_when_it_is_back(site: Site, desk: Window) -> None:
    phone = phone_of(site)
    sign_in_at_desk(desk, "city")
    page = desk.page
    page.goto(BOARD)
    line = page.locator("[data-live]")
    expect(page.locator("[data-age]")).to_have_text(re.compile("核对过"))

    page.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(line).to_contain_text("连接断开,正在重连")
    send(phone, 0)
    page.context.set_offline(False)

    expect(page.get_by_test_id("county-row-640104").get_by_test_id("item-team")).to_contain_text("1/1", timeout=30_000)
    expect(line).not_to_contain_text("连接断开")


def test_without_script_the_board_is_whole_and_says_as_of_when(site: Site, chromium: Browser) -> None:
    window = open_window(chromium, site, DESK)
    sign_in_at_desk(window, "city")
    cookies = window.context.cookies()
    window.context.close()
    context = chromium.new_context(base_url=site.url, java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(BOARD)

    assert page.get_by_test_id("county-row-640104").is_visible()
    text = page.locator("[data-live]").inner_text()
    assert re.fullmatch(r"数据截至 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)
    context.close()
