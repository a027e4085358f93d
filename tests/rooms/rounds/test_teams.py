"""Teams of a round: who stays away from which county, what must be there first, and that only the drawn team works."""

from typing import Any

import pytest

from app.kernel.db.base import HOME
from app.kernel.problems import Forbidden, NotFound
from app.registry.people.models import Account, Role
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.ceremony import check_order, sign_commitment
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.models import Draw
from app.survey.rounds.problems import (
    AlreadyFrozen,
    BadPlan,
    BadSigners,
    BadTeam,
    FrameRefused,
    NotInTeam,
    NotSigned,
    StepAside,
    TeamsLate,
)
from app.survey.rounds.published import list_published
from app.survey.rounds.record import check_record
from app.survey.rounds.team_draw import freeze_teams
from app.survey.rounds.team_queries import Why, find_work, list_bars, list_teams, sees_in_round, works_in
from app.survey.rounds.teams import save_team, sign_pledge
from tests.rooms.rounds.desk import DICE, Desk, Draws, Freeze

CODE = "2017-1"
XING, JIN = "640104", "640106"
OUTSIDE = [
    {"party": "office", "name": "督查办甲"},
    {"party": "outside", "name": "大学丁"},
    {"party": "deputy", "name": "代表戊"},
]


def someone(desk: Desk, account: str, role: Role = Role.INSPECTOR, scope: str = "6401") -> Actor:
    actor = desk.actor(account, role, scope)
    with desk.db.write(HOME) as session:
        row = session.get_one(Account, actor.account_id)
        row.name = f"{account}某"
        session.add(row)
    return actor


def saves(desk: Desk, officer: Actor, team: str, *accounts: str, **more: Any) -> None:
    """A team whose members all work for an office that nobody is helped by."""
    members = [{"account": account, "employer": "市统计局", "home": []} for account in accounts]
    said = {"name": f"第{team[1:]}督查组", "cost_unit": "市统计局", "members": members, "active": True, **more}
    with desk.db.write(HOME) as session:
        save_team(session, officer, CODE, team, **said)


def draws_teams(desk: Desk, officer: Actor) -> dict[str, Any]:
    draw = freeze_teams(desk.db, officer, CODE, source="DICE10X20")
    with desk.db.write(HOME) as session:
        sign_commitment(session, officer, CODE, signers=OUTSIDE, place="市政府", draw_id=draw.id)
    return draw_sample(desk.db, desk.keys, officer, CODE, parts=[DICE], draw_id=draw.id)


def pledges(desk: Desk, *people: Actor) -> None:
    for actor in people:
        with desk.db.write(HOME) as session:
            sign_pledge(session, actor, CODE)


@pytest.fixture
def two_teams(desk: Desk, officer: Actor, two_counties: str) -> tuple[Actor, Actor]:
    """Teams T1 (lin) and T2 (fang) for two counties."""
    lin, fang = someone(desk, "lin"), someone(desk, "fang")
    saves(desk, officer, "T1", "lin")
    saves(desk, officer, "T2", "fang")
    return lin, fang


# --- entering ---


@pytest.mark.parametrize(
    ("team", "change", "pointer"),
    [
        ("t 1", {}, "#/team"),
        ("T1", {"name": ""}, "#/name"),
        ("T1", {"cost_unit": " "}, "#/cost_unit"),
        ("T1", {"members": []}, "#/members"),
        ("T1", {"members": [{"account": "nobody", "employer": "市统计局"}]}, "#/members/0"),
        ("T1", {"members": [{"account": "wang.fang", "employer": "市统计局"}]}, "#/members/0"),
        ("T1", {"members": [{"account": "lin", "employer": ""}]}, "#/members/0/employer"),
        ("T1", {"members": [{"account": "lin", "employer": "市统计局", "home": ["640181"]}]}, "#/members/0/home"),
    ],
    ids=["code", "name", "no cost unit", "nobody", "unknown", "no inspector", "no employer", "strange county"],
)
def test_what_is_wrong_with_a_team_is_named_at_its_place(
    desk: Desk, officer: Actor, two_counties: str, team: str, change: dict[str, Any], pointer: str
) -> None:
    someone(desk, "lin")
    with pytest.raises(BadTeam) as refused:
        saves(desk, officer, team, "lin", **change)

    assert pointer in [fault.pointer for fault in refused.value.faults]
    with desk.db.read() as session:
        assert list_teams(session, CODE) == []


def test_a_team_without_its_cost_bearing_unit_waits_and_takes_no_part(
    desk: Desk, officer: Actor, two_counties: str
) -> None:
    someone(desk, "lin")
    saves(desk, officer, "T1", "lin", cost_unit="", active=False)

    with pytest.raises(FrameRefused, match="No team takes part"):
        freeze_teams(desk.db, officer, CODE, source="DICE10X20")


def test_nobody_is_in_two_teams_and_a_team_is_written_anew(desk: Desk, officer: Actor, two_teams: Any) -> None:
    with pytest.raises(BadTeam):
        saves(desk, officer, "T2", "fang", "lin")

    saves(desk, officer, "T1", active=False)
    saves(desk, officer, "T2", "fang", "lin")

    with desk.db.read() as session:
        members = [[member.account.account for member in team.members] for team in list_teams(session, CODE)]
    assert members == [[], ["fang", "lin"]]


def test_only_the_city_officer_enters_teams(desk: Desk, two_counties: str) -> None:
    lin = someone(desk, "lin")
    with pytest.raises(Forbidden):
        saves(desk, lin, "T1", "lin")


def test_once_inspectors_work_by_scope_it_is_too_late_for_teams(desk: Desk, officer: Actor, drawn_round: str) -> None:
    someone(desk, "lin")
    with pytest.raises(TeamsLate):
        saves(desk, officer, "T1", "lin")


# --- who stays away ---


@pytest.mark.parametrize(
    ("register", "member", "scope", "why", "households"),
    [
        ({}, {"home": [XING]}, "6401", Why.OWN_COUNTY, 0),
        ({}, {"employer": "兴庆区教育局"}, "6401", Why.EMPLOYER_COUNTY, 0),
        ({"helper_unit": "市农牧局"}, {"employer": "市农牧局"}, "6401", Why.EMPLOYER_HELPS, 1),
        ({"helper_account": "lin"}, {}, "6401", Why.HELPS, 1),
        ({"helper_name": "lin某"}, {}, "6401", Why.HELPS, 1),
        ({}, {}, "640106", Why.SCOPE, 0),
    ],
    ids=["own county", "employer there", "employer helps there", "helps by account", "namesake helps", "scope"],
)
def test_a_member_keeps_the_team_from_a_county_and_the_draw_never_sends_it_there(
    desk: Desk,
    officer: Actor,
    two_counties: str,
    register: dict[str, Any],
    member: dict[str, Any],
    scope: str,
    why: Why,
    households: int,
) -> None:
    desk.change(XING, 3, **register)
    someone(desk, "lin", scope=scope)
    someone(desk, "fang")
    saves(desk, officer, "T1", members=[{"account": "lin", "employer": "市统计局", **member}])
    saves(desk, officer, "T2", "fang")

    with desk.db.read() as session:
        bars = list_bars(session, list_teams(session, CODE), queries.counties_of(session, CODE))
    assert [(bar.team, bar.county, bar.why, bar.households) for bar in bars] == [("T1", XING, why, households)]

    record = draws_teams(desk, officer)
    assert record["teams"] == {XING: "T2", JIN: "T1"}
    assert record["exclusions"] == [{"unit": "T1.640104", "reason": str(why)}]
    assert "lin" not in str(record)


def test_a_namesake_with_an_account_of_his_own_bars_nobody(desk: Desk, officer: Actor, two_counties: str) -> None:
    desk.change(XING, 3, helper_name="lin某", helper_account="another")
    someone(desk, "lin")
    saves(desk, officer, "T1", "lin")

    with desk.db.read() as session:
        assert list_bars(session, list_teams(session, CODE), queries.counties_of(session, CODE)) == []


def test_a_county_that_would_be_left_without_a_team_is_named_and_nothing_is_frozen(
    desk: Desk, officer: Actor, two_counties: str
) -> None:
    someone(desk, "lin")
    saves(desk, officer, "T1", members=[{"account": "lin", "employer": "市统计局", "home": [JIN]}])

    with pytest.raises(FrameRefused) as refused:
        freeze_teams(desk.db, officer, CODE, source="DICE10X20")

    assert "金凤区" in refused.value.faults[0].zh
    with desk.db.read() as session:
        assert session.get(Draw, "2017-1-T-A1") is None


# --- the draw ---


def test_the_record_of_teams_is_recomputed_by_anybody_and_the_chain_has_its_order(
    desk: Desk, officer: Actor, two_teams: Any
) -> None:
    record = draws_teams(desk, officer)

    assert check_record(record).holds
    assert check_record(record, [("TEAM", unit) for unit in record["lists"]["TEAM"]["main"]]).holds
    assert sorted(record["teams"].values()) == ["T1", "T2"]
    wrong = {**record, "teams": {XING: record["teams"][JIN], JIN: record["teams"][XING]}}
    assert check_record(wrong).first.where == "teams/640104"  # type: ignore[union-attr]
    with desk.db.read() as session:
        assert check_order(session, CODE) == []


def test_no_seed_before_signatures_and_nobody_of_a_county_signs(desk: Desk, officer: Actor, two_teams: Any) -> None:
    draw = freeze_teams(desk.db, officer, CODE, source="DICE10X20")
    with pytest.raises(NotSigned):
        draw_sample(desk.db, desk.keys, officer, CODE, parts=[DICE], draw_id=draw.id)
    there = [*OUTSIDE, {"party": "county", "name": "县里乙"}]
    with desk.db.write(HOME) as session, pytest.raises(BadSigners):
        sign_commitment(session, officer, CODE, signers=there, place="市政府", draw_id=draw.id)

    with desk.db.write(HOME) as session:
        service.void_draw(session, officer, CODE, "来源写错了", draw_id=draw.id, asked_by="督查办")
    with pytest.raises(BadPlan):
        freeze_teams(desk.db, officer, CODE, source="FC3D-2017150")


def test_a_frozen_list_of_teams_stays_until_it_is_voided_and_the_next_has_the_next_number(
    desk: Desk, officer: Actor, two_teams: Any
) -> None:
    draws_teams(desk, officer)
    with pytest.raises(AlreadyFrozen):
        freeze_teams(desk.db, officer, CODE, source="DICE10X20")
    with pytest.raises(AlreadyFrozen):
        saves(desk, officer, "T1", "lin")

    with desk.db.write(HOME) as session:
        service.void_draw(session, officer, CODE, "组长生病", draw_id="2017-1-T-A1", asked_by="督查办")
    record = draws_teams(desk, officer)

    assert record["draw"] == "2017-1-T-A2"
    assert [void["draw"] for void in record["voids"]] == ["2017-1-T-A1"]


def test_the_households_are_drawn_beside_it_and_keep_their_own_numbers(
    desk: Desk, officer: Actor, two_teams: Any, freezes: Freeze, draws: Draws
) -> None:
    draws_teams(desk, officer)
    assert freezes().draw == "2017-1-A1"
    record = draws()

    assert record["voids"] == []
    assert "teams" not in record
    with desk.db.read() as session:
        view = queries.get_round(session, officer, CODE)
        assert [draw.id for draw in view.draws] == ["2017-1-A1"]
        assert queries.get_team_draw(session, officer, CODE).id == "2017-1-T-A1"
        assert queries.get_draw_record(session, officer, CODE).id == "2017-1-A1"
        assert queries.get_draw_record(session, officer, CODE, "2017-1-T-A1").teams
        assert len(list(queries.frame_rows(session, officer, CODE, draw_id="2017-1-T-A1"))) == 4
        assert {each.draw for each in list_published(session)} == {"2017-1-A1", "2017-1-T-A1"}


def test_before_the_close_no_county_learns_which_team_comes(desk: Desk, officer: Actor, two_teams: Any) -> None:
    draws_teams(desk, officer)
    for role in (Role.COUNTY_OFFICER, Role.HELPER, Role.DISCIPLINE):
        reader = desk.actor(str(role), role, XING)
        with desk.db.read() as session:
            with pytest.raises(NotFound):
                queries.get_team_draw(session, reader, CODE)
            with pytest.raises(NotFound):
                queries.get_draw_record(session, reader, CODE, "2017-1-T-A1")
            with pytest.raises(NotFound):
                queries.frame_rows(session, reader, CODE, draw_id="2017-1-T-A1")


# --- only the drawn team works, after its pledge ---


def test_without_the_pledge_a_member_gets_no_household_and_with_it_the_drawn_county_alone(
    desk: Desk, officer: Actor, two_teams: tuple[Actor, Actor], freezes: Freeze, draws: Draws
) -> None:
    lin, fang = two_teams
    stranger = someone(desk, "stray")
    mine = {team: county for county, team in draws_teams(desk, officer)["teams"].items()}
    freezes()
    draws()
    pledges(desk, fang)

    with desk.db.read() as session:
        waiting = queries.get_round(session, lin, CODE)
        assert (waiting.pledge, waiting.counties, waiting.draws) == ("due", (), ())
        with pytest.raises(NotFound):
            queries.list_samples(session, lin, CODE)
        assert {row.county for row in queries.list_samples(session, fang, CODE)} == {mine["T2"]}
        assert queries.get_round(session, fang, CODE).pledge == "signed"
        assert not works_in(session, fang, CODE, mine["T1"])
        assert not sees_in_round(session, fang, CODE, mine["T1"], closed=True)
        assert find_work(session, stranger, CODE) is None
        with pytest.raises(NotFound):
            queries.get_round(session, stranger, CODE)

    pledges(desk, lin)
    with desk.db.read() as session:
        assert {row.county for row in queries.list_samples(session, lin, CODE)} == {mine["T1"]}


def test_the_pledge_is_signed_once_by_members_alone(desk: Desk, officer: Actor, two_teams: tuple[Actor, Actor]) -> None:
    lin, stray = two_teams[0], someone(desk, "stray")
    with desk.db.write(HOME) as session:
        first = sign_pledge(session, lin, CODE).signed_at
    with desk.db.write(HOME) as session:
        assert sign_pledge(session, lin, CODE).signed_at == first
        with pytest.raises(NotFound):
            sign_pledge(session, stray, CODE)
        with pytest.raises(Forbidden):
            sign_pledge(session, officer, CODE)


def test_households_are_given_to_the_drawn_team_and_never_to_their_own_helper(
    desk: Desk, officer: Actor, two_teams: tuple[Actor, Actor], freezes: Freeze, draws: Draws
) -> None:
    mine = {team: county for county, team in draws_teams(desk, officer)["teams"].items()}
    freezes()
    draws()
    pledges(desk, *two_teams)
    with desk.db.read() as session:
        rows = [row for row in queries.list_samples(session, officer, CODE, mine["T1"]) if row.kind == "poor"]

    with desk.db.write(rows[0].county_id) as session:
        assert service.assign(session, officer, rows[0].sample_id, "lin").assigned_to == "lin"
        with pytest.raises(NotInTeam):
            service.assign(session, officer, rows[1].sample_id, "fang")

    desk.change(mine["T1"], int(rows[1].unit[-4:]), helper_name="lin某")
    with desk.db.write(rows[0].county_id) as session, pytest.raises(StepAside):
        service.assign(session, officer, rows[1].sample_id, "lin")


def test_when_the_draw_of_teams_is_voided_nobody_has_ground_until_the_next(
    desk: Desk, officer: Actor, two_teams: tuple[Actor, Actor]
) -> None:
    draws_teams(desk, officer)
    pledges(desk, *two_teams)
    with desk.db.write(HOME) as session:
        service.void_draw(session, officer, CODE, "组长生病", draw_id="2017-1-T-A1", asked_by="督查办")

    with desk.db.read() as session:
        assert find_work(session, two_teams[0], CODE) is not None
        assert not any(works_in(session, two_teams[0], CODE, county) for county in (XING, JIN))
