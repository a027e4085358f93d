"""The package: all that a phone needs to work for days without a network (contract, Sync).

Least data: only drawn households of rounds that are open to this team, reserves included, because their order is the
rule; no ID numbers. Helpers and desk roles get rounds they may know of and no samples.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.doors.web.house import House
from app.findings.inspections import queries as inspections
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel import audit
from app.kernel.clock import rfc3339
from app.kernel.problems import NotFound
from app.registry.households.package import package_households
from app.registry.people.rules import Actor
from app.survey.questionnaires import queries as forms
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView


def package_for(house: House, actor: Actor, form_of_stratum: Mapping[str, str]) -> dict[str, Any]:
    """The package of one account."""
    with house.db.read() as session:
        views = [view for view in rounds.list_rounds(session, actor) if view.state != "closed"]
        samples = [item for view in views for item in _samples(session, house, actor, view, form_of_stratum)]
        seqs = {row.county_id: row.seq for row in _counters(session, views)}
        return {
            "epoch": audit.epoch(session),
            "cursor": _cursor(seqs),
            "receipt_key": house.keys.public_key(),
            "account": {"account": actor.account, "role": actor.role, "scope": actor.scope, "name": actor.name},
            "tz": str(house.settings.tz),
            "rounds": [view.as_dict() for view in views],
            "samples": samples,
            "forms": [
                {
                    "form_id": form.form_id,
                    "version": form.version,
                    "sha256": form.sha256,
                    "url": f"/api/v1/forms/{form.form_id}/{form.version}.json",
                }
                for form in forms.latest_forms(session)
            ],
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
    households: dict[str, dict[str, Any]] = {}
    for county_id, units in by_county.items():
        households.update(package_households(session, county_id, units))
    return [
        {
            **door.item.as_dict(),
            "round": view.code,
            "form_id": form_of_stratum[door.row.kind],
            "household": households.get(door.row.unit, {"unit": door.row.unit}),
            "events": [_event(visit) for visit in door.visits],
        }
        for door in doors
    ]


def _event(visit: Visit) -> dict[str, Any]:
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


def _counters(session: Session, views: list[RoundView]) -> list[audit.CountySeq]:
    counties = sorted({county.id for view in views for county in view.counties})
    found = [session.get(audit.CountySeq, county_id) for county_id in counties]
    return [row for row in found if row is not None]


def _cursor(seqs: Mapping[int, int]) -> str:
    """{county: seq} as opaque text (scale-security A5.5)."""
    text = json.dumps({str(county): seq for county, seq in sorted(seqs.items())}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()
