"""Looking over the records of every county for what only many of them show (decision 0076); figures follow.

A round in a county is looked at when anything came or changed there since the last look. One at a time is in memory,
read without holding anybody up, then written in the county's own short transaction.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.figures.indicators import keeping as figures
from app.findings.inspections.models import Visit
from app.findings.quality import overview
from app.findings.quality.gathering import LOGS, Scope, list_scopes, whole_round
from app.findings.quality.patterns import Round
from app.kernel.db.engines import Database


@dataclass
class LookedOver:
    """Of how many scopes, and what changed."""

    looked: int = 0
    raised: int = 0
    lapsed: int = 0


def look_over_all(
    db: Database, zone: ZoneInfo, now: datetime, pause: Callable[[float], bool] = lambda _took: False
) -> LookedOver:
    """Every round and county in which anything is new, and helpers' logs likewise.

    `pause` is told after each how many seconds it took; when it says yes the rest stays new for the next time.
    """
    total = LookedOver()
    with db.read() as session:
        scopes = list_scopes(session)
    for code, them in _by_round(scopes):
        fresh = [scope for scope in them if scope.is_new]
        began = time.monotonic()
        whole = _whole(db, them) if fresh and code != LOGS else Round()
        for scope in fresh:
            with db.read() as session:
                found = overview.look_over(session, scope, whole, zone, now)
            with db.write(scope.county_id) as session:
                kept = overview.keep(session, scope, found, now)
                session.flush()
                figures.follow(session, scope.county_id, _samples_of(session, scope.county_id, kept.grave), zone)
            total.looked += 1
            total.raised += kept.raised
            total.lapsed += kept.lapsed
            if pause(time.monotonic() - began):
                return total
            began = time.monotonic()
    return total


def _whole(db: Database, scopes: Sequence[Scope]) -> Round:
    """What a county is compared with: all counties of the round, also those where nothing is new."""
    with db.read() as session:
        return whole_round(session, sorted({draw for scope in scopes for draw in scope.draws}))


def _by_round(scopes: list[Scope]) -> Iterator[tuple[str, list[Scope]]]:
    for code in sorted({scope.code for scope in scopes}):
        yield code, [scope for scope in scopes if scope.code == code]


def _samples_of(session: Session, county_id: int, op_ids: frozenset[UUID]) -> list[str]:
    if not op_ids:
        return []
    query = select(Visit.sample_id).where(Visit.county_id == county_id, col(Visit.op_id).in_(op_ids))
    return sorted(set(session.exec(query)))
