"""Close a round and freeze its figures, in one transaction."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app import __version__
from app.figures.frozen.models import FrozenResult
from app.figures.frozen.recount import counts_text
from app.figures.frozen.rules import canonical, digest, table_of
from app.figures.indicators.counts import counts_of
from app.figures.indicators.queries import county_facts, satisfaction
from app.figures.indicators.round_figures import figures_of
from app.findings.inspections.queries import form_versions
from app.kernel import audit
from app.kernel.clock import utcnow
from app.registry.people.rules import Actor
from app.survey.rounds import service as rounds
from app.survey.rounds.queries import get_round, standing_draws

SOFTWARE = f"ruhu {__version__}"


def close_and_freeze(
    session: Session, actor: Actor, code: str, tz: ZoneInfo, *, now: datetime | None = None
) -> FrozenResult:
    """End a round and freeze its table; a round that is closed already keeps the table it has.

    Needs a session of the installation (county 0). Refusals are those of closing.
    """
    rounds.close_round(session, actor, code, now=now)
    kept = session.get(FrozenResult, code)
    if kept is not None:
        return kept
    session.flush()
    text = canonical(_table(session, actor, code, tz, now))
    row = FrozenResult(
        round_code=code, text=text, sha256=digest(text), frozen_at=now or utcnow(), frozen_by=actor.account
    )
    session.add(row)
    audit.write(session, "round.frozen", code, actor=actor.account, sha256=row.sha256)
    return row


def _table(session: Session, actor: Actor, code: str, tz: ZoneInfo, now: datetime | None) -> dict[str, Any]:
    """Everything that is frozen: satisfaction, all indicators, the counts that they come from, and what made them."""
    view = get_round(session, actor, code)
    return table_of(
        satisfaction(session, actor, code, tz, now=now),
        figures=figures_of(session, actor, code, tz, now=now).as_dict(),
        counts={count.code: counts_text(count) for count in counts_of(session, view, tz).counties},
        exited={county.code: county.exited for county in county_facts(session, view, tz)},
        forms=form_versions(session, [draw.id for draw in standing_draws(session, code)]),
        software=SOFTWARE,
    )
