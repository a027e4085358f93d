"""Teams of a round over the wire: enter them, see who must step aside, freeze them for their draw, sign the pledge.

Signing the commitment, throwing, voiding and reading the record go through the doors of rounds, by the draw's id.
"""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.doors.web.auth import Caller, CityOfficer
from app.doors.web.house import TheHouse
from app.kernel.clock import rfc3339
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor
from app.survey.rounds import queries
from app.survey.rounds.freeze import get_commitment
from app.survey.rounds.team_draw import freeze_teams
from app.survey.rounds.team_queries import TeamView, list_bars, list_teams
from app.survey.rounds.teams import save_team, sign_pledge

router = APIRouter(prefix="/api/v1", tags=["rounds"])

Name = Annotated[str, Field(max_length=200)]


class MemberIn(BaseModel):
    """Somebody of a team, for whom the person works, and in which counties of the round the person is at home."""

    account: Name
    employer: Name
    home: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)


class TeamIn(BaseModel):
    """A team; `cost_unit` bears its travel and must be there before `active`."""

    name: Name
    cost_unit: Name = ""
    members: Annotated[list[MemberIn], Field(max_length=50)] = Field(default_factory=list)
    active: bool = False


class TeamFreezeIn(BaseModel):
    """Where the seed will come from."""

    source: Name


@router.get("/rounds/{code}/teams")
def get_teams(code: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """The teams of a round with what bars them from which county; the city's only."""
    with house.db.read() as session:
        require_city(actor)
        queries.get_round(session, actor, code)
        teams = list_teams(session, code)
        bars = list_bars(session, teams, queries.counties_of(session, code))
    return {
        "items": [_team(team) for team in teams],
        "bars": [
            {"team": b.team, "county": b.county, "account": b.account, "why": b.why, "households": b.households}
            for b in bars
        ],
    }


def require_city(actor: Actor) -> None:
    """NotFound for everybody else: which teams there are is not for a county to know."""
    if not actor.is_city:
        raise NotFound("没有督查组,或不在您的范围内。", "No teams within your scope.")


def _team(team: TeamView) -> dict[str, Any]:
    return {
        "team": team.code,
        "name": team.name,
        "cost_unit": team.cost_unit,
        "active": team.is_active,
        "counties": list(team.counties),
        "members": [
            {
                "account": each.account.account,
                "employer": each.employer,
                "home": list(each.home),
                "pledged_at": each.pledged_at and rfc3339(each.pledged_at),
            }
            for each in team.members
        ],
    }


@router.put("/rounds/{code}/teams/{team}")
def put_team(code: str, team: str, body: TeamIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Write a team anew."""
    with house.db.write(HOME) as session:
        save_team(
            session,
            actor,
            code,
            team,
            name=body.name,
            cost_unit=body.cost_unit,
            members=[each.model_dump() for each in body.members],
            active=body.active,
        )
        return next(_team(each) for each in list_teams(session, code) if each.code == team)


@router.post("/rounds/{code}/teams/freeze", status_code=201)
def post_freeze(code: str, body: TeamFreezeIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Commit to who may go where; then signers, dice and record by the draw's id."""
    draw = freeze_teams(house.db, actor, code, source=body.source)
    with house.db.read() as session:
        return {**get_commitment(session, draw).as_dict(), "pairs": draw.pairs}


@router.post("/rounds/{code}/pledge", status_code=201)
def post_pledge(code: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Sign the pledge of a round; signing again gives the first time."""
    with house.db.write(HOME) as session:
        pledge = sign_pledge(session, actor, code)
        return {"round": code, "version": pledge.version, "signed_at": rfc3339(pledge.signed_at)}
