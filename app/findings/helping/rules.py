"""When a helper's visit is due: pure, over the visits of one pair.

The interval is the office's own reading of "定期走访" (R68, RUHU_VISIT_DAYS), not a number of the notice. Only a visit
at which the family was met counts; a held log counts here, since the helper was there, and in no rate until released.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MET = "completed"
GIFT = "gift"


@dataclass(frozen=True)
class Pair:
    """How one helper stands with one household. `due_on` is None while there was no visit at all: it is due now."""

    visited_on: date | None
    due_on: date | None

    def days_left(self, today: date) -> int:
        """Days until it is due, negative when overdue; 0 for a household that was never visited."""
        return (self.due_on - today).days if self.due_on else 0

    def is_due(self, today: date) -> bool:
        return self.days_left(today) <= 0


@dataclass(frozen=True)
class VisitFacts:
    """What the rule reads of a log."""

    op_id: str
    visited_on: date
    is_met: bool
    next_visit_on: date | None = None
    corrects: str | None = None
    is_held: bool = False


def in_effect(visits: Sequence[VisitFacts]) -> list[VisitFacts]:
    """The visits without those that a correction replaced; a held correction replaces nothing."""
    replaced = {visit.corrects for visit in visits if visit.corrects and not visit.is_held}
    waiting = {visit.op_id for visit in visits if visit.corrects and visit.is_held}
    return [visit for visit in visits if visit.op_id not in replaced | waiting]


def standing(visits: Sequence[VisitFacts], every_days: int) -> Pair:
    """The last visit that met the family, and the day of the next: the interval, or what was promised if sooner."""
    met = [visit for visit in in_effect(visits) if visit.is_met]
    if not met:
        return Pair(None, None)
    last = max(met, key=lambda visit: visit.visited_on)
    due = last.visited_on + timedelta(days=every_days)
    promised = last.next_visit_on
    if promised and last.visited_on < promised < due:
        due = promised
    return Pair(last.visited_on, due)


def is_gift_only(purposes: str) -> bool:
    """Whether bringing something was the only purpose (R74)."""
    return purposes.split() == [GIFT]
