"""The draw is fair: over 20,000 seeds every household, and every pair, comes up as often as chance says it should.

The seeds are counted up, not thrown, so the figures are the same every time; the bounds are those that chance alone
passes in 99.9 of 100 tries. A ticket that left out the seed, or took the low bits of a unit, fails here at once.
"""

from collections import Counter
from itertools import combinations
from math import sqrt

import pytest

from app.methods.draw import rules as hhd1
from app.methods.draw import stages

SEEDS = 20_000
N, n = 20, 5
UNITS = [f"640104901201-{number:04}" for number in range(1, N + 1)]


def seed_of(number: int) -> str:
    return hhd1.seed("0" * 64, "2017-1-A1", [f"{number:020}"])


@pytest.fixture(scope="module")
def drawn() -> list[list[str]]:
    return [hhd1.drawn(seed_of(number), "2017-1-A1", "640104-P", UNITS, n) for number in range(SEEDS)]


def chi_square(counts: Counter[object], cells: int, expected: float) -> float:
    return sum((count - expected) ** 2 / expected for count in counts.values()) + (cells - len(counts)) * expected


def beyond_chance(cells: int) -> float:
    """The 0.1 % point of chi-square on cells − 1 degrees of freedom (Wilson–Hilferty)."""
    df, z = cells - 1, 3.09
    return float(df * (1 - 2 / (9 * df) + z * sqrt(2 / (9 * df))) ** 3)


def test_every_household_is_drawn_as_often_as_any_other(drawn: list[list[str]]) -> None:
    """Drawing without replacement spreads counts less than chance alone: chi-square is scaled by (N − 1)/(N − n)."""
    counts: Counter[object] = Counter(unit for names in drawn for unit in names)

    assert set(counts) == set(UNITS)
    assert chi_square(counts, N, SEEDS * n / N) * (N - 1) / (N - n) < beyond_chance(N)


def test_every_pair_is_drawn_together_as_often_as_any_other(drawn: list[list[str]]) -> None:
    chance = n * (n - 1) / (N * (N - 1))
    counts = Counter(pair for names in drawn for pair in combinations(sorted(names), 2))

    assert len(counts) == N * (N - 1) // 2
    spread = sqrt(SEEDS * chance * (1 - chance))
    off = [abs(count - SEEDS * chance) / spread for count in counts.values()]
    assert max(off) < 4.8  # 190 pairs, one in 3,300 tries
    assert sum(each > 2 for each in off) < 24  # 8.6 are to be expected


def test_every_household_takes_every_rank_as_often(drawn: list[list[str]]) -> None:
    for rank in range(n):
        counts: Counter[object] = Counter(names[rank] for names in drawn)
        assert chi_square(counts, N, SEEDS / N) < beyond_chance(N)


def test_of_two_stages_every_household_has_the_same_chance_too() -> None:
    """Five hits among villages of 4 to 24, two households for each: m·b/M each, whatever the village's size."""
    sizes = {f"V{number}": size for number, size in enumerate((4, 24, 8, 15, 6, 10, 13), start=1)}
    total, m, b, seeds = sum(sizes.values()), 5, 2, 4000
    counts: Counter[str] = Counter()
    for number in range(seeds):
        seed = seed_of(number)
        for hit in stages.pick_villages(seed, "R-A1", "P", sizes, m).villages:
            units = [f"{hit.village}-{place}" for place in range(hit.size)]
            counts.update(hhd1.drawn(seed, "R-A1", f"P.{hit.village}", units, b * hit.hits))

    chance = m * b / total
    for village, size in sizes.items():
        found = sum(counts[f"{village}-{place}"] for place in range(size)) / size
        assert abs(found - seeds * chance) < 4.5 * sqrt(seeds * chance * (1 - chance) / size) * 1.6, village
