"""Households that an earlier round interviewed and this one asked again (panels): who changed, one way or the other.

Only counts leave here. A panel enters no rate (it was not drawn from the frame); what it can say is whether the same
households answer otherwise than before.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.catalogue import Indicator, Unit
from app.figures.indicators.counting import mark_of
from app.figures.indicators.facts import answers_of
from app.figures.indicators.household import Household
from app.findings.inspections.queries import doors_of
from app.survey.rounds.queries import RoundView, samples_of
from app.survey.rounds.rules import is_panel

Changed = tuple[int, int, int]
"""Households asked in both rounds; those that turned from yes to no; those that turned the other way."""


def pairs_of(session: Session, before: RoundView, now: RoundView, line: Indicator, tz: ZoneInfo) -> dict[str, Changed]:
    """County → its panel's changes since the earlier round; only counties with a pair. The views are the fence."""
    if line.unit is not Unit.HOUSEHOLD or not _has_panel(now):
        return {}
    earlier = _answers(session, before, line, tz)
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for (county, unit), said in _answers(session, now, line, tz, panel=True).items():
        if (county, unit) in earlier:
            found[county].append((earlier[county, unit], said))
    return {county: changed(pairs) for county, pairs in found.items()}


def changed(pairs: list[tuple[bool, bool]]) -> Changed:
    """(pairs, yes → no, no → yes)."""
    worse = sum(was and not now for was, now in pairs)
    better = sum(now and not was for was, now in pairs)
    return len(pairs), worse, better


def _has_panel(view: RoundView) -> bool:
    return any(is_panel(stratum.part) for draw in view.draws for stratum in draw.strata)


def _answers(
    session: Session, view: RoundView, line: Indicator, tz: ZoneInfo, *, panel: bool | None = None
) -> dict[tuple[str, str], bool]:
    """(county, unit) → whether the household counts for the figure; `panel`: only households of such a list."""
    rows = [
        row
        for draw in view.draws
        if draw.drawn_at is not None
        for stratum in draw.strata
        if stratum.kind in line.kinds and (panel is None or is_panel(stratum.part) == panel)
        for row in samples_of(session, draw.id, draw.drawn_at, stratum)
    ]
    counted = [(door.row, visit) for door in doors_of(session, rows, tz) if (visit := door.counted) is not None]
    answers = answers_of(session, [visit for _, visit in counted])
    found = {}
    for row, visit in counted:
        mark = mark_of(Household(row.kind, row.status, answers.get(visit.op_id, {})), line.code)
        if not isinstance(mark, str) and mark[1] == 1:
            found[row.county, row.unit] = mark[0] == 1
    return found
