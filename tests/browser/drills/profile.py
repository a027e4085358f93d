"""A phone with a profile on the disk: it can be killed, robbed, copied and opened again."""

import os
import signal
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page

from tests.browser.conftest import PHONE, Site
from tests.browser.inspector import Inspector

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
NOBODY = {"visit_mode": "covert", "contact_result": "absent", "attempt_no": "1"}


class Handset:
    """One phone: the app in a browser whose profile lies in a folder."""

    def __init__(self, browser: Browser, site: Site, folder: Path, *, zone: str = "Asia/Shanghai") -> None:
        self.kind = browser.browser_type
        self.site = site
        self.folder = folder
        self.profile = folder / "profile"
        self.zone = zone
        self.faults: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self.open()

    def open(self) -> None:
        """Start the browser; the app itself is opened by `visit`."""
        self.context = self.kind.launch_persistent_context(
            str(self.profile),
            executable_path=str(
                next(p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/google-chrome")) if p.exists())
            ),
            args=FLAGS,
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            base_url=self.site.url,
            locale="zh-CN",
            timezone_id=self.zone,
            geolocation={"latitude": 38.47, "longitude": 106.29, "accuracy": 9},
            permissions=["geolocation"],
            accept_downloads=True,
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.hands = Inspector(self.page, self.folder)

    def visit(self) -> None:
        """Open the app as from the home screen."""
        self.page.goto("/m/")

    def by(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def offline(self, is_off: bool = True) -> None:
        self.context.set_offline(is_off)

    def waits_for_the_whole_app(self) -> None:
        """Everything fetched, and the service worker in charge."""
        self.page.evaluate("navigator.serviceWorker.ready")
        self.page.wait_for_timeout(700)

    def cdp(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    def sets_pin(self, pin: str) -> None:
        """On the page that 今日 leads to."""
        self.by("to-pin").first.click()
        self.by("new-pin").fill(pin)
        self.by("same-pin").fill(pin)
        self.by("set-pin").click()
        self.by("pin-done").wait_for()

    def unlocks(self, pin: str) -> None:
        self.by("pin").fill(pin)
        self.by("unlock").click()

    def nobody_home(self, sample_id: str, note: str = "邻居说进城打工了", pin: str | None = None) -> None:
        """A doorstep where nobody was met, sealed on the phone."""
        self.visit()
        if pin is not None:
            self.unlocks(pin)
        self.by("sample-item").first.wait_for()
        self.hands.opens(sample_id)
        self.by("nobody-home").click()
        self.by("next-page").wait_for()
        self.hands.fills_all({**NOBODY, "not_done_reason": note})
        self.hands.seals()

    def close(self) -> None:
        self.context.close()

    def kill(self) -> None:
        """SIGKILL to every process of this very profile."""
        mark = f"--user-data-dir={self.profile}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue
        time.sleep(0.3)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)
