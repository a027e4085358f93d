"""The pass over many records: what a round in a county (or its helpers' logs) gives rise to, found and kept.

It is run by the house, never by a person and never in the transaction of a record. Finding only reads, so that no
phone waits for it; keeping is short. Run twice it changes nothing; what a person settled stays settled. What no longer
holds lapses, except that pictures were alike, which cannot cease.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import Visit
from app.findings.quality import gathering
from app.findings.quality.copies import copied_pictures
from app.findings.quality.doubts import Doubt, Severity
from app.findings.quality.gathering import LOGS, Answered, Scope
from app.findings.quality.likeness import likenesses
from app.findings.quality.models import Flag, FlagLook, FlagState
from app.findings.quality.patterns import Raised, Round, Seen, patterns_of, repeated_words
from app.findings.quality.service import raise_many
from app.kernel import audit
from app.kernel.db.ports import upsert

OF_MANY = frozenset(
    {
        ("F01", "village"), ("F03", "same"), ("F03", "near"), ("F03", "similar"), ("F05", "third"), ("F05", "overlap"),
        ("F05", "speed"), ("F07", "same"), ("F07", "alike"), ("F08", "straight"), ("F08", "many"), ("F12", "often"),
        ("F17", "repeated"),
    }
)  # fmt: skip
"""What the pass raises; everything else a record raises by itself."""
LASTING = "F03"
LOGS_FOR = timedelta(days=400)
"""Sentences of helpers are compared over a year and a month."""
PASS = "ruhu"
"""Who lapses a doubt."""
Key = tuple[UUID, str, str]


@dataclass(frozen=True)
class Kept:
    """What a pass changed."""

    raised: int = 0
    lapsed: int = 0
    grave: frozenset[UUID] = frozenset()
    """Records whose grave doubts changed: the figures follow (I40)."""


def look_over(session: Session, scope: Scope, whole: Round, zone: ZoneInfo, now: datetime) -> dict[Key, Doubt]:
    """Every doubt that a scope gives rise to; reads only."""
    if scope.code == LOGS:
        return _by_key(repeated_words(gathering.said_in(session, scope.county_id, now - LOGS_FOR)))
    answered = gathering.answers_in(session, scope)
    seen = gathering.seen_in(session, scope, answered.told)
    shots = gathering.shots_in(session, scope, {each.op_id: each.household for each in seen})
    return _by_key([*patterns_of(seen, whole, zone), *_copies(seen, answered), *copied_pictures(shots)])


def _by_key(raised: Iterable[Raised]) -> dict[Key, Doubt]:
    found: dict[Key, Doubt] = {}
    for op_id, doubt in raised:
        found.setdefault((op_id, doubt.code, doubt.reason), doubt)
    return found


def _copies(seen: list[Seen], answered: Answered) -> Iterable[Raised]:
    """F07: by form, interviews that stand; a correction takes the place of what it corrects."""
    for coded in answered.coded.values():
        them = [each for each in seen if each.is_completed and not each.is_replaced and each.op_id in coded]
        alike = likenesses([coded[each.op_id] for each in them], [each.household for each in them])
        for place, likeness in alike.items():
            detail = {"same": likeness.same, "shared": likeness.shared, "other": str(them[likeness.other].op_id)}
            if likeness.is_same:
                yield them[place].op_id, Doubt("F07", "same", Severity.HIGH, detail)
            else:
                yield them[place].op_id, Doubt("F07", "alike", Severity.MID, detail)


def keep(session: Session, scope: Scope, found: Mapping[Key, Doubt], now: datetime) -> Kept:
    """Write down what a pass found: new doubts, changed numbers, what lapsed and what holds again."""
    standing = {(flag.op_id, flag.code, flag.reason): flag for flag in _standing(session, scope)}
    fresh = [key for key in found if key not in standing]
    raise_many(session, scope.county_id, [(op_id, found[op_id, code, reason]) for op_id, code, reason in fresh], now)
    changed = [key for key, flag in standing.items() if _follow(flag, found.get(key), now)]
    look = {"county_id": scope.county_id, "scope": scope.code, "mark": scope.mark, "looked_at": now}
    upsert(session, FlagLook, [look], key=["county_id", "scope"], update=["mark", "looked_at"])
    lapsed = sum(standing[key].state == FlagState.LAPSED for key in changed)
    moved = [*fresh, *changed]
    if moved:
        audit.write(session, "flags.looked", scope.code, actor=PASS, raised=len(moved) - lapsed, lapsed=lapsed)
    grave = {key[0] for key in moved if (found[key] if key in found else standing[key]).severity == Severity.HIGH}
    return Kept(len(moved) - lapsed, lapsed, frozenset(grave))


def _follow(flag: Flag, doubt: Doubt | None, now: datetime) -> bool:
    """Bring an open or lapsed flag up to what was found; whether it opened or lapsed. A person's word stands."""
    if flag.state == FlagState.OPEN and doubt is None and flag.code != LASTING:
        flag.state, flag.settled_at, flag.settled_by = FlagState.LAPSED, now, PASS
        return True
    if flag.state == FlagState.LAPSED and doubt is not None:
        flag.state, flag.settled_at, flag.settled_by = FlagState.OPEN, None, None
        flag.detail = dict(doubt.detail)
        return True
    if flag.state == FlagState.OPEN and doubt is not None and flag.detail != doubt.detail:
        flag.detail = dict(doubt.detail)
    return False


def _standing(session: Session, scope: Scope) -> list[Flag]:
    """The flags of earlier passes in this scope."""
    subject = HelperVisit if scope.code == LOGS else Visit
    query = (
        select(Flag)
        .join(subject, (col(subject.county_id) == col(Flag.county_id)) & (col(subject.op_id) == col(Flag.op_id)))
        .where(
            Flag.county_id == scope.county_id,
            col(Flag.code).in_({code for code, _ in OF_MANY}),
            col(Flag.reason).in_({reason for _, reason in OF_MANY}),
        )
    )
    if scope.code != LOGS:
        query = query.where(col(Visit.draw).in_(scope.draws))
    return [flag for flag in session.exec(query) if (flag.code, flag.reason) in OF_MANY]
