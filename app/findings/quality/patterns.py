"""Doubts that only many records together give rise to (domain §5): pure rules over their typed facts.

Each asks a question about one record: the one that makes it a pattern, in the order of arrival, so that what comes
later never moves the question to another record. Nothing here rejects anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median, quantiles
from uuid import UUID
from zoneinfo import ZoneInfo

from app.findings.inspections.workload import MOST_A_DAY
from app.findings.quality.doubts import Doubt, Severity
from app.findings.quality.field import metres
from app.kernel.clock import local_day

FEWEST_FOR_MEDIAN = 10
THIRD = 3
"""F05: below a third of the median of the form in the round, of ten interviews or more (domain §5)."""
FASTEST_KMH = 80
"""F05: nobody drives faster between two villages (domain §5)."""
FEWEST_INTERVIEWS = 5
STRAIGHT_PERCENT = 80
STRAIGHT_ABOVE = 30
"""F08: of five interviews or more 80 % with four equal answers, and 30 points more than the others (domain §5)."""
OFTEN_PERCENT = 30
"""F12: a cadre at the table in over 30 % of a county's interviews (domain §5)."""
FEWEST_IN_VILLAGE = 8
FENCES = 3
"""F01 without a reference: above Q3 + 3 · IQR of eight stated incomes or more in the village (Tukey's far-out fence),
and a tenth of it an ordinary income there (domain §5)."""
SHORTEST_TEXT = 12
FEWEST_REPEATS = 3
"""F17: twelve characters or more, the same in three logs of one helper (domain §5)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One interview or doorstep of a round in a county, as far as the patterns are concerned; in order of arrival."""

    op_id: UUID
    account_id: UUID
    form_id: str
    household: str
    started_at: datetime | None
    finished_at: datetime | None
    is_completed: bool
    is_correction: bool = False
    is_replaced: bool = False
    position: tuple[float, float] | None = None
    accuracy_m: float = 0.0
    village: str = ""
    is_cadre_there: bool = False
    is_straight: bool = False
    income: int | None = None
    """Stated income per head where neither handbook nor register has one to compare with."""


@dataclass(frozen=True)
class Round:
    """What a county's records are compared with: the whole round."""

    seconds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Form → how long its first-version interviews took."""
    straight: Mapping[UUID, tuple[int, int]] = field(default_factory=dict)
    """Inspector → interviews with four equal answers, and all of them."""


Raised = tuple[UUID, Doubt]


def patterns_of(seen: Sequence[Seen], whole: Round, zone: ZoneInfo) -> Iterator[Raised]:
    """Every doubt of a county's records in a round; `seen` in order of arrival."""
    first = [each for each in seen if not each.is_correction]
    talks = [each for each in first if each.is_completed]
    standing = [each for each in seen if each.is_completed and not each.is_replaced]
    yield from _far_out(standing)
    yield from _much_shorter(talks, whole.seconds)
    yield from _two_places(talks)
    yield from _straight_liner(talks, whole.straight)
    yield from _many_a_day(first, zone)
    yield from _cadres_often(standing)


def percent(part: int, whole: int) -> int:
    """For reading; whole numbers decide."""
    return round(100 * part / whole) if whole else 0


# --- F01 ---


def _far_out(standing: Iterable[Seen]) -> Iterator[Raised]:
    villages: dict[str, list[tuple[Seen, int]]] = defaultdict(list)
    for each in standing:
        if each.village and each.income is not None and each.income > 0:
            villages[each.village].append((each, each.income))
    for them in villages.values():
        if len(them) < FEWEST_IN_VILLAGE:
            continue
        low, middle, high = quantiles([income for _, income in them], n=4, method="inclusive")
        for each, income in them:
            if income > high + FENCES * (high - low) and low <= income / 10 <= high:
                detail = {"income": income, "median": round(middle), "households": len(them)}
                yield each.op_id, Doubt("F01", "village", Severity.MID, detail)


# --- F05 ---


def _much_shorter(talks: Iterable[Seen], seconds: Mapping[str, Sequence[float]]) -> Iterator[Raised]:
    usual = {form: median(them) for form, them in seconds.items() if len(them) >= FEWEST_FOR_MEDIAN}
    for each in talks:
        taken = seconds_of(each)
        if taken is not None and each.form_id in usual and THIRD * taken < usual[each.form_id]:
            detail = {"seconds": round(taken), "usual": round(usual[each.form_id])}
            yield each.op_id, Doubt("F05", "third", Severity.MID, detail)


def seconds_of(each: Seen) -> float | None:
    """How long it took; None where the clock does not say."""
    if each.started_at is None or each.finished_at is None or each.finished_at < each.started_at:
        return None
    return (each.finished_at - each.started_at).total_seconds()


def _two_places(talks: Iterable[Seen]) -> Iterator[Raised]:
    """Interviews of one person that overlap, or between which nobody can have come from one door to the other."""
    for them in _by_account(talks).values():
        timed = sorted((each for each in them if seconds_of(each)), key=lambda each: (_start(each), each.op_id))
        before: Seen | None = None
        for each in timed:
            if before is not None:
                yield from _between(before, each)
            if before is None or _end(each) > _end(before):
                before = each


def _between(before: Seen, each: Seen) -> Iterator[Raised]:
    gap = (_start(each) - _end(before)).total_seconds()
    if gap < 0:
        detail = {"minutes": max(1, round(min(-gap, seconds_of(each) or 0) / 60)), "other": str(before.op_id)}
        yield each.op_id, Doubt("F05", "overlap", Severity.HIGH, detail)
    elif before.position and each.position:
        away = metres(before.position, each.position) - before.accuracy_m - each.accuracy_m
        if away * 3600 > gap * FASTEST_KMH * 1000:
            detail = {"km": round(away / 1000, 1), "minutes": round(gap / 60), "other": str(before.op_id)}
            yield each.op_id, Doubt("F05", "speed", Severity.HIGH, detail)


def _start(each: Seen) -> datetime:
    assert each.started_at is not None
    return each.started_at


def _end(each: Seen) -> datetime:
    assert each.finished_at is not None
    return each.finished_at


# --- F08 ---


def _straight_liner(talks: Iterable[Seen], straight: Mapping[UUID, tuple[int, int]]) -> Iterator[Raised]:
    """An inspector whose interviews have four equal answers far more often than those of the others in the round."""
    equal, whole = (sum(counts) for counts in zip(*straight.values(), strict=True)) if straight else (0, 0)
    for account, them in _by_account(talks).items():
        mine, all_mine = straight.get(account, (0, 0))
        others, all_others = equal - mine, whole - all_mine
        if all_mine < FEWEST_INTERVIEWS or not all_others or 100 * mine < STRAIGHT_PERCENT * all_mine:
            continue
        if 100 * (mine * all_others - others * all_mine) < STRAIGHT_ABOVE * all_mine * all_others:
            continue
        bearer = next((each for each in them if each.is_straight), None)
        if bearer is not None:
            detail = {"equal": mine, "interviews": all_mine, "others": percent(others, all_others)}
            yield bearer.op_id, Doubt("F08", "straight", Severity.MID, detail)


def _many_a_day(first: Iterable[Seen], zone: ZoneInfo) -> Iterator[Raised]:
    """The first household beyond what anybody can do well in a day."""
    days: dict[tuple[UUID, date], dict[str, Seen]] = defaultdict(dict)
    for each in first:
        if each.started_at is not None:
            days[each.account_id, local_day(each.started_at, zone)].setdefault(each.household, each)
    for doors in days.values():
        if len(doors) > MOST_A_DAY:
            yield list(doors.values())[MOST_A_DAY].op_id, Doubt("F08", "many", Severity.MID, {"households": len(doors)})


# --- F12 ---


def _cadres_often(standing: Sequence[Seen]) -> Iterator[Raised]:
    there = [each for each in standing if each.is_cadre_there]
    if there and 100 * len(there) > OFTEN_PERCENT * len(standing):
        yield there[0].op_id, Doubt("F12", "often", Severity.MID, {"there": len(there), "interviews": len(standing)})


# --- F17 ---


@dataclass(frozen=True, slots=True)
class Said:
    """What one log of a helper says was done; in order of arrival."""

    op_id: UUID
    account_id: UUID
    text: str


def repeated_words(said: Iterable[Said]) -> Iterator[Raised]:
    """The log with which a helper used the same sentence for the third time."""
    same: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for each in said:
        text = "".join(each.text.split())
        if len(text) >= SHORTEST_TEXT:
            same[each.account_id, text].append(each.op_id)
    for logs in same.values():
        if len(logs) >= FEWEST_REPEATS:
            third = logs[FEWEST_REPEATS - 1]
            yield third, Doubt("F17", "repeated", Severity.MID, {"logs": len(logs), "other": str(logs[0])})


def _by_account(items: Iterable[Seen]) -> dict[UUID, list[Seen]]:
    found: dict[UUID, list[Seen]] = defaultdict(list)
    for item in items:
        found[item.account_id].append(item)
    return found
