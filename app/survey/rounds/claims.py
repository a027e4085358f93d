"""Take the next draws of a round for one freeze, and give them back when it fails.

Several draws may be frozen at one instant, a county each: all are claimed in one transaction and all get their
commitment in one, so that nobody sees half of them. A claim whose owner died is taken over after ten minutes; what
its counties had written is cleared first. Ids count by kind: `2017-1-A1`, `2017-1-A2` … for draws everybody may
know of, `2017-1-C1-A1` for covert ones, so that a covert draw leaves no gap in the open ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.ids import uuid7
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.rounds.frames import Visited, nobody_visited
from app.survey.rounds.models import Draw, DrawStratum, FrameUnit, Round
from app.survey.rounds.problems import AlreadyFrozen, FreezeInProgress
from app.survey.rounds.queries import counties_of, standing_draws

CLAIM_LASTS = timedelta(minutes=10)
_COVERT = re.compile(r".+-C(?P<series>[1-9][0-9]*)-A[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True)
class Terms:
    """What is fixed with the frame, before anybody can know the seed.

    `frame` says as of which day the list stands, where it came from and who exported it.
    """

    source: str
    exclusions: Sequence[Mapping[str, str]] = ()
    covert: bool = False
    guided: bool = False
    frame: Mapping[str, str] | None = None
    plan: Mapping[str, Any] | None = None
    visited: Visited = nobody_visited


@dataclass(frozen=True)
class Claim:
    """One draw that is being frozen, over these counties."""

    draw: Draw
    counties: tuple[County, ...]
    stale: tuple[County, ...] = field(default=())
    """Counties in which an abandoned freeze of the same id may have left rows."""


def refuse_covered(session: Session, code: str, counties: Sequence[County], *, covert: bool) -> None:
    """AlreadyFrozen when a standing draw covers one of these counties; covert draws stand beside the others."""
    if covert:
        return
    for draw in standing_draws(session, code):
        if not draw.covert and {county.code for county in counties} & scope_of(session, draw):
            raise AlreadyFrozen(
                f"名单已在 {draw.id} 冻结,承诺值不再改变;有误请先作废并写明原因。",
                f"The frame was frozen as {draw.id} and stays; if it is wrong, void it with a reason first.",
            )


def scope_of(session: Session, draw: Draw) -> set[str]:
    """The codes of the counties a draw covers."""
    if draw.scope is not None:
        return set(draw.scope)
    return {county.code for county in counties_of(session, draw.round_code)}


def claim(
    database: Database, actor: Actor, code: str, groups: Sequence[Sequence[County]], terms: Terms, now: datetime
) -> list[Claim]:
    """Take one draw for each group of counties; what an abandoned freeze left is cleared away."""
    try:
        with database.write(HOME) as session:
            # One claim at a time: two that take over the same abandoned one would write the same frame twice.
            session.exec(select(Round).where(Round.code == code).with_for_update()).one()
            every = counties_of(session, code)
            # Draws are listed before it is asked what stands: a freeze that ends in between is seen by the second look.
            rows = list(session.exec(select(Draw).where(Draw.round_code == code).order_by(col(Draw.attempt))))
            if any(row.commitment is None and row.claimed_at > now - CLAIM_LASTS for row in rows):
                raise FreezeInProgress(
                    "有人正在冻结这一轮的名单,请十分钟后再看。",
                    "Somebody is freezing this frame; look again in ten minutes.",
                )
            refuse_covered(session, code, [county for group in groups for county in group], covert=terms.covert)
            claims = []
            for group in groups:
                draw, fresh = _next(rows, actor, code, group, every, terms, now)
                rows = [*(row for row in rows if row.id != draw.id), draw]
                claims.append(Claim(session.merge(draw), tuple(group), () if fresh else tuple(every)))
    except IntegrityError as lost:
        raise FreezeInProgress("有人正在冻结这一轮的名单。", "Somebody is freezing this frame.") from lost
    for county in {county.id: county for each in claims for county in each.stale}.values():
        with database.write(county.id) as session:
            for each in claims:
                clear_county(session, each.draw.id, county.id)
    return claims


def _next(
    rows: Sequence[Draw],
    actor: Actor,
    code: str,
    group: Sequence[County],
    every: Sequence[County],
    terms: Terms,
    now: datetime,
) -> tuple[Draw, bool]:
    """The row of the next draw, and whether its id was never claimed before."""
    scope = [county.code for county in group]
    taken = [row for row in rows if not row.of_teams and (row.commitment is not None or row.claimed_at >= now)]
    draw_id = _next_covert(taken, code, scope) if terms.covert else f"{code}-A{sum(not r.covert for r in taken) + 1}"
    left = next((row for row in rows if row.id == draw_id), None)
    attempt = left.attempt if left else max((row.attempt for row in rows), default=0) + 1
    mine = [row for row in terms.exclusions if len(group) == len(every) or row["unit"][:6] in scope]
    draw = Draw(
        id=draw_id,
        round_code=code,
        attempt=attempt,
        source=terms.source,
        scope=None if len(group) == len(every) else scope,
        covert=terms.covert,
        guided=terms.guided or terms.covert,
        frame_note=dict(terms.frame) if terms.frame else None,
        exclusions=[{"unit": row["unit"], "reason": row["reason"].strip()} for row in mine],
        plan=dict(terms.plan) if terms.plan else None,
        claim=uuid7(),
        claimed_at=now,
        claimed_by=actor.account_id,
    )
    return draw, left is None


def _next_covert(taken: Sequence[Draw], code: str, scope: Sequence[str]) -> str:
    """The next attempt of a covert draw whose last one was voided, or the first of a new series."""
    covert = [(int(match["series"]), row) for row in taken if row.covert and (match := _COVERT.fullmatch(row.id))]
    standing = {series for series, row in covert if row.voided_at is None}
    for series, row in covert:
        if series not in standing and (row.scope is None or set(row.scope) == set(scope)):
            return f"{code}-C{series}-A{sum(other == series for other, _ in covert) + 1}"
    return f"{code}-C{max((series for series, _ in covert), default=0) + 1}-A1"


def clear_county(session: Session, draw_id: str, county_id: int) -> None:
    """Take away what an abandoned freeze wrote in one county."""
    for table in (FrameUnit, DrawStratum):
        session.connection().execute(
            delete(table).where(col(table.county_id) == county_id, col(table.draw_id) == draw_id)
        )


def still_ours(session: Session, claimed: Draw) -> Draw:
    """The row of our claim, or FreezeInProgress when somebody else took it over."""
    draw = session.get(Draw, claimed.id, populate_existing=True)
    if draw is None or draw.claim != claimed.claim or draw.commitment is not None:
        raise FreezeInProgress("另有人接手了这次冻结。", "Somebody else took this freeze over.")
    return draw


def release(database: Database, claims: Sequence[Claim]) -> None:
    """Give unfinished claims back at once, so that the next try need not wait."""
    with database.write(HOME) as session:
        for each in claims:
            draw = session.get(Draw, each.draw.id, populate_existing=True)
            if draw is not None and draw.claim == each.draw.claim and draw.commitment is None:
                draw.claimed_at = each.draw.claimed_at - CLAIM_LASTS
                session.add(draw)
