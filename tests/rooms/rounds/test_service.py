"""A round from opening to close: what stands, what is refused, and what the record proves."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.kernel.audit import AuditRow, first_broken
from app.kernel.db.base import HOME
from app.kernel.problems import Forbidden, NotFound
from app.methods.draw import rules as hhd1
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.rounds import draw as drawing
from app.survey.rounds import freeze as freezing
from app.survey.rounds import problems, queries, service
from app.survey.rounds.models import Draw, FrameUnit, Sample
from tests.rooms.rounds.desk import DICE, T0, Desk, Draws, Freeze, frame

PLAN: dict[str, Any] = {
    "code": "2017-1",
    "name": "第一轮督查",
    "starts_on": date(2017, 5, 11),
    "ends_on": date(2017, 6, 20),
    "counties": ["640104"],
}


def opens(desk: Desk, actor: Actor, **plan: Any) -> None:
    with desk.db.write(HOME) as session:
        service.open_round(session, actor, **{**PLAN, **plan})


# --- opening ---


def test_a_round_is_opened_over_its_counties_with_the_usual_quota(desk: Desk, officer: Actor) -> None:
    opens(desk, officer, counties=["640106", "640104"])

    with desk.db.read() as session:
        view = queries.get_round(session, officer, "2017-1")
    assert view.state == "open"
    assert [county.code for county in view.counties] == ["640104", "640106"]
    assert view.quota == {"poor": (8, 10), "non_poor": (3, 5)}
    assert view.as_dict()["quota"] == {"poor": [8, 10], "non_poor": [3, 5]}


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        ({"code": "2017 一"}, "#/code"),
        ({"code": "A" * 57}, "#/code"),
        ({"name": " "}, "#/name"),
        ({"kind": "secret"}, "#/kind"),
        ({"ends_on": date(2017, 5, 10)}, "#/ends_on"),
        ({"counties": []}, "#/counties"),
        ({"counties": ["640104", "640199"]}, "#/counties/1"),
        ({"counties": ["640104", "640104"]}, "#/counties/1"),
        ({"counties": ["000000"]}, "#/counties/0"),
        ({"quota": {"poor": [8, 10]}}, "#/quota/non_poor"),
        ({"quota": {"poor": [10, 8], "non_poor": [3, 5]}}, "#/quota/poor"),
        ({"quota": {"poor": [0, 8], "non_poor": [3, 5]}}, "#/quota/poor"),
    ],
)
def test_a_round_that_does_not_hold_is_refused_at_the_spot(
    desk: Desk, officer: Actor, plan: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(problems.BadRound) as refused:
        opens(desk, officer, **plan)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_code_is_used_once(desk: Desk, officer: Actor) -> None:
    opens(desk, officer)
    with pytest.raises(problems.RoundExists):
        opens(desk, officer)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CITY_OFFICER])
def test_nobody_but_the_city_officer_opens_freezes_draws_or_closes(
    desk: Desk, two_counties: str, freezes: Freeze, role: Role
) -> None:
    somebody = desk.actor("somebody", role, "6401")
    for attempt in (
        lambda: opens(desk, somebody, code="2017-2"),
        lambda: freezing.freeze_frame(desk.db, somebody, "2017-1", source="DICE10X20", n={"poor": 10, "non_poor": 4}),
        lambda: drawing.draw_sample(desk.db, desk.keys, somebody, "2017-1", parts=[DICE]),
        lambda: in_home(desk, lambda session: service.close_round(session, somebody, "2017-1")),
        lambda: in_home(desk, lambda session: service.void_draw(session, somebody, "2017-1", "名单有误")),
    ):
        with pytest.raises(Forbidden):
            attempt()


def in_home(desk: Desk, act: Callable[[Any], object]) -> None:
    with desk.db.write(HOME) as session:
        act(session)


# --- freezing ---


def test_the_frame_is_every_present_household_and_the_commitment_can_be_recomputed(
    desk: Desk, two_counties: str, freezes: Freeze
) -> None:
    desk.change("640104", 1, missing_since=date(2017, 5, 1))

    commitment = freezes()

    assert commitment.draw == "2017-1-A1"
    assert [(s.code, s.N, s.n, s.r, s.exited) for s in commitment.strata] == [
        ("640104-N", 30, 4, 8, 0),
        ("640104-P", 39, 10, 20, 20),
        ("640106-N", 6, 4, 2, 0),
        ("640106-P", 15, 10, 5, 5),
    ]
    lines = [freezing.hhd1_line(line) for line in commitment.strata]
    assert commitment.commitment == hhd1.commitment("2017-1-A1", "DICE10X20", lines)
    units = [f"640104001201-{number:04}" for number in range(2, 41)]
    assert commitment.strata[1].frame_digest == hhd1.frame_digest("2017-1-A1", "640104-P", units)


def test_what_happens_to_the_register_later_does_not_touch_the_frame(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze
) -> None:
    freezes()
    before = frame(desk, officer)

    desk.change("640104", 1, missing_since=date(2017, 6, 1), office_no="改号")

    assert frame(desk, officer) == before
    assert ("640104-P", "640104001201-0001", "户1") in before


def test_a_household_known_to_be_out_of_reach_is_left_out_with_its_reason(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze
) -> None:
    gone = "640104001201-0003"

    commitment = freezes(exclusions=[{"unit": gone, "reason": "整户迁出外省"}])

    assert commitment.as_dict()["exclusions"] == [{"unit": gone, "reason": "整户迁出外省"}]
    assert gone not in {unit for _, unit, _ in frame(desk, officer)}


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        ({"source": "dice"}, "#/source"),
        ({"n": {"poor": 11, "non_poor": 4}}, "#/n/poor"),
        ({"n": {"poor": 7, "non_poor": 4}}, "#/n/poor"),
        ({"n": {"poor": 10}}, "#/n/non_poor"),
        ({"exclusions": [{"unit": "640104001201-0003"}]}, "#/exclusions/0"),
    ],
)
def test_a_plan_outside_the_quota_is_refused(
    two_counties: str, freezes: Freeze, plan: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(problems.BadPlan) as refused:
        freezes(**plan)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_every_county_with_too_few_households_is_named_at_once_and_nothing_is_frozen(
    desk: Desk, officer: Actor, freezes: Freeze
) -> None:
    desk.register("640104", unexited=4, exited=4, non_poor=30)
    desk.register("640106", unexited=20, non_poor=0)
    opens(desk, officer, counties=["640104", "640106", "640181"])

    with pytest.raises(problems.FrameRefused) as refused:
        freezes()

    assert [fault.zh for fault in refused.value.faults] == [
        "兴庆区只有8户贫困户,不够抽10户",
        "金凤区只有0户非贫困户,不够抽4户",
        "灵武市只有0户贫困户,不够抽10户",
        "灵武市只有0户非贫困户,不够抽4户",
    ]
    assert count(desk, Draw) == count(desk, FrameUnit) == 0


def test_an_excluded_household_that_does_not_exist_is_named(two_counties: str, freezes: Freeze) -> None:
    with pytest.raises(problems.FrameRefused, match="does not give"):
        freezes(exclusions=[{"unit": "640104001201-9999", "reason": "查无此户"}])


def count(desk: Desk, table: Any) -> int:
    with desk.db.read() as session:
        return len(session.exec(select(table)).all())


def test_a_frozen_frame_is_not_frozen_again(two_counties: str, freezes: Freeze) -> None:
    freezes()
    with pytest.raises(problems.AlreadyFrozen):
        freezes()


def test_a_freeze_that_broke_off_between_two_counties_shows_nothing_and_is_taken_over(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = freezing.freeze_county

    def power_cut(session: Any, draw: str, county: Any, *rest: Any) -> None:
        if county.code == "640106":
            raise OSError("no power")
        honest(session, draw, county, *rest)

    monkeypatch.setattr(freezing, "freeze_county", power_cut)
    with pytest.raises(OSError, match="no power"):
        freezes()
    with desk.db.read() as session:
        assert queries.get_round(session, officer, two_counties).state == "open"

    monkeypatch.undo()
    desk.change("640104", 1, missing_since=date(2017, 5, 12))
    commitment = freezes()

    assert commitment.draw == "2017-1-A1"
    assert len(frame(desk, officer, "640104-P")) == commitment.strata[1].N == 39


def test_a_claim_of_somebody_at_work_is_left_alone_for_ten_minutes(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "release", lambda *_: None)
    monkeypatch.setattr(freezing, "freeze_county", lambda *_: (_ for _ in ()).throw(OSError("no power")))
    with pytest.raises(OSError, match="no power"):
        freezes(now=T0)
    monkeypatch.undo()

    with pytest.raises(problems.FreezeInProgress):
        freezes(now=T0 + timedelta(minutes=9))
    assert freezes(now=T0 + timedelta(minutes=11)).draw == "2017-1-A1"


# --- drawing ---


def test_samples_follow_the_record_rank_by_rank(desk: Desk, officer: Actor, drawn_round: str, draws: Draws) -> None:
    record = draws()
    with desk.db.read() as session:
        rows = queries.list_samples(session, officer, drawn_round, "640104")

    assert [row.stratum for row in rows] == ["640104-N"] * 12 + ["640104-P"] * 30
    poor = rows[12:]
    lists = record["lists"]["640104-P"]
    assert [row.unit for row in poor] == [*lists["main"], *lists["reserve"]]
    assert [row.rank for row in poor] == list(range(1, 31))
    assert (poor[6].sample_id, poor[6].main) == ("2017-1-A1.640104-P.7", 10)
    assert {row.status for row in poor} == {"unexited", "exited"}


def test_the_seed_comes_after_the_commitment(two_counties: str, draws: Draws) -> None:
    with pytest.raises(problems.NotFrozen):
        draws()


@pytest.mark.parametrize("part", ["7392051826440917538", "7392051826440917538X", "七" * 20, "73920518264409175386\n"])
def test_parts_that_are_not_twenty_dice_draw_nothing(
    desk: Desk, two_counties: str, freezes: Freeze, draws: Draws, part: str
) -> None:
    freezes()
    with pytest.raises(problems.BadSeed):
        draws("2017-1", part)

    assert count(desk, Sample) == 0


def test_witnesses_that_cannot_be_printed_draw_nothing(two_counties: str, freezes: Freeze, draws: Draws) -> None:
    freezes()
    for witnesses in (["\ud800"], ["长" * 10_000], [float("nan")]):
        with pytest.raises(problems.BadSeed):
            draws(witnesses=witnesses)


def test_the_same_parts_give_the_same_record_and_other_parts_are_refused(drawn_round: str, draws: Draws) -> None:
    first = draws()

    assert draws() == first
    with pytest.raises(problems.AlreadyDrawn):
        draws("2017-1", "00000000000000000001")


def test_a_draw_that_broke_off_is_completed_from_its_record_by_asking_again(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws, monkeypatch: pytest.MonkeyPatch
) -> None:
    freezes()
    monkeypatch.setattr(drawing, "fill_samples", lambda *_: (_ for _ in ()).throw(OSError("no power")))
    with pytest.raises(OSError, match="no power"):
        draws()
    assert count(desk, Sample) == 0
    monkeypatch.undo()

    record = draws()

    assert count(desk, Sample) == sum(len(units) for both in record["lists"].values() for units in both.values())


def test_a_void_draw_stays_with_its_reason_and_the_next_is_a2(
    desk: Desk, officer: Actor, drawn_round: str, freezes: Freeze, draws: Draws
) -> None:
    first = draws()
    with pytest.raises(problems.BadPlan):
        in_home(desk, lambda session: service.void_draw(session, officer, drawn_round, " "))
    in_home(desk, lambda session: service.void_draw(session, officer, drawn_round, "骰子掉落后重掷,见证人不同意"))

    commitment = freezes()
    second = draws()

    assert (commitment.draw, second["draw"]) == ("2017-1-A2", "2017-1-A2")
    assert second["commitment"] != first["commitment"]
    assert [(void["draw"], void["reason"]) for void in second["voids"]] == [
        ("2017-1-A1", "骰子掉落后重掷,见证人不同意")
    ]
    with desk.db.read() as session:
        rows = queries.list_samples(session, officer, drawn_round)
        assert {row.sample_id.split(".")[0] for row in rows} == {"2017-1-A2"}
        assert queries.stratum_samples(session, "2017-1-A1.640104-P.1") == []


# --- assigning and closing ---


def assign(desk: Desk, actor: Actor, sample_id: str, account: str | None) -> str | None:
    with desk.db.write(desk.counties[sample_id.split(".")[-2][:6]].id) as session:
        return service.assign(session, actor, sample_id, account).assigned_to


def test_a_household_is_given_to_an_inspector_of_its_county_and_taken_back(
    desk: Desk, officer: Actor, drawn_round: str
) -> None:
    desk.actor("lin", Role.INSPECTOR, "640104")
    leader = desk.actor("ma", Role.TEAM_LEADER, "640104")
    sample = "2017-1-A1.640104-P.7"

    assert assign(desk, officer, sample, "lin") == "lin"
    assert assign(desk, leader, sample, "ma") == "ma"
    assert assign(desk, leader, sample, None) is None


def test_only_the_countys_own_team_gets_its_households(desk: Desk, officer: Actor, drawn_round: str) -> None:
    desk.actor("lin", Role.INSPECTOR, "640106")
    desk.actor("officer", Role.COUNTY_OFFICER, "640104")
    for account in ("lin", "officer", "nobody"):
        with pytest.raises(problems.NotInTeam):
            assign(desk, officer, "2017-1-A1.640104-P.7", account)


def test_a_stranger_finds_no_sample_and_an_inspector_assigns_none(desk: Desk, drawn_round: str) -> None:
    neighbour = desk.actor("neighbour", Role.TEAM_LEADER, "640106")
    inspector = desk.actor("lin", Role.INSPECTOR, "640104")

    with pytest.raises(NotFound):
        assign(desk, neighbour, "2017-1-A1.640104-P.7", "lin")
    with pytest.raises(NotFound):
        assign(desk, inspector, "2017-1-A1.640104-P.99", "lin")
    with pytest.raises(Forbidden):
        assign(desk, inspector, "2017-1-A1.640104-P.7", "lin")


def test_a_closed_round_does_not_change_any_more(desk: Desk, officer: Actor, drawn_round: str) -> None:
    desk.actor("lin", Role.INSPECTOR, "640104")
    in_home(desk, lambda session: service.close_round(session, officer, drawn_round))
    in_home(desk, lambda session: service.close_round(session, officer, drawn_round))

    for attempt in (
        lambda: assign(desk, officer, "2017-1-A1.640104-P.7", "lin"),
        lambda: in_home(desk, lambda session: service.void_draw(session, officer, drawn_round, "名单有误")),
        lambda: freezing.freeze_frame(desk.db, officer, drawn_round, source="DICE10X20", n={"poor": 10, "non_poor": 4}),
        lambda: drawing.draw_sample(desk.db, desk.keys, officer, drawn_round, parts=[DICE]),
    ):
        with pytest.raises(problems.RoundClosed):
            attempt()


def test_a_round_that_was_never_drawn_is_not_closed(desk: Desk, officer: Actor, two_counties: str) -> None:
    with pytest.raises(problems.NotDrawn):
        in_home(desk, lambda session: service.close_round(session, officer, two_counties))


def test_who_did_what_stands_in_the_chain(desk: Desk, officer: Actor, drawn_round: str) -> None:
    with desk.db.read() as session:
        home = session.exec(select(AuditRow.action).where(AuditRow.county_id == HOME)).all()
        county = session.exec(select(AuditRow.action).where(AuditRow.county_id == desk.counties["640104"].id)).all()
        assert first_broken(session, HOME) is None

    assert list(home) == ["round.opened", "frame.frozen", "draw.seeded", "draw.drawn"]
    assert list(county) == ["sample.drawn"]
