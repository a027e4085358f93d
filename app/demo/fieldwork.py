"""What is done beside the interviews: meetings and papers of the teams (Q4), a helper's visits (Q3), one slip of a pen.

So that the pages of contents covered, of helpers' visits and of held records have something to say: 灵武市 has not yet
looked at everything, and one of its records cannot be right and waits for the city.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.demo.phone import Phone, finished
from app.doors.web.house import House
from app.registry.people.rules import Actor
from app.survey.questionnaires.models import FormVersion

FUND = {"fund_in": "860", "fund_paid": "715.5", "fund_months": "2", "fund_notice": "1"}
PAPERS = {"docs": [{"doc_type": "report3", "doc_ref": "三级报备材料", "doc_state": "full"},
                   {"doc_type": "hh_file", "doc_ref": "帮扶手册抽查", "doc_state": "part",
                    "doc_problem": "两户的收入核对栏没有填"}]}  # fmt: skip
BASICS = {"said_poor_hh": "41", "said_exit_year": "2018", "policy_known": "edu health"}

MEETINGS: tuple[tuple[dict[str, str], dict[str, Any], str], ...] = (
    (
        {"method": "report", "level": "county", "unit_name": "扶贫办",
         "contents": "c01 c02 c07 c10", "attend_n": "9"},
        {"fund": FUND},
        "汇报了退出验收的进度;项目库已建,两个村的道路项目还没有开工。",
    ),
    (
        {"method": "docs", "level": "village", "unit_name": "村委会", "contents": "c03 c05 c06"},
        {"basics": BASICS, "papers": PAPERS},
        "资料按户成册;帮扶手册有两户没有核对收入,已请村里当周补上。",
    ),
    (
        {"method": "talk", "level": "team", "unit_name": "驻村工作队", "contents": "c04 c08 c09",
         "attend_n": "14", "villager_n": "10"},
        {"basics": {**BASICS, "days_in_village": "22", "off_unit": "1"}},
        "群众希望灌溉渠早些修好;大家认得驻村工作队,说得出帮扶责任人做了什么。",
    ),
)  # fmt: skip
"""What every team did: whom it heard, what else was asked, and its minutes."""


def record_meetings(
    house: House, actor: Actor, county: str, round_code: str, forms: Mapping[str, FormVersion], first_day: datetime
) -> None:
    """The records of one county's team; in 灵武市 the papers are still to be read, and one record is held."""
    phone = Phone(actor)
    is_late = county == "640181"
    done = [MEETINGS[0], MEETINGS[2]] if is_late else list(MEETINGS)
    if is_late:
        about, more, minutes = MEETINGS[2]
        done.append(({**about, "attend_n": "4"}, more, minutes))  # ten villagers among four people
    bodies = []
    for place, (about, more, minutes) in enumerate(done):
        start = first_day + timedelta(days=place, hours=5)
        answers = {
            "county_code": county,
            "about": {"record_date": start.date().isoformat(), **about},
            **more,
            "record": {"minutes": minutes, "good_case": "0"},
        }
        what = {"kind": "record", "place": county, "round": round_code}
        bodies.append(finished(forms["q4_record"], what, answers, start, minutes=50))
    phone.hand_in(house, [phone.seal(body) for body in bodies], first_day)


def log_visits(
    house: House, actor: Actor, units: Sequence[str], forms: Mapping[str, FormVersion], first_day: datetime
) -> None:
    """A helper's logs: each family was met once in these days."""
    phone = Phone(actor)
    ops = []
    for place, unit in enumerate(units):
        start = first_day + timedelta(days=place, hours=1)
        photo = phone.shoot("close/photo", unit, "演示图片,不是真实住户")
        what = {"kind": "visit_log", "household": unit}
        answers = _log(start, photo["photo_id"])
        ops.append(phone.seal(finished(forms["q3_visit"], what, answers, start, minutes=35, photos=[photo])))
    phone.hand_in(house, ops, first_day)


def _log(start: datetime, photo_id: str) -> dict[str, Any]:
    return {
        "visit": {
            "visit_date": start.date().isoformat(),
            "gps": "38.4700 106.2900 1100 9",
            "contact_result": "completed",
            "purpose": "policy progress",
            "minutes_here": "35",
        },
        "help": {
            "five_done": "industry",
            "did_what": "和户主核对了滩羊养殖补助的到账情况",
            "needs_now": "none",
            "income_event": "0",
            "gift_value": "0",
            "hb_updated": "1",
        },
        "close": {
            "problem_found": "0",
            "photo": photo_id,
            "next_visit": (start + timedelta(days=30)).date().isoformat(),
        },
    }
