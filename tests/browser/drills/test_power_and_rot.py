"""P01, P02, P06, P09, P10, P14: no battery, a dead browser, a rotten disk, other versions, swapped bytes."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.drills.profile import Handset
from tests.browser.drills.workshop import Promised, Workshop
from tests.browser.test_phone_story import kept_ops
from tests.drills.cut import after_the_cut, cuttable_disk
from tests.drills.report import IS_NIGHT, note, rounds

PHOTO = 40_000


def _cut_while_saving(chromium: Any, site: Site, folder: Path, turn: int, swap: str = "") -> tuple[Promised, list[str]]:
    """Seal without pause, pull the battery at a random moment; what was promised, and what of it is gone."""
    folder.mkdir()
    rng = random.Random(turn)
    with cuttable_disk(folder, 192) as disk:
        phone = Handset(chromium, site, disk)
        shop = Workshop(phone, swap=swap)
        shop.run("size => { globalThis.work = hands.sealing(store, [size]); }", PHOTO)
        before = rng.randrange(35, 75) if IS_NIGHT else rng.randrange(3, 8)
        shop.page.wait_for_function("n => work.promised.length >= n", arg=before, timeout=120_000)
        shop.page.wait_for_timeout(rng.randrange(100, 1_500))
        promised: Promised = list(shop.run("() => work.promised.slice()"))
        with after_the_cut(folder, 1) as there:
            phone.kill()
            shutil.copytree(there / "profile", folder / "after" / "profile", symlinks=True)
    for lock in (folder / "after" / "profile").glob("Singleton*"):
        lock.unlink()
    again = Handset(chromium, site, folder / "after")
    lost = Workshop(again).lacks(promised)
    again.close()
    return promised, lost


def test_what_was_saved_survives_a_pulled_battery(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P01: the disk as it is in a random moment of sealing, opened by a new browser: every saved visit is there."""
    saved = 0
    turns = rounds(2, 100)
    for turn in range(turns):
        promised, lost = _cut_while_saving(chromium, site, tmp_path / f"cut{turn}", turn)
        assert lost == [], f"turn {turn}: {len(lost)} of {len(promised)} saved visits are gone"
        saved += len(promised)
        shutil.rmtree(tmp_path / f"cut{turn}")
    assert saved >= 3 * turns, "too few were saved to say anything"
    note("P01", n=saved, what=f"visits with a photo, saved before {turns} cuts")


def test_what_was_saved_survives_the_death_of_the_browser(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P02: SIGKILL at a random moment of sealing, again and again on one profile: every saved visit is there."""
    phone = Handset(chromium, site, tmp_path)
    promised: Promised = []
    turns = rounds(2, 500)
    for turn in range(turns):
        shop = Workshop(phone)
        shop.run("size => { globalThis.work = hands.sealing(store, [size]); }", PHOTO)
        shop.page.wait_for_timeout(random.Random(turn).randrange(100, 900))
        fresh: Promised = list(shop.run("() => work.promised.slice()"))
        phone.kill()
        phone.open()
        promised = promised[-20:] + fresh
        lost = Workshop(phone).lacks(promised)
        assert lost == [], f"turn {turn}: {len(lost)} of {len(promised)} saved visits are gone"
    assert len(promised) > turns
    phone.close()
    note("P02", n=turns, what="kills of the browser while visits were sealed, 0 of the saved lost")


TAMPER = """async ([visits, place, how, one, other, at]) => {
  const key = each => place === 'photo_chunk' ? [each.photos[0], 0] : each.op_id;
  const undo = await hands.tamper(place, how, key(visits[one]), key(visits[other]), at);
  const lost = await hands.missing(store, visits);
  const told = store.damage().length;
  await undo();
  return [lost, told, await hands.missing(store, visits)];
}"""


def test_swapped_cut_or_flipped_bytes_are_noticed_and_nothing_else_is_harmed(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P14: two records change places, a bit is turned, an end is missing; told each time, and only of those."""
    phone = Handset(chromium, site, tmp_path)
    shop = Workshop(phone)
    visits = shop.seals(4, [PHOTO])
    rng = random.Random(14)
    turns = rounds(60, 5_000)
    for turn in range(turns):
        how, place = rng.choice(("swap", "flip", "shorten")), rng.choice(("body", "photo_chunk"))
        one, other = rng.sample(range(4), 2)
        lost, told, after = shop.run(TAMPER, [visits, place, how, one, other, rng.random()])
        harmed = {visits[one]["op_id"], visits[other]["op_id"]} if how == "swap" else {visits[one]["op_id"]}
        assert set(lost) == harmed, f"turn {turn}: {how} in {place}"
        assert told == len(harmed), f"turn {turn}: {how} in {place} was not reported"
        assert after == []
    phone.close()
    note("P14", n=turns, what="swapped, flipped or shortened sealed records and photos")


def test_the_app_says_what_it_cannot_read_and_sends_the_rest(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P14: on the screen: how many places are damaged; the good record goes, the changed ones stay and are named."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    shop = Workshop(phone)
    visits = shop.seals(3, [])
    shop.run(
        "async ([one, other]) => void (await hands.tamper('body', 'swap', one, other, 0))",
        [
            visits[0]["op_id"],
            visits[1]["op_id"],
        ],
    )
    phone.page.reload()
    phone.by("damaged").wait_for()
    assert "2" in phone.by("damaged").inner_text()
    phone.offline(False)
    phone.by("sync-now").first.click()
    came = _arrived(site, phone, 1)
    assert came == {visits[2]["op_id"]}
    phone.close()
    assert phone.faults == []


def _arrived(site: Site, phone: Handset, count: int) -> set[str]:
    """Wait until so many records are at the service, and a little longer for those that should not come."""
    for _ in range(60):
        if len(kept_ops(site)) >= count:
            break
        phone.page.wait_for_timeout(200)
    phone.page.wait_for_timeout(500)
    return {str(op.op_id) for op in kept_ops(site)}


STARTED = "[data-testid=sample-item], [data-testid=sign-in-submit], .page button"
TOLD = "[data-testid=emptied], [data-testid=damaged], [data-testid=blocked], .page .notice.bad"


def test_a_rotten_store_starts_says_what_is_lost_and_harms_nothing_at_the_service(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P06: bits turned in the database's files: no white page, every lost record told, nothing overwritten."""
    base = tmp_path / "base"
    phone = Handset(chromium, site, base)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    sent = Workshop(phone).seals(2, [PHOTO])
    phone.page.reload()
    _arrived(site, phone, 2)
    phone.offline()
    waiting = Workshop(phone).seals(3, [PHOTO])
    phone.visit()
    phone.by("sample-item").first.wait_for()
    phone.close()
    before = {op.op_id: op.body for op in kept_ops(site)}

    turns, lost = rounds(2, 200), 0
    for turn in range(turns):
        folder = tmp_path / f"rot{turn}"
        shutil.copytree(base, folder, symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
        _flip(folder / "profile", random.Random(turn))
        lost += _starts_over_rot(chromium, site, folder, sent + waiting, turn)
        shutil.rmtree(folder)
    assert lost > 0, "no turned bit hit anything: the drill says nothing"
    for op in kept_ops(site):
        assert before.get(op.op_id, op.body) == op.body
    note("P06", n=turns, what=f"starts over a database with 1-64 bits turned; {lost} records lost, all told")


def _starts_over_rot(chromium: Any, site: Site, folder: Path, promised: Promised, turn: int) -> int:
    """Start without and with a network; how many records are unreadable here, each of them told."""
    phone = Handset(chromium, site, folder)
    phone.offline()
    phone.visit()
    phone.page.locator(STARTED).first.wait_for()
    gone = Workshop(phone).lacks(promised)
    if gone:
        phone.page.locator(TOLD).first.wait_for()
    phone.offline(False)
    phone.visit()
    phone.page.locator(STARTED).first.wait_for()
    if phone.by("sign-in-submit").count():
        phone.hands.signs_in("lin")
    here = {str(op.op_id) for op in kept_ops(site)}
    unseen = [each["dev_seq"] for each in promised if each["op_id"] in gone and each["op_id"] not in here]
    if len(gone) == len(promised) and unseen:
        phone.by("sync-now").first.click()
        phone.by("gaps").wait_for()
        said = phone.by("gaps").inner_text()
        assert all(str(seq) in said for seq in unseen), f"turn {turn}: the service names {said}, not {unseen}"
    assert phone.faults == []
    phone.close()
    return len(gone)


def _flip(profile: Path, rng: random.Random) -> None:
    """Turn 1-64 bits of the files that hold the database."""
    files = [p for p in (profile / "Default" / "IndexedDB").rglob("*") if p.is_file() and p.stat().st_size]
    for _ in range(rng.randrange(1, 65)):
        path = rng.choices(files, [p.stat().st_size for p in files])[0]
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)


UPGRADE = """seconds => new Promise((done, fail) => {
  const asked = indexedDB.open('ruhu', 3);
  asked.onupgradeneeded = () => {
    const tx = asked.transaction;
    asked.result.createObjectStore('of_tomorrow', {autoIncrement: true});
    const until = performance.now() + seconds * 1000;
    const work = () => {
      tx.objectStore('of_tomorrow').add({bytes: new Uint8Array(2000)});
      const rows = tx.objectStore('submission').openCursor();
      rows.onsuccess = () => {
        const row = rows.result;
        if (row) { row.update({...row.value, of_tomorrow: performance.now()}); row.continue(); }
        else if (performance.now() < until) work();
      };
    };
    work();
  };
  asked.onsuccess = () => { asked.result.close(); done(); };
  asked.onerror = () => fail(asked.error);
})"""


def test_an_update_of_the_store_killed_in_its_middle_and_the_way_back_keep_everything(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P09, P10: the next release's upgrade dies in its middle, again and again; then it ends, and this release comes
    back over its database: all unsent visits are there, and a new one can be sealed."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    shop = Workshop(phone)
    promised = shop.seals(3, [PHOTO])
    turns = rounds(2, 20)
    for turn in range(turns):
        shop.run("store.close()")
        shop.run("seconds => { globalThis.going = (" + UPGRADE + ")(seconds); }", 30)
        shop.page.wait_for_timeout(random.Random(turn).randrange(100, 1_200))
        phone.kill()
        phone.open()
        phone.offline()
        shop = Workshop(phone)
        assert shop.lacks(promised) == [], f"turn {turn}"
        assert shop.run("async () => (await indexedDB.databases()).find(each => each.name === 'ruhu').version") == 2
    note("P09", n=turns * len(promised), what=f"unsent visits over {turns} upgrades killed in their middle")

    shop.run("store.close()")
    shop.run(UPGRADE, 0)
    shop.page.close()
    phone.visit()
    phone.by("sample-item").first.wait_for()
    assert phone.by("outbox-count").first.inner_text().strip() == "3"
    back = Workshop(phone)
    promised += back.seals(1, [PHOTO])
    assert back.lacks(promised) == []
    back.close()
    phone.offline(False)
    phone.by("sync-now").first.click()
    assert _arrived(site, phone, 4) == {each["op_id"] for each in promised}
    phone.close()
    assert phone.faults == []
    note("P10", n=len(promised), what="visits under the release before, over a database of the release after it")


@pytest.mark.skipif(not IS_NIGHT, reason="a drill of the drill: nightly")
def test_a_relaxed_write_would_be_found_out(chromium: Any, site: Site, tmp_path: Path) -> None:
    """The browser's own default, planted in the store: the cut that loses nothing now loses what was called saved."""
    promised, lost = _cut_while_saving(
        chromium, site, tmp_path / "cut", 1, 'durability: "strict"=>durability: "relaxed"'
    )
    assert promised
    assert lost, "the drill cannot see a write that never reached the disk"
