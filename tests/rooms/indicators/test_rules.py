"""Satisfaction on whole households: the golden examples, what is never judged, and what is shown beside it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.figures.indicators import rules
from app.figures.indicators.rules import CountyFacts, Figure, Interview, Tally
from app.methods.estimates import hypergeometric_interval, hypergeometric_verdict
from app.survey.rounds.rules import Outcome, SampleItem, SampleRow, SampleState

QUOTA = {"poor": (8, 10), "non_poor": (3, 5)}


def interviews(n: int, *, status: str = "exited", **satisfied: int) -> list[Interview]:
    """n interviews of which so many are satisfied (4) with each item, the others not (2)."""
    return [
        Interview(status, {item: 4 if number < satisfied.get(item, 0) else 2 for item in rules.YC2017.items})
        for number in range(n)
    ]


def a_county(counted: list[Interview], *, code: str = "640104", poor: int = 640, exited: int = 400) -> CountyFacts:
    return CountyFacts(
        code=code,
        name="兴庆区",
        poor=poor,
        non_poor=21500,
        exited=exited,
        quota=QUOTA,
        completed={"poor": len(counted), "non_poor": 4},
        tallies={item: rules.tally(counted, item) for item in rules.YC2017.items},
    )


def by_item(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.item: figure for figure in figures}


def test_g2_three_items_miss_by_nine_fourteen_and_six_points_and_the_fourth_is_not_judged() -> None:
    figures = by_item(a_county(interviews(100, team=81, helper=76, effect=84, way=88)).figures())

    assert [figures[item].official for item in ("team", "helper", "effect")] == ["missed"] * 3
    assert [figures[item].shortfall for item in ("team", "helper", "effect")] == ["9.00", "14.00", "6.00"]
    assert (figures["way"].rate, figures["way"].official, figures["way"].evidence) == ("88.00", None, None)
    assert rules.targets_met(figures.values()) == 0


@pytest.mark.parametrize(
    ("satisfied", "n", "rate", "official"),
    [(897, 997, "89.97", "missed"), (9, 10, "90.00", "met"), (8, 9, "88.89", "missed"), (7, 7, "100.00", "too_few")],
)
def test_g3_89_97_misses_and_seven_of_seven_are_too_few(satisfied: int, n: int, rate: str, official: str) -> None:
    figure = rules.county_figure("team", Tally(n=n, satisfied=satisfied), 20_000)

    assert (figure.rate, figure.official) == (rate, official)


def test_g10_eleven_of_twenty_exited_households_are_satisfied_with_the_way() -> None:
    counted = [*interviews(20, way=11), *interviews(5, status="unexited", way=5)]

    way = by_item(a_county(counted).figures())["way"]

    assert (way.tally.n, way.tally.satisfied, way.rate, way.official, way.evidence) == (20, 11, "55.00", None, None)


G15 = {
    "640104": (10, (10, 9, 9), ("100.00", "90.00", "90.00"), ("met", "met", "met")),
    "640106": (8, (8, 7, 8), ("100.00", "87.50", "100.00"), ("met", "missed", "met")),
    "640105": (9, (8, 9, 9), ("88.89", "100.00", "100.00"), ("missed", "met", "met")),
    "640121": (10, (8, 6, 9), ("80.00", "60.00", "90.00"), ("missed", "missed", "met")),
    "640122": (10, (9, 9, 10), ("90.00", "90.00", "100.00"), ("met", "met", "met")),
    "640181": (7, (7, 6, 7), ("100.00", "85.71", "100.00"), ("too_few", "too_few", "too_few")),
}


def g15() -> list[CountyFacts]:
    return [
        a_county(interviews(n, team=team, helper=helper, effect=effect), code=code)
        for code, (n, (team, helper, effect), _, _) in G15.items()
    ]


@pytest.mark.parametrize("county", g15(), ids=list(G15))
def test_g15_each_county(county: CountyFacts) -> None:
    n, satisfied, rates, official = G15[county.code]
    figures = by_item(county.figures())

    three = [figures[item] for item in ("team", "helper", "effect")]
    assert [figure.tally.n for figure in three] == [n] * 3
    assert tuple(figure.tally.satisfied for figure in three) == satisfied
    assert tuple(figure.rate for figure in three) == rates
    assert tuple(figure.official for figure in three) == official
    for figure in three:
        bounds = hypergeometric_interval(figure.tally.satisfied, n, 640)
        assert (figure.low, figure.high) == tuple(bound.text() for bound in bounds)
        assert figure.evidence == hypergeometric_verdict(figure.tally.satisfied, n, 640)


def test_g15_the_city_is_a_sum_of_households_with_the_small_county_in_it() -> None:
    city = by_item(rules.city_figures(g15()))

    assert [(f.tally.satisfied, f.tally.n, f.rate, f.official) for f in list(city.values())[:3]] == [
        (50, 54, "92.59", "met"),
        (46, 54, "85.19", "missed"),
        (52, 54, "96.30", "met"),
    ]
    assert all(figure.model == "binomial" for figure in city.values())
    assert [city[item].evidence for item in ("team", "helper", "effect")] == ["undecided"] * 3
    assert (city["team"].low, city["team"].high) == ("83.85", "97.43")


def test_g15_what_is_shown_small_changes_no_verdict() -> None:
    """永宁县, helper: 6 satisfied, 2 一般, 1 dissatisfied, 1 说不清."""
    codes = [5, 5, 4, 4, 4, 4, 3, 3, 2, 9]
    figure = by_item(a_county([Interview("exited", {"helper": code}) for code in codes]).figures())["helper"]

    assert (figure.rate, figure.without_dont_know, figure.with_neutral) == ("60.00", "66.67", "80.00")
    assert (figure.tally.dont_know, figure.official) == (1, "missed")


def test_the_contracts_county_word_for_word() -> None:
    county = a_county(interviews(10, team=10, helper=9, effect=9, way=10), exited=400)

    shape = county.as_dict()

    items = shape.pop("items")
    assert shape == {
        "code": "640104",
        "name": "兴庆区",
        "frame": {"poor": 640, "non_poor": 21500},
        "sample": {
            "poor": {"completed": 10, "quota": [8, 10]},
            "non_poor": {"completed": 4, "quota": [3, 5]},
        },
    }
    assert isinstance(items, list)
    assert items[0] == {
        "item": "team", "satisfied": 10, "n": 10, "rate": "100.00", "dont_know": 0,
        "official": "met", "evidence": "undecided", "low": "74.38", "high": "100.00",
    }  # fmt: skip
    assert [item["item"] for item in items] == ["team", "helper", "effect", "way"]
    assert (items[3]["official"], items[3]["evidence"]) == (None, None)


def test_the_city_names_its_model() -> None:
    item = rules.city_figures(g15())[0].as_dict()

    assert item["model"] == "binomial"
    assert set(item) - {"model"} == set(g15()[0].figures()[0].as_dict())


def test_nobody_asked_is_no_result_neither_nought_nor_a_hundred() -> None:
    figures = [*a_county([]).figures(), *rules.city_figures([a_county([])])]

    for figure in figures:
        assert (figure.rate, figure.low, figure.high, figure.evidence) == (None, None, None, None)
        assert figure.official == (None if figure.item == "way" else "too_few")
        assert (figure.without_dont_know, figure.with_neutral, figure.shortfall) == (None, None, None)


def test_seven_households_get_evidence_but_no_official_word() -> None:
    figure = rules.county_figure("team", Tally(n=7, satisfied=2), 640)

    assert (figure.official, figure.evidence) == ("too_few", "not_met")


def test_a_household_without_an_answer_stays_in_the_denominator() -> None:
    counted = [*interviews(9, team=9), Interview("exited", {})]

    figure = by_item(a_county(counted).figures())["team"]

    assert (figure.tally.satisfied, figure.tally.n, figure.official) == (9, 10, "met")


def test_the_way_rests_on_the_exited_of_the_frame() -> None:
    counted = interviews(3, way=3)

    way = by_item(a_county(counted, exited=3).figures())["way"]

    assert (way.low, way.high) == ("100.00", "100.00")


def test_before_the_freeze_there_are_no_figures() -> None:
    county = replace(a_county([]), poor=None, non_poor=None, exited=0)

    assert county.as_dict()["frame"] == {"poor": None, "non_poor": None}
    assert [figure.rate for figure in county.figures()] == [None] * 4


@pytest.mark.parametrize(
    ("part", "whole", "points"), [(9, 10, "0.00"), (10, 10, "0.00"), (8, 9, "1.11"), (897, 997, "0.03")]
)
def test_missing_points_are_never_negative(part: int, whole: int, points: str) -> None:
    assert rules.county_figure("team", Tally(n=whole, satisfied=part), 20_000).shortfall == points


def test_the_target_is_printed_as_the_contract_has_it() -> None:
    assert rules.YC2017.target_text() == "0.90"


# --- reach ---


def ranks(states: str, *, main: int = 10) -> list[SampleItem]:
    """c completed, o open, n refused, x dissolved, r reserve."""
    meaning = {
        "c": (SampleState.COMPLETED, "C1"),
        "o": (SampleState.OPEN, None),
        "n": (SampleState.NON_RESPONSE, "N2"),
        "x": (SampleState.NOT_ELIGIBLE, "X1"),
        "r": (SampleState.RESERVE, None),
    }
    drawn_at = datetime(2017, 5, 11, tzinfo=UTC)
    return [
        SampleItem(
            SampleRow(f"S.{rank}", "u", "h", "exited", 1, "640104", "poor", "640104-P", rank, main, drawn_at, None),
            meaning[state][0],
            None,
            Outcome(meaning[state][1]),
        )
        for rank, state in enumerate(states, start=1)
    ]


def test_nine_of_nineteen_not_reached_and_replaced_limits_the_results() -> None:
    """抽中19户,9户未访到并按次序替补."""
    reached = rules.reach(ranks("nnnnnnnnxc" + "ccccccccc" + "r" * 11))

    assert (reached.opened, reached.completed, reached.ended) == (19, 10, {"N2": 8, "X1": 1})
    assert (reached.not_met_rate, reached.substitution_rate, reached.is_limited) == ("90.00", "47.37", True)


def test_three_of_ten_substitutes_are_no_limit_yet() -> None:
    assert not rules.reach(ranks("nnncccc" + "ccc" + "rr", main=7)).is_limited


def test_a_sample_that_nobody_visited_has_no_substitutes() -> None:
    reached = rules.reach(ranks("o" * 10 + "r" * 20))

    assert (reached.not_met_rate, reached.substitution_rate, reached.is_limited) == ("0.00", "0.00", False)
