"""Who went to how many doors on which days, and for how long: what the team's leader has to know (D8, F08).

A day is a day in RUHU_TZ. Time at the door is from start to end of the record; it says nothing of the road.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.clock import local_day

MOST_A_DAY = 12
"""More doors than these in a day are looked at again (F08)."""


@dataclass(frozen=True)
class Doorstep:
    """One visit as far as the load is concerned."""

    account_id: UUID
    started_at: datetime
    finished_at: datetime | None
    is_completed: bool


@dataclass(frozen=True)
class Load:
    """One inspector's work in a round; minutes of completed interviews."""

    account_id: UUID
    doors: int
    completed: int
    by_day: dict[date, int]
    minutes: tuple[int, ...]
    overlaps: int = 0
    """Interviews begun before an earlier one had ended: nobody is at two doors at once (F05)."""

    @property
    def days(self) -> int:
        return len(self.by_day)

    @property
    def most_a_day(self) -> int:
        return max(self.by_day.values(), default=0)

    @property
    def median_minutes(self) -> int | None:
        return round(median(self.minutes)) if self.minutes else None

    @property
    def is_heavy(self) -> bool:
        """Whether some day had more doors than anybody can do well."""
        return self.most_a_day > MOST_A_DAY


def loads(steps: Iterable[Doorstep], tz: ZoneInfo) -> list[Load]:
    """The work of each inspector, the busiest first."""
    mine: dict[UUID, list[Doorstep]] = defaultdict(list)
    for step in steps:
        mine[step.account_id].append(step)
    made = [_load(account_id, each, tz) for account_id, each in mine.items()]
    return sorted(made, key=lambda load: (-load.doors, str(load.account_id)))


def _load(account_id: UUID, steps: Sequence[Doorstep], tz: ZoneInfo) -> Load:
    quarters = Counter(quarter_of(step.started_at) for step in steps)
    days: Counter[date] = Counter()
    for quarter, doors in quarters.items():
        days[local_day(quarter, tz)] += doors
    minutes = [
        int((step.finished_at - step.started_at).total_seconds() // 60)
        for step in steps
        if step.is_completed and step.finished_at is not None and step.finished_at >= step.started_at
    ]
    completed = sum(step.is_completed for step in steps)
    by_day = dict(sorted(days.items()))
    return Load(account_id, len(steps), completed, by_day, tuple(sorted(minutes)), overlaps_in(steps))


def overlaps_in(steps: Sequence[Doorstep]) -> int:
    """How many completed interviews of one person began while another was still going on; the clock was checked."""
    spans = sorted(
        (step.started_at, step.finished_at)
        for step in steps
        if step.is_completed and step.finished_at is not None and step.finished_at > step.started_at
    )
    found, until = 0, None
    for begun, ended in spans:
        found += until is not None and begun < until
        until = ended if until is None else max(until, ended)
    return found


def quarter_of(at: datetime) -> datetime:
    """The quarter of an hour: within one no zone begins a day, and there are few of them for thousands of doors."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def doorsteps_of(session: Session, draw_id: str, counties: Sequence[int]) -> list[Doorstep]:
    """The doorsteps of a draw that count or wait, in these counties; office decisions are none. No fence of its own."""
    columns = (Visit.account_id, Visit.started_at, Visit.received_at, Visit.finished_at, Visit.contact_result)
    query = select(*columns).where(  # type: ignore[call-overload]
        col(Visit.county_id).in_(counties),
        Visit.draw == draw_id,
        Visit.kind == "interview",
        Visit.status != VisitStatus.VOIDED,
        col(Visit.corrects).is_(None),
    )
    return [
        Doorstep(account_id, started_at or received_at, finished_at, contact == "completed")
        for account_id, started_at, received_at, finished_at, contact in session.exec(query)
    ]
