"""The desk's pages as eyes and screen readers take them: narrow and wide, light and dark, empty, one and many."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from app.main import create_app
from tests.browser.conftest import DESK, PHONE, Site, Window, open_window, sign_in_at_desk
from tests.cast import ORIGIN, World

PATHS = [
    "/rounds", "/rounds/new", "/rounds/2017-1", "/rounds/2017-1/counties/640104?item=team", "/rounds/2017-1/draw",
    "/rounds/2017-1/close", "/rounds/2017-1/draw?draw=new", "/rounds/2017-1/commitment", "/commitments", "/verify",
    "/rounds/2017-1/figures", "/rounds/2017-1/figures/I02", "/rounds/2017-1/figures/I01/rounds",
    "/rounds/2017-1/figures/I01/640104", "/rounds/2017-1/counties/640104/brief", "/rounds/2017-1/income",
    "/rounds/2017-1/coverage", "/rounds/2017-1/load", "/rounds/2017-1/map", "/held", "/help", "/register", "/nowhere",
    "/reviews", "/flags",
]  # fmt: skip


def faults_of(window: Window, path: str, width: int) -> list[str]:
    """What is wrong with a page: axe findings, and anything wider than the screen."""
    window.page.goto(path)
    found = [
        f"{path} {width}: {each['id']} {each['nodes'][0]['html'][:120]}"
        for each in Axe().run(window.page).response["violations"]
    ]
    wide = window.page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{path} is {wide} wide on a screen of {width}"] if wide > width else [])


@pytest.fixture
def seen(chromium: Browser, site: Site) -> Any:
    """Open windows of one account by size and theme; all are closed in the end."""
    opened: list[Window] = []

    def see(account: str, size: dict[str, int], theme: str) -> Window:
        window = open_window(chromium, site, size)
        window.page.emulate_media(color_scheme=theme)
        opened.append(window)
        if account:
            sign_in_at_desk(window, account)
        return window

    yield see
    for window in opened:
        window.context.close()
        assert window.faults == []


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(PHONE, "dark", "en"), (DESK, "light", "zh")],
    ids=["narrow-dark-english", "wide-light-chinese"],
)
def test_no_page_has_a_finding_or_runs_off_the_screen(
    site: Site, seen: Callable[..., Window], size: dict[str, int], theme: str, language: str
) -> None:
    paths = [*PATHS, *fill(site)]
    city = seen("city", size, theme)
    city.context.add_cookies([{"name": "lang", "value": language, "url": site.url}])
    admin = seen("admin", size, theme)
    stranger = seen("", size, theme)

    faults = [fault for path in paths for fault in faults_of(city, path, size["width"])]
    faults += [fault for path in ("/accounts", "/accounts/lin") for fault in faults_of(admin, path, size["width"])]
    faults += faults_of(stranger, "/sign-in", size["width"])

    assert faults == []


def fill(site: Site) -> list[str]:
    """One good record, one held; the pages about them."""
    app = create_app(site.house)
    phone = World(site.house, app, TestClient(app, base_url=ORIGIN)).phone("lin")
    first, second = phone.samples("poor")[:2]
    good, bad = phone.op(phone.interview(first, photos=True)), phone.interview(second)
    bad["answers"]["satisfaction"]["sat_team"] = "7"
    held = phone.op(bad)
    phone.post(good, held)
    return [
        f"/records/{good['op_id']}",
        f"/reviews/{good['op_id']}",
        f"/records/{held['op_id']}",
        f"/rounds/2017-1/samples/{first['sample_id']}",
    ]


SMALL = """() => [...document.querySelectorAll("button, summary, select, .button, nav a, .tabs a, .crumbs a, input")]
    .filter(each => each.checkVisibility() && each.type !== "checkbox" && each.type !== "radio")
    .filter(each => each.getBoundingClientRect().height < 44)
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("path", ["/rounds/2017-1", "/rounds/new", "/register", "/me", "/rounds/2017-1/figures/I01"])
def test_a_finger_finds_every_control_on_a_narrow_screen(seen: Callable[..., Window], path: str) -> None:
    window = seen("city", PHONE, "light")
    window.page.goto(path)
    assert window.page.evaluate(SMALL) == []


def test_the_doors_of_the_top_line_fold_into_a_menu_on_a_narrow_screen(seen: Callable[..., Window]) -> None:
    window = seen("city", PHONE, "light")
    window.page.goto("/rounds/2017-1")
    assert window.page.locator(".top").bounding_box()["height"] <= 60  # type: ignore[index]
    assert window.page.locator(".nav ul").is_hidden()

    window.page.locator(".menu summary").press("Enter")
    window.page.locator(".nav ul").get_by_role("link", name="登记册").click()
    window.page.wait_for_url("**/register")


def test_the_code_to_scan_hides_nothing_that_stands_below(seen: Callable[..., Window]) -> None:
    page = seen("city", DESK, "light").page
    page.goto("/me")
    page.get_by_role("button", name="开始启用").click()
    code = page.get_by_role("img", name="二维码").locator("svg").bounding_box()
    secret = page.get_by_test_id("factor-secret").bounding_box()

    assert code is not None
    assert secret is not None
    assert code["width"] >= 200
    assert code["y"] + code["height"] <= secret["y"]


def test_the_page_can_be_worked_with_the_keyboard_from_the_first_key(seen: Callable[..., Window]) -> None:
    window = seen("city", DESK, "light")
    window.page.goto("/rounds/2017-1")

    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "skip"
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "main"


def test_text_of_twice_the_size_still_fits_a_narrow_screen(seen: Callable[..., Window]) -> None:
    window = seen("city", PHONE, "light")
    more = ("/rounds/2017-1/notice-card", "/register/import", "/questionnaires", "/imports", "/me", "/reviews")
    for path in (*PATHS, *more):
        window.page.goto(path)
        window.page.evaluate("document.documentElement.style.fontSize = '30px'")
        assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_a_printed_board_keeps_its_marks_and_drops_its_buttons(seen: Callable[..., Window]) -> None:
    window = seen("city", DESK, "dark")
    window.page.goto("/rounds/2017-1")
    window.page.emulate_media(media="print", color_scheme="dark")

    assert window.page.locator("nav.nav").is_hidden()
    assert window.page.locator("svg.bar").first.is_visible()
    ink = window.page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(0, 0, 0)"
