"""A helper's week: five households in two counties, two of them due, one visit logged far from any network."""

import hashlib
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Browser, expect
from sqlmodel import select

from app.findings.helping.models import HelperVisit
from app.registry.households.models import Household
from app.survey.photos.models import PhotoObject
from app.survey.records.models import Op
from tests.browser.conftest import Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.cast import PASSWORD
from tests.field import visit_log
from tests.phone import Phone

ZONE = ZoneInfo("Asia/Shanghai")
AGO = (40, None, 5, 10, 29)
"""Days since He's last visit to each of the five; None: never. More than 30 days and never are due."""


def give_households(site: Site) -> list[str]:
    """Five households name He by account: three of 兴庆区, two of 金凤区."""
    with site.house.db.read() as session:
        rows = session.exec(select(Household).where(Household.status == "unexited").order_by(Household.unit)).all()
    mine = [row for row in rows if row.county_id == 1][:3] + [row for row in rows if row.county_id == 3][:2]
    for county_id in (1, 3):
        with site.house.db.write(county_id) as session:
            for row in mine:
                if row.county_id == county_id:
                    kept = session.get(Household, (county_id, row.unit))
                    assert kept is not None
                    kept.helper_account = "he"
                    session.add(kept)
    return [row.unit for row in mine]


def log_earlier_visits(site: Site, units: list[str]) -> None:
    with httpx.Client(base_url=site.url) as client:
        device = str(uuid.uuid4())
        body = {"account": "he", "password": PASSWORD, "device": {"id": device, "label": "旧手机"}}
        token = client.post("/api/v1/sign-in", json=body).json()["token"]
        phone: Any = Phone(client, token, device)  # type: ignore[arg-type]
        for unit, days in zip(units, AGO, strict=True):
            if days is not None:
                op = phone.op(visit_log(phone, unit, started=datetime.now(ZONE) - timedelta(days=days)))
                assert phone.post(op)[0]["state"] == "stored"


class Helper(Inspector):
    """He's hands on the phone."""

    def signs_in(self, account: str) -> None:
        self.page.goto("/m/")
        self.by("sign-in-account").fill(account)
        self.by("sign-in-password").fill(PASSWORD)
        self.by("sign-in-submit").click()
        self.by("helped-item").first.wait_for()

    def households(self) -> list[tuple[str, str]]:
        """Unit and due day as the cards say, in their order."""
        self.by("helped-item").first.wait_for()
        return [
            (str(card.get_attribute("data-unit")), str(card.get_attribute("data-due")))
            for card in self.by("helped-item").all()
        ]


def test_a_helpers_week_with_one_visit_logged_offline(
    site: Site, phone: Window, tmp_path: Path, chromium: Browser
) -> None:
    units = give_households(site)
    log_earlier_visits(site, units)
    today = datetime.now(ZONE).date()
    he = Helper(phone.page, tmp_path)

    # Monday, with a network: five households wherever they live, the longest due first, nothing of the draw
    he.signs_in("he")
    due = [
        (today - timedelta(days=days) + timedelta(days=30)).isoformat() if days is not None else "now" for days in AGO
    ]
    assert he.households() == [(units[i], due[i]) for i in (0, 1, 4, 3, 2)]
    assert "2" in he.page.locator("h1").inner_text()
    assert he.by("sample-item").count() == 0
    phone.shot("helper-today")
    he.is_ready_for_offline()

    # Wednesday, no network: the earlier visit is read at the door, and the new one is logged with a photo
    phone.context.set_offline(True)
    phone.page.reload()
    he.page.locator(f'[data-testid=helped-item][data-unit="{units[0]}"]').click()
    he.by("start-interview").wait_for()
    phone.shot("helper-household")
    he.by("read-record").first.click()
    assert "滩羊" in he.by("answer-did_what").inner_text()
    phone.shot("helper-reading")
    phone.page.go_back()
    he.by("start-interview").click()
    he.fills_all(
        {
            "contact_result": "completed",
            "purpose": "progress solve",
            "minutes_here": "35",
            "five_done": "industry",
            "did_what": "帮着把滩羊的耳标登记好,约了兽医下周来",
            "needs_now": "none",
            "income_event": "0",
            "gift_value": "0",
            "hb_updated": "1",
            "problem_found": "0",
        }
    )
    he.seals()
    phone.shot("helper-saved")
    he.by("back-today").click()
    after = dict(he.households())
    assert after[units[0]] == (today + timedelta(days=30)).isoformat(), "the log of a minute ago moves the due day"
    assert "1" in he.page.locator("h1").inner_text()
    assert he.by("outbox-count").inner_text().strip() == "1"
    with site.house.db.read() as session:
        assert len(session.exec(select(HelperVisit)).all()) == 4

    # Friday, back on the network: received, once, byte for byte
    phone.context.set_offline(False)
    he.by("outbox-count").click()
    for _ in range(10):
        if he.by("state-received").count():
            break
        he.by("sync-now").first.click()
        phone.page.wait_for_timeout(1000)
    phone.page.wait_for_timeout(1000)
    with site.house.db.read() as session:
        ops = session.exec(select(Op).where(Op.unit == units[0]).order_by(Op.received_at)).all()
        facts = session.exec(select(HelperVisit).where(HelperVisit.unit == units[0])).all()
        photos = session.exec(select(PhotoObject)).all()
    assert [(op.state, op.kind) for op in ops] == [("stored", "visit_log")] * 2
    assert hashlib.sha256(ops[1].body).hexdigest() == ops[1].digest
    fresh = max(facts, key=lambda fact: fact.visited_on)
    assert (fresh.visited_on, fresh.contact_result, fresh.minutes_here) == (today, "completed", 35)
    assert len(photos) == 1

    # The county's desk reads it, the neighbour county's does not
    for account, county, found in (("xing", "640104", True), ("jin", "640106", False)):
        desk = open_window(chromium, site, {"width": 1366, "height": 768})
        sign_in_at_desk(desk, account)
        desk.page.goto(f"/visits?county={county}")
        desk.shot(f"desk-visits-{account}")
        assert (desk.page.get_by_test_id(f"visit-{ops[1].op_id}").count() == 1) is found
        if found:
            desk.page.get_by_test_id(f"visit-{ops[1].op_id}").click()
            expect(desk.page.locator("main")).to_contain_text("耳标")
        desk.context.close()
