"""Judging a log by whose household it is, and writing it down as a fact in the transaction that keeps it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import VisitStatus
from app.findings.inspections.service import position_of
from app.kernel.clock import local_day
from app.kernel.db.ports import upsert
from app.registry.households.models import Household
from app.registry.households.queries import visible_households
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.questionnaires.rules import Checked
from app.survey.records.models import Op
from app.survey.records.rules import Body, Reason

KEY = frozenset({"county_id", "op_id"})


def faults(session: Session, actor: Actor, county_id: int, body: Body) -> list[Reason]:
    """Why a log must wait: no helper, no household, or one that does not name this helper (any more)."""
    found = []
    if actor.role != Role.HELPER:
        found.append(Reason("role", "#/kind", "走访记录由帮扶责任人提交", "Visit logs are sent by helpers"))
    if body.sample_id is not None:
        found.append(Reason("sample-given", "#/sample_id", "走访记录不写样本号", "A visit log names no sample"))
    if body.unit is None:
        found.append(Reason("no-household", "#/household", "走访记录要写明户编码", "A visit log needs its household"))
    elif actor.role == Role.HELPER and not _helps(session, actor, county_id, body.unit):
        found.append(
            Reason(
                "not-your-household",
                "#/household",
                "名册里这一户的帮扶责任人不是您,请市里核对",
                "The register does not name the sender as this household's helper",
            )
        )
    return found


def _helps(session: Session, actor: Actor, county_id: int, unit: str) -> bool:
    query = visible_households(actor).where(Household.county_id == county_id, Household.unit == unit)
    return session.exec(query).first() is not None


def record(session: Session, op: Op, body: Body, checked: Checked | None, status: VisitStatus, tz: ZoneInfo) -> None:
    """The log as a fact, once; a log without a household that can be read is kept as its bytes alone."""
    if body.unit is None:
        return
    answers = flat(checked.answers if checked else {})
    lon, lat, accuracy = position_of(answers.get("gps"))
    row = {
        "county_id": op.county_id,
        "op_id": op.op_id,
        "status": status,
        "unit": body.unit,
        "account_id": op.account_id,
        "form_id": op.form_id,
        "form_version": op.form_version,
        "received_at": op.received_at,
        "started_at": body.started_at,
        "finished_at": body.finished_at,
        "corrects": op.corrects,
        "visited_on": day_of(answers.get("visit_date")) or local_day(body.started_at or op.received_at, tz),
        "contact_result": (answers.get("contact_result") or "")[:20] or None,
        "purposes": (answers.get("purpose") or "")[:200],
        "minutes_here": whole_of(answers.get("minutes_here")),
        "gift_value": whole_of(answers.get("gift_value")),
        "is_problem_found": {"1": True, "0": False}.get(answers.get("problem_found", "")),
        "next_visit_on": day_of(answers.get("next_visit")),
        "lon": lon,
        "lat": lat,
        "accuracy_m": accuracy,
    }
    upsert(session, HelperVisit, [row], key=["county_id", "op_id"], update=[name for name in row if name not in KEY])


def set_status(session: Session, county_id: int, op_id: UUID, status: VisitStatus) -> None:
    """A decision about a held log."""
    query = select(HelperVisit).where(HelperVisit.county_id == county_id, HelperVisit.op_id == op_id)
    visit = session.exec(query).first()
    if visit is not None:
        visit.status = status
        session.add(visit)


def flat(answers: Mapping[str, Any]) -> dict[str, str]:
    """Question name → answer over all groups, rows of repeats left out; the office may move questions between pages."""
    found: dict[str, str] = {}
    for name, value in answers.items():
        if isinstance(value, str):
            found.setdefault(name, value)
        elif isinstance(value, Mapping):
            for inner, text in flat(value).items():
                found.setdefault(inner, text)
    return found


def day_of(text: str | None) -> date | None:
    """A calendar date, None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def whole_of(text: str | None) -> int | None:
    """A whole number of at most nine digits, None for anything else."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
