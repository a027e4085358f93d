"""Exact tails and intervals against R, against scipy, and against counting by hand."""

import csv
import random
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from scipy.stats import beta, binom, hypergeom

from app.methods import estimates as est
from app.methods.estimates import FIVE_PERCENT, NINETY_PERCENT, TWO_AND_A_HALF_PERCENT

ORACLE = Path(__file__).parents[2] / "oracle"
TOLERANCE = 1e-9


def frames() -> dict[tuple[str, str], int]:
    """N of every stratum of the oracle's households, by data set and domain."""
    with (ORACLE / "survey_households.csv").open(encoding="utf-8") as file:
        return {
            (row["dataset"], f"stratum:{row['county']}.{row['stratum']}.{row['round']}"): int(row["N_h"])
            for row in csv.DictReader(file)
        }


FRAMES = frames()


def rows(*methods: str) -> list[ParameterSet]:
    with (ORACLE / "survey_reference.csv").open(encoding="utf-8") as file:
        return [
            pytest.param(row, id=f"{row['dataset']}-{row['domain']}-{row['method']}")
            for row in csv.DictReader(file)
            if row["method"] in methods
        ]


def frame_of(row: dict[str, str]) -> int:
    return FRAMES[row["dataset"], row["domain"]]


def close(ours: object, theirs: str) -> bool:
    return abs(float(ours) - float(theirs)) <= TOLERANCE  # type: ignore[arg-type]


def test_the_oracle_is_all_there() -> None:
    counts = {method: len(rows(method)) for method in ("clopper_pearson", "hypergeometric_exact", "wilson")}

    assert counts == {"clopper_pearson": 39, "hypergeometric_exact": 30, "wilson": 39}
    assert len(rows("hypergeometric_one_sided_05")) == 30


@pytest.mark.parametrize("row", rows("clopper_pearson"))
def test_clopper_pearson_equals_r(row: dict[str, str]) -> None:
    low, high = est.clopper_pearson(int(row["x"]), int(row["n"]), TWO_AND_A_HALF_PERCENT)

    assert close(low, row["lower"])
    assert close(high, row["upper"])


@pytest.mark.parametrize("row", rows("wilson"))
def test_wilson_equals_r(row: dict[str, str]) -> None:
    low, high = est.wilson(int(row["x"]), int(row["n"]))

    assert close(low, row["lower"])
    assert close(high, row["upper"])


@pytest.mark.parametrize("row", rows("hypergeometric_exact"))
def test_the_two_sided_hypergeometric_interval_equals_r(row: dict[str, str]) -> None:
    low, high = est.hypergeometric_interval(int(row["x"]), int(row["n"]), frame_of(row), TWO_AND_A_HALF_PERCENT)

    assert close(low, row["lower"])
    assert close(high, row["upper"])
    assert f"K in [{low.part},{high.part}]" in row["note"]


@pytest.mark.parametrize("row", rows("hyper_met_H0_below_90", "hyper_notmet_H0_at_least_90"))
def test_hypergeometric_p_values_equal_r(row: dict[str, str]) -> None:
    x, n, frame = int(row["x"]), int(row["n"]), frame_of(row)
    enough = est.fewest_satisfied(frame)

    if row["method"] == "hyper_met_H0_below_90":
        p = est.hypergeometric_at_least(x, n, frame, enough - 1)
    else:
        p = est.hypergeometric_at_most(x, n, frame, enough)

    assert close(p, row["estimate"])


@pytest.mark.parametrize("row", rows("binom_met_H0_below_90", "binom_notmet_H0_at_least_90"))
def test_binomial_p_values_equal_r(row: dict[str, str]) -> None:
    tail = est.binomial_at_least if row["method"] == "binom_met_H0_below_90" else est.binomial_at_most

    assert close(tail(int(row["x"]), int(row["n"]), NINETY_PERCENT), row["estimate"])


@pytest.mark.parametrize("row", rows("hypergeometric_one_sided_05"))
def test_verdicts_equal_the_oracle(row: dict[str, str]) -> None:
    assert est.hypergeometric_verdict(int(row["x"]), int(row["n"]), frame_of(row)) == row["verdict"]


@pytest.mark.parametrize(
    ("satisfied", "low", "high", "verdict"),
    [(6, 31, 85, "not_met"), (7, 40, 91, "undecided"), (8, 50, 96, "undecided"), (9, 61, 99, "undecided"),
     (10, 74, 100, "undecided")],
)  # fmt: skip
def test_ten_households_of_six_hundred(satisfied: int, low: int, high: int, verdict: str) -> None:
    bounds = est.hypergeometric_interval(satisfied, 10, 600)

    assert [round(100 * float(bound)) for bound in bounds] == [low, high]
    assert est.hypergeometric_verdict(satisfied, 10, 600) == verdict


def test_all_ten_of_the_contracts_county_leave_74_38_per_cent_possible() -> None:
    low, high = est.hypergeometric_interval(10, 10, 640)

    assert (low.text(), high.text()) == ("74.38", "100.00")


DECISIONS = [
    (8, None, 5), (9, None, 5), (10, None, 6), (12, None, 8), (13, None, 9), (15, None, 10), (20, None, 15),
    (29, 29, 22), (40, 40, 32), (50, 49, 40), (60, 59, 49), (78, 75, 65), (100, 96, 84), (150, 142, 128),
    (240, 224, 207),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "met_from", "not_met_to"), DECISIONS)
def test_the_decision_table_of_the_binomial(asked: int, met_from: int | None, not_met_to: int) -> None:
    verdicts = [est.binomial_verdict(satisfied, asked) for satisfied in range(asked + 1)]

    assert verdicts.count("met") == (0 if met_from is None else asked - met_from + 1)
    assert verdicts[: not_met_to + 1] == ["not_met"] * (not_met_to + 1)
    assert verdicts[not_met_to + 1] != "not_met"


@pytest.mark.parametrize(("frame", "first"), [(20_000, 29), (1000, 28), (300, 27)])
def test_the_first_sample_that_proves_ninety_per_cent(frame: int, first: int) -> None:
    assert est.hypergeometric_verdict(first, first, frame) == "met"
    assert est.hypergeometric_verdict(first - 1, first - 1, frame) == "undecided"


@pytest.mark.parametrize("frame", [1, 2, 3, 9, 10, 11, 15, 40, 312, 640])
def test_the_interval_is_the_exact_mirror_of_the_verdict(frame: int) -> None:
    enough = est.fewest_satisfied(frame)
    for asked in {1, 2, 8, 10, 29, frame} & set(range(1, frame + 1)):
        for satisfied in range(asked + 1):
            low, high = est.hypergeometric_interval(satisfied, asked, frame)
            verdict = est.hypergeometric_verdict(satisfied, asked, frame)
            assert (low.part >= enough) == (verdict == "met")
            assert (high.part < enough) == (verdict == "not_met")


def test_a_census_knows_the_rate_exactly() -> None:
    low, high = est.hypergeometric_interval(9, 10, 10)

    assert (low.part, high.part) == (9, 9)
    assert est.hypergeometric_verdict(9, 10, 10) == "met"
    assert est.hypergeometric_verdict(8, 10, 10) == "not_met"


def test_hypergeometric_tails_equal_counting_every_subset_by_formula() -> None:
    for frame, asked in product(range(1, 13), range(1, 13)):
        if asked > frame:
            continue
        for positive, satisfied in product(range(frame + 1), range(asked + 1)):
            ways = sum(comb(positive, i) * comb(frame - positive, asked - i) for i in range(satisfied, asked + 1))
            tail = est.hypergeometric_at_least(satisfied, asked, frame, positive)
            assert Fraction(tail.part, tail.whole) == Fraction(ways, comb(frame, asked))


def test_random_cases_equal_scipy() -> None:
    chance = random.Random(20171231)
    for _ in range(300):
        frame = chance.randint(1, 30_000)
        asked = chance.randint(1, min(frame, 120))
        satisfied, positive = chance.randint(0, asked), chance.randint(0, frame)
        at_least = hypergeom.sf(satisfied - 1, frame, positive, asked)
        at_most = hypergeom.cdf(satisfied, frame, positive, asked)
        assert abs(float(est.hypergeometric_at_least(satisfied, asked, frame, positive)) - at_least) < TOLERANCE
        assert abs(float(est.hypergeometric_at_most(satisfied, asked, frame, positive)) - at_most) < TOLERANCE


def test_random_binomial_tails_and_bounds_equal_scipy() -> None:
    chance = random.Random(90)
    for _ in range(60):
        asked = chance.randint(1, 300)
        satisfied = chance.randint(0, asked)
        p = est.Share(chance.randint(0, 100), 100)
        assert abs(float(est.binomial_at_least(satisfied, asked, p)) - binom.sf(satisfied - 1, asked, float(p))) < 1e-9
        low, high = est.clopper_pearson(satisfied, asked)
        assert abs(low - (beta.ppf(0.05, satisfied, asked - satisfied + 1) if satisfied else 0)) < TOLERANCE
        assert abs(high - (beta.ppf(0.95, satisfied + 1, asked - satisfied) if satisfied < asked else 1)) < TOLERANCE


def test_printed_bounds_are_the_exact_ones_rounded() -> None:
    for asked in (1, 2, 7, 10, 54, 60):
        for satisfied in range(asked + 1):
            exact = est.clopper_pearson(satisfied, asked)
            printed = est.clopper_pearson_text(satisfied, asked)
            assert [f"{int(bound * 10_000 + 0.5) / 100:.2f}" for bound in exact] == list(printed)


def test_one_of_one_has_five_per_cent_as_its_lower_bound() -> None:
    assert est.clopper_pearson_text(1, 1) == ("5.00", "100.00")
    assert est.clopper_pearson_text(0, 1) == ("0.00", "95.00")


def test_wilson_of_the_golden_examples() -> None:
    assert [f"{100 * bound:.1f}" for bound in est.wilson(9, 10)] == ["59.6", "98.2"]
    assert [f"{100 * bound:.1f}" for bound in est.wilson(54, 60)] == ["79.9", "95.3"]
    assert [f"{100 * bound:.1f}" for bound in est.wilson(4, 138)] == ["1.1", "7.2"]


@pytest.mark.parametrize(
    ("satisfied", "asked", "verdict"),
    [
        (897, 997, "missed"), (9, 10, "met"), (8, 9, "missed"), (7, 7, "too_few"), (8, 8, "met"),
        (7, 8, "missed"), (0, 0, "too_few"), (17_999, 20_000, "missed"), (18_000, 20_000, "met"),
    ],
)  # fmt: skip
def test_the_official_rule_is_decided_on_whole_households(satisfied: int, asked: int, verdict: str) -> None:
    assert est.official(satisfied, asked) == verdict


@pytest.mark.parametrize(
    ("asked", "needed"), [(8, 8), (9, 9), (10, 9), (11, 10), (12, 11), (13, 12), (14, 13), (15, 14)]
)
def test_fewest_satisfied_for_the_official_rule(asked: int, needed: int) -> None:
    assert est.official(needed, asked) == "met"
    assert est.official(needed - 1, asked) == "missed"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (897, 997, "89.97"), (17_999, 20_000, "90.00"), (1, 800, "0.13"), (1, 8, "12.50"), (2, 3, "66.67"),
        (0, 5, "0.00"), (1, 20_000, "0.01"), (1, 20_001, "0.00"), (50, 54, "92.59"), (46, 54, "85.19"),
        (5, 5, "100.00"),
    ],
)  # fmt: skip
def test_rates_are_printed_half_up_without_floats(part: int, whole: int, text: str) -> None:
    assert est.rate_text(part, whole) == text


@pytest.mark.parametrize(("satisfied", "asked", "frame"), [(-1, 1, 5), (2, 1, 5), (0, 0, 5), (1, 6, 5)])
def test_impossible_counts_are_refused(satisfied: int, asked: int, frame: int) -> None:
    with pytest.raises(ValueError, match="asked"):
        est.hypergeometric_verdict(satisfied, asked, frame)


def test_the_tails_of_five_per_cent_are_included_in_the_verdict() -> None:
    """19 of 20 in a frame that makes the tail exactly 1/20 would count as proof: ≤, not <."""
    tail = est.hypergeometric_at_least(1, 1, 20, 1)

    assert Fraction(tail.part, tail.whole) == Fraction(FIVE_PERCENT.part, FIVE_PERCENT.whole)
    assert est.hypergeometric_verdict(1, 1, 20, target=est.Share(2, 20)) == "met"
