"""What a team does besides interviews: reports heard, papers read, discussions (Q4), and look-backs (Q5).

Until its round is closed a record is the team's and the city's, like everything of a round; a record that names no
round never leaves them.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.findings.inspections.models import Answer, FieldRecord, VisitStatus
from app.findings.inspections.service import KEY, position_of
from app.kernel.db.ports import insert_many, upsert
from app.registry.households.models import Household
from app.registry.people.rules import TEAM_ROLES, Actor
from app.registry.places import county_codes
from app.survey.questionnaires.rules import Checked
from app.survey.records.models import Op
from app.survey.records.rules import Body, Reason
from app.survey.rounds.queries import find_round
from app.survey.rounds.team_queries import sees_in_round, works_in

CONTENTS = "about/contents"
"""Where Q4 says which of the ten inspection contents it is about."""


def faults(session: Session, actor: Actor, county_id: int, body: Body) -> list[Reason]:
    """Why a record of field work must wait; that the county is within the sender's scope is asked of every op."""
    found = []
    if actor.role not in TEAM_ROLES:
        found.append(Reason("role", "#/kind", "督查记录由督查组提交", "Inspection records are sent by the team"))
    if body.sample_id is not None:
        found.append(Reason("sample-given", "#/sample_id", "这种记录不写样本号", "This record names no sample"))
    if body.place is None and body.unit is None:
        found.append(Reason("no-place", "#/place", "记录要写明地点或户编码", "A record needs its place or household"))
    if body.place and body.unit and not body.unit.startswith(body.place[:6]):
        found.append(Reason("two-places", "#/place", "地点和户编码不在同一个县", "Place and household differ"))
    if body.unit and session.get(Household, (county_id, body.unit)) is None:
        found.append(Reason("unknown-household", "#/household", "名册里没有这一户", "Not a household of the register"))
    if body.round and find_round(session, body.round) is None:
        found.append(Reason("unknown-round", "#/round", "没有这一轮督查", "There is no such round"))
    elif body.round and actor.role in TEAM_ROLES and not works_in(session, actor, body.round, body.county_code or ""):
        found.append(Reason("not-your-team", "#/round", "这一轮没有派您的组去这个县", "Another team has this county"))
    return found


def record(session: Session, op: Op, body: Body, checked: Checked | None, status: VisitStatus) -> None:
    """The record as a fact; its answers too when it is accepted. Called again on release, it adds them then."""
    place = body.place or (body.unit or "")[:12]
    if not place:
        return
    leaves = checked.leaves() if checked else []
    named: dict[str, str] = {}
    for leaf in leaves:
        if leaf.index == 0:
            named.setdefault(leaf.path.rpartition("/")[2], leaf.text)
    lon, lat, accuracy = position_of(named.get("gps"))
    row = {
        "county_id": op.county_id,
        "op_id": op.op_id,
        "status": status,
        "kind": op.kind or "",
        "round": body.round,
        "place": place,
        "unit": body.unit,
        "form_id": op.form_id,
        "form_version": op.form_version,
        "account_id": op.account_id,
        "received_at": op.received_at,
        "started_at": body.started_at,
        "finished_at": body.finished_at,
        "corrects": op.corrects,
        "method": named.get("method", "")[:20] or None,
        "level": named.get("level", "")[:20] or None,
        "unit_name": named.get("unit_name", "")[:60],
        "fix_result": named.get("fix_result", "")[:20] or None,
        "lon": lon,
        "lat": lat,
        "accuracy_m": accuracy,
    }
    upsert(session, FieldRecord, [row], key=["county_id", "op_id"], update=[name for name in row if name not in KEY])
    if status == VisitStatus.ACCEPTED:
        key = {"county_id": op.county_id, "op_id": op.op_id}
        rows = [{**key, "path": x.path, "index": x.index, "text": x.text, "number": x.number} for x in leaves]
        insert_many(session, Answer, rows)


def set_status(session: Session, county_id: int, op_id: UUID, status: VisitStatus) -> None:
    """A decision about a held record."""
    row = session.get(FieldRecord, (county_id, op_id))
    if row is not None:
        row.status = status
        session.add(row)


def is_out(session: Session, row: FieldRecord | None) -> bool:
    """Whether the record's round is closed, so that the county's desks may read it."""
    inspected = find_round(session, row.round) if row is not None and row.round else None
    return inspected is not None and inspected.closed_at is not None


def sees_field_record(session: Session, actor: Actor, row: FieldRecord) -> bool:
    """The fence of one record: its team and the city; after the close of its round the county's desks too."""
    code = county_codes(session).get(row.county_id, "")
    return bool(code) and sees_in_round(session, actor, row.round, code, closed=is_out(session, row))


def list_field_records(session: Session, actor: Actor, counties: Sequence[int], limit: int = 300) -> list[FieldRecord]:
    """The records of these counties that this reader may see, latest first."""
    query = (
        select(FieldRecord)
        .where(col(FieldRecord.county_id).in_(counties), FieldRecord.status != VisitStatus.VOIDED)
        .order_by(col(FieldRecord.received_at).desc())
        .limit(limit)
    )
    rows = list(session.exec(query))
    fences = {
        (row.round, row.county_id): row for row in rows
    }  # of one round and county all stand behind the same fence
    seen = {key for key, row in fences.items() if sees_field_record(session, actor, row)}
    return [row for row in rows if (row.round, row.county_id) in seen]


def count_contents(session: Session, round_code: str, counties: Sequence[int]) -> dict[tuple[int, str], int]:
    """(county id, content c01 … c10) → accepted records of the round that cover it. No fence of its own."""
    query = (
        select(Answer.county_id, Answer.text)
        .join(
            FieldRecord,
            (col(FieldRecord.county_id) == col(Answer.county_id)) & (col(FieldRecord.op_id) == col(Answer.op_id)),
        )
        .where(
            col(FieldRecord.county_id).in_(counties),
            FieldRecord.round == round_code,
            FieldRecord.status == VisitStatus.ACCEPTED,
            Answer.path == CONTENTS,
        )
    )
    found: dict[tuple[int, str], int] = {}
    for county_id, text in session.exec(query):
        for content in set(text.split()):
            found[(county_id, content)] = found.get((county_id, content), 0) + 1
    return found
