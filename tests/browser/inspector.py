"""An inspector's hands on the phone: signs in, opens a household, answers what is asked, seals, syncs."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from app.demo import answers as fill
from tests.cast import PASSWORD
from tests.phone import picture


def flat(answers: dict[str, Any]) -> dict[str, str]:
    """Question name → answer, over all sections."""
    found: dict[str, str] = {}
    for name, value in answers.items():
        found.update(flat(value) if isinstance(value, dict) else {name: str(value)})
    return found


class Inspector:
    """Acts on one page of the phone app."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.shots = 0
        self.on_satisfaction: Callable[[], None] | None = None

    def by(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def signs_in(self, account: str) -> None:
        """Open the app, sign in, see the sample."""
        self.page.goto("/m/")
        self.by("sign-in-account").fill(account)
        self.by("sign-in-password").fill(PASSWORD)
        self.by("sign-in-submit").click()
        self.by("sample-item").first.wait_for()

    def is_ready_for_offline(self) -> None:
        """Wait until the service worker holds the whole app."""
        self.page.evaluate("navigator.serviceWorker.ready")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null || true")
        self.page.wait_for_timeout(500)

    def opens(self, sample_id: str) -> None:
        """Go to a sampled household's page."""
        self.page.locator(f'[data-testid=sample-item][data-sample-id="{sample_id}"]').click()
        self.by("start-interview").wait_for()

    def opens_visited(self, sample_id: str) -> None:
        """Go to a household that was visited already."""
        self.page.locator(f'[data-testid=sample-item][data-sample-id="{sample_id}"]').click()
        self.by("read-record").first.wait_for()

    def changes(self, name: str, value: str) -> None:
        """From the review to one question, another option, and back to the review."""
        section = self.page.locator("section", has=self.by(f"answer-{name}"))
        section.get_by_role("button").click()
        self.by(f"option-{name}-{value}").click()
        while not self.by("seal").is_visible():
            title = self.page.locator("h1").inner_text()
            self.by("next-page").click()
            self.page.wait_for_function("title => document.querySelector('h1').innerText !== title", arg=title)

    def answers_of(self, sample: dict[str, Any], sat: dict[str, int] | None = None) -> dict[str, str]:
        """A full set of answers for a sample's form."""
        rng = random.Random(sample["sample_id"])
        codes = {"team": 5, "helper": 4, "effect": 5, "way": 4, **(sat or {})}
        home = sample["household"]
        rest = (
            fill.q1(rng, home, codes, photos=True) if sample["stratum"] == "poor" else fill.q2(rng, home, photos=True)
        )
        cover = {"visit_mode": "open", "contact_result": "completed", "met_where": "listed", "attempt_no": "1"}
        return flat({"cover": cover, **rest})

    def fills_page(self, answers: dict[str, str], done: set[str]) -> None:
        """Answer every question of this section, also those that an answer makes appear."""
        while True:
            shown = self.page.locator("fieldset[data-testid^=question-]:visible").evaluate_all(
                "all => all.map(each => each.dataset.testid.slice('question-'.length))"
            )
            todo = [name for name in shown if name not in done]
            if not todo:
                return
            name = todo[0]
            self._answer(name, answers)
            done.add(name)

    def _answer(self, name: str, answers: dict[str, str]) -> None:
        box = self.by(f"question-{name}")
        photo = self.by(f"photo-{name}")
        if photo.count():
            if "signature" not in name:
                self._photograph(name, photo)
            return
        value = answers.get(name)
        if value is None:
            return
        options = box.locator(f"[data-testid^='option-{name}-']")
        if options.count():
            for choice in value.split(" "):
                option = self.by(f"option-{name}-{choice}")
                if not option.is_checked():
                    option.click()
            return
        field = box.locator("input, textarea")
        if field.count():
            field.first.fill(value)

    def _photograph(self, name: str, photo: Locator) -> None:
        self.shots += 1
        path = self.folder / f"{self.shots}-{name}.jpg"
        path.write_bytes(picture(f"{self.shots}{name}", (1600, 1200)))
        photo.set_input_files(str(path))
        self.by(f"question-{name}").locator("img").first.wait_for()

    def fills_all(self, answers: dict[str, str], done: set[str] | None = None) -> None:
        """Page by page to the review."""
        done = set() if done is None else done
        for _ in range(20):
            self.fills_page(answers, done)
            if self.on_satisfaction and self.by("question-sat_helper").count():
                self.by("question-sat_helper").scroll_into_view_if_needed()
                self.on_satisfaction()
            self.by("next-page").click()
            self.page.wait_for_timeout(150)
            if self.by("seal").is_visible():
                return
        raise AssertionError("never reached the review")

    def seals(self) -> None:
        """Save the household; the phone says 已存手机."""
        self.by("seal").click()
        self.by("state-saved").first.wait_for()
