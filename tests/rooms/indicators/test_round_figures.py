"""The indicators of a round from kept facts: who reads them, what they say beside satisfaction, who stands behind."""

from typing import Any

import pytest

from app.figures.indicators.queries import satisfaction
from app.figures.indicators.round_figures import HouseholdBehind, RoundFigures, figures_of, households_behind
from app.findings.inspections.models import VisitStatus
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.rounds import service
from app.survey.rounds.queries import get_round
from tests.rooms.indicators.test_queries import READERS, SEEN, TZ, samples, visit
from tests.rooms.rounds.desk import T0, Desk


def read(desk: Desk, actor: Actor, **options: Any) -> RoundFigures:
    with desk.db.read() as session:
        return figures_of(session, actor, "2017-1", TZ, now=T0, **options)


def behind(desk: Desk, actor: Actor, code: str, part: str = "") -> list[HouseholdBehind]:
    with desk.db.read() as session:
        return households_behind(session, actor, get_round(session, actor, "2017-1"), "640104", code, part, tz=TZ)


def test_the_satisfaction_items_are_the_same_as_the_contracts(desk: Desk, officer: Actor, drawn_round: str) -> None:
    """Eleven doors, a refusal that opens a reserve, one held, one voided: both ways of asking give one answer."""
    poor = samples(desk, officer, "640104")
    for number, row in enumerate(poor[:9]):
        visit(desk, officer, row, (5, 4, 3, 9) if number % 3 else (4, 2, 9, 5))
    visit(desk, officer, poor[9], result="refused")
    visit(desk, officer, poor[10], (5, 5, 5, 5))
    visit(desk, officer, poor[11], (1, 1, 1, 1), status=VisitStatus.VOIDED)

    figures = read(desk, officer)
    with desk.db.read() as session:
        contract = satisfaction(session, officer, "2017-1", TZ, now=T0)

    codes = {"team": "I01", "helper": "I02", "effect": "I03", "way": "I04"}
    for place, body in [(figures.counties[0], contract["counties"][0]), (figures.city, contract["city"])]:
        assert place is not None
        for item in body["items"]:
            figure = place.figures[codes[item["item"]]]
            assert (figure.numerator, figure.denominator, figure.rate) == (item["satisfied"], item["n"], item["rate"])
            assert (figure.official, figure.evidence) == (item["official"], item["evidence"])
            if item["item"] != "way":  # without a target Wilson's interval stands here
                assert (figure.low, figure.high) == (item["low"], item["high"])


def test_reach_and_sample_are_counted_by_stratum(desk: Desk, officer: Actor, drawn_round: str) -> None:
    poor = samples(desk, officer, "640104")
    visit(desk, officer, poor[0], (5, 5, 5, 5))
    visit(desk, officer, poor[1], result="absent", hour=1)
    visit(desk, officer, poor[1], result="absent", hour=6)
    visit(desk, officer, poor[2], result="absent")
    visit(desk, officer, samples(desk, officer, "640104", "non_poor")[0])

    place = read(desk, officer, codes=["I35", "I39"]).counties[0]

    assert list(place.figures) == ["I35", "I39"]
    assert (place.figures["I35"].numerator, place.figures["I35"].denominator) == (2, 11)
    assert [(each.part, each.numerator, each.denominator) for each in place.figures["I35"].parts] == [
        ("poor", 1, 8), ("non_poor", 1, 3),
    ]  # fmt: skip
    reached = {each.part: (each.numerator, each.denominator) for each in place.figures["I39"].parts}
    assert (reached["poor"], reached["N1"], reached["N2"]) == ((1, 10), (1, 14), (0, 14))


@pytest.mark.parametrize("who", READERS)
def test_the_fence_is_that_of_satisfaction(desk: Desk, officer: Actor, drawn_round: str, who: str) -> None:
    role, scope = READERS[who]
    reader = desk.actor("somebody", role, scope)

    def seen() -> tuple[list[str], bool] | None:
        try:
            figures = read(desk, reader, codes=["I01"])
        except NotFound:
            return None
        return [place.code for place in figures.counties], figures.city is not None

    before = seen()
    with desk.db.write(HOME) as session:
        service.close_round(session, officer, drawn_round)

    assert (before, seen()) == SEEN[who]


def test_every_number_has_its_households_and_why_the_others_are_out(
    desk: Desk, officer: Actor, drawn_round: str
) -> None:
    poor = samples(desk, officer, "640104")
    for row in poor[:3]:
        visit(desk, officer, row, (5, 2, 9, 4))
    visit(desk, officer, poor[3], result="refused")

    team, way = behind(desk, officer, "I01"), behind(desk, officer, "I04")

    assert [(each.rank, each.x, each.why) for each in team] == [
        (1, 1, None), (2, 1, None), (3, 1, None), (4, None, "not_interviewed"),
    ]  # fmt: skip
    assert {each.why for each in way if not each.is_counted} <= {"not_exited", "not_interviewed"}
    assert [each.why for each in behind(desk, officer, "I03", "opinion")][:3] == ["no_opinion"] * 3
    assert sum(each.is_counted for each in way) == read(desk, officer).counties[0].figures["I04"].denominator


@pytest.mark.parametrize(
    ("role", "scope"),
    [(Role.COUNTY_OFFICER, "640104"), (Role.ADMIN, "6401"), (Role.HELPER, "640104"), (Role.INSPECTOR, "640106")],
)
def test_who_may_not_learn_who_was_drawn_sees_no_household(
    desk: Desk, officer: Actor, drawn_round: str, role: Role, scope: str
) -> None:
    visit(desk, officer, samples(desk, officer, "640104")[0], (5, 5, 5, 5))
    reader = desk.actor("somebody", role, scope)

    with pytest.raises(NotFound):
        behind(desk, reader, "I01")


def test_an_indicator_that_is_none_is_not_found(desk: Desk, officer: Actor, drawn_round: str) -> None:
    for code, part in [("I99", ""), ("I01", "nothing")]:
        with pytest.raises(NotFound):
            behind(desk, officer, code, part)
