"""Who learns of a draw before the close and after it: stranger, neighbour, wrong role, rightful user."""

from typing import Any

import pytest

from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from tests.rooms.rounds.desk import Desk

XINGQING, JINFENG = "640104", "640106"
PEOPLE = {
    "officer of another city": (Role.CITY_OFFICER, "6402"),
    "inspector of a county outside the round": (Role.INSPECTOR, "640181"),
    "county officer": (Role.COUNTY_OFFICER, XINGQING),
    "helper": (Role.HELPER, XINGQING),
    "village cadre": (Role.VILLAGE_CADRE, "640104001201"),
    "discipline": (Role.DISCIPLINE, "6401"),
    "inspector": (Role.INSPECTOR, XINGQING),
    "team leader": (Role.TEAM_LEADER, XINGQING),
    "city officer": (Role.CITY_OFFICER, "6401"),
    "leading group": (Role.LEADING_GROUP, "6401"),
    "auditor": (Role.AUDITOR, "6401"),
    "admin": (Role.ADMIN, "6401"),
}
#: who: (sees the round, the sample of which counties, the record) while it is open, and after its close
OPEN: dict[str, tuple[bool, set[str], bool]] = {
    "officer of another city": (False, set(), False),
    "inspector of a county outside the round": (False, set(), False),
    "county officer": (False, set(), False),
    "helper": (False, set(), False),
    "village cadre": (False, set(), False),
    "discipline": (False, set(), False),
    "inspector": (True, {XINGQING}, False),
    "team leader": (True, {XINGQING}, False),
    "city officer": (True, {XINGQING, JINFENG}, True),
    "leading group": (True, {XINGQING, JINFENG}, True),
    "auditor": (True, {XINGQING, JINFENG}, True),
    "admin": (True, {XINGQING, JINFENG}, True),
}
CLOSED = OPEN | {
    "county officer": (True, {XINGQING}, True),
    "helper": (True, set(), False),
    "village cadre": (True, set(), False),
    "discipline": (True, {XINGQING, JINFENG}, True),
    "inspector": (True, {XINGQING}, True),
    "team leader": (True, {XINGQING}, True),
}


def or_none(read: Any) -> Any:
    try:
        return read()
    except NotFound:
        return None


def seen_by(desk: Desk, actor: Actor) -> tuple[bool, set[str], bool]:
    with desk.db.read() as session:
        listed = "2017-1" in {view.code for view in queries.list_rounds(session, actor)}
        got = or_none(lambda: queries.get_round(session, actor, "2017-1"))
        assert listed == (got is not None)
        rows = or_none(lambda: queries.list_samples(session, actor, "2017-1")) or []
        counties = {row.county for row in rows}
        for county in (XINGQING, JINFENG):
            of_one = or_none(lambda county=county: queries.list_samples(session, actor, "2017-1", county))
            assert (of_one is not None) == (county in counties)
            sample = f"2017-1-A1.{county}-P.1"
            assert (or_none(lambda sample=sample: queries.get_sample(session, actor, sample)) is not None) == (
                county in counties
            )
        frame = or_none(lambda: list(queries.frame_rows(session, actor, "2017-1"))) or []
        assert {stratum[:6] for stratum, _, _ in frame} == counties
        if got is not None:
            assert {line.county for line in (got.draw.strata if got.draw else ())} == counties
        record = or_none(lambda: queries.get_draw_record(session, actor, "2017-1"))
    return listed, counties, record is not None


@pytest.mark.parametrize("who", PEOPLE)
def test_before_the_close_only_the_team_and_the_city_know(desk: Desk, drawn_round: str, who: str) -> None:
    role, scope = PEOPLE[who]

    assert seen_by(desk, desk.actor("somebody", role, scope)) == OPEN[who]


@pytest.mark.parametrize("who", PEOPLE)
def test_after_the_close_a_county_sees_its_own(desk: Desk, officer: Actor, drawn_round: str, who: str) -> None:
    with desk.db.write(HOME) as session:
        service.close_round(session, officer, drawn_round)
    role, scope = PEOPLE[who]

    assert seen_by(desk, desk.actor("somebody", role, scope)) == CLOSED[who]


def test_a_team_that_knows_the_round_sees_its_own_county_of_it(desk: Desk, drawn_round: str) -> None:
    inspector = desk.actor("lin", Role.INSPECTOR, XINGQING)
    with desk.db.read() as session:
        shape = queries.get_round(session, inspector, drawn_round).as_dict()

    assert shape["counties"] == [{"code": XINGQING, "name": "兴庆区"}]
    assert shape["strata"] == [
        {"stratum": "640104-N", "N": 30, "n": 4, "r": 8},
        {"stratum": "640104-P", "N": 40, "n": 10, "r": 20},
    ]
    assert shape["state"] == "drawn"


def test_a_round_that_does_not_exist_looks_like_one_out_of_scope(desk: Desk, officer: Actor) -> None:
    with desk.db.read() as session, pytest.raises(NotFound):
        queries.get_round(session, officer, "2099-9")


def test_all_ranks_of_a_samples_stratum_are_found_by_its_id(desk: Desk, drawn_round: str) -> None:
    with desk.db.read() as session:
        ranks = [row.rank for row in queries.stratum_samples(session, "2017-1-A1.640106-N.2")]
        nothing = [queries.stratum_samples(session, text) for text in ("", "2017-1-A9.640106-N.2")]

    assert ranks == [1, 2, 3, 4, 5, 6]
    assert nothing == [[], []]
