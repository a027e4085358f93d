"""P12, P13: a PIN that locks and never loses; a copied profile that tells nothing."""

import hashlib
from pathlib import Path
from typing import Any

from sqlmodel import select

from app.survey.photos.models import PhotoObject
from tests.browser.conftest import Site
from tests.browser.drills.profile import Handset
from tests.browser.test_phone_story import samples_of
from tests.cast import PASSWORD
from tests.drills import report

PIN = "tulip-71"


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
