"""Who went to how many doors on which days, and for how long: what the team's leader has to know (D8, F08).

A day is a day in RUHU_TZ. Time at the door is from start to end of the record; it says nothing of the road.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, cast, extract
from sqlmodel import Session, col, func, select

from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.clock import local_day

MOST_A_DAY = 12
"""More doors than these in a day are looked at again (F08)."""


class Doorstep(NamedTuple):
    """One visit as far as the load is concerned; instants in seconds since 1970, for a page may count 25,000."""

    account: str
    started: int
    finished: int | None
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
    mine: dict[str, list[Doorstep]] = defaultdict(list)
    for step in steps:
        mine[step[0]].append(step)
    day_of = cache(lambda quarter: local_day(datetime.fromtimestamp(QUARTER * quarter, UTC), tz))
    made = [_load(UUID(account), each, day_of) for account, each in mine.items()]
    return sorted(made, key=lambda load: (-load.doors, str(load.account_id)))


QUARTER = 900
"""Seconds: within a quarter of an hour no zone begins a day, and there are few of them for thousands of doors."""


def _load(account_id: UUID, steps: Sequence[Doorstep], day_of: Callable[[int], date]) -> Load:
    days: Counter[date] = Counter()
    for quarter, doors in Counter(started // QUARTER for _, started, _, _ in steps).items():
        days[day_of(quarter)] += doors
    spans = [
        (started, finished)
        for _, started, finished, is_completed in steps
        if is_completed and finished is not None and finished >= started
    ]
    return Load(
        account_id,
        doors=len(steps),
        completed=sum(is_completed for _, _, _, is_completed in steps),
        by_day=dict(sorted(days.items())),
        minutes=tuple(sorted((finished - started) // 60 for started, finished in spans)),
        overlaps=overlaps_in(spans),
    )


def overlaps_in(spans: Iterable[tuple[int, int]]) -> int:
    """How many completed interviews of one person began while another was still going on; the clock was checked."""
    found, until = 0, None
    for begun, ended in sorted(spans):
        if ended == begun:
            continue
        found += until is not None and begun < until
        until = ended if until is None else max(until, ended)
    return found


def doorsteps_of(session: Session, draw_id: str, counties: Sequence[int]) -> list[Doorstep]:
    """The doorsteps of a draw that count or wait, in these counties; office decisions are none. No fence of its own.

    Numbers and the account as it is kept: making a UUID and two instants of each row costs more than the rest.
    """
    columns = (
        cast(col(Visit.account_id), String),
        seconds_of(func.coalesce(col(Visit.started_at), col(Visit.received_at))),
        seconds_of(col(Visit.finished_at)),
        func.coalesce(col(Visit.contact_result), "") == "completed",
    )
    query = select(*columns).where(
        col(Visit.county_id).in_(counties),
        Visit.draw == draw_id,
        Visit.kind == "interview",
        Visit.status != VisitStatus.VOIDED,
        col(Visit.corrects).is_(None),
    )
    return [Doorstep._make(row) for row in session.exec(query)]


def seconds_of(instant: Any) -> Any:
    """An instant as whole seconds since 1970."""
    return cast(extract("epoch", instant), BigInteger)
