"""The satisfaction of a round as the contract gives it, behind the round's fence.

Before the close the teams and the city read it, afterwards each county its own row. Nothing here is stored:
it is counted when asked, so a released or corrected record shows at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.rules import (
    YC2017,
    CountyFacts,
    Interview,
    Reach,
    Scheme,
    city_figures,
    reach,
)
from app.findings.inspections.queries import CountedInterview, Door, counted_interviews, doors_of
from app.kernel.clock import rfc3339, utcnow
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import (
    RoundView,
    Stratum,
    counties_of,
    get_round,
    list_samples,
    samples_of,
    standing_draws,
    strata_of,
)
from app.survey.rounds.rules import is_panel

ANSWERS = {"team": "sat_team", "helper": "sat_helper", "effect": "sat_effect", "way": "sat_way"}
"""Item → its question in Q1."""


def satisfaction(
    session: Session, actor: Actor, code: str, tz: ZoneInfo, *, now: datetime | None = None, scheme: Scheme = YC2017
) -> dict[str, Any]:
    """The body of `/rounds/{code}/satisfaction`, or NotFound where the reader may not know the round yet."""
    view = get_round(session, actor, code)
    facts = county_facts(session, view, tz)
    return {
        "round": code,
        "target": scheme.target_text(),
        "scheme": scheme.code,
        "as_of": rfc3339(now or utcnow()),
        "counties": [county.as_dict(scheme) for county in facts],
        "city": {"items": [figure.as_dict() for figure in city_figures(facts, scheme)]}
        if sees_city(session, actor, code)
        else None,
    }


def sees_city(session: Session, actor: Actor, code: str) -> bool:
    """Sums over counties are for those whose scope is the city with every county of the round."""
    return len(actor.scope) <= 4 and all(actor.covers(county.code) for county in counties_of(session, code))


def county_facts(session: Session, view: RoundView, tz: ZoneInfo) -> list[CountyFacts]:
    """What each county of the view brings. The view is the fence: it holds the reader's counties only."""
    draws = [(draw, strata_of(session, draw.id)) for draw in standing_draws(session, view.code)]
    return [_facts(session, view, county, draws, tz) for county in view.counties]


def _facts(
    session: Session, view: RoundView, county: County, draws: Sequence[tuple[Draw, Sequence[Stratum]]], tz: ZoneInfo
) -> CountyFacts:
    """Of an open and a covert draw in one county the frame is the open one's; the interviews of both count.

    A frame may be cut into lists; a panel is shown apart (statistics 1.6), so it enters neither frame nor rate.
    """
    here = [
        (draw, line) for draw, strata in draws for line in strata
        if line.county_id == county.id and not is_panel(line.part)
    ]  # fmt: skip
    frame = [line for draw, line in here if draw.id == here[0][0].id]
    sizes = {kind: sum(line.N for line in frame if line.kind == kind) if frame else None for kind in view.quota}
    rows = [row for draw, line in here if draw.drawn_at for row in samples_of(session, draw.id, draw.drawn_at, line)]
    doors: list[Door] = doors_of(session, rows, tz) if rows else []
    counted = counted_interviews(session, doors)
    status = {door.row.sample_id: door.row.status for door in doors}
    return CountyFacts(
        code=county.code,
        name=county.name_zh,
        poor=sizes["poor"],
        non_poor=sizes["non_poor"],
        exited=sum(line.exited for line in frame if line.kind == "poor"),
        quota=view.quota,
        completed={kind: sum(each.kind == kind for each in counted) for kind in view.quota},
        interviews=[_interview(each, status[each.sample_id]) for each in counted if each.kind == "poor"],
    )


def _interview(counted: CountedInterview, status: str) -> Interview:
    """The frame's status decides who is out of poverty: the interval rests on the frame, not on today's answer."""
    codes = {item: getattr(counted, question) for item, question in ANSWERS.items()}
    return Interview(status, {item: code for item, code in codes.items() if code is not None})


def reach_of(session: Session, actor: Actor, code: str, tz: ZoneInfo) -> dict[tuple[str, str], Reach]:
    """(county code, poor | non_poor) → how far its sample was reached; NotFound where the sample may not be seen."""
    doors = doors_of(session, list_samples(session, actor, code), tz)
    strata = dict.fromkeys((door.row.county, door.row.kind) for door in doors)
    return {
        stratum: reach([door.item for door in doors if (door.row.county, door.row.kind) == stratum])
        for stratum in strata
    }
