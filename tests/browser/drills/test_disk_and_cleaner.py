"""P02, P03, P05, P08, P11, P15, P16: killed, full, cleaned, twice open, wrong clock, wrong browser, no network."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.survey.photos.models import PhotoObject
from app.survey.records.models import Op
from tests.browser.conftest import Site, open_window, sign_in_at_desk
from tests.browser.drills.profile import Handset
from tests.browser.test_phone_story import samples_of
from tests.phone import picture

NIGHTLY = bool(os.environ.get("RUHU_NIGHTLY"))
WECHAT = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0.2"


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


def _fill(place: Path) -> Path:
    """A file that leaves no room at all."""
    path = place / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 64):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
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
    for turn in range(20 if NIGHTLY else 1):
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
    filler = _fill(small_disk)
    path = tmp_path / "door.jpg"
    path.write_bytes(picture("door", (1600, 1200)))
    phone.by("photo-door_photo").set_input_files(str(path))
    said = phone.by("question-door_photo").locator("[role=alert]")
    said.wait_for()
    assert "没" in said.inner_text()
    assert phone.by("question-door_photo").locator("img").count() == 0, (
        "a picture that is not kept is not shown as kept"
    )

    filler.unlink()
    answers = {"visit_mode": "covert", "contact_result": "absent", "attempt_no": "1", "not_done_reason": "进城打工"}
    phone.hands.fills_all(answers)
    phone.hands.seals()
    phone.visit()
    phone.by("outbox-count").first.wait_for()
    assert _count(phone) == "1"
    phone.close()


def test_a_cleaned_phone_says_so_at_its_next_start_and_the_server_names_the_gap(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P05: a cleaner takes database, caches and worker; one record had not been sent."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.context.route("**/api/v1/sync", lambda route: route.abort())
    phone.nobody_home(samples_of(site)[0]["sample_id"])
    kinds = "indexeddb,cache_storage,service_workers,file_systems"
    phone.cdp().send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": kinds})
    phone.hands.signs_in("lin")
    phone.by("emptied").wait_for()
    assert "1" in phone.by("emptied").inner_text()
    for _ in range(40):
        phone.by("sync-now").first.click()
        phone.page.wait_for_timeout(500)
        if phone.by("gaps").count():
            break
    assert "1" in phone.by("gaps").inner_text()
    phone.close()


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


@pytest.mark.parametrize("agent", [WECHAT, "Mozilla/5.0 (Linux; Android 9; wv) AppleWebKit/537.36 Chrome/86.0"])
def test_a_page_inside_another_app_lets_nobody_begin(chromium: Any, site: Site, tmp_path: Path, agent: str) -> None:
    """P15: WeChat and bare web views are told where to go instead."""
    phone = Handset(chromium, site, tmp_path, agent=agent)
    phone.visit()
    phone.by("sign-in-submit").wait_for()
    phone.page.locator("[role=alert]:visible", has_text="浏览器").first.wait_for()
    assert phone.by("sign-in-submit").is_disabled()
    phone.close()


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


def test_without_any_network_a_sealed_file_brings_the_visit_home(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P16: exported on the phone, carried by hand, imported twice at the desk, synced later: one record."""
    phone = Handset(chromium, site, tmp_path)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.offline()
    note = "梁上裂缝三指宽"
    phone.nobody_home(samples_of(site)[0]["sample_id"], note)
    phone.visit()
    phone.page.get_by_role("button", name="我", exact=True).click()
    phone.by("me-export").click()
    phone.by("export-waiting").click()
    with phone.page.expect_download() as waiting:
        phone.by("export-save").click()
    path = tmp_path / "carried.ruhu"
    waiting.value.save_as(path)
    assert note.encode() not in path.read_bytes()

    desk = open_window(chromium, site, {"width": 1366, "height": 768})
    sign_in_at_desk(desk, "city")
    for words in ("新收记录", "早已收到的记录"):
        desk.page.goto("/imports")
        desk.page.set_input_files("#file", str(path))
        desk.page.locator("form[action='/imports'] button").click()
        desk.page.locator("dt", has_text=words).wait_for()
    assert "1" in desk.page.locator("dt", has_text="早已收到的记录").locator("xpath=../dd").inner_text()
    desk.context.close()
    (op,) = _ops(site)
    assert note in op.body.decode()

    phone.offline(False)
    phone.by("sync-now").first.wait_for() if phone.by("sync-now").count() else phone.visit()
    phone.visit()
    for _ in range(40):
        if phone.by("outbox-count").count() and _count(phone) == "0":
            break
        phone.page.wait_for_timeout(300)
    assert _count(phone) == "0"
    assert len(_ops(site)) == 1
    with site.house.db.read() as session:
        assert len(session.exec(select(PhotoObject)).all()) == 1
    phone.close()
