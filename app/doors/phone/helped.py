"""A helper's part of the package, and earlier visits in full: what a phone shows of a household without a network.

A helper gets the households of the register that name the account, wherever they live, and the own logs there; no
sample, no interview, nobody else's log. A team gets the answers of its sample's earlier doorsteps. Only accepted
answers travel: a held record may hold anything, and its sender has it on the phone.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.findings.helping.models import HelperVisit
from app.findings.helping.queries import Helped, own_households
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.clock import rfc3339
from app.registry.households.package import package_households
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.questionnaires import queries as forms
from app.survey.questionnaires.models import FormVersion
from app.survey.records.models import Op

MOST_VISITS = 12
"""Logs of one household that travel; the desk has all of them."""

CHUNK = 400


def helped_households(session: Session, actor: Actor, every_days: int) -> list[dict[str, Any]]:
    """The own households of a helper, each with the day the next visit is due and its latest logs."""
    if actor.role != Role.HELPER:
        return []
    mine = own_households(session, actor, every_days)
    packaged: dict[str, dict[str, Any]] = {}
    for county_id in {each.household.county_id for each in mine}:
        units = [each.household.unit for each in mine if each.household.county_id == county_id]
        packaged.update(package_households(session, county_id, units))
    shown = [(each, each.visits[:MOST_VISITS]) for each in mine]
    answers = answers_of(session, [visit for _, visits in shown for visit in visits])
    return [_household(each, visits, packaged, answers) for each, visits in shown]


def _household(
    each: Helped,
    visits: Iterable[HelperVisit],
    packaged: Mapping[str, dict[str, Any]],
    answers: Mapping[UUID, Any],
) -> dict[str, Any]:
    pair = each.pair
    return {
        "household": packaged[each.household.unit],
        "visited_on": pair.visited_on.isoformat() if pair.visited_on else None,
        "due_on": pair.due_on.isoformat() if pair.due_on else None,
        "visits": [
            {
                "op_id": str(visit.op_id),
                "started_at": rfc3339(visit.started_at or visit.received_at),
                "visited_on": visit.visited_on.isoformat(),
                "contact_result": visit.contact_result,
                "next_visit_on": visit.next_visit_on.isoformat() if visit.next_visit_on else None,
                "state": "quarantined" if visit.status == VisitStatus.HELD else "stored",
                "corrects": str(visit.corrects) if visit.corrects else None,
                **answered(visit, answers),
            }
            for visit in visits
        ],
    }


def answers_of(session: Session, visits: Iterable[Visit | HelperVisit]) -> dict[UUID, Any]:
    """Op id → answers as they came, of accepted visits with a form."""
    by_county: dict[int, list[UUID]] = {}
    for visit in visits:
        if visit.status == VisitStatus.ACCEPTED and visit.form_id:
            by_county.setdefault(visit.county_id, []).append(visit.op_id)
    found: dict[UUID, Any] = {}
    for county_id, ids in by_county.items():
        for start in range(0, len(ids), CHUNK):
            part = col(Op.op_id).in_(ids[start : start + CHUNK])
            for op_id, body in session.exec(select(Op.op_id, Op.body).where(Op.county_id == county_id, part)):
                found[op_id] = json.loads(body).get("answers")
    return found


def answered(visit: Visit | HelperVisit, answers: Mapping[UUID, Any]) -> dict[str, Any]:
    """Form and answers of a visit where they may travel, else nothing."""
    if visit.op_id not in answers:
        return {}
    return {"form_id": visit.form_id, "form_version": visit.form_version, "answers": answers[visit.op_id]}


def reading_forms(
    session: Session, lines: Iterable[Mapping[str, Any]], known: Iterable[FormVersion]
) -> list[FormVersion]:
    """Versions that earlier visits were answered with and that are no longer in force: needed to read them."""
    here = {(form.form_id, form.version) for form in known}
    named = {(str(line["form_id"]), str(line["form_version"])) for line in lines if line.get("answers")}
    found = (forms.get_form(session, *key) for key in sorted(named - here))
    return [form for form in found if form is not None]
