"""A real Chromium against the real service on loopback, with the cast of tests/cast.py in a SQLite file.

The service runs in a thread of this process, so that a story can look into its database; a wrapper around the app can
lose an answer after the service has done its work, as a valley does.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.doors.web.house import House, open_house
from app.kernel.settings import load_settings
from app.main import STATIC, create_app
from tests.cast import PASSWORD, copy_sqlite

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)
SCREENSHOTS = os.environ.get("RUHU_SCREENSHOTS")
"""A folder to put screenshots into; unset, none are taken."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Valley:
    """Around the app: loses the answers to the next requests whose path begins so, after they were done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.lose: list[str] = []
        self.lost: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path not in self.lose:
            await self.app(scope, receive, send)
            return
        self.lose.remove(path)
        self.lost.append(path)

        async def swallow(_message: Message) -> None:
            return

        await self.app(scope, receive, swallow)
        raise ConnectionResetError("the answer was lost in the valley")


@dataclass
class Site:
    """A running service."""

    house: House
    url: str
    valley: Valley


@contextmanager
def running(url: str, data: Path) -> Iterator[Site]:
    """The service over a database, on a free port of loopback."""
    if not (STATIC / "m" / "index.html").is_file():
        pytest.fail("The phone app is not built: run `make setup`")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        "RUHU_DATA": str(data),
        "RUHU_DATABASE_URL": url,
        "RUHU_SECRET_KEY": "a secret for tests only",
        "RUHU_PHONE_PIN": "asked",
    }
    house = open_house(load_settings(env, port=port))
    valley = Valley(create_app(house))
    server = uvicorn.Server(uvicorn.Config(valley, port=port, log_level="critical", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield Site(house, f"http://127.0.0.1:{port}", valley)
    finally:
        server.should_exit = True
        thread.join(10)
        house.close()


@pytest.fixture
def site(furnished_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """The service over a fresh copy of the furnished database."""
    with running(copy_sqlite(furnished_sqlite, tmp_path), tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("No Chromium on this machine: run `make needs`")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@dataclass
class Window:
    """One page with what went wrong on it."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def shot(self, name: str) -> None:
        """A screenshot in both themes, when a folder for them is set."""
        if not SCREENSHOTS:
            return
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}-{theme}.png")
        self.page.emulate_media(color_scheme="light")


def open_window(browser: Browser, site: Site, size: dict[str, int]) -> Window:
    """A new profile; errors on the page are remembered."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        base_url=site.url,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation={"latitude": 38.47, "longitude": 106.29, "accuracy": 9},
        permissions=["geolocation"],
    )
    context.set_default_timeout(WAIT_MS)
    window = Window(context, context.new_page())
    window.page.on("pageerror", lambda error: window.faults.append(str(error)))
    window.page.on(
        "console", lambda line: window.faults.append(line.text) if "Content Security Policy" in line.text else None
    )
    return window


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Window]:
    """A phone of 360×740."""
    window = open_window(chromium, site, PHONE)
    yield window
    window.context.close()
    assert window.faults == []


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Window]:
    """A screen at the desk."""
    window = open_window(chromium, site, DESK)
    yield window
    window.context.close()
    assert window.faults == []


def sign_in_at_desk(window: Window, account: str, password: str = PASSWORD) -> None:
    """Sign in on the page."""
    window.page.goto("/sign-in")
    window.page.fill("input[name=account]", account)
    window.page.fill("input[name=password]", password)
    window.page.press("input[name=password]", "Enter")
    window.page.wait_for_url(lambda url: "/sign-in" not in url)
