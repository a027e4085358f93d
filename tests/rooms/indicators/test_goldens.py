"""The golden examples of the trade (domain §6), each digit for digit; docs/indicators.md prints what is found here."""

from fractions import Fraction

import pytest

from app.figures.indicators.assemble import Figures
from app.figures.indicators.catalogue import counts_behind
from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.yc2017 import INDICATORS
from app.methods.estimates import rate_text, wilson
from tests.rooms.indicators.households import (
    a_county,
    city_figure,
    confirmed,
    exited,
    figure,
    satisfied,
    times,
)


def counted(found: IndicatorFigure) -> tuple[int, int, str | None]:
    return found.numerator, found.denominator, found.rate


def test_g1_four_of_138_exits_are_wrong_three_of_them_for_the_house() -> None:
    """2.9 % of households: over the line of 2 %, though the sample alone does not prove it of the county."""
    wrong = [confirmed(exited(exit_judge="bad", exit_gap="house"))] * 3 + [
        confirmed(exited(exit_judge="bad", exit_gap="income"))
    ]
    households = [*times(134, exited()), *wrong]

    found = figure(households, "I07")

    assert counted(found) == (4, 138, "2.90")
    assert found.official == "missed"
    assert counted(figure(households, "I07", "house")) == (3, 4, "75.00")
    assert [round(100 * bound, 1) for bound in wilson(4, 138)] == [1.1, 7.2]


def test_g1_before_the_review_they_are_suspected_and_nothing_is_counted() -> None:
    households = [*times(134, exited()), *times(4, exited(exit_judge="bad", exit_gap="house"))]

    assert counted(figure(households, "I07")) == (0, 138, "0.00")
    assert counted(figure(households, "I07", "suspected")) == (4, 138, "2.90")


def test_g2_three_items_miss_and_the_fourth_is_not_judged() -> None:
    households = satisfied(100, team=81, helper=76, effect=84, way=88)
    found = {code: figure(households, code) for code in ("I01", "I02", "I03", "I04", "I05")}

    assert [found[code].official for code in ("I01", "I02", "I03")] == ["missed"] * 3
    assert [9000 - round(100 * float(found[code].rate or 0)) for code in ("I01", "I02", "I03")] == [900, 1400, 600]
    assert (found["I04"].rate, found["I04"].official, found["I04"].evidence) == ("88.00", None, None)
    assert (counted(found["I05"])[:2], found["I05"].margin) == ((0, 3), "-14.00")


@pytest.mark.parametrize(
    ("good", "n", "rate", "official"),
    [(897, 997, "89.97", "missed"), (9, 10, "90.00", "met"), (8, 9, "88.89", "missed"), (7, 7, "100.00", "too_few")],
)
def test_g3_89_97_misses_and_seven_of_seven_are_too_few(good: int, n: int, rate: str, official: str) -> None:
    found = figure(satisfied(n, team=good), "I01", frame={"poor": 20_000})

    assert (found.rate, found.official) == (rate, official)


def test_g5_half_of_the_resettled_still_live_at_the_old_place() -> None:
    at_site = exited(resettled="1", living="at_site", live_months="12")
    households = [*times(5, at_site), *times(5, exited(resettled="1", living="origin", live_months="0"))]

    assert counted(figure(households, "I16")) == (5, 10, "50.00")


def test_g6_half_of_the_income_is_support_and_half_of_the_households_name_it() -> None:
    """Wages 8,000, operating 4,000, social 6,000, project 6,000 over the sample."""
    one = exited(inc_social="600", inc_project="600", inc_total="2400")
    names = exited(inc_social="600", inc_project="600", inc_total="2400", main_sources="crop project")
    households = [*times(5, one), *times(5, names)]

    assert counted(figure(households, "I19")) == (12_000, 24_000, "50.00")
    assert counted(figure(households, "I19", "project")) == (6_000, 24_000, "25.00")
    assert counted(figure(households, "I20")) == (5, 10, "50.00")


def test_g7_nine_of_fifteen_unsatisfied_did_not_get_what_they_needed() -> None:
    households = [
        *times(9, exited(sat_way="2", measure_fit="0")),
        *times(6, exited(sat_way="1", measure_fit="1")),
        *times(5, exited(sat_way="4", measure_fit="0")),
    ]

    assert counted(figure(households, "I21", "among_unsatisfied")) == (9, 15, "60.00")


def test_g8_medical_care_and_housing_of_654_and_98_84_that_no_count_gives() -> None:
    households = [
        *times(543, exited()),
        *times(101, exited(house_grade="d")),
        *times(10, exited(house_grade="c", med_insured_n="3")),
    ]

    assert counted(figure(households, "I12")) == (644, 654, "98.47")
    assert counted(figure(households, "I13")) == (543, 654, "83.03")
    assert rate_text(310, 654) == "47.40"
    (benchmark,) = INDICATORS["I11"].benchmarks
    assert (benchmark.text, benchmark.counts) == ("98.84%", None)


def test_g9_months_to_disburse_lag_by_0_84() -> None:
    region, country = (Fraction(each.text.removesuffix("个月")) for each in INDICATORS["I29"].benchmarks)

    assert (float(region - country), float(region / country)) == (0.84, 1.4375)


def test_g12_a_published_rate_of_199_stands_for_two_counts_and_98_84_of_654_for_none() -> None:
    found = {code: INDICATORS[code].benchmarks[0].possible for code in ("I11", "I17", "I18")}

    assert found == {"I11": (), "I17": (181, 182), "I18": (137, 138)}
    assert counts_behind("98.47%", 654) == (644,)


def test_g10_eleven_of_twenty_are_satisfied_with_the_way() -> None:
    assert counted(figure(satisfied(20, way=11), "I04")) == (11, 20, "55.00")


G15 = {
    "640104": (10, (10, 9, 9), ("100.00", "90.00", "90.00"), ("met", "met", "met"), 3),
    "640106": (8, (8, 7, 8), ("100.00", "87.50", "100.00"), ("met", "missed", "met"), 2),
    "640105": (9, (8, 9, 9), ("88.89", "100.00", "100.00"), ("missed", "met", "met"), 2),
    "640121": (10, (8, 6, 9), ("80.00", "60.00", "90.00"), ("missed", "missed", "met"), 1),
    "640122": (10, (9, 9, 10), ("90.00", "90.00", "100.00"), ("met", "met", "met"), 3),
    "640181": (7, (7, 6, 7), ("100.00", "85.71", "100.00"), ("too_few", "too_few", "too_few"), None),
}
THREE = ("I01", "I02", "I03")


@pytest.mark.parametrize("county", G15)
def test_g15_each_county(county: str) -> None:
    n, counts, rates, official, met = G15[county]
    households = satisfied(n, **dict(zip(("team", "helper", "effect"), counts, strict=True)))
    found = [figure(households, code) for code in THREE]

    assert [(each.numerator, each.denominator) for each in found] == [(count, n) for count in counts]
    assert tuple(each.rate for each in found) == rates
    assert tuple(each.official for each in found) == official
    three = figure(households, "I05")
    assert (three.numerator if met is not None else None) == met
    assert three.official == ("met" if met == 3 else "too_few" if met is None else "missed")


def test_g15_the_city_is_a_sum_of_households_and_beside_it_the_weighted_rate() -> None:
    counties = [
        a_county(satisfied(n, **dict(zip(("team", "helper", "effect"), counts, strict=True))), code=code)
        for code, (n, counts, *_) in G15.items()
    ]
    found = [city_figure(counties, code) for code in THREE]

    assert [counted(each) for each in found] == [(50, 54, "92.59"), (46, 54, "85.19"), (52, 54, "96.30")]
    assert [each.official for each in found] == ["met", "missed", "met"]
    assert {each.model for each in found} == {"binomial"}
    assert found[1].weighted is not None
    assert found[1].weighted.rate == "85.54"  # every county weighs the same here: the mean of the six rates
    assert float(found[1].weighted.low) < 85.54 < float(found[1].weighted.high)


def test_g15_the_sensitivity_of_yongning_stands_beside_and_changes_nothing() -> None:
    """6 of 10 with the helper: two 一般, one 不满意, one 说不清."""
    households = [
        *times(6, exited(sat_helper="4")),
        *times(2, exited(sat_helper="3")),
        exited(sat_helper="2"),
        exited(sat_helper="9"),
    ]

    assert counted(figure(households, "I02", "opinion")) == (6, 9, "66.67")
    assert counted(figure(households, "I02", "neutral")) == (8, 10, "80.00")
    assert figure(households, "I02", "neutral").official is None
    assert figure(households, "I02").official == "missed"


def test_every_line_of_the_scheme_gives_a_figure_even_with_nobody_asked() -> None:
    found = Figures([a_county([])])

    assert list(found) == [f"I{number:02d}" for number in range(1, 41)]
    assert {code for code, each in found.items() if each.waits_for} == {
        "I25", "I29", "I30", "I31", "I32", "I34",
    }  # fmt: skip
    assert all(each.rate is None for code, each in found.items() if code not in ("I05", "I35", "I39"))
