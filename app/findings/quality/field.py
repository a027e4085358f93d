"""Whether the field kept to the rule of the sample (F13), and where resettled households live (F02, I16). Pure.

A reserve may be visited once every rank before it has been opened and those completed or still open are fewer than n.
Phones work without a network, so a visit is no fault when the rule opened its door by what that phone can have known:
its own doorsteps, and those of others that the service had at some moment before. Whoever was right by that and is
superfluous by the whole is surplus, not at fault. What is at fault is kept and flagged; which household counts is
decided by the same walk over everything, whatever the order of arrival.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from app.findings.inspections.models import Visit, VisitStatus
from app.findings.inspections.queries import Door, doorstep_of
from app.survey.rounds.rules import (
    Doorstep,
    SampleState,
    doorstep_code,
    in_effect,
    outcome_of,
    part_of_day,
    standings,
)


class Why(StrEnum):
    """What makes a record an F13 (terms: sample_fault)."""

    ORDER = "order"
    """A reserve before its turn: households before it were still open or completed in number."""
    ATTEMPTS = "attempts"
    """A reserve while a household before it had fewer than two attempts at different times of day."""
    HASTY = "hasty"
    """Said to be out of reach (N1) by decision after fewer than two attempts."""
    TWICE = "twice"
    """The household was interviewed twice and neither record corrects the other."""
    RIVAL = "rival"
    """Two phones corrected the same record without knowing of each other; the later correction counts."""
    NOT_DRAWN = "not_drawn"
    """The record names a household that no standing draw picked."""


@dataclass(frozen=True)
class SampleFault:
    """One F13: the record, its household and why. `holding`: the ranks that stood before it."""

    sample_id: str
    op_id: str
    why: Why
    holding: tuple[int, ...] = ()


def sample_faults(doors: Sequence[Door], tz: ZoneInfo) -> list[SampleFault]:
    """All F13 of whole lists, each in the order of its ranks; the order in which records came changes nothing."""
    found: list[SampleFault] = []
    for ranks in lists_of(doors):
        for door in ranks:
            steps = [doorstep_of(visit) for visit in door.visits]
            found += _twice(door, steps)
            found += _rivals(door, steps)
            found += _hasty(door, steps, tz)
            if door.row.rank > door.row.main:
                for visit in door.visits:
                    found += _early(ranks, door, visit, tz)
    return found


def lists_of(doors: Sequence[Door]) -> list[list[Door]]:
    """Doors by draw and stratum, each list in the order of its ranks."""
    lists: dict[str, list[Door]] = {}
    for door in doors:
        lists.setdefault(door.row.sample_id.rpartition(".")[0], []).append(door)
    return [sorted(ranks, key=lambda door: door.row.rank) for ranks in lists.values()]


def _rivals(door: Door, steps: Sequence[Doorstep]) -> Iterable[SampleFault]:
    """Of corrections of one record those that a later one overtook; `steps` in the order in which they came."""
    latest: dict[str, str] = {}
    for step in steps:
        if step.corrects is None or step.held:
            continue
        if (overtaken := latest.get(step.corrects)) is not None:
            yield SampleFault(door.row.sample_id, overtaken, Why.RIVAL)
        latest[step.corrects] = step.op_id


def _twice(door: Door, steps: Sequence[Doorstep]) -> Iterable[SampleFault]:
    done = [step for step in in_effect(steps) if (doorstep_code(step) or "").startswith("C")]
    for step in done[1:]:
        yield SampleFault(door.row.sample_id, step.op_id, Why.TWICE)


def _hasty(door: Door, steps: Sequence[Doorstep], tz: ZoneInfo) -> Iterable[SampleFault]:
    counted = in_effect(steps)
    for step in counted:
        if step.outcome != "N1":
            continue
        before = [each for each in counted if each.started_at <= step.started_at and doorstep_code(each) == "attempt"]
        if len({(each.started_at.astimezone(tz).date(), part_of_day(each.started_at, tz)) for each in before}) < 2:
            yield SampleFault(door.row.sample_id, step.op_id, Why.HASTY)


def _early(ranks: Sequence[Door], door: Door, visit: Visit, tz: ZoneInfo) -> Iterable[SampleFault]:
    """A visit to a reserve that was not open by anything this phone can have known."""
    at = _begun(visit)
    before = [[each for each in other.visits if _begun(each) < at] for other in ranks[: door.row.rank - 1]]
    if _holding(door, before, tz) is None:
        return
    arrivals = sorted({each.received_at for mine in before for each in mine if each.account_id != visit.account_id})
    least: tuple[int, ...] = ()
    for moment in [None, *(each for each in arrivals if each <= at)]:
        known = [
            [e for e in mine if e.account_id == visit.account_id or (moment is not None and e.received_at <= moment)]
            for mine in before
        ]
        holding = _holding(door, known, tz)
        if holding is None:
            return
        least = holding
    codes = {rank: outcome_of([doorstep_of(e) for e in before[rank - 1]], tz).code for rank in least}
    tried = tuple(rank for rank, code in codes.items() if code == "attempt")
    yield SampleFault(door.row.sample_id, str(visit.op_id), Why.ATTEMPTS if tried else Why.ORDER, tried or least)


def _begun(visit: Visit) -> datetime:
    return visit.started_at or visit.received_at


def _holding(door: Door, known: Sequence[Sequence[Visit]], tz: ZoneInfo) -> tuple[int, ...] | None:
    """The ranks that keep a reserve closed by what is known of those before it; None when it is open."""
    outcomes = [outcome_of([doorstep_of(visit) for visit in mine], tz) for mine in known]
    walked = standings(door.row.main, door.row.drawn_at, [*outcomes, outcome_of([], tz)])
    if walked[-1].state is not SampleState.RESERVE:
        return None
    return tuple(rank for rank, each in enumerate(walked[:-1], start=1) if each.state in HOLDING)


HOLDING = (SampleState.OPEN, SampleState.COMPLETED)
"""States of a rank that keep a reserve closed."""


def surplus_visits(doors: Sequence[Door]) -> list[Visit]:
    """Interviews that are kept and not counted: of ranks that the rule has closed, or a second one of a household."""
    found: list[Visit] = []
    for door in doors:
        standing = {step.op_id for step in in_effect([doorstep_of(visit) for visit in door.visits])}
        counted = door.counted
        for visit in door.visits:
            is_done = visit.contact_result == "completed" and visit.status == VisitStatus.ACCEPTED
            if is_done and str(visit.op_id) in standing and visit is not counted:
                found.append(visit)
    return found


# --- where resettled households live ---


class Residence(StrEnum):
    """Where a household that was resettled lives, as its interview or its closed door tells (terms: residence)."""

    SITE = "site"
    ORIGIN = "origin"
    LET = "let"
    SHORT = "short"
    """Fewer than six months at the site in twelve, without working away."""
    NOT_MET = "not_met"
    """Absent or away at two doorsteps or more: shown apart, it proves nothing by itself."""


NEAR_ORIGIN_M = 2000
FEWEST_MONTHS = 6
AWAY = (Residence.ORIGIN, Residence.LET, Residence.SHORT)
"""I16's numerator; NOT_MET stands beside it."""


def residence_of(answers: Mapping[str, str], attempts: int, *, is_resettled: bool) -> Residence | None:
    """The residence of a resettled household; None where it is none, or nothing is known yet.

    `answers` are those of the interview that counts, by the last name of their path (blank where nobody was met);
    `attempts` the doorsteps without meeting anybody.
    """
    if not (is_resettled or answers.get("resettled") == "1"):
        return None
    living, months = answers.get("living"), answers.get("live_months", "")
    if living == "origin":
        return Residence.ORIGIN
    if living == "let":
        return Residence.LET
    if living is not None:
        short = months.isdecimal() and int(months) < FEWEST_MONTHS and living != "work_away"
        return Residence.SHORT if short else Residence.SITE
    return Residence.NOT_MET if attempts >= 2 else None


def is_at_origin(
    position: tuple[float, float] | None, origin: tuple[float, float] | None, *, is_resettled: bool
) -> bool:
    """Whether the doorstep of a resettled household lies within two kilometres of the village it left (lon, lat)."""
    return is_resettled and position is not None and origin is not None and metres(position, origin) < NEAR_ORIGIN_M


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two points (lon, lat) on a sphere of 6,371 km."""
    lon1, lat1, lon2, lat2 = (radians(value) for value in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


def attempts_of(visits: Sequence[Visit], until: datetime | None = None) -> int:
    """Doorsteps where nobody was met (absent, away), corrections counted once."""
    steps = in_effect([doorstep_of(visit) for visit in visits])
    return sum(doorstep_code(step) == "attempt" for step in steps if until is None or step.started_at <= until)
