"""Between rounds nothing is claimed that chance explains, and rounds together only by the rule that allows looking."""

from dataclasses import replace

import pytest
from scipy.stats import binomtest, fisher_exact, hypergeom

from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.trends import Asked, p_text, pooled, standing_misses, steps
from app.figures.indicators.yc2017 import INDICATORS
from app.methods.combining import sequential
from app.methods.estimates import Share
from tests.rooms.indicators.households import figure, satisfied

TEAM = INDICATORS["I01"]


def team(good: int, n: int) -> IndicatorFigure:
    return figure(satisfied(n, team=good), "I01", frame={"poor": 640})


@pytest.mark.parametrize(
    ("before", "now", "claim"),
    [
        ((7, 10), (9, 10), "none"),
        ((6, 10), (10, 10), "none"),  # p = 0.087: four more households of ten, and still chance
        ((5, 10), (10, 10), "up"),  # p = 0.033
        ((10, 10), (5, 10), "down"),
        ((10, 10), (10, 10), "none"),
    ],
)
def test_a_change_is_claimed_only_beyond_chance(before: tuple[int, int], now: tuple[int, int], claim: str) -> None:
    found = steps({"640104": team(*before)}, {"640104": team(*now)})["640104"]

    assert found.claim == claim
    (a, n), (b, m) = before, now
    assert float(found.p) == pytest.approx(fisher_exact([[a, n - a], [b, m - b]]).pvalue, abs=1e-12)


def test_what_stands_alone_does_not_stand_among_six_counties() -> None:
    """0.033 is at most 5 %; with six counties asked at once it has to be at most 5 % ÷ 6."""
    before = {f"64010{place}": team(5, 10) if place == 1 else team(9, 10) for place in range(1, 7)}
    now = {place: team(10, 10) if place == "640101" else team(9, 10) for place in before}

    assert steps(before, now)["640101"].claim == "alone"
    now["640101"] = team(10, 10)
    before["640101"] = team(2, 10)  # p = 0.0007
    assert steps(before, now)["640101"].claim == "up"


def test_the_same_households_asked_twice_decide_by_those_that_changed() -> None:
    """Six turned to satisfied and none the other way: McNemar, though the two samples look alike."""
    before, now = {"640104": team(8, 10)}, {"640104": team(9, 10)}

    found = steps(before, now, {"640104": (10, 0, 6)})["640104"]

    assert (found.claim, found.same) == ("up", (10, 0, 6))
    assert float(found.p) == pytest.approx(binomtest(0, 6, 0.5).pvalue)
    assert steps(before, now)["640104"].claim == "none"


def test_what_is_no_share_of_drawn_households_has_no_test() -> None:
    everybody = replace(team(9, 10), model=None)

    assert steps({"x": everybody}, {"x": everybody}) == {}
    assert steps({}, {"x": team(9, 10)}) == {}


def test_rounds_together_show_ninety_only_when_the_running_product_reaches_twenty() -> None:
    """Four rounds of 60: 58 of each are enough after the fourth and not after the second."""
    rounds = [(team(58, 60), 640)] * 4

    after = [pooled(TEAM, rounds[: n + 1]) for n in range(4)]
    assert after[0] is None
    assert [each.is_met for each in after if each] == [sequential([(58, 60)] * n).evidence >= 20 for n in (2, 3, 4)]
    last = after[3]
    assert last is not None
    assert (last.x, last.n, last.rounds, last.rate, last.is_met) == (232, 240, 4, "96.67", True)
    assert float(last.low or 0) < 96.67 < float(last.high or 0)


def test_one_county_with_ten_a_round_is_not_shown_by_four_perfect_rounds_of_ten_less_one() -> None:
    found = pooled(TEAM, [(team(9, 10), 640)] * 4)

    assert found is not None
    assert (found.x, found.n, found.is_met) == (36, 40, False)


def test_a_line_without_the_ninety_has_a_sum_and_no_product() -> None:
    way = [(figure(satisfied(10, way=8), "I04", frame={"exited": 400}), 400)] * 2

    found = pooled(INDICATORS["I04"], way)

    assert found is not None
    assert (found.rate, found.evidence, found.is_met) == ("80.00", None, False)


def test_of_eighteen_verdicts_only_those_that_stand_together_are_fit_to_be_published() -> None:
    """Alone 6 of 10 is shown to be below 90 %; among eighteen verdicts it is not, and 3 of 10 is."""
    others = [Asked(f"c{n}", 10, 10, 640, is_below=False) for n in range(17)]
    assert team(6, 10).evidence == "not_met"

    assert standing_misses([*others, Asked("yongning", 6, 10, 640, is_below=True)]) == frozenset()
    assert standing_misses([*others, Asked("yongning", 3, 10, 640, is_below=True)]) == {"yongning"}
    assert standing_misses([Asked("yongning", 6, 10, 640, is_below=True)]) == {"yongning"}
    assert hypergeom.cdf(3, 640, 576, 10) <= 0.05 / 18 < hypergeom.cdf(6, 640, 576, 10)


@pytest.mark.parametrize(("p", "text"), [(Share(1, 1), "1.000"), (Share(1, 2000), "0.001"), (Share(1, 2001), "<0.001")])
def test_p_is_printed_with_three_decimals(p: Share, text: str) -> None:
    assert p_text(p) == text
