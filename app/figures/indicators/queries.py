"""The satisfaction of a round as the contract gives it, behind the round's fence.

Before the close the teams and the city read it, afterwards each county its own row. The sums follow every record in
its own transaction, so a released or corrected one shows at once.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.counts import Counted, counts_of
from app.figures.indicators.figure import CountyCount
from app.figures.indicators.rules import (
    YC2017,
    CountyFacts,
    Reach,
    Scheme,
    Tally,
    city_figures,
    reach,
)
from app.figures.indicators.sums import NOTHING, Sums
from app.findings.inspections.queries import doors_of
from app.kernel.clock import rfc3339, utcnow
from app.registry.people.rules import Actor
from app.survey.rounds.queries import (
    RoundView,
    counties_of,
    get_round,
    list_samples,
)

ITEMS = {"team": "I01", "helper": "I02", "effect": "I03", "way": "I04"}
"""Item of the contract → its line of the scheme."""


def satisfaction(
    session: Session, actor: Actor, code: str, tz: ZoneInfo, *, now: datetime | None = None, scheme: Scheme = YC2017
) -> dict[str, Any]:
    """The body of `/rounds/{code}/satisfaction`, or NotFound where the reader may not know the round yet."""
    view = get_round(session, actor, code)
    counts = counts_of(session, view, tz, ITEMS.values())
    return satisfaction_of(session, actor, view, counts, now=now, scheme=scheme)


def satisfaction_of(
    session: Session,
    actor: Actor,
    view: RoundView,
    counts: Counted,
    *,
    now: datetime | None = None,
    scheme: Scheme = YC2017,
    shown: Collection[str] | None = None,
) -> dict[str, Any]:
    """The same from counts that the caller has read, of a round whose fence he has passed.

    `shown`: only these counties have figures of their own; the city is that of all.
    """
    facts = [_facts(view, count) for count in counts.counties]
    return {
        "round": view.code,
        "target": scheme.target_text(),
        "scheme": scheme.code,
        "as_of": rfc3339(now or utcnow()),
        "counties": [county.as_dict(scheme) for county in facts if shown is None or county.code in shown],
        "city": {"items": [figure.as_dict() for figure in city_figures(facts, scheme)]}
        if sees_city(session, actor, view.code)
        else None,
    }


def sees_city(session: Session, actor: Actor, code: str) -> bool:
    """Sums over counties are for those whose scope is the city with every county of the round."""
    return len(actor.scope) <= 4 and all(actor.covers(county.code) for county in counties_of(session, code))


def county_facts(session: Session, view: RoundView, tz: ZoneInfo) -> list[CountyFacts]:
    """What each county of the view brings. The view is the fence: it holds the reader's counties only."""
    return [_facts(view, count) for count in counts_of(session, view, tz, ITEMS.values()).counties]


def _facts(view: RoundView, count: CountyCount) -> CountyFacts:
    """The frame's status decides who is out of poverty: the interval rests on the frame, not on today's answer."""
    return CountyFacts(
        code=count.code,
        name=count.name_zh,
        poor=count.frame.get("poor"),
        non_poor=count.frame.get("non_poor"),
        exited=count.frame.get("exited", 0),
        quota=view.quota,
        completed={kind: count.sums.get(kind, {}).get("I35", NOTHING).x for kind in view.quota},
        tallies={item: _tally(count.sums.get("poor", {}), code) for item, code in ITEMS.items()},
    )


def _tally(sums: Sums, code: str) -> Tally:
    """One item from its cells: among those with an opinion, and with 一般 counted."""
    asked, opinion, neutral = (sums.get(cell, NOTHING) for cell in (code, f"{code}.opinion", f"{code}.neutral"))
    return Tally(n=asked.y, satisfied=asked.x, neutral=neutral.x - asked.x, dont_know=asked.y - opinion.y)


def reach_of(session: Session, actor: Actor, code: str, tz: ZoneInfo) -> dict[tuple[str, str], Reach]:
    """(county code, poor | non_poor) → how far its sample was reached; NotFound where the sample may not be seen."""
    doors = doors_of(session, list_samples(session, actor, code), tz)
    strata = dict.fromkeys((door.row.county, door.row.kind) for door in doors)
    return {
        stratum: reach([door.item for door in doors if (door.row.county, door.row.kind) == stratum])
        for stratum in strata
    }
