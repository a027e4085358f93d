"""Facts are written when a record is kept or released, in the same transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.kernel.db.ports import insert_many, upsert
from app.survey.questionnaires.rules import Checked
from app.survey.records.models import Op
from app.survey.records.rules import Body
from app.survey.rounds.models import Sample

KEY = frozenset({"county_id", "op_id"})
COVER = ("contact_result", "met_where", "no_such_why")


def record(session: Session, op: Op, body: Body, sample: Sample, checked: Checked | None, status: VisitStatus) -> None:
    """One visit for a doorstep; its answers too when it is accepted.

    A held visit has no answers, so that the call on release adds them and replaces the visit.
    """
    answers = checked.answers if checked else {}
    cover = _cover(answers)
    lon, lat, accuracy = position_of(cover.get("gps"))
    row = {
        "county_id": op.county_id,
        "op_id": op.op_id,
        "status": status,
        "sample_id": sample.sample_id,
        "draw": sample.draw_id,
        "kind": op.kind or "",
        "form_id": op.form_id,
        "form_version": op.form_version,
        "account_id": op.account_id,
        "received_at": op.received_at,
        "started_at": body.started_at,
        "finished_at": body.finished_at,
        "corrects": op.corrects,
        "outcome_code": str(body.outcome["code"]) if body.outcome else None,
        "poverty_status": _text(_find(answers, "status")),
        "lon": lon,
        "lat": lat,
        "accuracy_m": accuracy,
        **{name: _text(cover.get(name)) for name in COVER},
    }
    upsert(session, Visit, [row], key=["county_id", "op_id"], update=[name for name in row if name not in KEY])
    if status == VisitStatus.ACCEPTED and checked is not None:
        key = {"county_id": op.county_id, "op_id": op.op_id}
        leaves = checked.leaves()
        rows = [{**key, "path": x.path, "index": x.index, "text": x.text, "number": x.number} for x in leaves]
        insert_many(session, Answer, rows)


def set_status(session: Session, county_id: int, op_id: UUID, status: VisitStatus) -> None:
    """A decision about a held visit."""
    visit = session.get(Visit, (county_id, op_id))
    if visit is not None:
        visit.status = status
        session.add(visit)


def _cover(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    cover = answers.get("cover")
    return cover if isinstance(cover, dict) else {}


def _find(answers: Mapping[str, Any], name: str) -> Any:
    return next((group[name] for group in answers.values() if isinstance(group, dict) and name in group), None)


def _text(value: Any, limit: int = 20) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= limit else None


def position_of(value: Any) -> tuple[float | None, float | None, float | None]:
    """`lat lon alt accuracy` as the geopoint writes it → (lon, lat, accuracy in metres)."""
    parts = value.split() if isinstance(value, str) else []
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None, None, None
    if len(numbers) < 2 or not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        return None, None, None
    return numbers[1], numbers[0], numbers[3] if len(numbers) > 3 else None
