"""The app's own store and engine in a real browser without its screens, for drills that need hundreds of visits.

`bundle` builds pwa/test/drill/hands.ts; a `Workshop` is a page of the app's origin, outside the reach of its service
worker, that holds the module as `hands`. `swap` plants a fault in the sources, to see that a drill notices it.
"""

import base64
import functools
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from hatch_build import PWA, npm_command
from tests.browser.drills.profile import Handset
from tests.cast import PASSWORD

Promised = list[dict[str, Any]]


@functools.cache
def bundle(swap: str = "") -> str:
    """The text of the module; built once per run and planted fault."""
    npm, environment = npm_command()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [*npm, "exec", "--", "vite", "build", "--config", "test/drill/vite.config.ts"],
            cwd=PWA,
            env={**environment, **os.environ, "RUHU_DRILL_OUT": folder, "RUHU_DRILL_SWAP": swap},
            check=True,
            capture_output=True,
            timeout=300,
        )
        return (Path(folder) / "hands.js").read_text("utf-8")


class Workshop:
    """One page with the hands; the database is that of the app itself."""

    def __init__(self, phone: Handset, *, swap: str = "", name: str = "ruhu") -> None:
        self.page: Page = phone.context.new_page()
        self.cdp = phone.context.new_cdp_session(self.page)
        text = bundle(swap)
        self.page.route("**/drill/*", lambda route: _serve(route, text))
        self.page.goto("/drill/page.html")
        self.page.evaluate(
            """async name => {
                 globalThis.hands = await import('/drill/hands.js');
                 globalThis.store = await hands.open(name);
                 await store.device();
               }""",
            name,
        )

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate in the page."""
        return self.page.evaluate(script, argument)

    def seals(self, count: int, sizes: list[int]) -> Promised:
        """Seal so many visits; those that were saved."""
        return list(
            self.run(
                """async ([count, sizes]) => {
                     const done = [];
                     for (let rank = 1; rank <= count; rank += 1) done.push(await hands.seal(store, rank, sizes));
                     return done.filter(each => each !== null);
                   }""",
                [count, sizes],
            )
        )

    def lacks(self, promised: Promised) -> list[str]:
        """Which of the promised visits cannot be read back byte for byte."""
        return list(self.run("promised => hands.missing(store, promised)", promised))

    def signs_in(self, name: str) -> None:
        """The whole engine over a database of its own, signed in as Lin, the package here."""
        self.run(
            """async ([name, password]) => {
                 globalThis.phone = await hands.openPhone({dbName: name, workerBase: null});
                 await phone.signIn('lin', password);
                 await phone.pullPackage();
               }""",
            [name, PASSWORD],
        )

    def visits(self, number: int, photos: list[bytes]) -> None:
        """One doorstep with these photos, sealed by the engine."""
        texts = [base64.b64encode(each).decode() for each in photos]
        self.run("([number, texts]) => hands.visit(phone, number, texts)", [number, texts])

    def unsent(self) -> int:
        """Records and photos that are only on this phone."""
        return int(self.run("async () => { const u = await store.unsent('lin'); return u.records + u.photos; }"))

    def close(self) -> None:
        """Let go of the database."""
        self.page.evaluate("store.close()")
        self.page.close()


def _serve(route: Route, text: str) -> None:
    if route.request.url.endswith(".js"):
        route.fulfill(body=text, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>drill</title>", content_type="text/html")
