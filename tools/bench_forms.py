"""Questionnaires: how long a tap takes on a weak phone, what a record costs the server, and what a form asks of people.

Taps: one page of 200 items (50 of them calculated, one a list of 1,200 villages by township) in Chromium with the CPU
six times slower, on our phone app (its preview: the real screens, drafts kept in memory) and on a bare page over the
ODK engine, alternating in one run. A tap lasts from the click to the end of the frame that shows its consequences.
"""

import http.server
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.registry.people.models import Role
from app.registry.people.service import add_account
from app.survey.questionnaires.compiler import CompiledForm, compile_bytes, compile_workbook
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.rules import check
from app.survey.questionnaires.state import load
from app.survey.questionnaires.tables import builtin_workbook
from tests.rooms.questionnaires.forms_at_hand import row, workbook
from tests.rooms.questionnaires.oracle import ENGINE, engine_version, node_environment
from tools.bench_burden import burden, visits
from tools.bench_ingest import ROOT, free_port
from tools.bench_machine import conditions
from tools.bench_phone import SLOWER
from tools.bench_world import PASSWORD, house_over, service

FORM, TOWNS, VILLAGES = "bench", 20, 1200
TAP = """
async (name) => {
  const option = document.querySelector(`[data-testid="${name}"]`);
  option.scrollIntoView({ block: "center" });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
  const began = performance.now();
  option.click();
  await new Promise((done) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = done;
    after.port2.postMessage(0);
  }));
  return performance.now() - began;
}
"""


def big_form() -> CompiledForm:
    """200 items on one page: 120 of one choice, 27 numbers, 50 calculated, a township and its villages, a note."""
    survey = [row("begin_group", "page")]
    for at in range(120):
        when = {"relevant": f"${{q{at - 1}}} = '1'"} if at % 10 == 5 else {}
        survey.append(row("select_one scale", f"q{at}", required="yes", **when))
    for at in range(27):
        survey.append(row("integer", f"n{at}", constraint=". >= 0 and . <= 100000"))
    for at in range(50):
        q, n = at * 2, at % 27
        rule = f"if(${{q{q}}} = '1' or ${{q{q}}} = '2', 1, 0) + coalesce(${{n{n}}}, 0)"
        survey.append(row("calculate", f"c{at}", calculation=rule))
    total = " + ".join(f"${{c{at}}}" for at in range(50))
    survey += [
        row("select_one town", "town", required="yes"),
        row("select_one village", "village", choice_filter="town = ${town}", required="yes"),
        row("calculate", "total", calculation=total),
        row("note", "so_far", zh="共${total}", en="total ${total}", relevant="${total} > 3"),
        row("end_group"),
    ]
    choices = [["scale", str(n), f"第{n}档", f"Step {n}", ""] for n in range(1, 5)]
    choices += [["town", f"t{n}", f"第{n}镇", f"Town {n}", ""] for n in range(TOWNS)]
    choices += [["village", f"v{n}", f"第{n}村", f"Village {n}", f"t{n % TOWNS}"] for n in range(VILLAGES)]
    settings = [["form_id", "version", "form_title"], [FORM, "1", "大表"]]
    return compile_workbook(workbook(survey, choices, settings=settings))


def taps() -> list[str]:
    """Options to tap, in order: forty answers that others depend on, ten townships."""
    answers = [f"option-q{at}-{1 + at % 2}" for at in range(0, 80, 2)]
    return [*answers, *(f"option-town-t{n}" for n in range(1, 11))]


def measure(quick: bool) -> list[str]:
    """The section as lines of Markdown."""
    form, rounds = big_form(), 1 if quick else 3
    ours: list[float] = []
    engine: list[float] = []
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as name:
        folder, port = Path(name), free_port()
        url = f"sqlite:///{folder / 'ruhu.sqlite3'}"
        _furnish(url, folder, form)
        with _engine_page(folder, form) as bare, service(url, folder, port, ROOT), sync_playwright() as playwright:
            executable = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            for _ in range(rounds):
                ours += _tap_all(browser, partial(_open_ours, base=f"http://127.0.0.1:{port}"))
                engine += _tap_all(browser, partial(_open_engine, url=bare))
            version = browser.version
            browser.close()
    return _section(version, ours, engine, rounds, _judging(10 if quick else 60))


def _furnish(url: str, folder: Path, form: CompiledForm) -> None:
    house = house_over(url, folder)
    migrate(house.db)
    with house.db.write(HOME) as session:
        add_account(
            session, house.hasher, account="city", name="某人", role=Role.CITY_OFFICER, scope="6401",
            password=PASSWORD, by="-",
        )  # fmt: skip
        session.add(
            FormVersion(
                form_id=form.form_id, version=form.version, sha256=form.sha256, xlsx_sha256=form.sha256,
                title_zh=form.title_zh, title_en=form.title_en, xlsx=b"", xml=form.xml, compiled=form.json,
                published_at=utcnow(), published_by="city",
            )
        )  # fmt: skip
    house.close()


@contextmanager
def _engine_page(folder: Path, form: CompiledForm) -> Iterator[str]:
    """The bare page over the engine, on a port of its own."""
    site, node = folder / "engine", node_environment()
    site.mkdir()
    (site / "form.xml").write_text(form.xml, "utf-8")
    (site / "index.html").write_text(PAGE, "utf-8")
    rolldown = ROOT / "pwa" / "node_modules" / ".bin" / "rolldown"
    command = [str(rolldown), "--config", "rolldown.config.mjs", "--file", str(site / "page.js")]
    subprocess.run(command, cwd=ENGINE, env=node, check=True, capture_output=True)
    handler = partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>engine</title><body><script type="module" src="page.js"></script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_said: object) -> None:
        return


def _open_ours(page: Page, base: str) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("input[name=account]", "city")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto(f"{base}/m/?preview=/api/v1/forms/{FORM}/1.json")


def _open_engine(page: Page, url: str) -> None:
    page.goto(url)


def _tap_all(browser: Browser, opened: Callable[[Page], None]) -> list[float]:
    """Milliseconds of every tap on a fresh page, the processor slowed once the page stands."""
    context = browser.new_context(
        viewport={"width": 412, "height": 823}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    opened(page)
    page.get_by_test_id("option-q0-1").wait_for(state="attached")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    took = [float(page.evaluate(TAP, name)) for name in taps()]
    assert page.locator("[data-testid^='option-village-']").count() == VILLAGES // TOWNS
    context.close()
    return took


def _judging(times: int) -> tuple[float, float]:
    """Milliseconds of CPU to judge a record of Q1, and to make the form's function, which is done once."""
    form = load(compile_bytes(builtin_workbook("q1_poor")).json)
    records = [each.answers for each in visits() if each.form_id == "q1_poor" and "met" in each.what]
    today = date(2017, 5, 20)
    began = time.process_time()
    check(form, records[0], fill_date=today, received_on=today)
    made = (time.process_time() - began) * 1000
    began = time.process_time()
    for _ in range(times * 10):
        for each in records:
            check(form, each, fill_date=today, received_on=today)
    return (time.process_time() - began) * 1000 / (times * 10 * len(records)), made


def _section(
    version: str, ours: list[float], engine: list[float], rounds: int, judging: tuple[float, float]
) -> list[str]:
    def row_of(name: str, took: list[float]) -> str:
        each = len(taps())
        towns = [ms for at, ms in enumerate(took) if at % each >= 40]
        ninth = sorted(took)[len(took) * 9 // 10]
        figures = [statistics.median(took), ninth, max(took), statistics.median(towns)]
        return f"| {name} | {' | '.join(f'{ms:.0f}' for ms in figures)} |"

    return [
        "## Questionnaires",
        "",
        *conditions(f"Chromium {version} headless, 412×823"),
        f"- Taps: one page of 200 items (50 calculated) and {VILLAGES:,} villages by township; CPU {SLOWER}× slower;"
        f" {len(taps())} taps a run, {rounds} runs of each in turn. A tap lasts from the click to the end of the frame"
        " that shows it. The engine's page has no style and saves nothing; ours is the phone app.",
        "",
        "| milliseconds a tap | median | ninth decile | longest | median, choosing a township |",
        "|---|---|---|---|---|",
        row_of("Ruhu", ours),
        row_of(engine_version(), engine),
        "",
        f"On the server a record of Q1 is judged in {judging[0]:.2f} ms of CPU by the form's compiled function, which"
        f" is made once in {judging[1]:.0f} ms.",
        "",
        *burden(),
    ]
