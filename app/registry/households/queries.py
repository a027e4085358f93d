"""All reads of the register. `visible_households` is the fence: nothing else in the house selects households.

City and county desks read within their scope. A helper sees the households that name them. Inspectors, team leaders
and village cadres see nothing here: what a team may know of a household comes with its sample (survey), and a covert
plan must not be guessed from who looked. Admin keeps accounts and reads no register.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.kernel.clock import utcnow
from app.kernel.keys import Keys
from app.kernel.problems import NotFound
from app.registry.households.id_numbers import mask
from app.registry.households.models import Household, ImportJob, JobState, Member, PovertyStatus
from app.registry.households.rules import MAX_HOUSEHOLDS_OF_HELPER, READING_ROLES
from app.registry.households.saving import id_place
from app.registry.people.models import Account, Role
from app.registry.people.rules import Actor
from app.registry.places import County, Village, get_county

PAGE = 50
CHUNK = 400
SILENT_AFTER = timedelta(minutes=10)


def visible_households(actor: Actor) -> SelectOfScalar[Household]:
    """The households this actor may know of, as a select to go on with. Everybody else's look as if absent."""
    if actor.role == Role.HELPER:
        return select(Household).where(_in_counties(actor.scope[:4]), _helped_by(actor))
    if actor.role not in READING_ROLES:
        return select(Household).where(false())
    query = select(Household).where(_in_counties(actor.scope[:6]))
    if len(actor.scope) > 6:
        query = query.where(col(Household.village_code).startswith(actor.scope))
    return query


def _in_counties(prefix: str) -> ColumnElement[bool]:
    return col(Household.county_id).in_(select(County.id).where(col(County.code).startswith(prefix), County.id != 0))


def _helped_by(actor: Actor) -> ColumnElement[bool]:
    """Named by account, or by a name that only one person can mean: one telephone in the register, one account."""
    other = aliased(Household)
    phones = (
        select(func.count(func.distinct(other.helper_phone)))
        .where(other.helper_name == actor.name, col(other.county_id).in_(select(County.id)))
        .scalar_subquery()
    )
    accounts = (
        select(func.count()).where(Account.name == actor.name, Account.role == Role.HELPER.value).scalar_subquery()
    )
    by_name = (
        col(Household.helper_account).is_(None)
        & (col(Household.helper_name) == actor.name)
        & (phones == 1)
        & (accounts == 1)
    )
    return or_(col(Household.helper_account) == actor.account, by_name)


@dataclass(frozen=True)
class Listed:
    """A line of the register's list."""

    household: Household
    town_name: str
    village_name: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class HouseholdPage:
    """One page of the list."""

    rows: list[Listed]
    total: int
    page: int
    pages: int


def list_households(
    session: Session, actor: Actor, county: str, search: str = "", page: int = 1, *, status: str = "", size: int = PAGE
) -> HouseholdPage:
    """Households of a county (6-digit code) that the actor may see, by unit; NotFound for a county out of reach.

    `search` looks in head, unit, household number, village, helper; `status` is one of the codes, `poor` or `missing`.
    """
    place = get_county(session, county)
    if not actor.touches_county(county):
        raise NotFound("没有这个县(市、区)。", "There is no such county.")
    query = visible_households(actor).where(Household.county_id == place.id)
    query = _narrow(query, place.id, search.strip(), status)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    households = list(session.exec(query.order_by(col(Household.unit)).offset((page - 1) * size).limit(size)))
    villages = _villages(session, place.id, {household.village_code for household in households})
    flags = flags_of(session, place.id, households)
    rows = [
        Listed(household, *_names(villages.get(household.village_code)), flags.get(household.unit, ()))
        for household in households
    ]
    return HouseholdPage(rows, total, page, pages)


def _narrow(query: SelectOfScalar[Household], county_id: int, search: str, status: str) -> SelectOfScalar[Household]:
    if status == "poor":
        query = query.where(Household.status != PovertyStatus.NON_POOR.value)
    elif status == "missing":
        query = query.where(col(Household.missing_since).is_not(None))
    elif status:
        query = query.where(Household.status == status)
    if not search:
        return query
    in_village = select(Village.code).where(
        Village.county_id == county_id,
        or_(
            col(Village.name).contains(search, autoescape=True),
            col(Village.town_name).contains(search, autoescape=True),
        ),
    )
    return query.where(
        or_(
            col(Household.head_name).contains(search, autoescape=True),
            col(Household.unit).startswith(search, autoescape=True),
            col(Household.office_no) == search,
            col(Household.helper_name) == search,
            col(Household.village_code).in_(in_village),
        )
    )


def _villages(session: Session, county_id: int, codes: Iterable[str]) -> dict[str, Village]:
    found = select(Village).where(Village.county_id == county_id, col(Village.code).in_(set(codes)))
    return {village.code: village for village in session.exec(found)}


def _names(village: Village | None) -> tuple[str, str]:
    return (village.town_name, village.name) if village else ("", "")


def get_household(session: Session, actor: Actor, unit: str) -> Household:
    """One household by its unit, or NotFound: absent and out of reach look the same."""
    county_id = _county_of(session, unit)
    query = visible_households(actor).where(Household.county_id == county_id, Household.unit == unit)
    found = session.exec(query).first()
    if found is None:
        raise NotFound("没有这一户。", "There is no such household.")
    return found


def _county_of(session: Session, unit: str) -> int:
    """The county id in a unit; -1 (which no row has) when it names none."""
    found = session.exec(select(County.id).where(County.code == unit[:6], County.id != 0)).first()
    return -1 if found is None else found


def get_village(session: Session, household: Household) -> Village:
    """Where the household lives."""
    return session.exec(
        select(Village).where(Village.county_id == household.county_id, Village.code == household.village_code)
    ).one()


def members_of(session: Session, household: Household) -> list[Member]:
    """The persons of a household that came through the fence, in the list's order."""
    query = select(Member).where(Member.county_id == household.county_id, Member.unit == household.unit)
    return list(session.exec(query.order_by(col(Member.no))))


def masked_id(keys: Keys, member: Member) -> str:
    """First six and last four of the ID number, or blank; the plain number goes nowhere else."""
    if member.id_sealed is None:
        return ""
    return mask(keys.unseal(member.id_sealed, id_place(member.county_id, member.unit, member.no)))


def flags_of(session: Session, county_id: int, households: Sequence[Household]) -> dict[str, tuple[str, ...]]:
    """Unit → doubts of domain §5 that the register itself shows: F09 a helper of six, F11 an ID number held twice."""
    units = [household.unit for household in households]
    doubled = _units_with_doubles(session, county_id, units)
    busy = busy_helpers(session, county_id, {household.helper_name for household in households} - {""})
    flags: dict[str, tuple[str, ...]] = {}
    for household in households:
        person = (household.helper_name, household.helper_phone or household.helper_unit)
        is_busy = person in busy and household.status != PovertyStatus.NON_POOR
        found = (("F09",) if is_busy else ()) + (("F11",) if household.unit in doubled else ())
        if found:
            flags[household.unit] = found
    return flags


def _units_with_doubles(session: Session, county_id: int, units: Sequence[str]) -> set[str]:
    mine, other = aliased(Member), aliased(Member)
    query = (
        select(mine.unit)
        .join(other, (col(other.county_id) == mine.county_id) & (col(other.id_index) == mine.id_index))
        .where(
            mine.county_id == county_id,
            col(mine.unit).in_(units),
            col(mine.id_index).is_not(None),
            or_(col(other.unit) != mine.unit, col(other.no) != mine.no),
        )
    )
    return set(session.exec(query))


def count_doubled(session: Session, county_id: int) -> int:
    """How many ID numbers a county's register holds more than once (F11)."""
    doubled = (
        select(Member.id_index)
        .where(Member.county_id == county_id, col(Member.id_index).is_not(None))
        .group_by(col(Member.id_index))
        .having(func.count() > 1)
        .subquery()
    )
    return session.exec(select(func.count()).select_from(doubled)).one()


def busy_helpers(session: Session, county_id: int, names: set[str] | None = None) -> dict[tuple[str, str], int]:
    """Helpers (name, telephone or else unit) with more than five of the county's households, and how many (F09)."""
    phone_or_unit = func.coalesce(func.nullif(Household.helper_phone, ""), Household.helper_unit)
    query = (
        select(Household.helper_name, phone_or_unit, func.count())
        .where(
            Household.county_id == county_id,
            Household.helper_name != "",
            Household.status != PovertyStatus.NON_POOR.value,
            col(Household.missing_since).is_(None),
        )
        .group_by(col(Household.helper_name), phone_or_unit)
        .having(func.count() > MAX_HOUSEHOLDS_OF_HELPER)
    )
    if names is not None:
        query = query.where(col(Household.helper_name).in_(names))
    return {(name, contact): count for name, contact, count in session.exec(query)}


# --- for the draw: the whole county, whoever asks; the round's own fence stands before it ---------------------------
def frame_rows(session: Session, county_id: int) -> Iterator[tuple[str, str, str]]:
    """(unit, status, household number) of every household on the newest list, by unit."""
    query = (
        select(Household.unit, Household.status, Household.office_no)
        .where(Household.county_id == county_id, col(Household.missing_since).is_(None))
        .order_by(col(Household.unit))
    )
    yield from session.exec(query)


@dataclass(frozen=True)
class FrameMember:
    """A household as a plan of the draw may sort it: where it lives now and what class it is of."""

    unit: str
    status: str
    office_no: str
    village: str
    resettled: bool | None
    hh_attr: str
    cause: str
    exit_year: int | None


def frame_members(session: Session, county_id: int) -> Iterator[FrameMember]:
    """Every household on the newest list, by unit, with what classes of a plan rest on."""
    query = (
        select(
            Household.unit,
            Household.status,
            Household.office_no,
            Household.village_code,
            Household.resettled,
            Household.hh_attr,
            Household.cause,
            Household.exit_year,
        )  # type: ignore[call-overload]
        .where(Household.county_id == county_id, col(Household.missing_since).is_(None))
        .order_by(col(Household.unit))
    )
    for row in session.exec(query):
        yield FrameMember(*row)


def frame_counts(session: Session) -> dict[int, dict[str, int]]:
    """County id → `{"poor", "exited", "non_poor"}` on the newest lists; poor includes exited."""
    counts: dict[int, dict[str, int]] = {}
    query = (
        select(Household.county_id, Household.status, func.count())
        .where(col(Household.missing_since).is_(None))
        .group_by(col(Household.county_id), col(Household.status))
    )
    for county_id, status, count in session.exec(query):
        tally = counts.setdefault(county_id, {"poor": 0, "exited": 0, "non_poor": 0})
        if status == PovertyStatus.NON_POOR:
            tally["non_poor"] += count
        else:
            tally["poor"] += count
            tally["exited"] += count if status == PovertyStatus.EXITED else 0
    return counts


# --- for teams: whom the register ties to a county; the city office asks ------------------------------------------
def ties_to(session: Session, county_id: int, *, account: str, name: str, employer: str) -> tuple[int, int]:
    """How many of the county's households a person helps, and how many the person's employer helps.

    Where the register names no account a namesake counts: who is in doubt stays away.
    """
    here = select(func.count()).select_from(Household).where(
        Household.county_id == county_id, col(Household.missing_since).is_(None)
    )  # fmt: skip
    helped = session.exec(here.where(_is_helper(account, name))).one()
    by_employer = session.exec(here.where(Household.helper_unit == employer)).one() if employer else 0
    return helped, by_employer


def is_helper_of(session: Session, county_id: int, unit: str, *, account: str, name: str) -> bool:
    """Whether the register has this person, or a namesake without an account, as the household's helper."""
    query = select(Household.unit).where(
        Household.county_id == county_id, Household.unit == unit, _is_helper(account, name)
    )
    return session.exec(query).first() is not None


def _is_helper(account: str, name: str) -> ColumnElement[bool]:
    namesake = col(Household.helper_account).is_(None) & (col(Household.helper_name) == name)
    return or_(col(Household.helper_account) == account, namesake)


# --- imports -----------------------------------------------------------------------------------------------------
def visible_jobs(actor: Actor) -> SelectOfScalar[ImportJob]:
    """The imports of whoever may import, within the actor's scope."""
    if actor.role not in (Role.CITY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR):
        return select(ImportJob).where(false())
    return select(ImportJob).where(col(ImportJob.scope).startswith(actor.scope))


def list_jobs(session: Session, actor: Actor, limit: int = 20) -> list[ImportJob]:
    """The latest imports, newest first."""
    return list(session.exec(visible_jobs(actor).order_by(col(ImportJob.at).desc()).limit(limit)))


def get_job(session: Session, actor: Actor, job_id: UUID) -> ImportJob:
    """One import, or NotFound."""
    found = session.exec(visible_jobs(actor).where(ImportJob.id == job_id)).first()
    if found is None:
        raise NotFound("没有这次导入。", "There is no such import.")
    return found


def is_cut_off(job: ImportJob) -> bool:
    """A job that says it runs but has given no sign of life: the service was restarted under it."""
    return job.state in (JobState.QUEUED, JobState.RUNNING) and utcnow() - job.beat_at > SILENT_AFTER
