"""The inspector's day at 360×740: no network, a reload mid-draft, nobody home, a lost answer; then all agrees."""

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlmodel import select

from app.doors.intake import FORM_OF_STRATUM
from app.doors.phone.package import package_for
from app.registry.people.queries import actor_from, get_account
from app.survey.photos.models import PhotoAnnounced, PhotoObject
from app.survey.records.models import Op
from tests.browser.conftest import Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector

OUTBOX = """async () => {
  const done = (request) => new Promise((ok, no) => {
    request.onsuccess = () => ok(request.result);
    request.onerror = () => no(request.error);
  });
  const readable = (_key, value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? {text: new TextDecoder().decode(value)} : value;
  const found = [];
  for (const {name} of await indexedDB.databases()) {
    const db = await done(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const rows = await done(db.transaction(store).objectStore(store).getAll());
      found.push(...rows.map((row) => JSON.stringify(row, readable)));
    }
    db.close();
  }
  return found;
}"""


def samples_of(site: Site) -> list[dict[str, Any]]:
    with site.house.db.read() as session:
        actor = actor_from(get_account(session, "lin"))
    return list(package_for(site.house, actor, FORM_OF_STRATUM)["samples"])


def kept_ops(site: Site) -> list[Op]:
    with site.house.db.read() as session:
        return list(session.exec(select(Op)).all())


def test_a_day_without_network_ends_with_equal_bytes_and_the_right_figure(
    site: Site, phone: Window, tmp_path: Path, chromium: Any
) -> None:
    samples = samples_of(site)
    poor = [s for s in samples if s["stratum"] == "poor"]
    other = next(s for s in samples if s["stratum"] == "non_poor")
    lin = Inspector(phone.page, tmp_path)
    lin.on_satisfaction = lambda: phone.shot("phone-satisfaction")

    lin.signs_in("lin")
    phone.shot("phone-today")
    lin.is_ready_for_offline()
    phone.context.set_offline(True)

    # a poor household; the phone restarts in the middle of it, without a network
    lin.opens(poor[0]["sample_id"])
    phone.shot("phone-household")
    lin.by("start-interview").click()
    answers, done = lin.answers_of(poor[0], {"helper": 2}), set()
    lin.fills_page(answers, done)
    lin.by("next-page").click()
    lin.fills_page(answers, done)
    phone.shot("phone-questions")
    lin.by("draft-saved").wait_for()
    phone.page.wait_for_timeout(600)
    phone.page.reload()
    lin.by("next-page").wait_for()
    assert phone.page.locator("input:checked").count() >= 3, "the draft is back as it was"
    lin.fills_all(answers)
    phone.shot("phone-review")
    lin.seals()
    phone.shot("phone-saved")

    # a household that is not poor, and one where nobody is home
    phone.page.goto("/m/")
    lin.by("sample-item").first.wait_for()
    lin.opens(other["sample_id"])
    lin.by("start-interview").click()
    lin.fills_all(lin.answers_of(other))
    lin.seals()
    phone.page.goto("/m/")
    lin.by("sample-item").first.wait_for()
    lin.opens(poor[1]["sample_id"])
    lin.by("start-interview").click()
    nobody = {
        "visit_mode": "covert",
        "contact_result": "absent",
        "attempt_no": "1",
        "not_done_reason": "邻居说进城打工了",
    }
    lin.fills_all(nobody)
    lin.seals()
    phone.page.goto("/m/")
    lin.by("outbox-count").wait_for()
    assert lin.by("outbox-count").inner_text().strip() == "3"
    assert kept_ops(site) == []

    # back on the network: the first answer is lost, the phone sends again
    site.valley.lose = ["/api/v1/sync"]
    phone.context.set_offline(False)
    phone.page.wait_for_timeout(1500)
    assert site.valley.lost == ["/api/v1/sync"]
    lin.by("outbox-count").click()
    for _ in range(12):
        if lin.by("state-received").count() >= 3:
            break
        lin.by("sync-now").first.click()
        phone.page.wait_for_timeout(2000)
    phone.shot("phone-outbox")
    assert lin.by("state-received").count() >= 3

    # equal bytes: every op on the server is on the phone, letter by letter, and its digest is right
    ops = kept_ops(site)
    assert [op.state for op in ops] == ["stored"] * 3
    on_phone = "\n".join(phone.page.evaluate(OUTBOX))
    for op in ops:
        assert hashlib.sha256(op.body).hexdigest() == op.digest
        assert json.dumps(op.body.decode(), ensure_ascii=False)[1:-1] in on_phone or op.digest in on_phone
    with site.house.db.read() as session:
        announced = {row.sha256: row.bytes for row in session.exec(select(PhotoAnnounced))}
        objects = {row.sha256: row for row in session.exec(select(PhotoObject))}
    assert len(announced) >= 6
    assert set(objects) == set(announced)
    for sha256, kept in objects.items():
        data = site.house.store.get(kept.key)
        assert data is not None
        assert hashlib.sha256(data).hexdigest() == sha256
        assert len(data) == announced[sha256]

    # the board has the figure
    desk = open_window(chromium, site, {"width": 1366, "height": 768})
    sign_in_at_desk(desk, "city")
    desk.page.goto("/rounds/2017-1")
    desk.shot("desk-board")
    row = desk.page.get_by_test_id("county-row-640104")
    assert "1/1" in row.get_by_test_id("item-team").inner_text()
    assert "0/1" in row.get_by_test_id("item-helper").inner_text()
    desk.context.close()
