"""Logs of helpers and records of field work, as the phone seals them, with nothing wrong in them."""

from datetime import datetime
from typing import Any

from tests.phone import MORNING, Phone


def visit_log(
    phone: Phone, unit: str, *, started: datetime = MORNING, photos: bool = False, **answers: Any
) -> dict[str, Any]:
    """The body of a Q3 log of a family that was met; `answers` replace those of the first page."""
    day = started.date().isoformat()
    taken = [phone.shoot("/close/photo", f"{unit}{started}")] if photos else []
    photo = taken[0]["photo_id"] if taken else "00000000-0000-4000-8000-000000000001"
    return {
        **_frame(phone, "visit_log", "q3_visit", started),
        "household": unit,
        "answers": {
            "visit": {
                "visit_date": day,
                "gps": "38.4700 106.2900 1100 9",
                "contact_result": "completed",
                "purpose": "policy progress",
                "minutes_here": "40",
                **answers,
            },
            "help": {
                "five_done": "industry",
                "did_what": "和户主核对了滩羊养殖补助的到账情况",
                "needs_now": "none",
                "income_event": "0",
                "gift_value": "0",
                "hb_updated": "1",
            },
            "close": {"problem_found": "0", "photo": photo, "next_visit": "2030-01-01"},
        },
        "photos": taken,
    }


def field_record(
    phone: Phone,
    place: str = "640104",
    method: str = "talk",
    *,
    round: str | None = "2017-1",
    started: datetime = MORNING,
) -> dict[str, Any]:
    """The body of a Q4 record: a report heard, papers read, or a discussion."""
    about = {
        "record_date": started.date().isoformat(),
        "method": method,
        "level": "village",
        "unit_name": "永兴村",
        "contents": "c01",
    }
    if method in ("talk", "report"):
        about["attend_n"] = "12"
    if method == "talk":
        about["villager_n"] = "8"
    papers = {"docs": [{"doc_type": "report3", "doc_ref": "三级报备材料", "doc_state": "full"}]}
    return {
        **_frame(phone, "record", "q4_record", started),
        "place": place,
        **({"round": round} if round else {}),
        "answers": {
            "county_code": place[:6],
            "about": about,
            "basics": {"said_poor_hh": "41", "said_exit_year": "2018", "policy_known": "none"},
            **({"papers": papers} if method == "docs" else {}),
            "record": {"minutes": "群众希望灌溉渠早些修好,村里说今年开工。", "good_case": "0"},
        },
        "photos": [],
    }


def look_back(phone: Phone, unit: str, *, started: datetime = MORNING) -> dict[str, Any]:
    """The body of a Q5 look-back at a household."""
    return {
        **_frame(phone, "look_back", "q5_lookback", started),
        "household": unit,
        "round": "2017-1",
        "answers": {
            "is_household": "1",
            "check": {"check_date": started.date().isoformat(), "visit_mode": "open", "evidence": "household"},
            "result": {
                "fix_result": "done",
                "fix_facts": "危房改造已完工,现场看过,住进去了。",
                "hh_confirms": "1",
                "hh_sat": "4",
                "similar_checked": "1",
            },
        },
        "photos": [],
    }


def _frame(phone: Phone, kind: str, form_id: str, started: datetime) -> dict[str, Any]:
    if not phone.versions:
        phone.versions = {form["form_id"]: form["version"] for form in phone.package()["forms"]}
    return {
        "kind": kind,
        "form_id": form_id,
        "form_version": phone.versions[form_id],
        "started_at": started.isoformat(),
        "finished_at": started.isoformat(),
        "clock": {"wall": started.isoformat(), "monotonic_ms": 1, "offset_ms": 0, "zone": "Asia/Shanghai"},
        "corrects": None,
        "app_version": "test",
    }
