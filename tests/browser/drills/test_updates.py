"""P07: a new version arrives in the middle of a visit, whole or in pieces."""

import random
import re
from pathlib import Path
from typing import Any

from tests.browser.conftest import Site
from tests.browser.drills.profile import Handset
from tests.browser.drills.releases import Counter, make_release
from tests.browser.test_phone_story import samples_of
from tests.drills.report import note, rounds

LOADED = """() => [...performance.getEntriesByType('resource').map(each => each.name),
                    ...[...document.scripts].map(each => each.src)].filter(name => name.includes('/m/assets/'))"""
UPDATE = """async () => {
  const found = await navigator.serviceWorker.getRegistration('/m/');
  await found.update().catch(() => undefined);
  for (let tries = 0; found.installing && tries < 200; tries += 1) await new Promise(done => setTimeout(done, 50));
  return found.waiting !== null;
}"""


IS_OF_RELEASE = "number => [...document.scripts].some(each => each.src.includes(number))"
MOST_PATIENT_MS = 330_000
"""A browser lets the old worker end what it is at, and gives it five minutes for that."""


def _release_on(phone: Handset) -> str:
    """The one release that everything on this page came from; what was built counts as release 0."""
    numbers = {(re.findall(r"\.r(\d+)\.", name) or ["0"])[-1] for name in phone.page.evaluate(LOADED)}
    assert len(numbers) == 1, f"a page out of releases {sorted(numbers)}"
    return numbers.pop()


def _opens_the_draft(phone: Handset, sample_id: str) -> None:
    """The visit is as it was left."""
    phone.hands.opens(sample_id)
    phone.by("start-interview").click()
    _is_as_it_was(phone)


def _is_as_it_was(phone: Handset) -> None:
    phone.by("option-visit_mode-covert").wait_for()
    assert phone.by("option-visit_mode-covert").is_checked(), "the draft was lost"


def test_an_update_in_the_middle_of_a_visit_is_whole_and_asked_for_or_is_not(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P07: half an update is none; a whole one waits for consent; no page is ever mixed, and the draft is kept."""
    counter = Counter(site.valley.app)
    site.valley.app = counter
    phone = Handset(chromium, site, tmp_path)
    sample_id = samples_of(site)[0]["sample_id"]
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.hands.opens(sample_id)
    phone.by("start-interview").click()
    phone.by("next-page").wait_for()
    phone.hands.fills_page({"visit_mode": "covert", "contact_result": "completed", "met_where": "listed"}, set())
    phone.by("draft-saved").wait_for()

    turns = rounds(2, 50)
    for turn in range(1, turns + 1):
        folder = make_release(tmp_path / f"r{turn}", turn)
        counter.serve(folder)
        counter.broken = random.Random(turn).choice(sorted((folder / "assets").iterdir())).name
        refused = counter.refused
        assert phone.page.evaluate(UPDATE) is False, f"release {turn} without {counter.broken} is ready"
        assert counter.refused > refused
        phone.page.reload()
        _is_as_it_was(phone)
        assert _release_on(phone) == str(turn - 1)

        counter.serve(folder)
        assert phone.page.evaluate(UPDATE) is True
        phone.page.reload()
        _is_as_it_was(phone)
        assert _release_on(phone) == str(turn - 1), "switched without being asked"
        phone.visit()
        phone.by("update-now").click()
        phone.page.wait_for_function(IS_OF_RELEASE, arg=f".r{turn}.", timeout=MOST_PATIENT_MS)
        phone.by("sample-item").first.wait_for()
        _opens_the_draft(phone, sample_id)
        assert _release_on(phone) == str(turn)
    phone.close()
    assert phone.faults == []
    note("P07", n=2 * turns, what="updates in the middle of a visit, every second one in pieces")


DEAF = "ServiceWorker.prototype.postMessage = () => undefined"


def test_a_change_of_versions_that_takes_long_says_so_and_what_to_do(chromium: Any, site: Site, tmp_path: Path) -> None:
    """An old worker that is still busy holds the new version up to five minutes: the page does not just stand there."""
    counter = Counter(site.valley.app)
    site.valley.app = counter
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.visit()  # from now on the worker serves the page
    phone.by("sample-item").first.wait_for()
    counter.serve(make_release(tmp_path / "r1", 1))
    assert phone.page.evaluate(UPDATE) is True
    phone.page.add_init_script(DEAF)
    phone.page.clock.install()
    phone.visit()
    phone.by("update-now").click()
    assert phone.page.get_by_text("旧版本还在收尾").count() == 0

    phone.page.clock.fast_forward(16_000)

    phone.page.get_by_text("旧版本还在收尾").wait_for()
    phone.close()
    assert phone.faults == []
