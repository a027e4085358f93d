"""The ceremony: frame, commitment, signatures, seed, draw, in no other order; a draw per county; covert draws."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.kernel.audit import first_broken
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound, Problem
from app.methods.draw.sources import pledge
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.ceremony import check_order, order_faults, sign_commitment
from app.survey.rounds.claims import Terms
from app.survey.rounds.freeze import Commitment, freeze_draws
from app.survey.rounds.problems import (
    AlreadyDrawn,
    AlreadyFrozen,
    AlreadySigned,
    BadPlan,
    BadSeed,
    BadSigners,
    NotDrawn,
    NotSigned,
    WhichDraw,
)
from app.survey.rounds.published import list_published
from app.survey.rounds.record import check_record
from app.survey.rounds.rules import DrawState, may_follow, round_of
from tests.rooms.rounds.desk import DICE, Desk, Draws, Freeze

CODE = "2017-1"
OTHER = "00000000000000000001"
THREE = [
    {"party": "office", "name": "督查办甲"},
    {"party": "county", "name": "县里乙"},
    {"party": "villager", "name": "村民丙"},
]
OUTSIDE = [*THREE[:1], {"party": "outside", "name": "大学丁"}, {"party": "deputy", "name": "代表戊"}]
N = {"poor": 10, "non_poor": 4}


def signs(desk: Desk, officer: Actor, draw_id: str | None = None, **more: Any) -> None:
    said = {"signers": THREE, "place": "县政府大厅", **more}
    with desk.db.write(HOME) as session:
        sign_commitment(session, officer, CODE, draw_id=draw_id, **said)


def voids(desk: Desk, officer: Actor, draw_id: str | None = None) -> None:
    with desk.db.write(HOME) as session:
        service.void_draw(session, officer, CODE, "骰子掉到桌下", draw_id=draw_id, asked_by="县公证处")


def by_county(desk: Desk, officer: Actor, **terms: Any) -> list[Commitment]:
    return freeze_draws(desk.db, officer, CODE, Terms("DICE10X20", **terms), n=N, per_county=True)


# --- the order ---


def test_a_guided_draw_takes_no_seed_before_three_parties_have_signed(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    freezes(guided=True)
    with pytest.raises(NotSigned):
        draws()

    signs(desk, officer)
    record = draws()

    assert [row["party"] for row in record["signers"]] == ["office", "county", "villager"]
    assert record["signed_place"] == "县政府大厅"
    assert record["committed_at"] <= record["signed_at"] <= record["drawn_at"]
    assert check_record(record).holds


@pytest.mark.parametrize(
    "signers",
    [THREE[:2], [*THREE[:2], {"party": "county", "name": "县里己"}], [*THREE[:2], {"party": "villager", "name": ""}],
     [*THREE[:2], {"party": "friend", "name": "朋友"}]],
    ids=["two", "two parties", "no name", "no such party"],
)  # fmt: skip
def test_fewer_than_three_parties_are_not_enough(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws, signers: list[dict[str, str]]
) -> None:
    freezes(guided=True)
    with pytest.raises(BadSigners):
        signs(desk, officer, signers=signers)
    with pytest.raises(NotSigned):
        draws()


def test_nobody_signs_after_the_seed(desk: Desk, officer: Actor, drawn_round: str) -> None:
    with pytest.raises(AlreadyDrawn):
        signs(desk, officer)


def test_signers_are_written_once(desk: Desk, officer: Actor, two_counties: str, freezes: Freeze) -> None:
    freezes(guided=True)
    signs(desk, officer)
    with pytest.raises(AlreadySigned):
        signs(desk, officer)


def test_a_void_needs_its_reason_and_who_asked(desk: Desk, officer: Actor, drawn_round: str, freezes: Freeze) -> None:
    for reason, asked_by in (("错", "县公证处"), ("骰子掉到桌下", "")):
        with desk.db.write(HOME) as session, pytest.raises(BadPlan):
            service.void_draw(session, officer, CODE, reason, asked_by=asked_by)

    voids(desk, officer)
    assert freezes().draw == "2017-1-A2"


def test_a_void_stands_in_the_next_record_with_its_reason_and_seed(
    desk: Desk, officer: Actor, drawn_round: str, freezes: Freeze, draws: Draws
) -> None:
    voids(desk, officer)
    freezes()

    (void,) = draws(CODE, OTHER)["voids"]

    assert (void["draw"], void["reason"], void["asked_by"]) == ("2017-1-A1", "骰子掉到桌下", "县公证处")
    assert void["seed"]
    with desk.db.read() as session:
        assert queries.get_draw_record(session, officer, CODE, "2017-1-A1").seed == void["seed"]
        assert queries.get_draw_record(session, officer, CODE).id == "2017-1-A2"
        with pytest.raises(NotFound):
            queries.get_draw_record(session, desk.actor("lin", Role.INSPECTOR, "640104"), CODE, "2017-1-A1")


def test_the_chain_tells_the_order_of_every_step(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    freezes(guided=True)
    signs(desk, officer)
    draws()
    voids(desk, officer)
    freezes()
    draws()

    with desk.db.read() as session:
        assert check_order(session, CODE) == []


def test_the_chain_tells_an_order_that_the_rows_deny(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    """Somebody with the database in hand takes the freeze of another draw for this one."""
    freezes()
    draws()
    with desk.db.write(HOME) as session:
        session.connection().execute(text("UPDATE draw SET commitment = :other"), {"other": "0" * 64})
    with desk.db.read() as session:
        assert check_order(session, CODE) == ["2017-1-A1: the commitment is not the one that the chain has"]

    with desk.db.write(HOME) as session:
        session.connection().execute(
            text("UPDATE audit SET action = 'draw.drawn' WHERE action = 'frame.frozen' AND county_id = 0")
        )
    with desk.db.read() as session:
        assert first_broken(session, HOME) is not None
        assert check_order(session, CODE) != []


def test_only_one_order_of_the_steps_is_right() -> None:
    steps = ("frame.frozen", "draw.signed", "draw.drawn", "draw.voided")
    right = [order for order in permutations(steps) if not order_faults(((step, "A") for step in order), ["A"])]

    assert right == [steps]
    assert order_faults([("frame.frozen", "A"), ("draw.drawn", "A")], ["A"]) == ["A: frozen → drawn"]
    assert order_faults([("frame.frozen", "A"), ("draw.drawn", "A")]) == []
    assert order_faults([("frame.frozen", "A"), ("draw.drawn", "A"), ("draw.drawn", "A")]) == ["A: drawn → drawn"]


def test_a_draw_only_goes_forward() -> None:
    order = list(DrawState)
    for now in order:
        for then in order:
            if may_follow(now, then, guided=False):
                assert order.index(then) > order.index(now)


# --- parties ---


def test_parties_pledge_with_the_signatures_and_open_afterwards(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    values = ["0123456789ABCDEF", "FEDCBA9876543210"]
    freezes(source="PARTY2", guided=True)
    with pytest.raises(BadSigners):
        signs(desk, officer)
    signs(desk, officer, pledges=[pledge("2017-1-A1", n, value) for n, value in enumerate(values, start=1)])

    with pytest.raises(BadSeed) as refused:
        draws(CODE, values[0], "FEDCBA9876543211")
    assert "第 2 段" in refused.value.faults[0].zh
    record = draws(CODE, values[0], DICE)  # the second did not open in time: dice

    assert check_record(record).holds


def test_a_source_of_ten_bits_freezes_nothing(two_counties: str, freezes: Freeze) -> None:
    with pytest.raises(BadPlan) as refused:
        freezes(source="FC3D-2017150")
    assert "少于 40" in refused.value.faults[0].zh


# --- a draw per county ---


def test_every_county_is_committed_to_at_one_instant_and_thrown_on_its_day(
    desk: Desk, officer: Actor, two_counties: str, draws: Draws
) -> None:
    first, second = by_county(desk, officer)
    assert (first.draw, second.draw) == ("2017-1-A1", "2017-1-A2")
    assert first.committed_at == second.committed_at
    assert {line.county for line in first.strata} == {"640104"}

    with pytest.raises(WhichDraw):
        draws()
    record = draws(CODE, DICE, draw_id="2017-1-A2")

    assert {name[:6] for name in record["lists"]} == {"640106"}
    assert record["scope"] == ["640106"]
    with desk.db.read() as session:
        frame = [row[:2] for row in queries.frame_rows(session, officer, CODE, draw_id="2017-1-A2")]
        assert check_record(record, frame).holds
        fang = desk.actor("fang", Role.INSPECTOR, "640106")
        lin = desk.actor("lin", Role.INSPECTOR, "640104")
        assert {row.county for row in queries.list_samples(session, fang, CODE)} == {"640106"}
        assert queries.get_draw_record(session, fang, CODE).id == "2017-1-A2"
        with pytest.raises(NotFound):
            queries.list_samples(session, lin, CODE)
        assert queries.get_round(session, lin, CODE).state == "frozen"
        assert queries.get_round(session, fang, CODE).state == "drawn"


def test_a_county_is_drawn_again_without_the_others(
    desk: Desk, officer: Actor, two_counties: str, draws: Draws
) -> None:
    by_county(desk, officer)
    draws(CODE, DICE, draw_id="2017-1-A1")
    kept = draws(CODE, DICE, draw_id="2017-1-A2")
    with desk.db.write(HOME) as session, pytest.raises(WhichDraw):
        service.void_draw(session, officer, CODE, "骰子掉到桌下")
    with pytest.raises(AlreadyFrozen):
        by_county(desk, officer)

    voids(desk, officer, "2017-1-A1")
    (again,) = by_county(desk, officer)

    assert again.draw == "2017-1-A3"
    assert {line.county for line in again.strata} == {"640104"}
    with desk.db.write(HOME) as session, pytest.raises(NotDrawn, match="2017-1-A3"):
        service.close_round(session, officer, CODE)
    record = draws(CODE, OTHER, draw_id="2017-1-A3")
    assert [void["draw"] for void in record["voids"]] == ["2017-1-A1"]
    with desk.db.read() as session:
        assert queries.get_draw_record(session, officer, CODE, "2017-1-A2").record is not None
        drawn = {row.sample_id.rpartition(".")[0] for row in queries.list_samples(session, officer, CODE)}
    assert kept["draw"] == "2017-1-A2"
    assert {name[:9] for name in drawn} == {"2017-1-A2", "2017-1-A3"}


def test_a_freeze_of_several_draws_that_broke_off_shows_none_of_them(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second county fails; afterwards one draw over both is frozen in its place, with no rows left behind."""
    from app.survey.rounds import freeze

    honest, seen = freeze.freeze_county, []

    def breaks(session: Session, *args: Any, **more: Any) -> None:
        seen.append(1)
        if len(seen) == 2:
            raise OSError("the current goes")
        honest(session, *args, **more)

    monkeypatch.setattr(freeze, "freeze_county", breaks)
    with pytest.raises(OSError, match="current"):
        by_county(desk, officer)
    monkeypatch.undo()
    with desk.db.read() as session:
        assert queries.standing_draws(session, CODE) == []

    done = freezes()

    assert done.draw == "2017-1-A1"
    assert sorted(line.code for line in done.strata) == ["640104-N", "640104-P", "640106-N", "640106-P"]


# --- covert draws, and what is public ---


def test_a_covert_draw_has_its_own_id_and_outside_witnesses(
    desk: Desk, officer: Actor, drawn_round: str, draws: Draws
) -> None:
    (covert,) = freeze_draws(desk.db, officer, CODE, Terms("DICE10X20", covert=True), n=N, counties=["640104"])
    assert covert.draw == "2017-1-C1-A1"
    assert round_of(covert.draw) == CODE
    with pytest.raises(NotSigned):
        draws(CODE, OTHER, draw_id=covert.draw)
    with pytest.raises(BadSigners):
        signs(desk, officer, covert.draw)
    signs(desk, officer, covert.draw, signers=OUTSIDE)

    record = draws(CODE, OTHER, draw_id=covert.draw)

    assert check_record(record).holds
    with desk.db.read() as session:
        lin, fang = desk.actor("lin", Role.INSPECTOR, "640104"), desk.actor("fang", Role.INSPECTOR, "640106")
        mine = {row.sample_id for row in queries.list_samples(session, lin, CODE)}
        assert {"2017-1-C1-A1.640104-P.1", "2017-1-A1.640104-P.1"} <= mine
        assert not [row for row in queries.list_samples(session, fang, CODE) if "-C1-" in row.sample_id]
        assert queries.get_sample(session, lin, "2017-1-C1-A1.640104-P.1").rank == 1
        assert [draw.id for draw in queries.get_round(session, fang, CODE).draws] == ["2017-1-A1"]

    voids(desk, officer, covert.draw)
    (again,) = freeze_draws(desk.db, officer, CODE, Terms("DICE10X20", covert=True), n=N, counties=["640104"])
    assert again.draw == "2017-1-C1-A2"


def test_a_covert_draw_leaves_no_gap_and_no_trace_in_the_open_ones(
    desk: Desk, officer: Actor, drawn_round: str, freezes: Freeze, draws: Draws
) -> None:
    freeze_draws(desk.db, officer, CODE, Terms("DICE10X20", covert=True), n=N, counties=["640104"])
    signs(desk, officer, "2017-1-C1-A1", signers=OUTSIDE)
    draws(CODE, OTHER, draw_id="2017-1-C1-A1")
    voids(desk, officer, "2017-1-C1-A1")
    voids(desk, officer, "2017-1-A1")

    assert freezes().draw == "2017-1-A2"
    assert [void["draw"] for void in draws()["voids"]] == ["2017-1-A1"]


def test_before_the_close_a_commitment_is_public_and_nothing_else(
    desk: Desk, officer: Actor, two_counties: str, draws: Draws
) -> None:
    by_county(desk, officer)
    freeze_draws(desk.db, officer, CODE, Terms("DICE10X20", covert=True), n=N)

    def public() -> list[dict[str, Any]]:
        with desk.db.read() as session:
            return [each.as_dict() for each in list_published(session)]

    before = public()
    draws(CODE, DICE, draw_id="2017-1-A1")

    assert public() == before  # a throw changes nothing that anybody could see
    assert [each["draw"] for each in before] == ["2017-1-A1", "2017-1-A2"]
    assert len({each["committed_at"] for each in before}) == 1
    for each in before:
        assert set(each) == {"draw", "source", "commitment", "committed_at", "disclosed"}
        assert each["disclosed"] is None
        assert "640104" not in str(each)


def test_after_the_close_frame_and_record_digests_are_public(desk: Desk, officer: Actor, drawn_round: str) -> None:
    with desk.db.write(HOME) as session:
        service.close_round(session, officer, CODE)
    with desk.db.read() as session:
        (only,) = list_published(session)

    assert only.disclosed is not None
    assert only.disclosed.seed
    assert len(only.disclosed.record_sha256 or "") == 64
    assert [line.code for line in only.disclosed.strata] == ["640104-N", "640104-P", "640106-N", "640106-P"]
    assert "001201-" not in str(only.as_dict())  # never a household


def test_nobody_but_the_city_officer_signs_or_voids(desk: Desk, two_counties: str, freezes: Freeze) -> None:
    freezes(guided=True)
    for who in (desk.actor("lin", Role.INSPECTOR, "640104"), desk.actor("leader", Role.LEADING_GROUP, "6401")):
        with pytest.raises(Problem):
            signs(desk, who)


def test_postgresql_gives_the_same_ticket_as_everybody(desk: Desk) -> None:
    """Another program's SHA-256 over the published message, and over one made here."""
    if desk.db.is_sqlite:
        pytest.skip("SQLite has no SHA-256 of its own")
    from app.methods.draw import rules as hhd1

    seed = "2f1060a3d54da5d823c635ad89ff5e752a86e0adca1f42179d068aee3d0cdfad"
    message = f"HHD1|T|{seed}|2018Q3-A1|C01-P|620000001234-0007"
    with desk.db.read() as session:
        theirs = (
            session.connection()
            .execute(text("SELECT encode(sha256(convert_to(:message, 'UTF8')), 'hex')"), {"message": message})
            .scalar_one()
        )

    assert theirs == "20f78aaf79f4f070ab154385596e9f123aedbf074fb1c6eef77d237a60734db4"
    assert theirs == hhd1.ticket(seed, "2018Q3-A1", "C01-P", "620000001234-0007")
