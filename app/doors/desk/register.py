"""The register on paper: the list with search, and a household with its members masked.

Searching goes by POST, so that no name stands in an address or a log.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import allow
from app.doors.web.house import House, TheHouse
from app.kernel import terms
from app.kernel.problems import NotFound
from app.registry.households import queries
from app.registry.households.models import Household, Member
from app.registry.households.queries import Listed
from app.registry.households.rules import ATTRIBUTES, CAUSES, READING_ROLES, may_import
from app.registry.people.rules import Actor
from app.registry.places import County, list_counties

router = APIRouter(include_in_schema=False)

STATUSES = ("", "poor", "unexited", "exited", "non_poor", "missing")

Reader = Annotated[Actor, Depends(allow(*sorted(READING_ROLES)))]
Word = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True)
class CountyLine:
    """A county with its households on the newest lists."""

    code: str
    name: str
    is_here: bool
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Choice:
    """An option of a select."""

    value: str
    label: str


@dataclass(frozen=True)
class RegisterPage:
    """The list of one county."""

    counties: Sequence[CountyLine]
    county: str
    county_name: str
    search: str
    status: str
    statuses: Sequence[Choice]
    rows: Sequence[Listed]
    total: int
    page: int
    pages: int
    may_import: bool
    is_empty: bool


@dataclass(frozen=True)
class Fact:
    """One thing the list says."""

    label: str
    value: str


@dataclass(frozen=True)
class Person:
    """One member as shown: the ID number masked."""

    name: str
    relation: str
    birth: date | None
    id_number: str


@dataclass(frozen=True)
class HouseholdPageView:
    """One household."""

    household: Household
    place: str
    flags: Sequence[str]
    facts: Sequence[Fact]
    incomes: Sequence[Fact]
    extra: Sequence[Fact]
    members: Sequence[Person]


# --- the list ----------------------------------------------------------------------------------------------------
@router.get("/register")
def list_page(
    request: Request,
    house: TheHouse,
    actor: Reader,
    county: Annotated[str, Query(max_length=6)] = "",
    status: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> HTMLResponse:
    """The households of a county, page by page."""
    return _list(request, house, actor, county, "", status, page)


@router.post("/register")
def search_page(
    request: Request,
    house: TheHouse,
    actor: Reader,
    county: Word = "",
    search: Word = "",
    status: Word = "",
    page: Annotated[int, Form(ge=1, le=1_000_000)] = 1,
) -> HTMLResponse:
    """The same, narrowed by a word; changes nothing."""
    return _list(request, house, actor, county, search.strip(), status, page)


def _list(
    request: Request, house: House, actor: Actor, county: str, search: str, status: str, page: int
) -> HTMLResponse:
    voice = voice_of(request)
    status = status if status in STATUSES else ""
    with house.db.read() as session:
        counties = [each for each in list_counties(session) if actor.touches_county(each.code)]
        if not counties:
            raise NotFound("您的范围里没有县(市、区)。", "There is no county in your scope.")
        here = county or counties[0].code
        found = queries.list_households(session, actor, here, search, page, status=status)
        counts = queries.frame_counts(session)
    lines = [_county_line(each, here, counts, actor, voice) for each in counties]
    view = RegisterPage(
        counties=lines,
        county=here,
        county_name=next(line.name for line in lines if line.code == here),
        search=search,
        status=status,
        statuses=[Choice(value, _status_word(value, voice)) for value in STATUSES],
        rows=found.rows,
        total=found.total,
        page=found.page,
        pages=found.pages,
        may_import=may_import(actor),
        is_empty=not found.total and not search and not status,
    )
    return show(request, "register.html", view, title=voice("reg_title"), at="register", actor=actor)


def _county_line(
    county: County, here: str, counts: Mapping[int, Mapping[str, int]], actor: Actor, voice: Voice
) -> CountyLine:
    name = county.name_en if voice.lang == "en" else county.name_zh
    known = counts.get(county.id, {}) if actor.covers(county.code) else {}
    return CountyLine(county.code, name, county.code == here, known)


def _status_word(status: str, voice: Voice) -> str:
    own = {"": "reg_all", "poor": "reg_status_poor", "missing": "reg_status_missing"}
    return voice(own[status]) if status in own else terms.label("status", status, voice.lang)


# --- one household -----------------------------------------------------------------------------------------------
@router.get("/register/{unit}")
def household_page(unit: str, request: Request, house: TheHouse, actor: Reader) -> HTMLResponse:
    """What the register knows of one household."""
    voice = voice_of(request)
    with house.db.read() as session:
        household = queries.get_household(session, actor, unit)
        village = queries.get_village(session, household)
        members = queries.members_of(session, household)
        flags = queries.flags_of(session, household.county_id, [household]).get(unit, ())
    view = HouseholdPageView(
        household=household,
        place=f"{village.town_name} {village.name}",
        flags=flags,
        facts=_facts(household, voice),
        incomes=_incomes(household, voice),
        extra=[Fact(header, text) for header, text in _extra(household).items()],
        members=[_person(house, member) for member in members],
    )
    crumbs = [
        Crumb(voice("reg_title"), f"/register?county={household.village_code[:6]}"),
        Crumb(household.head_name),
    ]
    return show(
        request, "register_household.html", view, title=household.head_name, at="register", crumbs=crumbs, actor=actor
    )


def _extra(household: Household) -> dict[str, str]:
    extra: dict[str, str] = json.loads(household.extra)
    return extra


def _person(house: House, member: Member) -> Person:
    return Person(member.name, member.relation, member.birth_on, queries.masked_id(house.keys, member))


def _facts(household: Household, voice: Voice) -> list[Fact]:
    lang = voice.lang
    attribute, cause = ATTRIBUTES.get(household.hh_attr), CAUSES.get(household.cause)
    resettled = {None: "", True: voice("reg_yes"), False: voice("reg_no")}[household.resettled]
    said: dict[str, Any] = {
        "reg_office_no": household.office_no,
        "reg_unit": household.unit,
        "reg_size": household.size or "",
        "reg_exit_year": household.exit_year or "",
        "reg_attr": getattr(attribute, lang) if attribute else household.hh_attr,
        "reg_cause": getattr(cause, lang) if cause else household.cause,
        "reg_resettled": resettled,
        "reg_site": household.site,
        "reg_helper": household.helper_name,
        "reg_helper_unit": household.helper_unit,
        "reg_helper_phone": household.helper_phone,
        "reg_task_force": household.task_force,
    }
    return [Fact(voice(key), str(value)) for key, value in said.items()]


def _incomes(household: Household, voice: Voice) -> list[Fact]:
    names = ("income_wage", "income_oper", "income_prop", "income_transfer", "income_pc", "subsidy")
    amounts = {name: getattr(household, name) for name in names}
    return [Fact(voice(f"reg_{name}"), "" if yuan is None else f"{yuan:,}") for name, yuan in amounts.items()]
