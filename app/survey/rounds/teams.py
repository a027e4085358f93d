"""Enter the teams of a round, and sign its pledge. Where they go is drawn (team_draw.py), never chosen.

A team needs the unit that bears its travel before it takes part (R40), an inspector the pledge before any household is
given (R39). What a member declares (home, employer) and what the register knows (whom the person and the employer help)
bars counties. Teams come before anybody works in the round; nothing here commits.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.problems import Fault, Forbidden, NotFound
from app.registry.people.models import Account
from app.registry.people.queries import find_account
from app.registry.people.rules import TEAM_ROLES, Actor
from app.survey.rounds.models import Draw, Pledge, Round, Team, TeamMember
from app.survey.rounds.problems import AlreadyFrozen, BadTeam, TeamsLate
from app.survey.rounds.queries import counties_of, find_round
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer
from app.survey.rounds.team_queries import find_team_draw, find_work, has_teams

PLEDGE_VERSION = "1"
"""Number of the text that is signed (desk words `pledge_1` …); a changed text gets the next."""

_CODE = re.compile(r"[0-9A-Z]{1,10}", re.ASCII)


def save_team(
    session: Session,
    actor: Actor,
    code: str,
    team: str,
    *,
    name: str,
    cost_unit: str = "",
    members: Sequence[Mapping[str, Any]] = (),
    active: bool = False,
    now: datetime | None = None,
) -> Team:
    """Write a team anew; `members` are `{"account", "employer", "home": [county codes]}`, `active` takes part.

    Needs a session of the installation (county 0).
    """
    require_city_officer(actor)
    refuse_closed(get_own_round(session, actor, code))
    _refuse_late(session, code)
    found = {str(row.get("account", "")): find_account(session, str(row.get("account", ""))) for row in members}
    faults = _team_faults(team, name, cost_unit, active=active, is_empty=not members)
    faults += _member_faults(session, code, team, members, found)
    if faults:
        raise BadTeam(
            "请改正标出的各项,组没有保存。", "Mend the marked items; nothing was saved.", faults=tuple(faults)
        )
    row = session.get(Team, (code, team)) or Team(round_code=code, code=team, name=name)
    row.name, row.cost_unit = name.strip(), cost_unit.strip()
    row.active_at = (row.active_at or now or utcnow()) if active else None
    session.add(row)
    session.flush()
    session.connection().execute(
        delete(TeamMember).where(col(TeamMember.round_code) == code, col(TeamMember.team) == team)
    )
    for each in members:
        account = found[str(each["account"])]
        assert account is not None  # asked above
        home = sorted(set(each.get("home", ())))
        employer = str(each["employer"]).strip()
        session.add(TeamMember(round_code=code, account_id=account.id, team=team, employer=employer, home=home))
    accounts = sorted(found)
    audit.write(session, "team.saved", f"{code}/{team}", actor=actor.account, members=accounts, active=active)
    session.flush()
    return row


def _refuse_late(session: Session, code: str) -> None:
    standing = find_team_draw(session, code)
    if standing is not None:
        raise AlreadyFrozen(
            f"各组名单已在 {standing.id} 冻结;要改先作废并写明原因。",
            f"The teams were frozen as {standing.id}; void it with a reason before changing them.",
        )
    if has_teams(session, code):
        return
    drawn = select(Draw.id).where(
        Draw.round_code == code, col(Draw.drawn_at).is_not(None), col(Draw.voided_at).is_(None)
    )
    if session.exec(drawn).first() is not None:
        raise TeamsLate(
            "本轮样本户已按账号范围交给各县区督查员。编组要在抽样之前;请在下一轮编组。",
            "This round's households are with inspectors by scope already. Teams come before the draw: next round.",
        )


def _team_faults(team: str, name: str, cost_unit: str, *, active: bool, is_empty: bool) -> list[Fault]:
    faults = []
    if not _CODE.fullmatch(team):
        faults.append(Fault("#/team", "组号用1至10位大写字母或数字,如 T1", "1-10 of A-Z 0-9, such as T1"))
    if not 1 <= len(name.strip()) <= 40 or not name.isprintable():
        faults.append(Fault("#/name", "组名应为1至40字", "The name must have 1 to 40 characters"))
    if len(cost_unit.strip()) > 80 or not cost_unit.isprintable():
        faults.append(Fault("#/cost_unit", "最多80字", "At most 80 characters"))
    if active and len(cost_unit.strip()) < 2:
        zh, en = "写明派出单位(交通等费用由它承担),才能启用", "Name the unit that bears the travel before it takes part"
        faults.append(Fault("#/cost_unit", zh, en))
    if active and is_empty:
        faults.append(Fault("#/members", "没有组员的组不能启用", "A team without members cannot take part"))
    return faults


def _member_faults(
    session: Session,
    code: str,
    team: str,
    members: Sequence[Mapping[str, Any]],
    found: Mapping[str, Account | None],
) -> list[Fault]:
    faults = []
    elsewhere = _elsewhere(session, code, team)
    counties = {county.code for county in counties_of(session, code)}
    if len(found) != len(members):
        faults.append(Fault("#/members", "同一个人写了两次", "Somebody is named twice"))
    for index, row in enumerate(members):
        account, where = found[str(row.get("account", ""))], f"#/members/{index}"
        if account is None or account.role not in TEAM_ROLES or account.disabled_at is not None:
            faults.append(Fault(where, "应为在用的督查员或组长账号", "An inspector's or team leader's account in use"))
        elif account.id in elsewhere:
            faults.append(
                Fault(where, f"已在 {elsewhere[account.id]} 组", f"Is in team {elsewhere[account.id]} already")
            )
        if not 2 <= len(str(row.get("employer", "")).strip()) <= 80:
            zh, en = "写明所在单位(2至80字),用来查回避", "The employer (2-80 characters), to see where to stay away"
            faults.append(Fault(f"{where}/employer", zh, en))
        if not set(row.get("home", ())) <= counties:
            faults.append(Fault(f"{where}/home", "本轮没有这个县(市、区)", "The round has no such county"))
    return faults


def _elsewhere(session: Session, code: str, team: str) -> dict[UUID, str]:
    query = select(TeamMember).where(TeamMember.round_code == code, TeamMember.team != team)
    return {row.account_id: row.team for row in session.exec(query)}


# --- the pledge ---


def sign_pledge(session: Session, actor: Actor, code: str, *, now: datetime | None = None) -> Pledge:
    """The pledge of a member of a team for a round; signing again changes nothing.

    Needs a session of the installation (county 0).
    """
    if actor.role not in TEAM_ROLES:
        raise Forbidden("承诺书由督查员和组长本人签。", "Inspectors and team leaders sign for themselves.")
    row: Round | None = find_round(session, code)
    if row is None or find_work(session, actor, code) is None:
        raise NotFound("您不在这一轮的督查组里。", "You are in no team of this round.")
    pledge = session.get(Pledge, (code, actor.account_id))
    if pledge is not None:
        return pledge
    refuse_closed(row)
    pledge = Pledge(round_code=code, account_id=actor.account_id, version=PLEDGE_VERSION, signed_at=now or utcnow())
    session.add(pledge)
    audit.write(session, "pledge.signed", code, actor=actor.account, version=PLEDGE_VERSION)
    session.flush()
    return pledge
