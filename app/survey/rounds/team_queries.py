"""Who of a round's teams works where. A round without teams is worked by scope: its county's inspectors and leaders.

Once a round has teams, scope alone opens nothing: only members whose team was drawn to a county, and who have signed
the pledge, know of its households. What bars a team from a county is asked of the register here, before the draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from app.registry.households.queries import ties_to
from app.registry.people.models import Account
from app.registry.people.queries import team_of
from app.registry.people.rules import Actor, sees_draw
from app.registry.places import County
from app.survey.rounds.models import Draw, Pledge, Team, TeamMember


@dataclass(frozen=True)
class Work:
    """What a member of a team may do in a round; `counties` is empty until team draw and pledge are there."""

    team: str
    is_pledged: bool
    counties: frozenset[str] = frozenset()


class Why(StrEnum):
    """What bars a team from a county (R41; terms: team_bar)."""

    OWN_COUNTY = "own_county"
    EMPLOYER_COUNTY = "employer_county"
    EMPLOYER_HELPS = "employer_helps"
    HELPS = "helps"
    SCOPE = "scope"


@dataclass(frozen=True)
class Bar:
    """One reason why a team stays away from a county: whose it is, and how many households are concerned."""

    team: str
    county: str
    account: str
    why: Why
    households: int = 0


@dataclass(frozen=True)
class MemberView:
    """Somebody of a team with what the person declared."""

    account: Account
    employer: str
    home: tuple[str, ...]
    pledged_at: datetime | None


@dataclass(frozen=True)
class TeamView:
    """A team with its members; `counties` is what the standing draw gave it."""

    code: str
    name: str
    cost_unit: str
    is_active: bool
    members: tuple[MemberView, ...] = field(default=())
    counties: tuple[str, ...] = field(default=())


def has_teams(session: Session, code: str) -> bool:
    """Whether a round is worked by teams."""
    return session.exec(select(Team.code).where(Team.round_code == code).limit(1)).first() is not None


def find_team_draw(session: Session, code: str) -> Draw | None:
    """The draw of teams that stands in a round, from its commitment on."""
    query = select(Draw).where(Draw.round_code == code, col(Draw.of_teams).is_(True), col(Draw.voided_at).is_(None))
    return session.exec(query).first()


def list_teams(session: Session, code: str) -> list[TeamView]:
    """The teams of a round by code. Without a fence: for the city's office."""
    draw = find_team_draw(session, code)
    given = (draw.teams if draw else None) or {}
    pledges = {row.account_id: row.signed_at for row in session.exec(select(Pledge).where(Pledge.round_code == code))}
    query = (
        select(TeamMember, Account)
        .join(Account, col(Account.id) == col(TeamMember.account_id))
        .where(TeamMember.round_code == code)
        .order_by(col(Account.account))
    )
    members: dict[str, list[MemberView]] = {}
    for row, account in session.exec(query):
        view = MemberView(account, row.employer, tuple(row.home), pledges.get(account.id))
        members.setdefault(row.team, []).append(view)
    rows = session.exec(select(Team).where(Team.round_code == code).order_by(col(Team.code)))
    return [
        TeamView(
            code=row.code,
            name=row.name,
            cost_unit=row.cost_unit,
            is_active=row.active_at is not None,
            members=tuple(members.get(row.code, ())),
            counties=tuple(county for county, team in sorted(given.items()) if team == row.code),
        )
        for row in rows
    ]


# --- who works where ---


def find_work(session: Session, actor: Actor, code: str) -> Work | None:
    """What this member of a team may do in a round; None for those whom no team of it names."""
    member = session.get(TeamMember, (code, actor.account_id))
    team = session.get(Team, (code, member.team)) if member else None
    if member is None or team is None or team.active_at is None:
        return None
    if session.get(Pledge, (code, actor.account_id)) is None:
        return Work(team.code, is_pledged=False)
    draw = find_team_draw(session, code)
    given = (draw.teams if draw else None) or {}
    return Work(team.code, True, frozenset(county for county, name in given.items() if name == team.code))


def works_in(session: Session, actor: Actor, code: str | None, county: str) -> bool:
    """Whether a team member works in a county in a round: by the draw of teams, or where there are none by scope."""
    if not actor.covers(county):
        return False
    if code is None or not has_teams(session, code):
        return True
    work = find_work(session, actor, code)
    return work is not None and county in work.counties


def sees_in_round(session: Session, actor: Actor, code: str | None, county: str, *, closed: bool) -> bool:
    """`sees_draw`, and for members of teams only where they work."""
    return sees_draw(actor, county, closed=closed) and (not actor.is_team or works_in(session, actor, code, county))


def accounts_in(session: Session, code: str, county: str) -> list[Account]:
    """Those to whom a county's households may be given in a round."""
    if not has_teams(session, code):
        return team_of(session, county)
    return [
        member.account
        for team in list_teams(session, code)
        if county in team.counties
        for member in team.members
        if member.pledged_at is not None and member.account.disabled_at is None
    ]


# --- who stays away ---


def list_bars(session: Session, teams: Sequence[TeamView], counties: Sequence[County]) -> list[Bar]:
    """Everything that keeps a team from a county, by team, county and member."""
    return [
        bar
        for team in teams
        for county in counties
        for member in team.members
        for bar in _bars(session, team.code, county, member)
    ]


def _bars(session: Session, team: str, county: County, member: MemberView) -> list[Bar]:
    account = member.account
    helped, by_employer = ties_to(
        session, county.id, account=account.account, name=account.name, employer=member.employer
    )
    found = {
        Why.OWN_COUNTY: (county.code in member.home, 0),
        Why.EMPLOYER_COUNTY: (county.name_zh in member.employer, 0),
        Why.EMPLOYER_HELPS: (by_employer > 0, by_employer),
        Why.HELPS: (helped > 0, helped),
        Why.SCOPE: (not county.code.startswith(account.scope), 0),
    }
    return [Bar(team, county.code, account.account, why, n) for why, (holds, n) in found.items() if holds]
