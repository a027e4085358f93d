"""P12, P13: a PIN that locks and never loses, two people on one phone; a copied profile that tells nothing."""

import hashlib
from pathlib import Path
from typing import Any

from sqlmodel import select

from app.survey.photos.models import PhotoObject
from tests.browser.conftest import Site
from tests.browser.drills.profile import Handset
from tests.browser.test_phone_story import kept_ops, samples_of
from tests.cast import PASSWORD
from tests.drills import report

PIN = "tulip-71"
MOST_WRONG = 10


def test_a_pin_locks_the_app_and_the_password_opens_it_when_the_pin_is_forgotten(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P12: wrong tries are counted and told, the right PIN opens, the password online opens when it is forgotten."""
    phone = Handset(chromium, site, tmp_path)
    sample = samples_of(site)[0]
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.sets_pin(PIN)
    phone.visit()
    phone.by("pin").wait_for()
    assert phone.by("sample-item").count() == 0
    assert str(sample["household"]["head_name"]) not in phone.page.inner_text("body")

    phone.unlocks("wrong-one")
    phone.by("pin-fault").get_by_text("9").wait_for()
    phone.unlocks(PIN)
    phone.by("sample-item").first.wait_for()

    phone.visit()
    phone.by("pin-forgot").click()
    phone.by("sign-in-password").fill(PASSWORD)
    phone.by("sign-in-submit").click()
    phone.by("new-pin").fill("rose-5512")
    phone.by("same-pin").fill("rose-5512")
    phone.by("set-pin").click()
    phone.by("sample-item").first.wait_for()
    phone.visit()
    phone.unlocks("rose-5512")
    phone.by("sample-item").first.wait_for()
    phone.close()
    assert phone.faults == []


HIDE = """word => {
  Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => word});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_phone_left_alone_or_put_away_locks_itself(chromium: Any, site: Site, tmp_path: Path) -> None:
    """Ten minutes without a touch, three minutes out of sight; less of either locks nothing, and a draft is kept."""
    phone = Handset(chromium, site, tmp_path)
    sample = samples_of(site)[0]
    head = str(sample["household"]["head_name"])
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.sets_pin(PIN)
    phone.page.go_back()
    phone.by("sample-item").first.wait_for()
    phone.page.clock.install()
    phone.page.clock.resume()
    phone.visit()
    phone.unlocks(PIN)
    phone.by("sample-item").first.wait_for()
    phone.hands.opens(sample["sample_id"])
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    phone.hands.fills_page({"visit_mode": "covert"}, set())

    phone.page.clock.fast_forward("08:00")
    assert phone.by("next-page").count()
    phone.page.clock.fast_forward("03:00")
    phone.by("pin").wait_for()
    assert head not in phone.page.inner_text("body")

    phone.unlocks(PIN)
    phone.by("next-page").wait_for()
    assert phone.by("option-visit_mode-covert").is_checked(), "what was being filled in is there again"
    for minutes, is_locked in (("01:00", False), ("04:00", True)):
        phone.page.evaluate(HIDE, "hidden")
        phone.page.clock.fast_forward(minutes)
        phone.page.evaluate(HIDE, "visible")
        phone.by("pin" if is_locked else "next-page").wait_for()
    assert head not in phone.page.inner_text("body")
    phone.close()
    assert phone.faults == []


def test_ten_wrong_pins_ask_for_the_password_online_and_erase_nothing(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """P12: a sealed visit and a draft lie on the phone; after ten guesses no PIN opens it, the password does."""
    phone = Handset(chromium, site, tmp_path)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    pin = PIN
    phone.sets_pin(pin)
    phone.offline()
    phone.nobody_home(samples[0]["sample_id"], pin=pin)
    phone.visit()
    phone.unlocks(pin)
    phone.by("sample-item").first.wait_for()
    phone.hands.opens(samples[1]["sample_id"])
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    phone.hands.fills_page({"visit_mode": "covert", "contact_result": "absent"}, set())
    phone.by("draft-saved").wait_for()

    phone.context.route("**/api/v1/sync", lambda route: route.abort())
    turns = report.rounds(1, 20)
    for turn in range(turns):
        _guesses_ten_times(phone, turn)
        _signs_in_again(phone)
        pin = f"rose-{turn}-551"
        _sets_new_pin(phone, pin)
        phone.by("sample-item").first.wait_for()
        assert phone.by("outbox-count").first.inner_text().strip() == "1"
    phone.hands.opens(samples[1]["sample_id"])
    phone.by("start-interview").click()
    phone.by("next-page").wait_for()
    assert phone.by("option-visit_mode-covert").is_checked(), "the draft is as it was"
    phone.context.unroute("**/api/v1/sync")
    phone.visit()
    phone.unlocks(pin)
    _waits_for_records(site, phone, 1)
    phone.close()
    assert phone.faults == []
    report.note("P12", n=turns, what="times ten wrong PINs, then the password online; a visit and a draft, 0 lost")


def _guesses_ten_times(phone: Handset, turn: int) -> None:
    """Without a network; every wrong try says how many are left, the tenth that none is."""
    phone.offline()
    phone.visit()
    for left in range(MOST_WRONG - 1, 0, -1):
        phone.unlocks(f"guess-{turn}-{left}")
        phone.by("pin-fault").get_by_text(str(left), exact=False).wait_for()
    phone.unlocks(f"guess-{turn}-0")
    phone.by("lock-shut").wait_for()
    phone.visit()
    phone.by("lock-shut").wait_for()
    assert phone.by("pin").count() == 0, "not even the right one may be tried"


def _signs_in_again(phone: Handset) -> None:
    """Nothing without a network; the password, once there is one."""
    phone.by("pin-forgot").click()
    phone.by("sign-in-password").fill(PASSWORD)
    phone.by("sign-in-submit").click()
    phone.page.locator("#sign-in-error", has_text="没有网络").wait_for()
    phone.offline(False)
    phone.by("sign-in-submit").click()
    phone.by("new-pin").wait_for()


def _sets_new_pin(phone: Handset, pin: str) -> None:
    phone.by("new-pin").fill(pin)
    phone.by("same-pin").fill(pin)
    phone.by("set-pin").click()


def _waits_for_records(site: Site, phone: Handset, count: int) -> None:
    for _ in range(100):
        if len(kept_ops(site)) == count:
            return
        phone.page.wait_for_timeout(200)
    raise AssertionError(f"{len(kept_ops(site))} records came, not {count}")


def test_two_people_on_one_phone_see_nothing_of_each_other(chromium: Any, site: Site, tmp_path: Path) -> None:
    """One seals and goes; the other signs in on the same phone and sees neither visit nor draft, nor opens them by any
    PIN; when the first is back everything is there and goes."""
    phone = Handset(chromium, site, tmp_path)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.sets_pin(PIN)
    phone.context.route("**/api/v1/sync", lambda route: route.abort())
    note = "梁上裂缝三指宽邻居借走户口簿"
    phone.nobody_home(samples[0]["sample_id"], note, PIN)

    phone.visit()
    phone.by("pin-forgot").click()
    phone.by("sign-in-account").fill("song")
    phone.by("sign-in-password").fill(PASSWORD)
    phone.by("sign-in-submit").click()
    phone.by("sample-item").first.wait_for()
    assert phone.by("outbox-count").first.inner_text().strip() == "0"
    phone.sets_pin("heron-4418")
    phone.visit()
    phone.unlocks(PIN)
    phone.by("pin-fault").get_by_text("9").wait_for()
    phone.unlocks("heron-4418")
    phone.by("sample-item").first.wait_for()
    assert note not in phone.page.content()
    assert phone.by("outbox-count").first.inner_text().strip() == "0"

    phone.visit()
    phone.by("pin-forgot").click()
    phone.by("sign-in-account").fill("lin")
    phone.by("sign-in-password").fill(PASSWORD)
    phone.by("sign-in-submit").click()
    phone.by("new-pin").wait_for()
    _sets_new_pin(phone, "otter-9921")
    phone.by("sample-item").first.wait_for()
    assert phone.by("outbox-count").first.inner_text().strip() == "1"
    phone.context.unroute("**/api/v1/sync")
    phone.by("sync-now").first.click()
    _waits_for_records(site, phone, 1)
    phone.close()
    assert phone.faults == []


def test_a_copied_profile_tells_no_name_number_answer_or_picture(chromium: Any, site: Site, tmp_path: Path) -> None:
    """P13: names, numbers, answers and bytes of pictures are searched in every file of the profile: no hit."""
    phone = Handset(chromium, site, tmp_path)
    samples = samples_of(site)
    phone.hands.signs_in("lin")
    phone.waits_for_the_whole_app()
    phone.sets_pin(PIN)
    note, draft_note = "梁上裂缝三指宽邻居借走户口簿", "老人说前年冬天断过粮"
    phone.nobody_home(samples[0]["sample_id"], note, PIN)
    phone.visit()
    phone.unlocks(PIN)
    phone.by("sample-item").first.wait_for()
    phone.hands.opens(samples[1]["sample_id"])
    phone.by("nobody-home").click()
    phone.by("next-page").wait_for()
    phone.hands.fills_page({"visit_mode": "covert", "contact_result": "absent", "not_done_reason": draft_note}, set())
    phone.by("draft-saved").wait_for()
    # the positive control: what lies plainly in a database of this origin is found by the same search
    control = "control-7f3a-plain-in-this-profile"
    phone.page.evaluate(
        """text => new Promise((done, fail) => {
             const asked = indexedDB.open('control', 1);
             asked.onupgradeneeded = () => asked.result.createObjectStore('s');
             asked.onsuccess = () => {
               const tx = asked.result.transaction('s', 'readwrite', {durability: 'strict'});
               tx.objectStore('s').put(new TextEncoder().encode(text).buffer, 1);
               tx.oncomplete = done; tx.onerror = fail;
             };
           })""",
        control,
    )
    _wait_for_photos(site, phone)
    phone.close()

    planted = _planted(site, samples, (note, draft_note))
    assert len(planted) >= 20
    profile = {path: path.read_bytes() for path in phone.profile.rglob("*") if path.is_file()}
    hits = [
        (what, str(path.relative_to(phone.profile)))
        for what, needle in planted
        for path, data in profile.items()
        if needle in data
    ]
    assert hits == []
    assert any(control.encode() in data for data in profile.values()), "the search sees what is plain"
    report.note("P13", n=len(planted), what=f"needles searched in {len(profile)} files of a copied profile, 0 hits")


def _wait_for_photos(site: Site, phone: Handset) -> None:
    for _ in range(40):
        with site.house.db.read() as session:
            if session.exec(select(PhotoObject)).first():
                return
        phone.page.wait_for_timeout(300)
    raise AssertionError("no photo came")


def _planted(site: Site, samples: list[dict[str, Any]], notes: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Names, numbers, answers, households, tokens and picture bytes, each in the encodings a profile may hold."""
    texts: set[str] = set(notes)
    for sample in samples[:8]:
        home = sample["household"]
        texts |= {str(home[key]) for key in ("head_name", "helper_name", "helper_phone", "unit") if home.get(key)}
        texts |= {str(member["name"]) for member in home.get("members", [])}
    with site.house.db.read() as session:
        photos = [site.house.store.get(each.key) for each in session.exec(select(PhotoObject))]
    found = [(text, text.encode(code)) for text in texts if len(text) > 1 for code in ("utf-8", "utf-16-le")]
    for data in photos:
        assert data is not None
        for at in (200, len(data) // 2, len(data) - 200):
            found.append((f"picture {hashlib.sha256(data).hexdigest()[:8]} at {at}", data[at : at + 48]))
    return found
