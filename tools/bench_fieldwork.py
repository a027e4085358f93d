"""Households with helpers, their visits and records of field work, as rows: what the lists of the desk grow with."""

import uuid
from datetime import datetime, timedelta

from sqlmodel import Session

from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import FieldRecord
from app.kernel.db.ports import insert_many
from app.registry.households.models import Household
from app.registry.places import Village

HELPED, VISITS, RECORDS = 300, 3, 100
"""Of a county: households with a helper, visits to each, records of field work."""


def furnish_county(session: Session, code: str, county_id: int, who: uuid.UUID, now: datetime) -> None:
    """A village of helped households, visited until yesterday, and records of field work outside any round."""
    village = f"{code}001201"
    named = {"name": "虚构村", "town_name": "虚构乡"}
    insert_many(session, Village, [{"county_id": county_id, "code": village, **named}])
    units = [f"{village}-{number:04d}" for number in range(1, HELPED + 1)]
    insert_many(session, Household, [_household(county_id, village, unit, now) for unit in units])
    today = datetime.now(now.tzinfo)
    visits = [
        _visit(county_id, unit, who, today - timedelta(days=30 * back + place % 30))
        for place, unit in enumerate(units)
        for back in range(VISITS)
    ]
    insert_many(session, HelperVisit, visits)
    insert_many(
        session, FieldRecord, [_record(county_id, village, who, today - timedelta(hours=n)) for n in range(RECORDS)]
    )


def _household(county_id: int, village: str, unit: str, now: datetime) -> dict[str, object]:
    return {
        "county_id": county_id, "unit": unit, "office_no": unit, "status": "unexited", "village_code": village,
        "head_name": "某户", "helper_name": "某人", "size": 3, "content": b"", "created_at": now, "updated_at": now,
    }  # fmt: skip


def _visit(county_id: int, unit: str, who: uuid.UUID, at: datetime) -> dict[str, object]:
    return {
        "county_id": county_id, "op_id": uuid.uuid4(), "status": "accepted", "unit": unit, "account_id": who,
        "received_at": at, "visited_on": at.date(), "contact_result": "met", "purposes": "", "minutes_here": 40,
    }  # fmt: skip


def _record(county_id: int, village: str, who: uuid.UUID, at: datetime) -> dict[str, object]:
    return {
        "county_id": county_id, "op_id": uuid.uuid4(), "status": "accepted", "kind": "record", "place": village,
        "account_id": who, "received_at": at, "started_at": at, "method": "report", "unit_name": "虚构乡",
    }  # fmt: skip
