"""The frozen table as one reader may see it, beside today's figures; and whether all frozen tables still hold."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.figures.frozen.models import FrozenResult
from app.figures.frozen.recount import first_apart
from app.figures.frozen.rules import Change, beside, changes, digest, figures_in, within
from app.figures.indicators.counts import counts_of
from app.figures.indicators.queries import ITEMS, satisfaction_of, sees_city
from app.figures.indicators.round_figures import figures_of
from app.kernel.clock import rfc3339
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor
from app.survey.rounds.queries import get_round


@dataclass(frozen=True)
class Frozen:
    """A frozen table within a reader's scope, and what has changed since. `sha256` is that of the whole table."""

    round_code: str
    frozen_at: datetime
    frozen_by: str
    sha256: str
    table: dict[str, Any]
    since: tuple[Change, ...]
    now: Mapping[tuple[str, str], Mapping[str, Any]]
    """(place, item or indicator) → today's figure."""

    def as_dict(self) -> dict[str, Any]:
        """The answer of `/rounds/{code}/results`."""
        return {
            "round": self.round_code,
            "frozen_at": rfc3339(self.frozen_at),
            "sha256": self.sha256,
            "table": self.table,
            "changed_since": [change.as_dict() for change in self.since],
        }


def find_frozen(
    session: Session, actor: Actor, code: str, tz: ZoneInfo, counties: Collection[str] | None = None
) -> Frozen | None:
    """The frozen table of a round behind the round's fence, None while it is open. `counties`: no others are read."""
    view = get_round(session, actor, code)
    row = session.get(FrozenResult, code)
    if row is None:
        return None
    seen = [county.code for county in view.counties if counties is None or county.code in counties]
    table = within(row.text, seen, city=sees_city(session, actor, code))
    counted = counts_of(session, view, tz, ITEMS.values())
    items = satisfaction_of(session, actor, view, counted, shown=seen)
    now = beside(items, figures_of(session, actor, code, tz, view=view).only(seen).as_dict())
    since = tuple(changes(table, now))
    return Frozen(code, row.frozen_at, row.frozen_by, row.sha256, table, since, dict(figures_in(now)))


def get_frozen(
    session: Session, actor: Actor, code: str, tz: ZoneInfo, counties: Collection[str] | None = None
) -> Frozen:
    """The frozen table, or NotFound while there is none."""
    found = find_frozen(session, actor, code, tz, counties)
    if found is None:
        raise NotFound("本轮还没有结束,没有冻结的结果。", "The round is not closed; nothing is frozen yet.")
    return found


@dataclass(frozen=True)
class Broken:
    """A frozen table that does not hold: another text than was hashed, or a figure that its counts do not give."""

    round_code: str
    figure: str = ""
    software: str = ""


def first_broken(session: Session) -> Broken | None:
    """The first round whose frozen table is not what was hashed, or cannot be computed again from its counts."""
    for row in session.exec(select(FrozenResult).order_by(col(FrozenResult.frozen_at))):
        if digest(row.text) != row.sha256:
            return Broken(row.round_code)
        table = json.loads(row.text)
        if (apart := first_apart(table)) is not None:
            return Broken(row.round_code, apart, table["software"])
    return None
