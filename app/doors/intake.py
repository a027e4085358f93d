"""The one use case "receive a record": every door that takes records (the phone's sync, later OpenRosa) calls it.

Ops are grouped by county, one transaction each, every op in its own savepoint: one poisoned op never blocks the
others. Whatever is wrong with an op holds it; nothing from the field is refused. Receipts are signed after the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from app.doors.web.house import House
from app.figures.indicators import keeping as figures
from app.findings.helping import service as helping
from app.findings.inspections import fieldwork
from app.findings.inspections import service as inspections
from app.findings.inspections.models import VisitStatus
from app.findings.quality import service as quality
from app.findings.quality.doubts import NOT_DRAWN
from app.kernel import audit
from app.kernel.clock import local_day, utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Conflict
from app.registry.people.rules import COLLECTING_ROLES, TEAM_ROLES, Actor
from app.registry.places import list_counties
from app.survey.photos import service as photos
from app.survey.questionnaires import queries as forms
from app.survey.questionnaires import rules as form_rules
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.state import form_of
from app.survey.records import queries as records
from app.survey.records import service as keeping
from app.survey.records.models import Op, OpConflict, RecordState, Resolution
from app.survey.records.rules import DOORSTEPS, FIELDWORK, Body, Envelope, Reason, SealedOp, read_body, subject_of
from app.survey.rounds import queries as rounds
from app.survey.rounds.models import Sample
from app.survey.rounds.rules import parse_sample_id
from app.survey.rounds.team_queries import works_in

log = structlog.get_logger("ruhu")

FORM_OF_STRATUM = {"poor": "q1_poor", "non_poor": "q2_nonpoor"}


class CannotRelease(Conflict):
    """The record says too little to count as anything."""

    slug = "cannot-release"
    title_zh = "这条记录无法放行"
    title_en = "This record cannot be released"


@dataclass(frozen=True)
class Arrival:
    """One op of an envelope with its place in the answer and the county its body names."""

    place: int
    op: SealedOp
    body: Body
    county_id: int


@dataclass(frozen=True)
class Verdict:
    """What was found about an op: its answers after the check, and why it must wait."""

    reasons: tuple[Reason, ...]
    differences: tuple[tuple[str, str, str], ...] = ()
    sample: Sample | None = None
    checked: form_rules.Checked | None = None


@dataclass(frozen=True)
class Receiving:
    """What stays the same for every op of one call."""

    house: House
    actor: Actor
    device_id: UUID
    epoch: str
    now: datetime

    def sender(self) -> dict[str, Any]:
        """What every kept row says of where it came from."""
        return {
            "account_id": self.actor.account_id,
            "device_id": self.device_id,
            "epoch": self.epoch,
            "received_at": self.now,
        }


@dataclass
class Group:
    """The ops of one county in one call: its transaction and what is known so far."""

    session: Session
    call: Receiving
    county_id: int
    known: dict[UUID, Op] = field(default_factory=dict)
    children: dict[UUID, list[Op]] = field(default_factory=dict)
    forms: dict[tuple[str, str], FormVersion | None] = field(default_factory=dict)
    works: dict[tuple[str, str], bool] = field(default_factory=dict)  # round and county: does the sender's team?
    touched: set[str] = field(default_factory=set)
    """Sample ids whose doors changed, for the figures to follow before the commit."""

    def form(self, body: Body) -> FormVersion | None:
        """The published form version a body names; versions never change, so each is read once a call."""
        if not body.form_id or not body.form_version:
            return None
        key = (body.form_id, body.form_version)
        if key not in self.forms:
            self.forms[key] = forms.get_form(self.session, *key)
        return self.forms[key]


def receive(house: House, actor: Actor, envelope: Envelope) -> list[dict[str, Any]]:
    """Keep every op of an envelope; one result each, in the order they came."""
    with house.db.read() as session:
        ids = {county.code: county.id for county in list_counties(session)}
        call = Receiving(house, actor, envelope.device_id, audit.epoch(session), utcnow())
    arrivals = []
    for place, op in enumerate(envelope.ops):
        body = read_body(op)
        arrivals.append(Arrival(place, op, body, ids.get(body.county_code or "", HOME)))
    results: dict[int, dict[str, Any]] = {}
    for county_id in sorted({arrival.county_id for arrival in arrivals}):
        group = [arrival for arrival in arrivals if arrival.county_id == county_id]
        results.update(_receive_county(call, county_id, group))
    return [results[place] for place in range(len(arrivals))]


def _receive_county(call: Receiving, county_id: int, arrivals: Sequence[Arrival]) -> dict[int, dict[str, Any]]:
    kept: dict[int, Op | OpConflict] = {}
    with call.house.db.write(county_id) as session:
        ids = [arrival.op.op_id for arrival in arrivals]
        known, children = records.ops_by_id(session, ids), records.children_of(session, county_id, ids)
        group = Group(session, call, county_id, known, children)
        for arrival in parents_first(arrivals):
            kept[arrival.place] = _keep(group, arrival)
        _follow(group)
    return {place: _result(call.house, row) for place, row in kept.items()}


def parents_first(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """What is corrected stands before its correction, as far as both came together; else the order they came in."""
    waiting = {arrival.op.op_id: arrival for arrival in reversed(arrivals)}
    ordered: list[Arrival] = []
    for arrival in arrivals:
        line: list[Arrival] = []
        step: Arrival | None = arrival
        while step is not None and waiting.get(step.op.op_id) is step:
            del waiting[step.op.op_id]
            line.append(step)
            step = waiting.get(step.body.corrects) if step.body.corrects else None
        ordered += reversed(line) if line else [arrival]
    return ordered


def _result(house: House, row: Op | OpConflict) -> dict[str, Any]:
    state = row.received_state if isinstance(row, Op) else RecordState.CONFLICT
    result: dict[str, Any] = {
        "op_id": str(row.op_id),
        "state": str(state),
        "receipt": keeping.receipt(house.keys, row),
    }
    if isinstance(row, OpConflict):
        zh, en = "同一编号的记录内容不同,两份都已保存", "Other content under the same id; both are kept"
        result["problem"] = {"type": "/problems/submission-conflict", "title": zh, "title_en": en, "retry": "never"}
    elif row.received_state == RecordState.QUARANTINED:
        result["problem"] = {
            "type": "/problems/held-for-review",
            "title": "已收到,待市里核对",
            "title_en": "Received, held for review",
            "retry": "never",
            "errors": [{"pointer": r["pointer"], "detail": r["zh"], "detail_en": r["en"]} for r in row.reasons],
        }
    return result


def _keep(group: Group, arrival: Arrival) -> Op | OpConflict:
    """The kept row: the earlier one for a resend, a conflict row for other bytes, else a new one."""
    op_id = arrival.op.op_id
    earlier = group.known.get(op_id)
    if earlier is None:
        try:
            with group.session.begin_nested():
                return _keep_new(group, arrival)
        except IntegrityError:  # the same op came over another connection in this very moment
            earlier = records.ops_by_id(group.session, [op_id]).get(op_id)
        except (ArithmeticError, DataError, LookupError, TypeError, ValueError) as error:
            log.error("not judged", kind=type(error).__name__)
        if earlier is None:
            with group.session.begin_nested():
                return _keep_unjudged(group, arrival)
    actual = keeping.digest_of(arrival.op)
    if earlier.digest == actual:
        return earlier
    conflict = records.conflicts_by_key(group.session, [op_id]).get((op_id, actual))
    if conflict is not None:
        return conflict
    with group.session.begin_nested():
        sender, photo_list = group.call.sender(), arrival.body.photos
        photos.announce(group.session, group.county_id, op_id, sender["account_id"], photo_list, group.call.now)
        return keeping.keep_conflict(group.session, group.county_id, arrival.op, **sender)


def _keep_new(group: Group, arrival: Arrival) -> Op:
    verdict = _judge(group, arrival.op.op_id, arrival.body)
    state = RecordState.QUARANTINED if verdict.reasons else _stored_state(group, arrival.body)
    judgement = keeping.Judgement(state, verdict.reasons, verdict.differences)
    op = keeping.keep(group.session, group.county_id, arrival.op, arrival.body, judgement, **group.call.sender())
    _write_facts(group, op, arrival.body, verdict, VisitStatus.HELD if verdict.reasons else VisitStatus.ACCEPTED)
    if any(reason.code == "not-drawn" for reason in verdict.reasons):
        quality.raise_doubts(group.session, group.county_id, op.op_id, [NOT_DRAWN], op.received_at)
    for child in group.children.get(op.op_id, ()):
        if keeping.adopt(group.session, child, op) and child.state == RecordState.QUARANTINED:
            _set_status(group, child, VisitStatus.HELD)
    group.known[op.op_id] = op
    if op.corrects is not None:
        group.children.setdefault(op.corrects, []).append(op)
    return op


def _follow(group: Group) -> None:
    """Facts and sums follow what changed, in this transaction."""
    figures.follow(group.session, group.county_id, group.touched, group.call.house.settings.tz)


def _write_facts(group: Group, op: Op, body: Body, verdict: Verdict, status: VisitStatus) -> None:
    """What a kept record says, as typed facts of its kind."""
    if body.kind == "visit_log":
        helping.record(group.session, op, body, verdict.checked, status, group.call.house.settings.tz)
    elif body.kind in FIELDWORK:
        fieldwork.record(group.session, op, body, verdict.checked, status)
    elif verdict.sample is not None:
        inspections.record(group.session, op, body, verdict.sample, verdict.checked, status)
        if status == VisitStatus.ACCEPTED and verdict.checked is not None:
            zone = group.call.house.settings.tz
            quality.look_at(group.session, op, body, verdict.sample, verdict.checked, zone)
        group.touched.add(verdict.sample.sample_id)


def _set_status(group: Group, op: Op, status: VisitStatus) -> None:
    room = helping if op.kind == "visit_log" else fieldwork if op.kind in FIELDWORK else inspections
    room.set_status(group.session, op.county_id, op.op_id, status)
    if room is inspections and op.sample_id is not None:
        group.touched.add(op.sample_id)


def _keep_unjudged(group: Group, arrival: Arrival) -> Op:
    """The bytes of an op over which a rule of ours stumbled: held, so that it blocks neither itself nor others."""
    judgement = keeping.Judgement(RecordState.QUARANTINED, (keeping.NOT_JUDGED,))
    sender = group.call.sender()
    return keeping.keep(group.session, group.county_id, arrival.op, Body(), judgement, **sender)


def _stored_state(group: Group, body: Body) -> RecordState:
    if body.corrects is None or _parent(group, body) is not None:
        return RecordState.STORED
    return RecordState.STORED_ORPHAN


def _parent(group: Group, body: Body) -> Op | None:
    return records.find_op(group.session, body.corrects, [group.county_id]) if body.corrects else None


def _judge(group: Group, op_id: UUID, body: Body) -> Verdict:
    """All reasons why an op must wait, and what its answers are after the check."""
    session, call, county_id = group.session, group.call, group.county_id
    reasons = [*body.reasons, *_who_faults(call, county_id, body), *_team_faults(group, body)]
    reasons += _kind_faults(group, body)
    at_door = body.sample_id if body.kind in DOORSTEPS else None
    sample = rounds.find_sample(session, county_id, at_door) if at_door else None
    if at_door and sample is None:
        reasons.append(Reason("not-drawn", "#/sample_id", "这个样本号没有抽中过", "This sample id was never drawn"))
    parent = _parent(group, body)
    if parent is not None and subject_of(parent.kind, parent.sample_id, parent.unit) != subject_of(
        body.kind, body.sample_id, body.unit
    ):
        reasons.append(keeping.CORRECTS_OTHER)
    checked = None
    differences: tuple[tuple[str, str, str], ...] = ()
    if body.kind is not None and body.kind != "outcome":
        checked, form_faults = _check_answers(group, body, sample)
        reasons += form_faults
        differences = tuple(checked.differences) if checked else ()
    elif body.kind == "outcome" and sample is None:
        reasons.append(Reason("no-sample", "#/sample_id", "入户结果要写明样本号", "An outcome needs its sample id"))
    reasons += [
        Reason("photo", fault.pointer, fault.zh, fault.en)
        for fault in photos.announce(session, county_id, op_id, call.actor.account_id, body.photos, call.now)
    ]
    return Verdict(tuple(reasons), differences, sample, checked)


def _who_faults(call: Receiving, county_id: int, body: Body) -> list[Reason]:
    """The sender must be of the place's team; a changed roster or a lost device is a reason to wait, not to refuse."""
    actor = call.actor
    faults = [keeping.SHUT_OUT[actor.shut_out]] if actor.shut_out else []
    if county_id == HOME:
        faults.append(Reason("county-unknown", "#/sample_id", "不知道属于哪个县(市、区)", "The county is not known"))
    elif actor.role not in COLLECTING_ROLES:
        faults.append(Reason("role", "#", "这个角色的账号不采集记录", "Accounts of this role do not collect records"))
    elif actor.role in TEAM_ROLES and not actor.covers(body.county_code or ""):
        faults.append(Reason("not-your-county", "#/sample_id", "督查员的范围不含这个县", "Outside the sender's scope"))
    if actor.role not in TEAM_ROLES and body.kind in DOORSTEPS:
        faults.append(Reason("role", "#/kind", "只有督查组能报入户问卷", "Only the inspection team sends interviews"))
    if actor.device_id is not None and actor.device_id != call.device_id:
        faults.append(Reason("device", "#", "发送的设备不是登录的设备", "Sent by another device than signed in"))
    return faults


def _team_faults(group: Group, body: Body) -> list[Reason]:
    """In a round with teams only the county's drawn team, pledged, sends from its doors."""
    actor, ref = group.call.actor, parse_sample_id(body.sample_id) if body.kind in DOORSTEPS else None
    if ref is None or not actor.is_team or not actor.covers(ref.county) or group.county_id == HOME:
        return []
    place = (ref.round, ref.county)
    if place not in group.works:
        group.works[place] = works_in(group.session, actor, *place)
    if group.works[place]:
        return []
    zh, en = "这一轮没有派您的组去这个县,或承诺书没有签", "Another team has this county, or the pledge is not signed"
    return [Reason("not-your-team", "#/sample_id", zh, en)]


def _kind_faults(group: Group, body: Body) -> list[Reason]:
    """What the rooms that keep helpers' visits and field work have against it."""
    if group.county_id == HOME:
        return []
    if body.kind == "visit_log":
        return helping.faults(group.session, group.call.actor, group.county_id, body)
    if body.kind in FIELDWORK:
        return fieldwork.faults(group.session, group.call.actor, group.county_id, body)
    return []


def _check_answers(group: Group, body: Body, sample: Sample | None) -> tuple[form_rules.Checked | None, list[Reason]]:
    version = group.form(body)
    if version is None:
        return None, [
            Reason("unknown-form", "#/form_id", "没有发布过这个问卷版本", "This form version is not published")
        ]
    reasons = []
    if form_of(version).data.get("kind", "interview") != body.kind:
        reasons.append(Reason("wrong-form", "#/form_id", "问卷与记录的种类不符", "Not a form for this kind of record"))
    if body.kind == "interview":
        if sample is None and body.sample_id is None:
            reasons.append(
                Reason("no-sample", "#/sample_id", "入户问卷要写明样本号", "An interview needs its sample id")
            )
        if sample and FORM_OF_STRATUM.get(sample.kind) != body.form_id:
            reasons.append(Reason("wrong-form", "#/form_id", "问卷与户的类别不符", "Not the form of this stratum"))
    zone, now = group.call.house.settings.tz, group.call.now
    filled_on = local_day(body.started_at or now, zone)
    checked = form_rules.check(version.form, body.answers, fill_date=filled_on, received_on=local_day(now, zone))
    reasons += [Reason(code, f"#/answers{pointer}", zh, en) for pointer, code, zh, en in checked.errors]
    return checked, reasons


def release(house: House, actor: Actor, county_id: int, op_id: UUID, why: str) -> None:
    """An officer lets a held record count as it is (contract: a record is held, and a person decides)."""
    with house.db.write(county_id) as session:
        op = records.get_op(session, op_id, [county_id])
        group = _group_of(session, house, actor, op)
        body = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body))
        at_door = body.sample_id if body.kind in DOORSTEPS else None
        sample = rounds.find_sample(session, county_id, at_door) if at_door else None
        checked = _check_answers(group, body, sample)[0] if body.kind != "outcome" else None
        placed = sample or (body.kind not in DOORSTEPS and (body.unit or body.place))
        if not placed or body.started_at is None or (checked is None and body.outcome is None):
            raise CannotRelease(
                "它没有可用的样本号、户、问卷或时间,不能计入;可以作废,原件照样保留。",
                "It names no drawn household, place, form or time. It can be voided; its bytes stay.",
            )
        keeping.resolve(session, op, Resolution.RELEASED, why, by=actor.account)
        _write_facts(group, op, body, Verdict((), (), sample, checked), VisitStatus.ACCEPTED)
        _follow(group)


def void(house: House, actor: Actor, county_id: int, op_id: UUID, why: str) -> None:
    """An officer decides that a held record never counts; it stays readable and holds its rank no longer."""
    with house.db.write(county_id) as session:
        op = records.get_op(session, op_id, [county_id])
        keeping.resolve(session, op, Resolution.VOIDED, why, by=actor.account)
        _set_status(group := _group_of(session, house, actor, op), op, VisitStatus.VOIDED)
        _follow(group)


def _group_of(session: Session, house: House, actor: Actor, op: Op) -> Group:
    """The call in which an officer decides about one op."""
    return Group(session, Receiving(house, actor, op.device_id, op.epoch, op.received_at), op.county_id)
