"""Doubts that one interview raises by itself (domain §5): pure rules over its answers, times and place.

A doubt never deletes and never rejects by itself; a second person explains, corrects or rejects. What needs other
records (copies, overlapping visits, an inspector's habits) is not here. Severe ones are what I40 counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.findings.quality.datum import gcj02_undone
from app.findings.quality.field import AWAY, is_at_origin, metres, residence_of


class Severity(StrEnum):
    """How grave a doubt is (terms: severity)."""

    HIGH = "high"
    MID = "mid"
    LOW = "low"
    INFO = "info"


@dataclass(frozen=True)
class Doubt:
    """One flag of one record: its code, which of the rule's reasons, and numbers for the reader (never a name)."""

    code: str
    reason: str
    severity: Severity
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Interviewed:
    """What the rules look at: a Q1 or Q2 as it was accepted, its round's first day, and its village's point."""

    form_id: str
    answers: Mapping[str, str]
    """Last name of the path → text."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    received_at: datetime | None = None
    offset_ms: int | None = None
    round_begins: date | None = None
    position: tuple[float, float] | None = None
    accuracy_m: float = 0.0
    village: tuple[float, float] | None = None
    is_filed_resettled: bool = False
    origin: tuple[float, float] | None = None
    """Point of the village that a resettled household left, where the register has it."""

    def number(self, name: str) -> int | None:
        """The answer as a whole number."""
        try:
            return int(self.answers.get(name, ""))
        except ValueError:
            return None

    @property
    def is_completed(self) -> bool:
        return self.answers.get("contact_result") == "completed"


SHORTEST = {"q1_poor": timedelta(minutes=6), "q2_nonpoor": timedelta(minutes=3)}
VILLAGE_RADIUS_M = 3000
POOR_FIX_M = 200
CLOCK_MS = 10 * 60 * 1000
SATISFACTION = ("sat_team", "sat_helper", "sat_effect", "sat_way")
INCOME_LINES = {2014: 2800, 2015: 2855, 2016: 2952, 2017: 2952, 2018: 2995, 2019: 3218, 2020: 4000}
"""National lines in yuan of the day, by income year (domain §3.3); the earliest and the last hold beyond."""


def doubts_of(record: Interviewed, zone: ZoneInfo) -> list[Doubt]:
    """Every doubt that this record raises, each reason once."""
    found = [*_clock(record, zone), *_missing_photos(record)]
    if record.is_completed:
        found += [
            *_tenfold(record), *_place(record), *_too_fast(record), *_straight(record), *_identity(record),
            *_cadre(record), *_contradictions(record, zone), *_not_at_site(record),
        ]  # fmt: skip
    return found


NOT_DRAWN = Doubt("F13", "not_drawn", Severity.HIGH)
"""A record from the door of a household that no standing draw picked (raised on arrival; the record is held)."""


# --- F02 ---


def _not_at_site(record: Interviewed) -> Iterator[Doubt]:
    """Resettled and not living at the site by its own answers, or met where it used to live; I16 counts the first."""
    residence = residence_of(record.answers, 0, is_resettled=record.is_filed_resettled)
    if residence in AWAY:
        yield Doubt("F02", str(residence), Severity.HIGH)
    elif is_at_origin(record.position, record.origin, is_resettled=record.is_filed_resettled):
        yield Doubt("F02", "at_origin", Severity.HIGH)


# --- F01 ---

PAIRS = (
    ("income_handbook", "hb_income_pc", "inc_pc"),
    ("income_filed", "inc_pc", "filed_income_pc"),
    ("subsidy_handbook", "hb_subsidy", "filed_subsidy"),
    ("subsidy_stated", "stated_subsidy", "filed_subsidy"),
)


def _tenfold(record: Interviewed) -> Iterator[Doubt]:
    for reason, value, reference in PAIRS:
        v, r = record.number(value), record.number(reference)
        grade = tenfold(v, r) if v is not None and r is not None else None
        if grade is not None:
            yield Doubt("F01", reason, grade, {"value": v, "reference": r})


def tenfold(value: int, reference: int) -> Severity | None:
    """Exactly ten times apart is high; between 8 and 12.5 times mid. Whole numbers decide."""
    if value <= 0 or reference <= 0:
        return None
    large, small = max(value, reference), min(value, reference)
    if large == 10 * small:
        return Severity.HIGH
    return Severity.MID if 8 * small <= large and 2 * large <= 25 * small else None


# --- F04, F14 ---


def _place(record: Interviewed) -> Iterator[Doubt]:
    if record.position is None:
        if record.answers.get("gps_fail"):
            yield Doubt("F04", "no_position", Severity.LOW)
        return
    if record.accuracy_m > POOR_FIX_M:
        yield Doubt("F14", "poor_fix", Severity.LOW, {"accuracy_m": round(record.accuracy_m)})
    away = _beyond(record, record.position)
    if away > VILLAGE_RADIUS_M:
        yield Doubt("F04", "far", Severity.MID, {"metres": round(away)})
        moved = _beyond(record, gcj02_undone(*record.position))
        if moved <= VILLAGE_RADIUS_M:
            yield Doubt("F14", "datum", Severity.LOW, {"metres": round(moved)})


def _beyond(record: Interviewed, position: tuple[float, float]) -> float:
    """Metres from the village, less the accuracy; of a resettled household from the nearer of its two places.

    Where the register has only one of these, or one point for both, nothing is said (0).
    """
    is_resettled = record.is_filed_resettled or record.answers.get("resettled") == "1"
    places = [record.village, record.origin] if is_resettled else [record.village]
    points = {point for point in places if point is not None}
    if len(points) < len(places):
        return 0.0
    return min(metres(position, point) for point in points) - record.accuracy_m


# --- F05, F15 ---


def _too_fast(record: Interviewed) -> Iterator[Doubt]:
    floor = SHORTEST.get(record.form_id)
    if floor is None or record.started_at is None or record.finished_at is None:
        return
    taken = record.finished_at - record.started_at
    if timedelta(0) <= taken < floor:
        yield Doubt("F05", "short", Severity.HIGH, {"seconds": int(taken.total_seconds())})


def _clock(record: Interviewed, zone: ZoneInfo) -> Iterator[Doubt]:
    if record.offset_ms is not None and abs(record.offset_ms) > CLOCK_MS:
        yield Doubt("F15", "offset", Severity.MID, {"seconds": round(record.offset_ms / 1000)})
    if record.started_at is None:
        return
    if record.finished_at is not None and record.finished_at < record.started_at:
        yield Doubt("F15", "backwards", Severity.MID)
    if record.round_begins is not None and record.started_at.astimezone(zone).date() < record.round_begins:
        yield Doubt("F15", "before_round", Severity.MID)
    if record.received_at is not None and record.started_at > record.received_at:
        yield Doubt("F15", "after_sync", Severity.MID)


# --- F06, F12 ---


def _straight(record: Interviewed) -> Iterator[Doubt]:
    answers = record.answers
    items = [answers.get(name) for name in SATISFACTION]
    if None in items or record.form_id != "q1_poor":
        return
    if len(set(items)) == 1:
        yield Doubt("F06", "equal", Severity.INFO)
    if set(items) == {"5"}:
        if answers.get("gift_only") == "1" and answers.get("helper_visits") == "0":
            yield Doubt("F06", "gift_only", Severity.MID)
        if answers.get("exit_agree") == "0" and answers.get("recognise") == "1":
            yield Doubt("F06", "disagrees", Severity.INFO)
    if answers.get("sat_helper") in ("4", "5") and answers.get("helper_known") == "0":
        yield Doubt("F06", "helper_unknown", Severity.MID)


def _cadre(record: Interviewed) -> Iterator[Doubt]:
    if record.answers.get("cadre_present") == "1":
        yield Doubt("F12", "present", Severity.INFO)


# --- F10, F11 ---

PHOTOS = {"q1_poor": ("photo_house_out", "photo_house_in", "photo_visit"), "q2_nonpoor": ("photo_house_out",)}


def _missing_photos(record: Interviewed) -> Iterator[Doubt]:
    answers = record.answers
    if not record.is_completed:
        if answers.get("contact_result") and not answers.get("door_photo"):
            yield Doubt("F10", "door", Severity.MID)
        return
    if answers.get("photo_consent") == "0":
        yield Doubt("F10", "no_consent", Severity.INFO)
        return
    missing = [name for name in PHOTOS.get(record.form_id, ()) if not answers.get(name)]
    if missing:
        yield Doubt("F10", "missing", Severity.HIGH, {"questions": missing})


def _identity(record: Interviewed) -> Iterator[Doubt]:
    checked = record.answers.get("id_check")
    if checked == "mismatch":
        yield Doubt("F11", "mismatch", Severity.HIGH)
    elif checked == "no_doc":
        yield Doubt("F11", "no_doc", Severity.INFO)


# --- F16 ---


def income_line(year: int) -> int:
    """The national line of an income year."""
    return INCOME_LINES[min(max(year, min(INCOME_LINES)), max(INCOME_LINES))]


def _contradictions(record: Interviewed, zone: ZoneInfo) -> Iterator[Doubt]:
    answers = record.answers
    income, size, living = (record.number(name) for name in ("inc_pc", "hh_size", "live_size"))
    if answers.get("status") == "exited":
        if income is not None and record.started_at is not None:
            line = income_line(record.started_at.astimezone(zone).year - 1)
            if income < line:
                yield Doubt("F16", "below_line", Severity.MID, {"income": income, "line": line})
        if answers.get("house_grade") in ("c", "d"):
            yield Doubt("F16", "house", Severity.MID)
    if size is not None and living is not None and living > size + 5:
        yield Doubt("F16", "living", Severity.MID, {"registered": size, "living": living})
    if (record.number("edu_out_n") or 0) > 0 and not answers.get("edu_out_why"):
        yield Doubt("F16", "schooling", Severity.MID)
