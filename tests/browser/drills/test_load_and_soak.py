"""P03, P17, P18: no room left, a weak phone with much on it, a long day of lines that come and go."""

import random
import time
from pathlib import Path
from typing import Any

from tests.browser.conftest import Site
from tests.browser.drills.profile import NOBODY, Handset
from tests.browser.drills.workshop import Promised, Workshop
from tests.browser.test_phone_story import kept_ops, samples_of
from tests.drills.report import IS_NIGHT, note, rounds
from tests.phone import picture

MIB = 2**20
PROVEN = 16 * MIB  # room that the store asks for before it writes (store/room.ts)


def _started_with(phone: Handset, room: int | None) -> Workshop:
    """The phone started anew, its browser giving this origin so many more bytes; None: as many as there are.

    A browser remembers for half a minute how much room an open database had, so the quota comes first.
    """
    used = phone.page.evaluate("async () => (await navigator.storage.estimate()).usage")
    phone.close()
    phone.open()
    phone.offline()
    ask = {"origin": phone.site.url} | ({} if room is None else {"quotaSize": used + room})
    phone.cdp().send("Storage.overrideQuotaForOrigin", ask)
    return Workshop(phone)


def _fills_up(shop: Workshop, rng: random.Random) -> Promised:
    """Seal until the store says no; what it said yes to."""
    promised: Promised = []
    for _ in range(150):
        sealed = shop.seals(1, [rng.randrange(100_000, 900_000) for _ in range(rng.randrange(1, 4))])
        if not sealed:
            return promised
        promised += sealed
    raise AssertionError("the quota was never reached")


def _seals_soon(shop: Workshop) -> Promised:
    """What was let go makes room; a browser counts anew within half a minute."""
    for _ in range(60):
        sealed = shop.seals(1, [300_000])
        if sealed:
            return sealed
        shop.page.wait_for_timeout(1_000)
    raise AssertionError("letting go of sent visits made no room")


def test_without_room_nothing_is_called_saved_and_nothing_saved_is_harmed(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P03 (a): a browser that gives no more room: 没存 is said, all before is whole, and it goes on."""
    phone = Handset(chromium, site, tmp_path)
    sample_id = samples_of(site)[0]["sample_id"]
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    promised: Promised = []
    turns = rounds(1, 50)
    for turn in range(turns):
        rng = random.Random(turn)
        shop = _started_with(phone, PROVEN + rng.randrange(8 * MIB, (50 if IS_NIGHT else 10) * MIB))
        phone.visit()
        promised += _fills_up(shop, rng)
        assert shop.lacks(promised) == [], f"turn {turn}"
    while sealed := shop.seals(1, [300_000]):
        promised += sealed
    most = len(promised) * 2 // 3  # more than one proof of room covers
    gone, promised = promised[:most], promised[most:]
    shop.run("all => Promise.all(all.map(each => store.purge(each.op_id, '2026-11-24T00:00:00Z')))", gone)
    began = time.monotonic()
    promised += _seals_soon(shop)
    room_after = time.monotonic() - began
    assert shop.lacks(promised) == []

    shop = _started_with(phone, PROVEN - MIB)
    phone.visit()
    phone.hands.opens(sample_id)
    phone.by("nobody-home").click()
    phone.page.locator("[role=alert]", has_text="空间不够").wait_for()  # said at the door, before anything is asked

    shop = _started_with(phone, None)
    promised += shop.seals(1, [60_000])
    phone.visit()
    phone.by("outbox-count").first.wait_for()
    # what was let go here was never sent: its lines are still counted
    assert phone.by("outbox-count").first.inner_text().strip() == str(len(promised) + len(gone))
    assert shop.lacks(promised) == []
    phone.close()
    note(
        "P03",
        n=turns,
        what=f"quotas reached; {len(promised)} visits called saved, all whole; "
        f"{len(gone)} visits let go make room within {room_after:.0f} s",
    )


def test_a_weak_phone_with_much_on_it_saves_and_opens_in_time(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P17: a sixth of this processor, a phone full of visits: how long saving and opening take, and nothing crashes."""
    visits, photos = (300, 8) if IS_NIGHT else (12, 2)
    phone = Handset(chromium, site, tmp_path)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    shop = Workshop(phone)
    promised = shop.seals(visits, [60_000] * photos)
    phone.cdp().send("Emulation.setCPUThrottlingRate", {"rate": 6})
    opened, saved = [], []
    for sample in samples[: 10 if IS_NIGHT else 1]:
        began = time.monotonic()
        phone.visit()
        phone.by("sample-item").first.wait_for()
        opened.append(time.monotonic() - began)
        phone.hands.opens(sample["sample_id"])
        phone.by("nobody-home").click()
        phone.by("next-page").wait_for()
        phone.hands.fills_all({**NOBODY, "not_done_reason": "进城打工"})
        saved.append(phone.page.evaluate(SEAL))
    assert shop.lacks(promised) == []
    phone.close()
    assert phone.faults == []
    what = (
        f"{visits} visits × {photos} photos, CPU / 6: open {max(opened):.2f} s, save {max(saved) / 1000:.2f} s at most"
    )
    note("P17", n=len(saved), what=what)
    assert max(opened) < (3 if IS_NIGHT else 15), what
    assert max(saved) < (1_000 if IS_NIGHT else 5_000), what


SEAL = """() => new Promise(done => {
  const began = performance.now();
  const look = () => document.querySelector('[data-testid=state-saved]') ? done(performance.now() - began)
                                                                         : requestAnimationFrame(look);
  document.querySelector('[data-testid=seal]').click();
  look();
})"""


def test_a_long_day_of_lines_that_come_and_go_ends_with_nothing_unsent(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P18: eight hours of the phone's clock, the line up and down, a visit now and then: all arrive, memory is flat."""
    phone = Handset(chromium, site, tmp_path)
    shop = Workshop(phone, name="soak")
    page = shop.page
    page.clock.install()
    shop.signs_in("soak")
    flips, every = rounds(40, 500), rounds(4, 10)
    heap = []
    for flip in range(flips):
        phone.context.set_offline(flip % 2 == 0)
        if flip % every == 0:
            shop.visits(flip, [picture(f"soak {flip}")])
        page.clock.fast_forward(8 * 3600 * 1000 // flips)
        page.wait_for_timeout(60)
        if flip in (flips // 2, flips - 1):
            heap.append(_heap(phone, shop))
    phone.context.set_offline(False)
    for _ in range(60):
        page.clock.fast_forward(60_000)
        shop.run("() => phone.syncNow()")
        if shop.unsent() == 0:
            break
        page.wait_for_timeout(100)
    sealed = len(range(0, flips, every))
    assert shop.unsent() == 0
    assert len(kept_ops(site)) == sealed
    assert heap[1] < heap[0] * 1.2, f"memory grew from {heap[0]} to {heap[1]} bytes"
    phone.close()
    note("P18", n=flips, what=f"flips of the line in eight hours of the phone's clock, {sealed} visits")


def _heap(phone: Handset, shop: Workshop) -> int:
    """What the page keeps, in bytes: the least of some looks, since a run on its way holds a photo for a moment."""
    cdp = phone.context.new_cdp_session(shop.page)
    cdp.send("Performance.enable")
    looks = []
    for _ in range(8):
        cdp.send("HeapProfiler.collectGarbage")
        metrics = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
        looks.append(int(metrics["JSHeapUsedSize"]))
        shop.page.wait_for_timeout(250)
    cdp.detach()
    return min(looks)
