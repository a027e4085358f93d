"""What a phone is told of a household: the register's part of the sync package, every value a string, blank = "".

Birth years instead of birth dates, no ID number in any form. The caller has already come through the sample's fence.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select

from app.registry.households.models import Household, Member
from app.registry.households.rules import ATTRIBUTES, CAUSES
from app.registry.places import County, Village

CHUNK = 400


def package_households(session: Session, county_id: int, units: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Unit → household as the package has it, for many units of one county; unknown units are absent."""
    county = session.get(County, county_id)
    packaged: dict[str, dict[str, Any]] = {}
    source = iter(sorted(set(units)))
    while county is not None and (chunk := list(islice(source, CHUNK))):
        mine = select(Household).where(Household.county_id == county_id, col(Household.unit).in_(chunk))
        households = session.exec(mine).all()
        members = _members(session, county_id, chunk)
        villages = _villages(session, county_id, {household.village_code for household in households})
        for household in households:
            village = villages[household.village_code]
            packaged[household.unit] = _shape(household, members.get(household.unit, ()), county, village)
    return packaged


def package_household(session: Session, county_id: int, unit: str) -> dict[str, Any] | None:
    """One household as the package has it, or None."""
    return package_households(session, county_id, [unit]).get(unit)


def _members(session: Session, county_id: int, units: list[str]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    query = select(Member).where(Member.county_id == county_id, col(Member.unit).in_(units))
    for member in session.exec(query.order_by(col(Member.unit), col(Member.no))):
        found.setdefault(member.unit, []).append(member)
    return found


def _villages(session: Session, county_id: int, codes: set[str]) -> dict[str, Village]:
    query = select(Village).where(Village.county_id == county_id, col(Village.code).in_(codes))
    return {village.code: village for village in session.exec(query)}


def _shape(household: Household, members: Sequence[Member], county: County, village: Village) -> dict[str, Any]:
    return {
        "unit": household.unit,
        "office_no": household.office_no,
        "head_name": household.head_name,
        "county_code": county.code,
        "county_name": county.name_zh,
        "town_name": village.town_name,
        "village_code": village.code,
        "village_name": village.name,
        "status": household.status,
        "exit_year": _text(household.exit_year),
        "hh_attr": household.hh_attr if household.hh_attr in ATTRIBUTES else "",
        "cause": household.cause if household.cause in CAUSES else "",
        "resettled": "" if household.resettled is None else str(int(household.resettled)),
        "site": household.site,
        "size": _text(household.size or None),
        "members": [_person(member) for member in members],
        "helper_name": household.helper_name,
        "helper_unit": household.helper_unit,
        "helper_phone": household.helper_phone,
        "task_force": household.task_force,
        "income_pc": _text(household.income_pc),
        "subsidy": _text(household.subsidy),
        "lon": _text(village.lon),
        "lat": _text(village.lat),
    }


def _person(member: Member) -> dict[str, str]:
    year = str(member.birth_on.year) if member.birth_on else ""
    return {"name": member.name, "relation": member.relation, "birth_year": year}


def _text(value: float | int | None) -> str:
    return "" if value is None else str(value)
