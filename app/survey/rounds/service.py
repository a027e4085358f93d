"""Open, assign, close, void. Freezing and drawing have files of their own (freeze.py, draw.py).

The city officer does all of it; a team leader assigns within the team. Nothing here commits.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.problems import Fault, Forbidden, NotFound
from app.registry.households.queries import is_helper_of
from app.registry.people.models import Role
from app.registry.people.queries import find_account
from app.registry.people.rules import Actor
from app.registry.places import County, find_county
from app.survey.rounds.models import Draw, Round, RoundCounty, Sample
from app.survey.rounds.problems import (
    BadPlan,
    BadRound,
    NotDrawn,
    NotInTeam,
    RoundClosed,
    RoundExists,
    StepAside,
    WhichDraw,
)
from app.survey.rounds.queries import counties_of, find_round, get_sample, standing_draws
from app.survey.rounds.rules import ROUND_CODE_MOST, SampleRow, is_round_code
from app.survey.rounds.team_queries import accounts_in

DEFAULT_QUOTA: Mapping[str, tuple[int, int]] = {"poor": (8, 10), "non_poor": (3, 5)}
"""Households to visit in each county, fewest and most (R25)."""

KINDS = ("regular", "joint")
MOST_IN_QUOTA = 1000


def open_round(
    session: Session,
    actor: Actor,
    *,
    code: str,
    name: str,
    kind: str = "regular",
    starts_on: date,
    ends_on: date,
    counties: Sequence[str],
    quota: Mapping[str, Sequence[int]] = DEFAULT_QUOTA,
    now: datetime | None = None,
) -> Round:
    """A new round over these counties; `quota` gives fewest and most households of each stratum.

    Needs a session of the installation (county 0).
    """
    require_city_officer(actor)
    wanted = dict.fromkeys(counties)
    found = {each: find_county(session, each) for each in wanted}
    faults = _round_faults(code, name, kind, starts_on, ends_on, quota)
    faults += _county_faults(actor, counties, found)
    if faults:
        raise BadRound(
            "请改正标出的各项,轮次没有建立。", "Correct the marked items; nothing was opened.", faults=tuple(faults)
        )
    if find_round(session, code) is not None:
        raise RoundExists(f"轮次 {code} 已存在,请换一个编号。", f"The round {code} exists; choose another code.")
    row = Round(
        code=code,
        name=name,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        poor_min=quota["poor"][0],
        poor_max=quota["poor"][1],
        non_poor_min=quota["non_poor"][0],
        non_poor_max=quota["non_poor"][1],
        created_at=now or utcnow(),
        created_by=actor.account_id,
    )
    session.add(row)
    session.flush()
    session.add_all(RoundCounty(county_id=county.id, round_code=code) for county in found.values() if county)
    audit.write(session, "round.opened", code, actor=actor.account, counties=sorted(wanted))
    return row


def _round_faults(
    code: str, name: str, kind: str, starts_on: date, ends_on: date, quota: Mapping[str, Sequence[int]]
) -> list[Fault]:
    faults: list[Fault] = []
    if not is_round_code(code):
        zh = f"编号用 0–9、A–Z、“.”、“_”、“-”,最多{ROUND_CODE_MOST}个字符,如 2017-1"
        faults.append(Fault("#/code", zh, f"Up to {ROUND_CODE_MOST} of 0-9 A-Z . _ -, such as 2017-1"))
    if not 1 <= len(name.strip()) <= 80:
        faults.append(Fault("#/name", "名称应为1至80字", "The name must have 1 to 80 characters"))
    if kind not in KINDS:
        faults.append(Fault("#/kind", "类型应为 regular 或 joint", "The kind is regular or joint"))
    if ends_on < starts_on:
        faults.append(Fault("#/ends_on", "结束日期早于开始日期", "The end lies before the start"))
    for stratum in DEFAULT_QUOTA:
        pair = quota.get(stratum, ())
        if len(pair) != 2 or not 1 <= pair[0] <= pair[1] <= MOST_IN_QUOTA:
            zh = f"户数应为两个数,1 ≤ 最少 ≤ 最多 ≤ {MOST_IN_QUOTA}"
            faults.append(Fault(f"#/quota/{stratum}", zh, f"Two numbers, 1 ≤ fewest ≤ most ≤ {MOST_IN_QUOTA}"))
    return faults


def _county_faults(actor: Actor, counties: Sequence[str], found: Mapping[str, County | None]) -> list[Fault]:
    if not counties:
        return [Fault("#/counties", "至少选一个县(市、区)", "Choose at least one county")]
    faults = []
    for index, code in enumerate(counties):
        if found[code] is None or not actor.covers(code):
            faults.append(Fault(f"#/counties/{index}", "没有这个县(市、区)", "There is no such county"))
        elif code in counties[:index]:
            faults.append(Fault(f"#/counties/{index}", "同一县(市、区)写了两次", "The county is named twice"))
    return faults


def assign(session: Session, actor: Actor, sample_id: str, account: str | None) -> SampleRow:
    """Give a drawn household to an inspector of the county's team (None: take it back).

    Needs a session of the sample's county (queries.get_sample tells which).
    """
    row = get_sample(session, actor, sample_id)
    if not (is_city_officer(actor) or (actor.role == Role.TEAM_LEADER and actor.covers(row.county))):
        raise Forbidden("只有市督查办和本组组长可以分派。", "Only the city officer and the team's leader assign.")
    stored = session.get(Sample, (row.county_id, sample_id))
    found = session.get(Draw, stored.draw_id) if stored else None
    if stored is None or found is None:
        raise NotFound("没有这个样本户。", "No such sampled household.")
    refuse_closed(find_round(session, found.round_code))
    team = {member.account: member.id for member in accounts_in(session, found.round_code, row.county)}
    if account is not None and account not in team:
        raise NotInTeam(
            "请从本县区的督查员和组长中选一人,分派没有改变。",
            "Choose one of the county's inspectors and team leaders; nothing was changed.",
        )
    _refuse_helper(session, row, account)
    assignee: UUID | None = team[account] if account is not None else None
    if stored.assigned_to != assignee:
        stored.assigned_to = assignee
        session.add(stored)
        audit.write(session, "sample.assigned", sample_id, actor=actor.account, to=account)
        session.flush()
    return get_sample(session, actor, sample_id)


def _refuse_helper(session: Session, row: SampleRow, account: str | None) -> None:
    """StepAside where the register has this person as the household's helper (R41)."""
    person = find_account(session, account) if account is not None else None
    if person and is_helper_of(session, row.county_id, row.unit, account=person.account, name=person.name):
        raise StepAside(
            "此人是这一户的帮扶责任人(或与其同名),不能督查这一户;请分派给别人,分派没有改变。",
            "This person, or a namesake, is the household's helper; give it to somebody else. Nothing was changed.",
        )


def close_round(session: Session, actor: Actor, code: str, *, now: datetime | None = None) -> Round:
    """End a drawn round; closing a closed one changes nothing. Needs a session of the installation (county 0)."""
    require_city_officer(actor)
    row = get_own_round(session, actor, code)
    if row.closed_at is not None:
        return row
    draws = standing_draws(session, code)
    if all(draw.record is None for draw in draws):
        raise NotDrawn("还没有抽样的轮次不能结束。", "A round that was never drawn cannot be closed.")
    every = standing_draws(session, code, teams=True)
    if waiting := [draw.id for draw in every if draw.record is None]:
        raise NotDrawn(
            f"{'、'.join(waiting)} 已冻结、还没有抽样;请抽样,或写明原因作废,再结束本轮。",
            f"{', '.join(waiting)} is frozen and not drawn; draw it, or void it with a reason, before closing.",
        )
    row.closed_at = now or utcnow()
    row.closed_by = actor.account_id
    session.add(row)
    audit.write(session, "round.closed", code, actor=actor.account)
    return row


def void_draw(
    session: Session,
    actor: Actor,
    code: str,
    reason: str,
    *,
    draw_id: str | None = None,
    asked_by: str | None = None,
    now: datetime | None = None,
) -> Draw:
    """Void a standing draw with a reason; it stays in the register and the next attempt has the next number.

    Needs a session of the installation (county 0). What was collected under it stays and counts nowhere.
    `asked_by` says who asked for it: nobody who knows the lists may (statistics 1.3).
    """
    require_city_officer(actor)
    refuse_closed(get_own_round(session, actor, code))
    faults = []
    if not 4 <= len(reason.strip()) <= 500:
        faults.append(Fault("#/reason", "请用4至500字写明作废原因", "Give the reason in 4 to 500 characters"))
    if asked_by is not None and (not 2 <= len(asked_by.strip()) <= 80 or not asked_by.isprintable()):
        faults.append(Fault("#/asked_by", "请用2至80字写明谁提出", "Say who asked for it, 2 to 80 characters"))
    if faults:
        raise BadPlan("没有写明原因,抽样没有作废。", "Without a reason nothing was voided.", faults=tuple(faults))
    every = standing_draws(session, code, teams=draw_id is not None)
    draws = [draw for draw in every if draw_id in (None, draw.id)]
    if not draws:
        raise NotDrawn("本轮没有可作废的抽样。", "There is no draw to void.")
    if len(draws) > 1:
        raise WhichDraw("本轮有几次抽样,请指明作废哪一次。", "Several draws stand; name the one to void.")
    draw = draws[0]
    draw.voided_at = now or utcnow()
    draw.voided_by = actor.account_id
    draw.void_reason = reason.strip()
    draw.void_asked_by = asked_by.strip() if asked_by else None
    session.add(draw)
    audit.write(session, "draw.voided", draw.id, actor=actor.account, reason=draw.void_reason)
    return draw


# --- who and when ---


def is_city_officer(actor: Actor) -> bool:
    """The supervisor of the whole city."""
    return actor.role == Role.CITY_OFFICER and actor.is_city


def require_city_officer(actor: Actor) -> None:
    """Forbidden to everybody else (contract, Roles)."""
    if not is_city_officer(actor):
        raise Forbidden("这件事由市督查办办理。", "The city officer does this.")


def get_own_round(session: Session, actor: Actor, code: str) -> Round:
    """The row of a round whose counties lie within the actor's scope, or NotFound."""
    row = find_round(session, code)
    if row is None or not all(actor.covers(county.code) for county in counties_of(session, code)):
        raise NotFound("没有这一轮督查,或不在您的范围内。", "No such round within your scope.")
    return row


def refuse_closed(row: Round | None) -> None:
    """RoundClosed when the round has ended."""
    if row is not None and row.closed_at is not None:
        raise RoundClosed("本轮已结束,不再改动。", "The round is closed and does not change any more.")
