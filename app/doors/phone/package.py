"""The package: all that a phone needs to work for days without a network (contract, Sync).

Least data: only drawn households of rounds that are open to this team, reserves included, because their order is the
rule; no ID numbers. Helpers get their own households instead (`helped`), desk roles the rounds they may know of.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.doors.phone.helped import answered, answers_of, helped_households, reading_forms
from app.doors.web.house import House
from app.findings.inspections import queries as inspections
from app.findings.inspections.models import Visit, VisitStatus
from app.findings.inspections.visited import Before, recent_interviews
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.problems import NotFound
from app.registry.households.package import package_households
from app.registry.people.rules import COLLECTING_ROLES, Actor
from app.registry.places import County, list_counties
from app.survey.questionnaires import queries as forms
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.releases import choose, list_moves, list_releases
from app.survey.records.cursor import Cursor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import round_of


def package_for(house: House, actor: Actor, form_of_stratum: Mapping[str, str]) -> dict[str, Any]:
    """The package of one account."""
    with house.db.read() as session:
        seqs = _counters(session, actor)  # before anything else: what comes meanwhile is told by /sync/changes
        views = [view for view in rounds.list_rounds(session, actor) if view.state != "closed"]
        samples = [item for view in views for item in _samples(session, house, actor, view, form_of_stratum)]
        households = helped_households(session, actor, house.settings.visit_days)
        current = _in_force(session, views, samples)
        lines = [line for item in samples for line in item["events"]]
        lines += [line for item in households for line in item["visits"]]
        older = reading_forms(session, lines, current)
        epoch = audit.epoch(session)
        return {
            "epoch": epoch,
            "cursor": str(Cursor(epoch, seqs)),
            "receipt_key": house.keys.public_key(),
            "recovery_key": house.keys.box_key(),
            "phone": {"pin": house.settings.phone_pin},
            "account": {"account": actor.account, "role": actor.role, "scope": actor.scope, "name": actor.name},
            "tz": str(house.settings.tz),
            "rounds": [view.as_dict() for view in views],
            "samples": samples,
            "households": households,
            "visit_every_days": house.settings.visit_days,
            "forms": [
                *(_form(form) for form in current),
                *({**_form(form), "in_force": False} for form in older),
            ],
            "form_moves": [
                {"form_id": move.form_id, "from": move.from_version, "to": move.to_version}
                for move in list_moves(session)
            ],
        }


def _in_force(session: Session, views: Sequence[RoundView], samples: Sequence[dict[str, Any]]) -> list[FormVersion]:
    """What new records begin with, in and outside the open rounds; every sample is told its own version."""
    versions, releases, now = forms.list_versions(session), list_releases(session), utcnow()
    chosen = {form.sha256: form for form in choose(versions, releases, now, "")}
    for view in views:
        own = choose(versions, releases, now, view.code)
        chosen.update({form.sha256: form for form in own})
        told = {form.form_id: form.version for form in own}
        for item in samples:
            if item["round"] == view.code:
                item["form_version"] = told.get(item["form_id"])
    return list(chosen.values())


def _form(form: FormVersion) -> dict[str, Any]:
    return {
        "form_id": form.form_id,
        "version": form.version,
        "sha256": form.sha256,
        "url": f"/api/v1/forms/{form.form_id}/{form.version}.json",
    }


def _samples(
    session: Session, house: House, actor: Actor, view: RoundView, form_of_stratum: Mapping[str, str]
) -> list[dict[str, Any]]:
    if not actor.is_team:
        return []
    try:
        rows = rounds.list_samples(session, actor, view.code)
    except NotFound:
        return []
    doors = inspections.doors_of(session, rows, house.settings.tz)
    by_county: dict[int, list[str]] = {}
    for row in rows:
        by_county.setdefault(row.county_id, []).append(row.unit)
    answers = answers_of(session, [visit for door in doors for visit in door.visits])
    before = recent_interviews(session, rows, utcnow())
    households: dict[str, dict[str, Any]] = {}
    for county_id, units in by_county.items():
        households.update(package_households(session, county_id, units))
    return [
        {
            **door.item.as_dict(),
            "round": view.code,
            "form_id": form_of_stratum[door.row.kind],
            "household": households.get(door.row.unit, {"unit": door.row.unit}),
            "events": [{**event_of(visit), **answered(visit, answers)} for visit in door.visits],
            **({"seen_before": _before(before[door.row.unit])} if door.row.unit in before else {}),
        }
        for door in doors
    ]


def _before(before: Before) -> dict[str, str]:
    """Which round's team was at this door, and when: the leader decides whether to go again."""
    return {"round": round_of(before.draw), "at": rfc3339(before.at)}


def event_of(visit: Visit) -> dict[str, Any]:
    """A doorstep that is on the server already, as the phone's rule needs it."""
    return {
        "op_id": str(visit.op_id),
        "started_at": rfc3339(visit.started_at or visit.received_at),
        "contact_result": visit.contact_result,
        "met_where": visit.met_where,
        "no_such_why": visit.no_such_why,
        "code": visit.outcome_code,
        "state": "quarantined" if visit.status == VisitStatus.HELD else "stored",
        "corrects": str(visit.corrects) if visit.corrects else None,
    }


def counties_of(session: Session, actor: Actor) -> list[County]:
    """Where the actor's records may lie: a team's counties, and every county for somebody's own records."""
    if actor.role not in COLLECTING_ROLES:
        return []
    return [county for county in list_counties(session) if not actor.is_team or actor.covers(county.code)]


def _counters(session: Session, actor: Actor) -> dict[int, int]:
    """County id → its sequence number now, for the team; a count of records is nobody else's business."""
    counties = [county.id for county in counties_of(session, actor)] if actor.is_team else []
    rows = session.exec(select(audit.CountySeq).where(col(audit.CountySeq.county_id).in_(counties)))
    return {row.county_id: row.seq for row in rows}
