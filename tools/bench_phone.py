"""The phone app: its bytes, and the time from nothing to the first answer on a weak phone and a weak line.

Chromium with the CPU six times slower, 400 kbit/s both ways and 400 ms round trip, as the peers were measured. Cold:
empty profile, the page is opened, a script signs in, takes the first household and answers its first question; the
script does not think, so what is counted is bytes, line and processor. Warm: the same phone, no network at all.
"""

import gzip
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from app.doors.web.house import House
from app.survey.questionnaires.queries import latest_forms
from tools.bench_ingest import ROOT, free_port
from tools.bench_machine import conditions
from tools.bench_peers import CLIENT_CONDITIONS, CLIENTS
from tools.bench_world import PASSWORD, build_world, house_over, service

BUILT = ROOT / "app" / "static" / "m"
SLOWER = 6
LINE_BYTES = 50_000
ROUND_TRIP_MS = 400
LIST_SEEN = """
const seen = new MutationObserver(() => {
  if (!document.querySelector("[data-testid=sample-item]")) return;
  seen.disconnect();
  requestAnimationFrame(() => setTimeout(() => (window.listSeenAt = performance.now())));
});
seen.observe(document, { childList: true, subtree: true });
"""
"""The page notes itself when its first household is painted: a driver that polls is late and in the way."""
Sizes = tuple[str, int, int]
"""Name, bytes, bytes by gzip -9."""


@dataclass
class Run:
    """One cold start and the warm one after it; milliseconds and bytes."""

    requests: int = 0
    transfer: int = 0
    sign_in_ms: float = 0
    signed_in_ms: float = 0
    cold_ms: float = 0
    warm_list_ms: float = 0
    warm_ms: float = 0
    answered: str = ""


@dataclass
class Traffic:
    """What went over the line of a page, service worker apart."""

    requests: int = 0
    transfer: int = 0

    def watch(self, session: CDPSession) -> None:
        """Count from now on."""
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.transfer += int(event["encodedDataLength"])


def measure(quick: bool) -> list[str]:
    """Three runs of cold and warm; the section as lines of Markdown."""
    if not (BUILT / "index.html").is_file():
        raise SystemExit("the phone app is not built: make setup")
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as name:
        folder = Path(name)
        url, port = f"sqlite:///{folder / 'ruhu.sqlite3'}", free_port()
        house = house_over(url, folder)
        build_world(house, folder)
        house.close()
        with service(url, folder, port, ROOT), sync_playwright() as playwright:
            executable = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            version = browser.version
            runs = [_run(browser.new_context(**_phone()), f"http://127.0.0.1:{port}") for _ in range(1 if quick else 3)]
            browser.close()
        forms = _form_sizes(house_over(url, folder))
    return _section(runs, version, forms)


def _phone() -> dict[str, Any]:
    return {
        "viewport": {"width": 412, "height": 823}, "has_touch": True, "is_mobile": True, "locale": "zh-CN",
        "permissions": ["geolocation"], "geolocation": {"latitude": 38.47, "longitude": 106.29, "accuracy": 12},
    }  # fmt: skip


def _run(context: BrowserContext, base: str) -> Run:
    run, traffic = Run(), Traffic()
    with _weak(context.new_page(), offline=False) as (page, session):
        traffic.watch(session)
        began = time.perf_counter()
        page.goto(f"{base}/m/", wait_until="commit")
        page.get_by_test_id("sign-in-account").wait_for()
        run.sign_in_ms = _since(began)
        page.get_by_test_id("sign-in-account").fill("i640104")
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_test_id("sample-item").first.wait_for(timeout=120_000)
        run.signed_in_ms = _since(began)
        run.answered = _answer_first(page)
        run.cold_ms = _since(began)
        run.requests, run.transfer = traffic.requests, traffic.transfer
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(3000)  # the rest of the app and the forms come behind the page
    with _weak(context.new_page(), offline=True) as (page, _session):
        page.add_init_script(LIST_SEEN)
        began = time.perf_counter()
        page.goto(f"{base}/m/", wait_until="commit")
        page.get_by_test_id("sample-item").first.wait_for(timeout=120_000)
        _answer_first(page, place=1)
        run.warm_ms = _since(began)
        run.warm_list_ms = page.evaluate("window.listSeenAt")
    context.close()
    print("  ", run, flush=True)
    return run


@contextmanager
def _weak(page: Page, *, offline: bool) -> Iterator[tuple[Page, CDPSession]]:
    """A page on a weak processor and a weak line (or none)."""
    page.set_default_timeout(120_000)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {
        "offline": offline,
        "latency": ROUND_TRIP_MS,
        "downloadThroughput": LINE_BYTES,
        "uploadThroughput": LINE_BYTES,
    }
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.context.set_offline(offline)
    yield page, session
    page.close()


def _answer_first(page: Page, place: int = 0) -> str:
    """Open a household, begin, and answer the first question that has options; its name."""
    page.get_by_test_id("sample-item").nth(place).click()
    page.get_by_test_id("start-interview").click()
    option = page.locator('[data-testid^="option-"]').first
    option.wait_for(state="attached")
    option.check(force=True)  # fails unless it is checked afterwards
    return option.get_attribute("data-testid") or ""


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _form_sizes(house: House) -> list[Sizes]:
    with house.db.read() as session:
        forms = [(form.form_id, form.json.encode()) for form in latest_forms(session)]
    house.close()
    return [_sizes(form_id, data) for form_id, data in forms]


def _sizes(name: str, data: bytes) -> Sizes:
    return name, len(data), len(gzip.compress(data, 9))


def app_files() -> tuple[list[Sizes], list[Sizes]]:
    """The built files: those of the first load (named by index.html), and the rest."""
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    first, rest = [], []
    for path in sorted(BUILT.rglob("*")):
        if path.is_file():
            name = path.relative_to(BUILT).as_posix()
            is_first = name == "index.html" or (name.startswith("assets/") and name in page)
            (first if is_first else rest).append(_sizes(name, path.read_bytes()))
    return first, rest


def _section(runs: list[Run], version: str, forms: list[Sizes]) -> list[str]:
    first, rest = app_files()

    def total(files: list[Sizes]) -> str:
        return f"{sum(size for _, size, _ in files):,} | {sum(packed for *_, packed in files):,}"

    def row(label: str, values: list[float]) -> str:
        shown = " / ".join(f"{value:,.0f}" for value in values)
        return f"| {label} | {shown} | {statistics.median(values):,.0f} |"

    return [
        "## Phone app",
        "",
        *conditions(f"Chromium {version} headless, 412×823"),
        f"- CPU {SLOWER}× slower, {LINE_BYTES * 8 // 1000} kbit/s both ways, {ROUND_TRIP_MS} ms round trip, HTTP/1.1,"
        " gzip, empty profile for each cold start; warm is the next start of the same phone without any network.",
        "- First answer: the first option of the first question of a household, chosen by a script that does not"
        " think; signing in (password hash on the server included) and the package of the county are within it. The"
        " service worker fetches its copies behind the page; the line is not slowed for it.",
        "",
        "| | bytes | gzip -9 |",
        "|---|---|---|",
        f"| first load: {', '.join(name.split('/')[-1] for name, *_ in first)} | {total(first)} |",
        f"| all other files of the app ({len(rest)}) | {total(rest)} |",
        *(f"| form {name} | {size:,} | {packed:,} |" for name, size, packed in forms),
        "",
        "| milliseconds from opening the page | runs | median |",
        "|---|---|---|",
        row("cold: sign-in can be typed into", [run.sign_in_ms for run in runs]),
        row("cold: the day's households are listed", [run.signed_in_ms for run in runs]),
        row("cold: first answer given", [run.cold_ms for run in runs]),
        row(
            "warm, offline: the day's households are painted, by the page's own clock",
            [run.warm_list_ms for run in runs],
        ),
        row("warm, offline: first answer given", [run.warm_ms for run in runs]),
        "",
        f"Over the line until the first answer, cold: {statistics.median(run.requests for run in runs):.0f} requests, "
        f"{statistics.median(run.transfer for run in runs):,.0f} bytes.",
        "",
        "Beside it, one page with one form, nothing to sign in to:",
        "",
        f"- {CLIENT_CONDITIONS}",
        "",
        "| client | requests | bytes over the line | ms until the first question takes a key |",
        "|---|---|---|---|",
        *(f"| {name} | {requests} | {size:,} | {took:,} |" for name, requests, size, took in CLIENTS),
    ]
