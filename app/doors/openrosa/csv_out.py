"""Kept records of one form version as a zip of CSV files in the layout of ODK Central.

One file for the form and one for each repeat, joined by KEY and PARENT_KEY; groups joined to their questions by a
dash; a position in four columns. Behind the record's own fence: whoever may not read a record does not export it.
Voided records are left out; a held one says so in ReviewState. A text that a spreadsheet would run as a formula gets an
apostrophe before it.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response
from sqlmodel import Session, col, select

from app.doors.phone.photos import sees_record
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel import audit
from app.kernel.cells import safe_row
from app.kernel.clock import rfc3339
from app.kernel.db.base import HOME
from app.kernel.problems import Forbidden
from app.registry.people.queries import names_of
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import list_counties
from app.survey.photos.models import ObjectState
from app.survey.photos.queries import photo_states
from app.survey.questionnaires import queries
from app.survey.questionnaires.state import LEAVES, Form, Node
from app.survey.records.models import Op, RecordState, Resolution
from app.survey.records.rules import SealedOp, read_body

router = APIRouter(prefix="/api/v1", tags=["forms"])

POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")
TAIL = ("KEY", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "ReviewState", "DeviceID", "FormVersion")


@router.get("/forms/{form_id}/{version}/submissions.csv.zip", response_class=Response)
def export(form_id: str, version: str, house: TheHouse, actor: Caller) -> Response:
    """All records of this version that the reader may read."""
    if not reads_answers(actor):
        raise Forbidden("您的角色不读答卷。", "Your role reads no answers.")
    with house.db.read() as session:
        form = queries.require_form(session, form_id, version).form
        ops = list(readable(session, actor, form))
        content = zipped(form, ops, names_of(session, [op.account_id for op in ops]), session)
    with house.db.write(HOME) as session:
        audit.write(session, "records.exported", f"{form_id} {version}", actor=actor.account, records=len(ops))
    name = f"{form_id}-{version}.csv.zip"
    return Response(
        content, headers={"Content-Disposition": f"attachment; filename={name}"}, media_type="application/zip"
    )


def readable(session: Session, actor: Actor, form: Form) -> Iterator[Op]:
    """Ops of this version, county by county in order of arrival, through the fence of each record."""
    for county_id in (HOME, *(county.id for county in list_counties(session))):
        query = select(Op).where(Op.county_id == county_id, Op.form_id == form.form_id, Op.form_version == form.version)
        for op in session.exec(query.order_by(col(Op.seq))):
            if op.resolution != Resolution.VOIDED and sees_record(session, actor, county_id, op.op_id):
                yield op


def zipped(form: Form, ops: list[Op], names: dict[Any, str], session: Session) -> bytes:
    """The files, the form's first."""
    tables = {"": [["SubmissionDate", *_heads(form.nodes, ""), *TAIL]]}
    for path, node in form.by_path.items():
        if node.kind == "repeat":
            tables[path[-1]] = [[*_heads(node.children, ""), "PARENT_KEY", "KEY"]]
    for op in ops:
        answers = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body)).answers
        answers = answers if isinstance(answers, dict) else {}
        key = f"uuid:{op.op_id}"
        pictures = photo_states(session, op.county_id, [op.op_id]).get(op.op_id, [])
        present = sum(each.state == ObjectState.DURABLE for each in pictures)
        state = "held" if op.state == RecordState.QUARANTINED else op.resolution or ""
        tail = [key, names.get(op.account_id, ""), present, len(pictures), state, op.device_id, form.version]
        tables[""].append([rfc3339(op.received_at), *_cells(form.nodes, answers), *map(str, tail)])
        for node, row, at, path in _rows(form.nodes, answers, ()):
            cells = _cells(node.children, row)
            tables[node.name].append([*cells, key, f"{key}/{'/'.join(path)}[{at}]"])
    return _pack(form.form_id, tables)


def _pack(form_id: str, tables: dict[str, list[list[str]]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows(map(safe_row, rows))
            file = f"{form_id}-{name}.csv" if name else f"{form_id}.csv"
            archive.writestr(file, b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace"))
    return out.getvalue()


def _heads(nodes: tuple[Node, ...], under: str) -> list[str]:
    heads: list[str] = []
    for node in nodes:
        if node.kind == "group":
            heads += _heads(node.children, f"{under}{node.name}-")
        elif node.kind == "geopoint":
            heads += [f"{under}{node.name}-{part}" for part in POINT]
        elif node.kind in LEAVES:
            heads.append(f"{under}{node.name}")
    return heads


def _cells(nodes: tuple[Node, ...], answers: dict[str, Any]) -> list[str]:
    cells: list[str] = []
    for node in nodes:
        value = answers.get(node.name)
        if node.kind == "group":
            cells += _cells(node.children, value if isinstance(value, dict) else {})
        elif node.kind == "geopoint":
            cells += ((value.split() if isinstance(value, str) else []) + [""] * 4)[:4]
        elif node.kind in LEAVES:
            cells.append(value if isinstance(value, str) else "")
    return cells


def _rows(
    nodes: tuple[Node, ...], answers: dict[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[Node, dict[str, Any], int, tuple[str, ...]]]:
    for node in nodes:
        value = answers.get(node.name)
        if node.kind == "group" and isinstance(value, dict):
            yield from _rows(node.children, value, (*path, node.name))
        elif node.kind == "repeat" and isinstance(value, list):
            for at, row in enumerate(value, 1):
                yield node, row if isinstance(row, dict) else {}, at, (*path, node.name)
