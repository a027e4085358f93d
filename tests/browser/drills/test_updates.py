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
        # The browser lets the old worker end what it is at, and looks again after half a minute without work.
        phone.page.wait_for_function(
            "number => [...document.scripts].some(each => each.src.includes(number))", arg=f".r{turn}.", timeout=90_000
        )
        phone.by("sample-item").first.wait_for()
        _opens_the_draft(phone, sample_id)
        assert _release_on(phone) == str(turn)
    phone.close()
    assert phone.faults == []
    note("P07", n=2 * turns, what="updates in the middle of a visit, every second one in pieces")
