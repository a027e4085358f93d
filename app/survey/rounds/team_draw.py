"""Teams to counties by a draw of their own, `CODE-T-A1`: pairs that no rule bars are committed to before the seed.

The ceremony is that of households: commitment, signatures, dice, signed record, void with a reason. Nobody of a county
signs, for a county must not learn early who comes. The record holds every pair in ticket order and who went where.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.ids import uuid7
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.methods.draw import teams as walk
from app.methods.draw.sources import check_source
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.rounds.models import Draw
from app.survey.rounds.problems import AlreadyFrozen, BadPlan, FrameRefused, FreezeInProgress
from app.survey.rounds.queries import counties_of, team_line
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer
from app.survey.rounds.team_queries import Bar, TeamView, find_team_draw, list_bars, list_teams


def freeze_teams(database: Database, actor: Actor, code: str, *, source: str, now: datetime | None = None) -> Draw:
    """Commit to the pairs of active teams and counties that no rule bars; the draw, still without a seed."""
    require_city_officer(actor)
    with database.read(HOME) as session:
        refuse_closed(get_own_round(session, actor, code))
        standing = find_team_draw(session, code)
        if standing is not None:
            raise AlreadyFrozen(
                f"各组名单已在 {standing.id} 冻结,承诺值不再改变;有误请先作废并写明原因。",
                f"The teams were frozen as {standing.id}; if they are wrong, void it with a reason first.",
            )
        _check_source(source)
        teams = [team for team in list_teams(session, code) if team.is_active]
        counties = counties_of(session, code)
        bars = list_bars(session, teams, counties)
    pairs = fit_pairs(teams, counties, bars)
    _refuse_without_team(teams, counties, pairs)
    try:
        with database.write(HOME) as session:
            return _write(session, actor, code, source, pairs, bars, now or utcnow())
    except IntegrityError as lost:
        raise FreezeInProgress("有人正在冻结这一轮的名单。", "Somebody is freezing this round.") from lost


def fit_pairs(teams: Sequence[TeamView], counties: Sequence[County], bars: Sequence[Bar]) -> list[str]:
    """The frame: every team with every county from which nothing bars it."""
    barred = {(bar.team, bar.county) for bar in bars}
    return [
        walk.pair_of(team.code, county.code)
        for team in teams
        for county in counties
        if (team.code, county.code) not in barred
    ]


def counties_without(teams: Sequence[TeamView], counties: Sequence[County], pairs: Sequence[str]) -> list[str]:
    """Counties for which no team would be left; empty when the draw can be made."""
    read = [pair for unit in pairs if (pair := walk.read_pair(unit)) is not None]
    allowed = {county.code: [team for team, code in read if code == county.code] for county in counties}
    return walk.without_team(allowed, {}, walk.most_counties(len(teams), len(counties)))


def _check_source(source: str) -> None:
    try:
        check_source(hhd1.check_field(source, "source"))
    except hhd1.RefusedInput as refused:
        fault = Fault("#/source", refused.zh, refused.en)
        raise BadPlan(
            "请改正种子来源,名单没有冻结。", "Mend the source; nothing was frozen.", faults=(fault,)
        ) from refused


def _refuse_without_team(teams: Sequence[TeamView], counties: Sequence[County], pairs: Sequence[str]) -> None:
    if not teams:
        raise FrameRefused(
            "还没有启用的督查组,名单没有冻结。请先编组、写明派出单位并启用。",
            "No team takes part yet; nothing was frozen. Enter teams with their cost-bearing units first.",
        )
    if not walk.is_walkable([(team.code, county.code) for team in teams for county in counties]):
        raise FrameRefused("组太多,名单没有冻结。", "Too many teams; nothing was frozen.")
    names = {county.code: county for county in counties}
    faults = tuple(
        Fault("#/teams", f"{names[code].name_zh}没有可派的组", f"No team is left for {names[code].name_en}")
        for code in counties_without(teams, counties, pairs)
    )
    if faults:
        raise FrameRefused(
            "回避之后有的县没有组可派,名单没有冻结。请调换组员或增加组。",
            "With all who must step aside some county has no team; nothing was frozen. Change members or add a team.",
            faults=faults,
        )


def _write(
    session: Session, actor: Actor, code: str, source: str, pairs: list[str], bars: Sequence[Bar], now: datetime
) -> Draw:
    earlier = session.exec(select(Draw).where(Draw.round_code == code).order_by(col(Draw.attempt))).all()
    draw = Draw(
        id=f"{code}-T-A{sum(row.of_teams for row in earlier) + 1}",
        round_code=code,
        attempt=max((row.attempt for row in earlier), default=0) + 1,
        source=source,
        guided=True,
        of_teams=True,
        pairs=pairs,
        exclusions=_reasons(bars),
        claim=uuid7(),
        claimed_at=now,
        claimed_by=actor.account_id,
        committed_at=now,
    )
    line = team_line(draw)
    one = hhd1.StratumLine(line.code, line.N, line.n, line.r, line.frame_digest)
    draw.commitment = hhd1.commitment(draw.id, source, [one])
    session.add(draw)
    audit.write(session, "frame.frozen", draw.id, actor=actor.account, commitment=draw.commitment)
    session.flush()
    return draw


def _reasons(bars: Sequence[Bar]) -> list[dict[str, str]]:
    """Which pairs are out and why, without saying who: it stands in the record."""
    reasons: dict[str, set[str]] = {}
    for bar in bars:
        reasons.setdefault(walk.pair_of(bar.team, bar.county), set()).add(str(bar.why))
    return [{"unit": unit, "reason": " ".join(sorted(why))} for unit, why in sorted(reasons.items())]


def team_lists(draw: Draw, seed: str) -> tuple[dict[str, hhd1.DrawnList], Mapping[str, str]]:
    """All pairs in ticket order, and county → team."""
    order = hhd1.drawn(seed, draw.id, walk.STRATUM, draw.pairs or [], len(draw.pairs or []))
    given = walk.assign([pair for unit in order if (pair := walk.read_pair(unit)) is not None])
    assert given is not None  # asked before the freeze
    return {walk.STRATUM: hhd1.DrawnList(tuple(order), ())}, given
