"""Kept records of one form version as a zip of CSV files and pictures in the layout of ODK Central.

One file for the form and one for each repeat, joined by KEY and PARENT_KEY, and the pictures and recordings under
`media/`. Behind the fence of each record, which is that of its pictures as well: whoever may not read a record exports
nothing of it. A picture leaves as everywhere, printed anew without its position. Voided records are left out; a held
one says so in ReviewState. A text that a spreadsheet would run as a formula gets an apostrophe before it.

The archive leaves while it is read: first the list of records as it is at that moment, then their bytes in short
sessions, once for each table, and one picture at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select
from starlette.responses import StreamingResponse

from app.doors.openrosa.csv_tables import TAIL, cells, heads, media_name, repeats_of, rows
from app.doors.phone.photos import sees_record
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.doors.web.zips import Member, zip_stream
from app.kernel import audit
from app.kernel.clock import rfc3339
from app.kernel.db.base import HOME
from app.kernel.problems import Forbidden
from app.papers.exports.sheets import csv_bytes
from app.registry.people.queries import names_of
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import list_counties
from app.survey.photos import service
from app.survey.photos.models import ObjectState
from app.survey.photos.problems import CannotBeShown, NotHereYet
from app.survey.photos.queries import PhotoState, find_object, photo_states
from app.survey.questionnaires import queries
from app.survey.questionnaires.state import Form
from app.survey.records.models import Op, RecordState, Resolution
from app.survey.records.queries import ops_by_id
from app.survey.records.rules import SealedOp, read_body

router = APIRouter(prefix="/api/v1", tags=["forms"])

BATCH = 200


@dataclass(frozen=True)
class Plan:
    """Whose records leave: the ids by county in order of arrival, a batch in each, and the names of their senders."""

    form: Form
    batches: Sequence[tuple[int, Sequence[UUID]]]
    names: Mapping[UUID, str]


@router.get("/forms/{form_id}/{version}/submissions.csv.zip", response_class=StreamingResponse)
def export(
    form_id: str, version: str, house: TheHouse, actor: Caller, attachments: Annotated[bool, Query()] = True
) -> StreamingResponse:
    """All records of this version that the reader may read; `attachments=false`: without pictures and recordings."""
    if not reads_answers(actor):
        raise Forbidden("您的角色不读答卷。", "Your role reads no answers.")
    with house.db.read() as session:
        plan = plan_of(session, actor, queries.require_form(session, form_id, version).form)
    count = sum(len(op_ids) for _, op_ids in plan.batches)
    with house.db.write(HOME) as session:
        told = {"records": count, "attachments": attachments}
        audit.write(session, "records.exported", f"{form_id} {version}", actor=actor.account, **told)
    headers = {"Content-Disposition": f"attachment; filename={form_id}-{version}.csv.zip"}
    return StreamingResponse(
        zip_stream(members(house, plan, attachments=attachments)), headers=headers, media_type="application/zip"
    )


def plan_of(session: Session, actor: Actor, form: Form) -> Plan:
    """Records of this version, county by county in order of arrival, through the fence of each."""
    batches: list[tuple[int, Sequence[UUID]]] = []
    senders: set[UUID] = set()
    for county_id in (HOME, *(county.id for county in list_counties(session))):
        query = select(Op.op_id, Op.account_id).where(
            Op.county_id == county_id,
            Op.form_id == form.form_id,
            Op.form_version == form.version,
            col(Op.resolution).is_distinct_from(Resolution.VOIDED),
        )
        found = session.exec(query.order_by(col(Op.seq))).all()
        mine = [pair for pair in found if sees_record(session, actor, county_id, pair[0])]
        senders.update(account_id for _, account_id in mine)
        op_ids = [op_id for op_id, _ in mine]
        batches += [(county_id, op_ids[start : start + BATCH]) for start in range(0, len(op_ids), BATCH)]
    return Plan(form, batches, names_of(session, list(senders)))


def members(house: House, plan: Plan, *, attachments: bool) -> Iterator[Member]:
    """The files, the form's first."""
    form_id, nodes = plan.form.form_id, plan.form.nodes
    head = ["SubmissionDate", *heads(nodes), *TAIL]
    yield Member(f"{form_id}.csv", csv_bytes(head, _lines(house, plan)))
    for name, node in repeats_of(plan.form).items():
        head = [*heads(node.children), "PARENT_KEY", "KEY"]
        yield Member(f"{form_id}-{name}.csv", csv_bytes(head, _lines_of_rows(house, plan, name)))
    if attachments:
        yield from _media(house, plan)


def _read(house: House, plan: Plan) -> Iterator[tuple[Op, dict[str, Any], list[PhotoState]]]:
    """Each record with its answers and pictures; a batch in memory, and no session held while they are taken."""
    for county_id, op_ids in plan.batches:
        with house.db.read() as session:
            ops, pictures = ops_by_id(session, op_ids), photo_states(session, county_id, op_ids)
        for op in (ops[op_id] for op_id in op_ids):
            answers = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body)).answers
            yield op, answers if isinstance(answers, dict) else {}, pictures[op.op_id]


def _names(pictures: Sequence[PhotoState]) -> dict[str, str]:
    return {str(each.photo_id): media_name(each) for each in pictures}


def _lines(house: House, plan: Plan) -> Iterator[list[str]]:
    for op, answers, pictures in _read(house, plan):
        present = sum(each.state == ObjectState.DURABLE for each in pictures)
        state = "held" if op.state == RecordState.QUARANTINED else op.resolution or ""
        sender = plan.names.get(op.account_id, "")
        tail = [f"uuid:{op.op_id}", sender, present, len(pictures), state, op.device_id, plan.form.version]
        yield [rfc3339(op.received_at), *cells(plan.form.nodes, answers, _names(pictures)), *map(str, tail)]


def _lines_of_rows(house: House, plan: Plan, name: str) -> Iterator[list[str]]:
    for op, answers, pictures in _read(house, plan):
        key, names = f"uuid:{op.op_id}", _names(pictures)
        for node, row, at, path in rows(plan.form.nodes, answers, ()):
            if node.name == name:
                yield [*cells(node.children, row, names), key, f"{key}/{'/'.join(path)}[{at}]"]


def _media(house: House, plan: Plan) -> Iterator[Member]:
    """Pictures and recordings that are here, each once: a correction repeats those of its record."""
    written: set[str] = set()
    for op, _, pictures in _read(house, plan):
        for each in pictures:
            name = media_name(each)
            if each.state != ObjectState.DURABLE or name in written:
                continue
            written.add(name)
            content = _content(house, op.county_id, each)
            if content is not None:
                yield Member(f"media/{name}", [content], is_packed=True)


def _content(house: House, county_id: int, photo: PhotoState) -> bytes | None:
    """A recording as it came, a picture as it is shown; None for one that cannot be shown."""
    with house.db.read() as session:
        kept = find_object(session, county_id, photo.sha256)
    try:
        if kept is not None and kept.type.startswith("audio/"):
            return service.play(house.store, kept)
        return service.show(house.store, kept, "view")
    except (CannotBeShown, NotHereYet):
        return None
