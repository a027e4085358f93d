"""Doubts that one record raises by itself (domain §5), each at its border; G4 with its zero too many."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.findings.quality.doubts import Interviewed, Severity, doubts_of, income_line, tenfold

TZ = ZoneInfo("Asia/Shanghai")
AT = datetime(2017, 5, 20, 2, 0, tzinfo=UTC)
PLAIN = Interviewed(
    form_id="q1_poor",
    answers={
        "contact_result": "completed", "photo_consent": "1", "photo_house_out": "a", "photo_house_in": "b",
        "photo_visit": "c", "id_check": "match", "cadre_present": "0", "status": "exited", "inc_pc": "5000",
        "hh_size": "4", "live_size": "4", "house_grade": "a", "sat_team": "4", "sat_helper": "5", "sat_effect": "4",
        "sat_way": "3", "helper_known": "1",
    },
    started_at=AT,
    finished_at=AT + timedelta(minutes=20),
    received_at=AT + timedelta(hours=3),
    offset_ms=0,
    round_begins=date(2017, 5, 11),
    position=(106.2, 38.4),
    village=(106.2, 38.4),
)  # fmt: skip


def answering(**answers: str) -> Interviewed:
    told = {**PLAIN.answers, **answers}
    return replace(PLAIN, answers={name: text for name, text in told.items() if text})


def raised(record: Interviewed) -> set[tuple[str, str, str]]:
    return {(each.code, each.reason, each.severity.value) for each in doubts_of(record, TZ)}


def test_an_ordinary_interview_raises_nothing() -> None:
    assert raised(PLAIN) == set()


TOP = {"sat_team": "5", "sat_helper": "5", "sat_effect": "5", "sat_way": "5"}
CASES: dict[str, tuple[Interviewed, set[tuple[str, str, str]]]] = {
    "handbook tenfold": (answering(hb_income_pc="50000"), {("F01", "income_handbook", "high")}),
    "handbook nearly tenfold": (answering(hb_income_pc="45000"), {("F01", "income_handbook", "mid")}),
    "handbook eightfold": (answering(hb_income_pc="40000"), {("F01", "income_handbook", "mid")}),
    "handbook less than eightfold": (answering(hb_income_pc="39999"), set()),
    "three kilometres and a bit": (replace(PLAIN, village=(106.2345, 38.4)), {("F04", "far", "mid")}),
    "far, and less so once the shifted map is undone": (
        replace(PLAIN, position=(106.2388, 38.4005)), {("F04", "far", "mid"), ("F14", "datum", "low")},
    ),
    "as far to the west, where the shift undone makes it farther": (
        replace(PLAIN, position=(106.1612, 38.4005)), {("F04", "far", "mid")},
    ),
    "resettled, far from both places": (
        replace(PLAIN, village=(106.3, 38.4), origin=(106.1, 38.4), is_filed_resettled=True), {("F04", "far", "mid")},
    ),
    "resettled, and the register has no point of the site": (
        replace(PLAIN, village=(106.3, 38.4), origin=(106.3, 38.4), is_filed_resettled=True), set(),
    ),
    "resettled, at the site and far from where it came": (
        replace(PLAIN, village=(106.21, 38.4), origin=(106.1, 38.4), is_filed_resettled=True), set(),
    ),
    "as far but resettled": (replace(PLAIN, village=(106.3, 38.4), is_filed_resettled=True), set()),
    "resettled and still at the old place": (
        answering(resettled="1", living="origin", live_months="12"), {("F02", "origin", "high")},
    ),
    "resettled, the house let": (answering(resettled="1", living="let"), {("F02", "let", "high")}),
    "five months at the site": (
        answering(resettled="1", living="at_site", live_months="5"), {("F02", "short", "high")},
    ),
    "six months at the site": (answering(resettled="1", living="at_site", live_months="6"), set()),
    "away for work, two months at the site": (
        answering(resettled="1", living="work_away", live_months="2"), set(),
    ),
    "filed as resettled and met where it came from": (
        replace(PLAIN, is_filed_resettled=True, origin=(106.215, 38.4)), {("F02", "at_origin", "high")},
    ),
    "filed as resettled and met elsewhere": (
        replace(PLAIN, is_filed_resettled=True, origin=(106.23, 38.4)), set(),
    ),
    "far within the accuracy": (replace(PLAIN, village=(106.2345, 38.4), accuracy_m=150.0), set()),
    "no position": (replace(answering(gps_fail="denied"), position=None), {("F04", "no_position", "low")}),
    "a poor fix": (replace(PLAIN, accuracy_m=201.0), {("F14", "poor_fix", "low")}),
    "just under six minutes": (
        replace(PLAIN, finished_at=AT + timedelta(seconds=359)), {("F05", "short", "high")},
    ),
    "six minutes": (replace(PLAIN, finished_at=AT + timedelta(minutes=6)), set()),
    "four equal": (answering(**dict.fromkeys(TOP, "4")), {("F06", "equal", "info")}),
    "top for gifts": (
        answering(**TOP, gift_only="1", helper_visits="0"), {("F06", "equal", "info"), ("F06", "gift_only", "mid")},
    ),
    "top and not agreed": (
        answering(**TOP, exit_agree="0", recognise="1"), {("F06", "equal", "info"), ("F06", "disagrees", "info")},
    ),
    "an unknown helper": (answering(helper_known="0"), {("F06", "helper_unknown", "mid")}),
    "no photo of the house": (answering(photo_house_in=""), {("F10", "missing", "high")}),
    "no consent": (answering(photo_consent="0", photo_house_in=""), {("F10", "no_consent", "info")}),
    "identity": (answering(id_check="mismatch"), {("F11", "mismatch", "high")}),
    "a cadre": (answering(cadre_present="1"), {("F12", "present", "info")}),
    "a clock eleven minutes off": (replace(PLAIN, offset_ms=-660_000), {("F15", "offset", "mid")}),
    "ends before it begins": (replace(PLAIN, finished_at=AT - timedelta(minutes=1)), {("F15", "backwards", "mid")}),
    "the day before the round": (replace(PLAIN, round_begins=date(2017, 5, 21)), {("F15", "before_round", "mid")}),
    "begun after it was received": (
        replace(PLAIN, received_at=AT - timedelta(minutes=1)), {("F15", "after_sync", "mid")},
    ),
    "under the line of 2016": (answering(inc_pc="2951"), {("F16", "below_line", "mid")}),
    "on the line of 2016": (answering(inc_pc="2952"), set()),
    "exited with a house graded d": (answering(house_grade="d"), {("F16", "house", "mid")}),
    "six more than registered": (answering(live_size="10"), {("F16", "living", "mid")}),
    "out of school": (answering(edu_out_n="1"), {("F16", "schooling", "mid")}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_rule_at_its_border(case: str) -> None:
    record, expected = CASES[case]

    assert raised(record) == expected


def test_g4_one_zero_makes_a_wrong_exit_right_and_is_seen() -> None:
    """Ledger 2,000, handbook 20,000; 10,800 over four persons is under the line, 28,800 would be over it."""
    record = answering(inc_pc="2700", hb_subsidy="20000", filed_subsidy="2000", stated_subsidy="4000")

    assert ("F01", "subsidy_handbook", "high") in raised(record)
    assert ("F16", "below_line", "mid") in raised(record)
    assert (5000 + 1800 + 2000 + 2000) // 4 == 2700 < income_line(2016) < (5000 + 1800 + 2000 + 20000) // 4


def test_nobody_at_home_needs_a_photo_of_the_door() -> None:
    away = replace(PLAIN, answers={"contact_result": "absent"})

    assert raised(away) == {("F10", "door", "mid")}
    assert raised(replace(away, answers={"contact_result": "absent", "door_photo": "a"})) == set()


@pytest.mark.parametrize(
    ("value", "reference", "grade"),
    [(20, 2, Severity.HIGH), (2, 20, Severity.HIGH), (25, 2, Severity.MID), (26, 2, None), (8, 1, Severity.MID),
     (0, 5, None), (5, 0, None)],
)  # fmt: skip
def test_tenfold_is_decided_in_whole_numbers(value: int, reference: int, grade: Severity | None) -> None:
    assert tenfold(value, reference) == grade
