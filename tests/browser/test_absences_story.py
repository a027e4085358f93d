"""A day of absences without a network: which door may be opened next is said on the phone, and the board agrees later.

The phone's own clock says when somebody stood at a door: nine in the morning, three in the afternoon.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, expect

from app.kernel.clock import utcnow
from tests.browser.conftest import DESK, Site, Window, open_window, sign_in_at_desk
from tests.browser.inspector import Inspector
from tests.browser.test_phone_story import kept_ops, samples_of

AWAY = {"visit_mode": "open", "contact_result": "absent", "not_done_reason": "邻居马大姐证实:一家人进城看病"}
REFUSED = {**AWAY, "contact_result": "refused", "attempt_no": "1", "not_done_reason": "户主在门口说不愿意谈"}


def nine_in_the_morning() -> datetime:
    """Yesterday at nine, where the households live."""
    yesterday = utcnow().astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)
    return yesterday.replace(hour=9, minute=0, second=0, microsecond=0)


class Day:
    """Lin's day at the doors of one list."""

    def __init__(self, window: Window, hands: Inspector, samples: list[dict[str, Any]]) -> None:
        self.window, self.hands = window, hands
        self.samples = {sample["rank"]: sample for sample in samples if sample["stratum"] == "poor"}

    def is_open(self, rank: int) -> bool:
        """Whether the list of today offers this household."""
        at = f'[data-testid=sample-item][data-sample-id="{self.samples[rank]["sample_id"]}"]'
        return self.window.page.locator(at).get_attribute("data-state") == "open" if self.count(at) else False

    def count(self, at: str) -> int:
        return self.window.page.locator(at).count()

    def nobody_home(self, rank: int, attempt: int) -> None:
        """A doorstep with its photo and who confirmed the absence; sealed."""
        self.hands.opens(self.samples[rank]["sample_id"])
        self.hands.by("nobody-home").click()
        self.hands.by("next-page").wait_for()
        self.ends({**AWAY, "attempt_no": str(attempt)})

    def visits(self, rank: int, answers: dict[str, str]) -> None:
        """Begin at an open door, answer, seal."""
        self.hands.opens(self.samples[rank]["sample_id"])
        self.hands.by("start-interview").click()
        self.hands.by("next-page").wait_for()
        self.ends(answers)

    def ends(self, answers: dict[str, str]) -> None:
        self.hands.fills_all(answers)
        self.hands.seals()
        self.hands.by("back-today").click()
        self.hands.by("sample-item").first.wait_for()

    def why_closed(self, rank: int) -> str:
        """Ask for the next reserve, which must be of this rank: no way to begin there, and why; then go back."""
        self.window.page.locator(
            f'[data-testid=next-reserve][data-sample-id="{self.samples[rank]["sample_id"]}"]'
        ).click()
        said = self.hands.by("not-open").inner_text()
        assert self.hands.by("start-interview").count() == 0
        assert self.hands.by("nobody-home").count() == 0
        self.window.page.go_back()
        self.hands.by("sample-item").first.wait_for()
        return said


def test_three_absences_and_two_reserves_without_a_network_keep_the_rule_and_the_board_agrees(
    site: Site, phone: Window, tmp_path: Path, chromium: Browser
) -> None:
    morning = nine_in_the_morning()
    phone.page.clock.install(time=morning)
    phone.page.clock.resume()
    lin = Inspector(phone.page, tmp_path)
    lin.signs_in("lin")
    lin.is_ready_for_offline()
    day = Day(phone, lin, samples_of(site))
    phone.context.set_offline(True)

    # in the morning nobody is at home in three houses: no reserve opens, and the phone says what is lacking
    for rank in (1, 2, 3):
        day.nobody_home(rank, 1)
    assert "上门 1 次:不在家至少要在不同时段上门两次" in day.why_closed(11)
    phone.shot("reserve-refused")

    # in the afternoon two of them are still away: two reserves open, in their order, and the third stays closed
    phone.page.clock.set_system_time(morning + timedelta(hours=6))
    day.nobody_home(1, 2)
    assert day.is_open(11)
    assert not day.is_open(12)
    assert "还没有启用" in day.why_closed(12)
    day.nobody_home(2, 2)
    day.visits(11, REFUSED)
    day.visits(12, lin.answers_of(day.samples[12]))
    assert day.is_open(13), "the refusal lets one more in"
    assert not day.is_open(14)
    assert kept_ops(site) == []

    phone.context.set_offline(False)
    lin.by("sync-now").first.click()
    expect(phone.page.locator(".counts")).to_have_text("仅在本机 0 户 · 待传照片 0", timeout=30_000)
    assert {op.state for op in kept_ops(site)} == {"stored"}
    assert len(kept_ops(site)) == 7

    sees_the_day(open_window(chromium, site, DESK), day)


def sees_the_day(desk: Window, day: Day) -> None:
    """The city at its desk: codes, substitution, no fault, and attempts with time, place, photo and who confirmed."""
    sign_in_at_desk(desk, "city")
    desk.page.goto("/rounds/2017-1/reach")
    county = desk.page.get_by_test_id("reach-640104")
    line = " ".join(county.locator("tbody tr").first.inner_text().split())
    # drawn 10, opened 13, completed 1, to visit 9; two out of reach, one refusal; 3 of 13 substituted
    assert line.startswith("贫困户 10 13 1 9 在名单住处访到 1、两次上门未见 2、拒访 1 23.08% 8–10 未达最低户数"), line
    assert "没有疑点" in county.inner_text()
    desk.shot("desk-reach")

    desk.page.goto(f"/rounds/2017-1/samples/{day.samples[1]['sample_id']}")
    attempts = desk.page.locator("main a[href^='/records/']")
    assert attempts.count() == 2
    attempts.first.click()
    expect(desk.page.locator("main")).to_contain_text("邻居马大姐证实")
    assert "106.29" in desk.page.locator("main").inner_text()
    assert desk.page.locator("main img").count() >= 1
    assert desk.faults == []
    desk.context.close()
