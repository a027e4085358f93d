"""Raise doubts with the record that gives rise to them, and let a second person settle each."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.findings.inspections.service import position_of
from app.findings.quality.doubts import Doubt, Interviewed, doubts_of
from app.findings.quality.models import Flag, FlagState
from app.findings.quality.queries import Subject
from app.findings.quality.second_person import AlreadySettled, require_reviewer, require_second_person
from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.ports import upsert
from app.kernel.problems import Malformed, NotFound
from app.registry.households.models import Household
from app.registry.people.rules import Actor
from app.registry.places import Village
from app.survey.questionnaires.rules import Checked
from app.survey.records.models import Op
from app.survey.records.rules import Body
from app.survey.rounds.models import Sample
from app.survey.rounds.queries import find_draw, find_round

SETTLED = frozenset({FlagState.EXPLAINED, FlagState.CORRECTED, FlagState.REJECTED})


class BadState(Malformed):
    """A doubt is explained, corrected or rejected."""

    slug = "bad-flag-state"
    title_zh = "处理结果不对"
    title_en = "Unknown way to settle a doubt"


def look_at(session: Session, op: Op, body: Body, sample: Sample, checked: Checked, zone: ZoneInfo) -> None:
    """Raise what an interview gives rise to by itself, in the transaction that accepts it."""
    record = interviewed(session, op, body, sample, checked)
    raise_doubts(session, op.county_id, op.op_id, doubts_of(record, zone), op.received_at)


def interviewed(session: Session, op: Op, body: Body, sample: Sample, checked: Checked) -> Interviewed:
    """An accepted interview as the rules see it, with its village's point and its round's first day."""
    named: dict[str, str] = {}
    for leaf in checked.leaves():
        if leaf.index == 0:
            named.setdefault(leaf.path.rpartition("/")[2], leaf.text)
    lon, lat, accuracy = position_of(named.get("gps"))
    family = session.get(Household, (op.county_id, sample.unit))
    village = session.get(Village, (op.county_id, family.village_code)) if family else None
    draw = find_draw(session, sample.draw_id)
    inspected = find_round(session, draw.round_code) if draw else None
    return Interviewed(
        form_id=op.form_id or "",
        answers=named,
        started_at=body.started_at,
        finished_at=body.finished_at,
        received_at=op.received_at,
        offset_ms=body.offset_ms,
        round_begins=inspected.starts_on if inspected else None,
        position=(lon, lat) if lon is not None and lat is not None else None,
        accuracy_m=accuracy or 0.0,
        village=(village.lon, village.lat) if village and village.lon is not None and village.lat is not None else None,
        is_filed_resettled=bool(family and family.resettled),
        origin=_origin(session, family),
    )


def _origin(session: Session, family: Household | None) -> tuple[float, float] | None:
    """Where a resettled family lived before: the village of its first list, unless that is the site's own."""
    if family is None or not family.resettled or not family.site:
        return None
    village = session.get(Village, (family.county_id, family.unit[:12]))
    if village is None or village.lon is None or village.lat is None or village.name in family.site:
        return None
    return village.lon, village.lat


def raise_doubts(session: Session, county_id: int, op_id: UUID, doubts: Iterable[Doubt], at: datetime) -> None:
    """Keep these doubts about a record; one that stands already stays as it was settled."""
    raise_many(session, county_id, [(op_id, doubt) for doubt in doubts], at)


def raise_many(session: Session, county_id: int, raised: Iterable[tuple[UUID, Doubt]], at: datetime) -> None:
    """The same for doubts about several records of a county."""
    rows = [
        {
            "county_id": county_id,
            "op_id": op_id,
            "code": doubt.code,
            "reason": doubt.reason,
            "severity": doubt.severity.value,
            "state": FlagState.OPEN.value,
            "detail": dict(doubt.detail),
            "raised_at": at,
        }
        for op_id, doubt in raised
    ]
    upsert(session, Flag, rows, key=["county_id", "op_id", "code", "reason"])


def settle_doubt(
    session: Session, actor: Actor, county: str, visit: Subject, code: str, reason: str, state: str, why: str
) -> Flag:
    """A second person says what became of a doubt; its first words stay, and a line of the audit tells who."""
    require_reviewer(actor, county)
    if state not in SETTLED:
        raise BadState("疑点只能“已说明”“已更正”或“不采信”。", "explained, corrected or rejected")
    flag = session.get(Flag, (visit.county_id, visit.op_id, code, reason))
    if flag is None:
        raise NotFound("没有这个疑点。", "There is no such doubt.")
    said = require_second_person(actor, visit.account_id, why)
    if flag.state != FlagState.OPEN:
        raise AlreadySettled("这个疑点已经处理过了,请刷新页面。", "It was settled already; reload the page.")
    flag.state, flag.why = state, said
    flag.settled_at, flag.settled_by = utcnow(), actor.account
    session.add(flag)
    audit.write(session, f"flag.{state}", str(visit.op_id), actor=actor.account, flag=code, reason=reason)
    return flag
