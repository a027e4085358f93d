"""P02, P03, P05, P08, P11, P15, P16: killed, full, cleaned, twice open, wrong clock, wrong browser, no network."""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page
from sqlmodel import select

from app.kernel.clock import parse_instant
from app.survey.photos.models import PhotoObject
from app.survey.records import transit
from app.survey.records.models import Op
from tests.browser.conftest import Site, open_window, sign_in_at_desk
from tests.browser.drills.profile import Handset
from tests.browser.drills.workshop import Workshop
from tests.browser.inspector import Inspector
from tests.browser.test_phone_story import samples_of
from tests.drills.report import note, rounds
from tests.phone import picture

PLAIN = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36"
IN_APPS = (
    f"{PLAIN} MicroMessenger/8.0.2",
    f"{PLAIN} QQ/8.9.1",
    f"{PLAIN} DingTalk/6.5",
    f"{PLAIN} AlipayClient/10.2",
    f"{PLAIN} Lark/5.1",
    "Mozilla/5.0 (Linux; Android 9; wv) AppleWebKit/537.36 Chrome/86.0",
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 MiB in memory, only for the profile."""
    place = tmp_path / "small"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("a full disk needs a file system of its own, and mounting one needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=False)


def _fill(place: Path, leave: int = 0) -> Path:
    """A file that leaves so many bytes of room."""
    path = place / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 64):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
        file.truncate(max(0, file.tell() - leave))
    return path


def _ops(site: Site) -> list[Op]:
    with site.house.db.read() as session:
        return list(session.exec(select(Op)).all())


def _count(phone: Handset) -> str:
    return phone.by("outbox-count").first.inner_text().strip()


def test_killed_in_the_middle_everything_is_there_again(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P02: SIGKILL right after 已存手机, and again with a half-written visit on the screen."""
    phone = Handset(chromium, site, tmp_path)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    phone.nobody_home(samples[0]["sample_id"])
    phone.kill()
    for turn in range(rounds(1, 20)):
        phone.open()
        phone.offline()
        phone.visit()
        phone.by("sample-item").first.wait_for()
        assert _count(phone) == "1"
        phone.hands.opens(samples[1]["sample_id"])
        phone.by("start-interview").click()
        phone.by("next-page").wait_for()
        if turn > 0:
            assert phone.page.locator("input:checked").count() >= 1, "the draft is as it was"
        phone.hands.fills_page({"visit_mode": "open", "contact_result": "completed", "met_where": "listed"}, set())
        phone.by("draft-saved").wait_for()
        phone.kill()
    phone.open()
    phone.visit()
    for _ in range(60):
        if _ops(site):
            break
        phone.page.wait_for_timeout(300)
    phone.close()
    assert len(_ops(site)) == 1


def test_a_full_disk_says_not_saved_and_loses_nothing(
    chromium: Any, site: Site, tmp_path: Path, small_disk: Path
) -> None:
    """P03 (b), P04: the disk is full when a picture is taken; the visit stays, and goes on when there is room again."""
    phone = Handset(chromium, site, small_disk)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    phone.hands.opens(samples[0]["sample_id"])
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    path = tmp_path / "door.jpg"
    path.write_bytes(picture("door", (1600, 1200)))
    _is_refused_for_want_of_room(phone, path, small_disk)

    answers = {"visit_mode": "covert", "contact_result": "absent", "attempt_no": "1", "not_done_reason": "进城打工"}
    phone.hands.fills_all(answers)
    phone.hands.seals()
    phone.visit()
    phone.by("outbox-count").first.wait_for()
    assert _count(phone) == "1"
    phone.close()


def _is_refused_for_want_of_room(phone: Handset, path: Path, disk: Path) -> None:
    """A picture that does not fit is told to be not kept, and is not shown as kept."""
    filler = _fill(disk)
    phone.by("photo-door_photo").set_input_files(str(path))
    said = phone.by("question-door_photo").locator("[role=alert]")
    said.wait_for()
    assert "没" in said.inner_text()
    assert phone.by("question-door_photo").locator("img").count() == 0
    filler.unlink()


ROOMS = (8_000, 0, 400_000, 24_000, 1_200_000, 16_500_000, 2_700_000, 9_000_000, 17_300_000, 16_000)


def test_a_disk_with_a_little_room_left_costs_nothing_that_was_saved(
    chromium: Any, site: Site, tmp_path: Path, small_disk: Path
) -> None:
    """P03 (c): room for a part of a write. Chromium tears its log there, and throws the whole database away at its next
    opening (decision 0071): without the proof of room the first turn costs every visit."""
    phone = Handset(chromium, site, small_disk)
    promised, lost, turns = Workshop(phone).seals(3, [40_000]), 0, rounds(2, 50)
    for turn in range(turns):
        shop, died = Workshop(phone), False
        filler = _fill(small_disk, ROOMS[turn % len(ROOMS)])
        try:
            promised += shop.seals(2, [400_000])
        except BrowserError:
            died = True  # a browser may die of a disk without a byte; what was saved stays
        filler.unlink()
        if died:
            phone.kill()
            phone.open()
        else:
            shop.close()
        lost += len(Workshop(phone).lacks(promised))
        assert lost == 0, f"turn {turn}: {lost} of {len(promised)} are gone"
    phone.close()
    note("P03-torn", n=turns, failures=lost, what=f"times with a little room left; {len(promised)} visits, all whole")


def test_a_cleaned_phone_says_so_at_its_next_start_and_the_server_names_the_gap(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P05: a cleaner takes database, caches and worker; one record had not been sent."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.context.route("**/api/v1/sync", lambda route: route.abort())
    sealed = 0
    for turn in range(rounds(1, 20)):
        count = random.Random(turn).randrange(1, 41)
        shop = Workshop(phone)
        device = str(shop.run("async () => (await store.device()).device_id"))
        shop.seals(count, [])
        shop.close()
        phone.visit()
        phone.by("sample-item").first.wait_for()
        phone.page.wait_for_function("n => JSON.parse(localStorage['ruhu-mark'] ?? '{}').dev_seq === n", arg=count)
        kinds = "indexeddb,cache_storage,service_workers,file_systems"
        phone.cdp().send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": kinds})
        phone.visit()
        phone.by("emptied").wait_for()
        assert str(count) in phone.by("emptied").inner_text(), "said before anybody signs in"
        phone.hands.signs_in("lin")
        assert _gaps_when_named(site, device) == list(range(1, count + 1))
        sealed += count
    phone.page.reload()
    phone.by("gaps").wait_for()
    note("P05", n=sealed, what="unsent records of emptied phones: each named by number, none else")
    phone.close()


def _gaps_when_named(site: Site, device: str) -> list[int]:
    """The numbers that the service misses of a device, once it has heard of the loss."""
    for _ in range(100):
        with site.house.db.read() as session:
            highest = transit.highest_of(session, UUID(device))
            missing, count = transit.gaps_of(session, UUID(device), highest)
        if count:
            return missing
        time.sleep(0.2)
    raise AssertionError("the service heard of no loss")


def test_two_tabs_on_one_visit_make_one_record(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P08: the second tab is told; there are never two records with one id, nor two of one draft."""
    phone = Handset(chromium, site, tmp_path)
    sample = samples_of(site)[0]["sample_id"]
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    phone.hands.opens(sample)
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    answers = {"visit_mode": "covert", "contact_result": "absent", "attempt_no": "1", "not_done_reason": "进城打工"}
    phone.hands.fills_all(answers)
    other = phone.context.new_page()
    other.goto("/m/")
    other.locator(f'[data-sample-id="{sample}"]').click()
    other.get_by_test_id("start-interview").click()
    other.locator("[data-testid=next-page], [data-testid=seal]").first.wait_for()
    phone.hands.seals()
    for _ in range(6):
        if other.get_by_test_id("seal").count():
            break
        other.get_by_test_id("next-page").click()
        other.wait_for_timeout(150)
    if other.get_by_test_id("seal").count():
        other.get_by_test_id("seal").click()
        other.locator("[role=alert]:visible").first.wait_for()
    assert other.get_by_test_id("state-saved").count() == 0
    phone.visit()
    phone.by("outbox-count").first.wait_for()
    assert _count(phone) == "1"
    phone.close()


def test_two_tabs_that_seal_one_draft_in_the_same_moment_make_one_record(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P08: as close together as a browser can: one record for each draft, never two, never none."""
    phone = Handset(chromium, site, tmp_path)
    one, other = Workshop(phone), Workshop(phone)
    turns = rounds(5, 50)
    for turn in range(turns):
        draft = one.run("async () => (globalThis.draft = await store.saveDraft(hands.visitOf(1)))")
        other.run("draft => { globalThis.draft = draft; }", draft)
        for shop in (one, other):
            shop.run("() => { globalThis.going = hands.sealDraft(store, draft); }")
        ends = [shop.run("() => going") for shop in (one, other)]
        assert sorted(ends) == [False, True], f"turn {turn}"
    records = one.run("async () => (await store.submissions('lin')).map(each => each.dev_seq)")
    assert sorted(records) == list(range(1, turns + 1))
    phone.close()
    note("P08", n=turns, what="drafts sealed in two tabs at once, one record each")


def test_a_page_inside_another_app_lets_nobody_begin(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P15: WeChat, other apps and bare web views are told where to go instead; a plain browser is not."""
    phone = Handset(chromium, site, tmp_path)
    for agent in (*IN_APPS, PLAIN):
        page = phone.context.new_page()
        page.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{get: () => {json.dumps(agent)}}})")
        page.goto("/m/")
        button = page.get_by_test_id("sign-in-submit")
        button.wait_for()
        if agent == PLAIN:
            assert button.is_enabled()
            continue
        page.locator("[role=alert]:visible", has_text="浏览器").first.wait_for()
        assert button.is_disabled(), agent
        page.close()
    phone.close()
    note("P15", n=len(IN_APPS), what="browsers inside other apps, all refused before the first visit")


OLDER_PRIVATE = """
const answers = StorageManager.prototype;
answers.estimate = async () => ({quota: 300_000_000, usage: 1_000});
answers.persisted = async () => false;
answers.persist = async () => { globalThis.isAsked = true; return false; };
"""
"""What a private window says in a Chromium that still names its small room; since then all windows name 10 GiB."""


def test_a_private_window_and_a_refused_persistence_are_told_before_fieldwork(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P15: the self-test names both, with what to do; persistence is asked for; what the phone keeps is shown."""
    phone = Handset(chromium, site, tmp_path)
    private = phone.context.new_page()
    private.add_init_script(OLDER_PRIVATE)
    for page, private_word in ((private, "warn"), (phone.page, "ok")):
        hand = Inspector(page, tmp_path)
        page.goto("/m/")
        if hand.by("sign-in-account").or_(hand.by("sample-item")).first.get_attribute("data-testid") != "sample-item":
            hand.signs_in("lin")
        page.get_by_role("button", name="我", exact=True).click()
        page.locator("dt", has_text="本机已存").wait_for()
        assert page.locator("dl.facts dd").first.inner_text().endswith("B"), "how much it keeps, in bytes"
        hand.by("me-health").click()
        page.locator("[data-testid=check-write][data-word=ok]").wait_for()
        assert _word(hand, "private") == private_word
    assert _word(Inspector(private, tmp_path), "persist") == "warn"
    assert "换普通窗口" in private.get_by_test_id("check-private").inner_text()
    assert private.evaluate("globalThis.isAsked"), "the phone asks to be kept"
    phone.close()


def _word(hand: Inspector, check: str) -> str | None:
    return hand.by(f"check-{check}").get_attribute("data-word")


def test_a_clock_hours_off_is_told_and_nothing_stands_still(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P11: the phone lives in 2001 for a while; the record arrives, with the difference written on it."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.page.clock.install(time=1_000_000_000)
    phone.page.clock.resume()
    phone.visit()
    phone.by("sample-item").first.wait_for()
    phone.by("sync-now").first.click()
    phone.by("skew").wait_for()
    phone.hands.opens(samples_of(site)[0]["sample_id"])
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    answers = {"visit_mode": "covert", "contact_result": "absent", "attempt_no": "1", "not_done_reason": "进城打工"}
    phone.hands.fills_all(answers)
    phone.hands.seals()
    for _ in range(60):
        if _ops(site):
            break
        phone.page.wait_for_timeout(300)
    phone.close()
    (op,) = _ops(site)
    assert b'"wall":"2001-' in op.body
    assert b'"offset_ms":null' not in op.body


ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Pacific/Kiritimati",
    "Asia/Calcutta",  # Chromium's name of Asia/Kolkata
    "Europe/London",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)
YEARS = ("2001-09-09T01:46:40Z", "2099-12-31T23:59:30Z", "2026-03-29T00:59:50Z", "2026-11-01T05:59:50Z")
JUMPS = (timedelta(), timedelta(hours=8), timedelta(hours=-8))


def test_no_clock_disorders_what_is_sealed_or_lets_anything_go(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P11: 2001, 2099, the hour that is missing or comes twice, jumps of eight hours in a visit, wrong zones: the order
    is that of sealing, the difference to the service's clock is written down, the sign-in holds, nothing is let go."""
    zones, sealed = ZONES[: rounds(2, 10)], 0
    for zone in zones:
        phone = Handset(chromium, site, tmp_path, zone=zone)
        shop = Workshop(phone, name="clocks")
        shop.page.clock.install()
        shop.signs_in("clocks")
        for year in YEARS:
            _seals_twice_around_a_jump(shop, year, JUMPS[sealed % 3])
            sealed += 2
            _wait_until(lambda wanted=sealed: len(_ops(site)) == wanted)
            clocks = [json.loads(op.body)["clock"] for op in sorted(_ops(site), key=lambda op: op.dev_seq)[-2:]]
            assert abs(clocks[0]["offset_ms"] - _offset_at(year)) < 60_000, f"{zone} {year}: not written down"
            assert {clock["zone"] for clock in clocks} == {zone}
        assert shop.run("async () => (await phone.store.session()).valid")
        assert shop.run("async () => (await phone.store.submissions('lin')).every(each => each.purged_at === null)")
        phone.close()
    ops = sorted(_ops(site), key=lambda op: op.dev_seq)
    assert [op.dev_seq for op in ops] == list(range(1, sealed + 1))
    assert [op.seq for op in ops] == sorted(op.seq for op in ops if op.seq is not None), (
        "the order is not that of sealing"
    )
    note("P11", n=len(zones) * len(YEARS), what="clocks, zones and jumps, two visits each: order kept, nothing let go")


def _offset_at(year: str) -> float:
    """Milliseconds from a phone that believes it is then to now."""
    return (time.time() - parse_instant(year).timestamp()) * 1000


def _seals_twice_around_a_jump(shop: Workshop, year: str, jump: timedelta) -> None:
    """Hear the service's time, seal a visit, begin another, let the clock jump, seal it, send both."""
    shop.page.clock.set_system_time(year)

    def is_heard() -> bool:
        """A pull that was under way before the clock was set answers for the time before it."""
        shop.run("() => phone.pullPackage()")
        return abs(shop.run("() => phone.clock.read().offset_ms") - _offset_at(year)) < 60_000

    _wait_until(is_heard)
    shop.visits(0, [])
    shop.run("async () => { globalThis.keeper = await hands.begun(phone, 1); }")
    shop.page.clock.set_system_time(parse_instant(year) + jump)
    shop.run("() => phone.sealDraft(keeper, {cover: {contact_result: 'absent'}}).then(() => undefined)")
    shop.run("() => phone.syncNow()")


def _wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(150):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it never came about")


def test_without_any_network_a_sealed_file_brings_the_visit_home(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P16: exported on the phone, carried by hand, imported twice at the desk, synced later: one record."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    words = "梁上裂缝三指宽"
    phone.nobody_home(samples_of(site)[0]["sample_id"], words)
    desk = open_window(chromium, site, {"width": 1366, "height": 768})
    sign_in_at_desk(desk, "city")
    turns = rounds(2, 50)
    for turn in range(turns):
        if turn > 0:
            Workshop(phone).seals(1, [60_000])
        path = _exported(phone, tmp_path / f"carried{turn}.ruhu")
        assert words.encode() not in path.read_bytes()
        for known in (turn, turn + 1):
            desk.page.goto("/imports")
            desk.page.set_input_files("#file", str(path))
            desk.page.locator("form[action='/imports'] button").click()
            desk.page.locator("dt", has_text="早已收到的记录").wait_for()
            assert _told(desk.page, "早已收到的记录") == known
            assert _told(desk.page, "新收记录") == turn + 1 - known
    desk.context.close()
    assert len(_ops(site)) == turns
    assert any(words in op.body.decode() for op in _ops(site))

    phone.offline(False)
    phone.by("sync-now").first.wait_for() if phone.by("sync-now").count() else phone.visit()
    phone.visit()
    for _ in range(40):
        if phone.by("outbox-count").count() and _count(phone) == "0":
            break
        phone.page.wait_for_timeout(300)
    assert _count(phone) == "0"
    assert len(_ops(site)) == turns
    with site.house.db.read() as session:
        assert len(session.exec(select(PhotoObject)).all()) == 2  # all but the first carry the same picture
    phone.close()
    note("P16", n=turns, what="sealed files, each imported twice, then synced: every record and photo once")


def _exported(phone: Handset, path: Path) -> Path:
    """All that waits, in one sealed file."""
    phone.visit()
    phone.page.get_by_role("button", name="我", exact=True).click()
    phone.by("me-export").click()
    phone.by("export-waiting").click()
    with phone.page.expect_download() as waiting:
        phone.by("export-save").click()
    waiting.value.save_as(path)
    return path


def _told(page: Page, term: str) -> int:
    return int(page.locator("dt", has_text=term).locator("xpath=following-sibling::dd[1]").inner_text())
