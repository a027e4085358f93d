"""Strata, persons, villages and rounds put together: against R's survey package, scipy, and counting by hand."""

import csv
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from scipy.stats import binomtest, fisher_exact

from app.methods import combining
from app.methods.combining import Layer, RatioSum
from app.methods.estimates import binomial_verdict, wilson

ORACLE = Path(__file__).parents[2] / "oracle"
Row = dict[str, str]


def lines(name: str) -> list[Row]:
    with (ORACLE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


HOUSEHOLDS = lines("survey_households.csv")
REFERENCE = lines("survey_reference.csv")


def answered(dataset: str, **where: str) -> list[Row]:
    return [
        row
        for row in HOUSEHOLDS
        if row["dataset"] == dataset and row["y"] and all(row[name] == value for name, value in where.items())
    ]


def strata(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["county"], row["stratum"], row["round"]].append(row)
    return found


def layers(rows: Iterable[Row]) -> list[Layer]:
    return [Layer(int(mine[0]["N_h"]), len(mine), sum(int(row["y"]) for row in mine)) for mine in strata(rows).values()]


def of(row: Row) -> list[Layer]:
    """The strata behind one row of the reference."""
    domain, _, which = row["domain"].partition(":")
    where = {"city_weighted": "stratum", "county_weighted": "county"}.get(domain)
    if domain == "stratum":
        county, stratum, number = [*which.split("."), "", ""][:3] if "." in which else ("", which, "")
        named = {"county": county, "stratum": stratum, "round": number}
        return layers(answered(row["dataset"], **{name: value for name, value in named.items() if value}))
    return layers(answered(row["dataset"], **({where: which} if where else {})))


def reference(method: str, quantity: str = "proportion", domains: tuple[str, ...] = ()) -> list[pytest.param]:  # type: ignore[valid-type]
    return [
        pytest.param(row, id=f"{row['dataset']}-{row['domain']}")
        for row in REFERENCE
        if row["method"] == method
        and row["quantity"] == quantity
        and (not domains or row["domain"].partition(":")[0] in domains)
    ]


def close(ours: float, theirs: str, tolerance: float = 1e-9) -> bool:
    return abs(ours - float(theirs)) <= tolerance * max(1.0, abs(float(theirs)))


WEIGHTED = ("all_weighted", "city_weighted", "county_weighted")


def test_the_oracle_is_all_there() -> None:
    assert len(reference("mover_clopper_pearson")) == 14
    assert len(reference("svymean_fpc", domains=WEIGHTED)) == 14
    assert len(reference("svymean_fpc", domains=("stratum",))) >= 5
    assert len(reference("svyratio_fpc", "ratio:income_per_person")) == 3


@pytest.mark.parametrize("row", reference("mover_clopper_pearson"))
def test_mover_equals_the_recommended_formula(row: Row) -> None:
    low, high = combining.mover(of(row))

    assert close(float(combining.weighted_rate(of(row))), row["estimate"])
    assert close(low, row["lower"])
    assert close(high, row["upper"])


@pytest.mark.parametrize("row", reference("svymean_fpc", domains=(*WEIGHTED, "stratum")))
def test_the_weighted_rate_and_its_error_equal_r(row: Row) -> None:
    assert close(float(combining.weighted_rate(of(row))), row["estimate"])
    assert close(combining.weighted_error(of(row)), row["se"])


@pytest.mark.parametrize("row", reference("svyratio_fpc", "ratio:income_per_person"))
def test_income_a_person_and_its_error_equal_r(row: Row) -> None:
    which = row["domain"].partition(":")[2]
    households = answered("A09", **({"stratum": which} if which else {}))
    sums = [income_sum(mine) for mine in strata(households).values()]
    weighted = [each.frame / each.n for each in sums if each.frame]
    ratio = sum(w * s.x for w, s in zip(weighted, sums, strict=True)) / sum(
        w * s.y for w, s in zip(weighted, sums, strict=True)
    )

    assert close(ratio, row["estimate"])
    assert close(combining.ratio_error(sums), row["se"])


def income_sum(rows: list[Row]) -> RatioSum:
    pairs = [(int(row["income_total"]), int(row["persons"])) for row in rows]
    return RatioSum(
        n=len(pairs),
        x=sum(x for x, _ in pairs),
        y=sum(y for _, y in pairs),
        xx=sum(x * x for x, _ in pairs),
        xy=sum(x * y for x, y in pairs),
        yy=sum(y * y for _, y in pairs),
        frame=int(rows[0]["N_h"]),
    )


def test_two_households_a_village_cost_what_r_says() -> None:
    villages: dict[str, list[int]] = defaultdict(list)
    for row in answered("A08"):
        villages[row["village"]].append(int(row["y"]))
    error = {row["method"]: row["se"] for row in REFERENCE if row["dataset"] == "A08" and row["se"]}
    groups = list(villages.values())

    assert close(combining.cluster_error(groups), error["svymean_cluster_wr"])
    assert close(combining.cluster_error([[y] for group in groups for y in group]), error["svymean_ignoring_clusters"])


def test_a_composite_has_the_household_as_its_unit() -> None:
    """Ten households with four items each: forty answers that all agree within a household weigh as ten."""
    agreeing = RatioSum(n=10, x=36, y=40, xx=9 * 16, xy=9 * 16, yy=10 * 16)
    error = combining.ratio_error([agreeing])

    assert combining.effective_households(10, 40, 0.9, error) == pytest.approx(10, abs=1)
    mixed = RatioSum(n=10, x=36, y=40, xx=6 * 16 + 4 * 9, xy=6 * 16 + 4 * 12, yy=10 * 16)
    assert combining.effective_households(10, 40, 0.9, combining.ratio_error([mixed])) == 40


def test_nobody_dissenting_still_leaves_an_interval() -> None:
    assert combining.effective_households(10, 40, 1.0, 0.0) == 10
    low, high = combining.wilson_real(1.0, 10)
    assert (low, high) == pytest.approx(wilson(10, 10))
    low, high = combining.mover([Layer(600, 10, 10), Layer(20_000, 4, 4)])
    assert low < 0.9 < high == 1.0


@pytest.mark.parametrize("seed", range(40))
def test_fisher_equals_scipy(seed: int) -> None:
    chance = random.Random(seed)
    n, m = chance.randint(1, 40), chance.randint(1, 40)
    a, b = chance.randint(0, n), chance.randint(0, m)

    ours = float(combining.fisher((a, n), (b, m)))

    assert ours == pytest.approx(fisher_exact([[a, n - a], [b, m - b]]).pvalue, abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_fisher_of_thousands_equals_scipy_and_takes_milliseconds(seed: int) -> None:
    """A city of a hundred counties asks twenty thousand; whole numbers alone took minutes for it."""
    chance = random.Random(seed)
    n, m = chance.randint(600, 20_000), chance.randint(600, 20_000)
    share, step = chance.random(), chance.choice((0.0, 0.001, 0.01, 0.1))
    a, b = int(n * share), int(m * min(1.0, share + step))
    began = time.process_time()

    ours = float(combining.fisher((a, n), (b, m)))

    assert ours == pytest.approx(fisher_exact([[a, n - a], [b, m - b]]).pvalue, abs=1e-8)
    assert time.process_time() - began < 2


def test_fisher_says_the_same_by_floats_as_by_whole_numbers() -> None:
    for a, n, b, m in (
        (0, 600, 0, 500),
        (600, 600, 500, 500),
        (0, 600, 9, 500),
        (590, 600, 480, 500),
        (300, 600, 250, 500),
    ):
        yes, low = a + b, max(0, a + b - m)
        ways = [comb(n, k) * comb(m, yes - k) for k in range(low, min(n, yes) + 1)]
        exact = sum(way for way in ways if way <= ways[a - low]) / comb(n + m, yes)
        assert float(combining.fisher((a, n), (b, m))) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_mcnemar_is_the_exact_sign_test(seed: int) -> None:
    chance = random.Random(seed)
    worse, better = chance.randint(0, 30), chance.randint(1, 30)

    ours = float(combining.mcnemar(worse, better))

    assert ours == pytest.approx(binomtest(worse, worse + better).pvalue, abs=1e-9)


def test_nobody_changed_claims_nothing() -> None:
    assert float(combining.mcnemar(0, 0)) == 1.0
    assert float(combining.fisher((5, 10), (5, 10))) == 1.0


def test_holm_lets_the_smallest_stand_first() -> None:
    p = {"a": 0.001, "b": 0.02, "c": 0.03, "d": 0.5}

    assert combining.holm(p) == {"a"}
    assert combining.holm({**p, "b": 0.015, "c": 0.02}) == {"a", "b", "c"}
    assert combining.holm({}) == frozenset()


def test_looking_four_times_at_the_binomial_deceives_and_the_product_does_not() -> None:
    """At exactly 90 %, four looks at 60, 120, 180, 240: the binomial says met too often (statistics §2.4)."""
    chance, runs = random.Random(20170510), 2000
    by_product = by_looks = 0
    for _ in range(runs):
        rounds = [(sum(chance.random() < 0.9 for _ in range(60)), 60) for _ in range(4)]
        so_far = [rounds[: look + 1] for look in range(4)]
        by_product += any(combining.sequential(each).is_met for each in so_far)
        by_looks += any(binomial_verdict(sum(s for s, _ in each), sum(n for _, n in each)) == "met" for each in so_far)

    assert by_product / runs < 0.05
    assert by_looks / runs > 0.06


def test_the_product_of_rounds_is_that_of_their_sums() -> None:
    apart = combining.sequential([(58, 60), (60, 60), (59, 60)])

    assert apart == combining.sequential([(177, 180)])
    assert (apart.is_met, apart.evidence > Fraction(20)) == (True, True)
    assert combining.evidence_text(Fraction(41, 2)) == "20.50"
    assert combining.evidence_text(Fraction(10) ** 12) == "10^12"
