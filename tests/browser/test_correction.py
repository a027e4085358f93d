"""A wrong tick is found after sealing, far from any network: the correction is a record of its own, and it counts."""

import json
from pathlib import Path

from playwright.sync_api import Browser, expect
from sqlmodel import select

from app.survey.photos.models import PhotoObject
from app.survey.records.models import Op
from tests.browser.conftest import Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.browser.test_phone_story import samples_of

WHY = "把户主的话听反了,当场又问了一遍"


def syncs(site: Site, hands: Inspector, records: int, photos: int) -> None:
    """Press until so many records and pictures lie on the server."""
    hands.by("outbox-count").click()
    for _ in range(60):
        with site.house.db.read() as session:
            there = (len(session.exec(select(Op.op_id)).all()), len(session.exec(select(PhotoObject.sha256)).all()))
        if there == (records, photos):
            hands.by("state-received").nth(records - 1).wait_for()
            return
        if hands.by("sync-now").first.is_enabled():
            hands.by("sync-now").first.click()
        hands.page.wait_for_timeout(500)
    raise AssertionError(f"only {there} arrived")


def test_a_sealed_record_is_corrected_offline_both_are_kept_and_the_later_counts(
    site: Site, phone: Window, tmp_path: Path, chromium: Browser
) -> None:
    sample = next(each for each in samples_of(site) if each["stratum"] == "poor")
    lin = Inspector(phone.page, tmp_path)
    lin.signs_in("lin")
    lin.is_ready_for_offline()
    phone.context.set_offline(True)
    lin.opens(sample["sample_id"])
    lin.by("start-interview").click()
    lin.fills_all(lin.answers_of(sample, {"team": 2}))
    lin.seals()

    # At the door again: read, say why, change the one answer; a reload in between loses nothing
    lin.by("back-today").click()
    lin.opens_visited(sample["sample_id"])
    lin.by("read-record").click()
    lin.by("correct").click()
    lin.by("correct-begin").click()
    expect(phone.page.get_by_role("alert"), "a correction without a reason is not begun").to_have_count(1)
    lin.by("correct-why").fill(WHY)
    phone.shot("correct-why")
    lin.by("correct-begin").click()
    lin.by("correcting").wait_for()
    assert WHY in lin.by("correcting").inner_text()
    expect(phone.page.locator("[data-testid^=answer-photo] img").first, "photos came along").to_be_visible()
    lin.by("draft-saved").wait_for()
    phone.page.goto("/m/")
    lin.by("record-draft").click()
    lin.by("correcting").wait_for()
    phone.shot("correct-review")
    lin.changes("sat_team", "5")
    lin.seals()
    phone.page.goto("/m/")
    lin.opens_visited(sample["sample_id"])
    lin.by("read-record").first.click()
    lin.by("corrected").wait_for()
    phone.shot("corrected")
    phone.page.go_back()

    phone.context.set_offline(False)
    phone.page.goto("/m/")
    syncs(site, lin, records=2, photos=3)

    with site.house.db.read() as session:
        first, second = session.exec(select(Op).order_by(Op.seq)).all()
        photos = session.exec(select(PhotoObject)).all()
    bodies = [json.loads(op.body) for op in (first, second)]
    assert [op.state for op in (first, second)] == ["stored", "stored"]
    assert (second.corrects, bodies[1]["corrects_why"]) == (first.op_id, WHY)
    assert bodies[1]["started_at"] == bodies[0]["started_at"], "it is about the same visit"
    shas = [{photo["sha256"] for photo in body["photos"]} for body in bodies]
    assert shas[0] == shas[1] == {photo.sha256 for photo in photos}
    ids = [{photo["photo_id"] for photo in body["photos"]} for body in bodies]
    assert not ids[0] & ids[1]

    desk = open_window(chromium, site, {"width": 1366, "height": 768})
    sign_in_at_desk(desk, "city")
    desk.page.goto("/rounds/2017-1")
    assert "1/1" in desk.page.get_by_test_id("county-row-640104").get_by_test_id("item-team").inner_text()
    desk.page.goto(f"/records/{second.op_id}")
    desk.shot("desk-correction")
    assert WHY in desk.page.inner_text("main")
    desk.page.goto(f"/records/{first.op_id}")
    assert str(second.op_id) in desk.page.content()
    desk.context.close()
