"""Putting strata, counties and rounds together, and comparing them (statistics §2.1, §2.4). Pure.

A weighted rate is Σ W_h p_h with W_h = N_h / ΣN_h; its interval is MOVER over Clopper-Pearson bounds, which neither
leaves [0, 1] nor collapses when everybody is satisfied, as the usual survey intervals do. The household is the unit:
what is summed over persons, answers or yuan has its spread over households. A change between rounds is claimed only by
an exact test, and of many tests the smallest first (Holm).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb, sqrt
from statistics import NormalDist

from app.methods import tails
from app.methods.estimates import TWO_AND_A_HALF_PERCENT, Share, clopper_pearson


@dataclass(frozen=True)
class Layer:
    """One stratum: N households in its frame, n asked, x of them yes."""

    frame: int
    n: int
    x: int


def weighted_rate(layers: Sequence[Layer]) -> Fraction:
    """Σ N_h·x_h/n_h ÷ Σ N_h, exactly; every layer has at least one household asked."""
    by_n: Counter[int] = Counter()  # counties of one size are whole numbers; of each size there is one fraction
    for each in layers:
        by_n[each.n] += each.frame * each.x
    return sum((Fraction(part, n) for n, part in by_n.items()), Fraction()) / sum(each.frame for each in layers)


def mover(layers: Sequence[Layer], alpha: Share = TWO_AND_A_HALF_PERCENT) -> tuple[float, float]:
    """p − √ΣW²(p_h − l_h)², p + √ΣW²(u_h − p_h)² with each layer's exact binomial bounds, `alpha` a side."""
    whole = sum(each.frame for each in layers)
    below = above = 0.0
    for each in layers:
        low, high = clopper_pearson(each.x, each.n, alpha)
        weight, rate = each.frame / whole, each.x / each.n
        below += (weight * (rate - low)) ** 2
        above += (weight * (high - rate)) ** 2
    rate = float(weighted_rate(layers))
    return max(0.0, rate - sqrt(below)), min(1.0, rate + sqrt(above))


def weighted_error(layers: Sequence[Layer]) -> float:
    """The standard error with finite-population correction: se² = ΣW²(1 − n/N) p(1 − p)/(n − 1)."""
    whole, variance = sum(each.frame for each in layers), 0.0
    for each in layers:
        rate = each.x / each.n
        spread = rate * (1 - rate) / (each.n - 1) if each.n > 1 else 0.0
        variance += (each.frame / whole) ** 2 * (1 - each.n / each.frame) * spread
    return sqrt(variance)


# --- sums over something else than households ---


@dataclass(frozen=True)
class RatioSum:
    """Over n households of a stratum with N in its frame: Σx, Σy, Σx², Σxy, Σy² (N None: unknown, no correction)."""

    n: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float
    frame: int | None = None


def ratio_error(strata: Sequence[RatioSum]) -> float:
    """The linearised standard error of Σwx ÷ Σwy over strata of households (R's svyratio)."""
    weights = [each.frame / each.n if each.frame else 1.0 for each in strata]
    whole = sum(w * each.y for w, each in zip(weights, strata, strict=True))
    ratio = sum(w * each.x for w, each in zip(weights, strata, strict=True)) / whole
    variance = 0.0
    for weight, each in zip(weights, strata, strict=True):
        if each.n < 2:
            continue
        squares = each.xx - 2 * ratio * each.xy + ratio * ratio * each.yy
        mean = (each.x - ratio * each.y) / each.n
        spread = max(0.0, squares - each.n * mean * mean) / (each.n - 1)
        rest = 1 - each.n / each.frame if each.frame else 1.0
        variance += weight * weight * each.n * rest * spread
    return sqrt(variance) / whole


def effective_households(n: int, answers: float, rate: float, error: float) -> float:
    """n_eff = p(1 − p)/var, never fewer than the households nor more than the answers (statistics §2.1)."""
    if error == 0.0:
        return float(n)
    return min(max(rate * (1 - rate) / (error * error), float(n)), max(float(n), answers))


@lru_cache
def _normal(level: float) -> float:
    """The z of a two-sided level."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson_real(rate: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a number of households that need not be whole."""
    z = _normal(level)
    middle, scale = rate + z * z / (2 * n), 1 + z * z / n
    reach = z * sqrt(max(0.0, rate * (1 - rate)) / n + z * z / (4 * n * n))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def cluster_error(groups: Sequence[Sequence[int]]) -> float:
    """The error of a plain mean where villages were drawn with replacement and every household weighs the same."""
    n, clusters = sum(len(group) for group in groups), len(groups)
    rate = sum(sum(group) for group in groups) / n
    totals = [sum(group) - rate * len(group) for group in groups]
    return sqrt(clusters / (clusters - 1) * sum(total * total for total in totals)) / n


# --- rounds ---


@dataclass(frozen=True)
class Sequential:
    """The running product over rounds: E ≥ 20 shows the target met, however often it is looked at."""

    satisfied: int
    asked: int
    evidence: Fraction

    @property
    def is_met(self) -> bool:
        return self.evidence >= ENOUGH


ENOUGH = 20
MANY_ASKED = 1000
"""Above so many asked in two rounds floats answer what is clear."""
LIKELY, TARGET = Fraction(97, 100), Fraction(90, 100)


def sequential(rounds: Sequence[tuple[int, int]]) -> Sequential:
    """E = Π (0.97/0.90)^s (0.03/0.10)^(n − s) over rounds of (satisfied, asked); exact (statistics §2.4)."""
    satisfied, asked = sum(s for s, _ in rounds), sum(n for _, n in rounds)
    return Sequential(
        satisfied,
        asked,
        (LIKELY / TARGET) ** satisfied * ((1 - LIKELY) / (1 - TARGET)) ** (asked - satisfied),
    )


@lru_cache(maxsize=8192)
def fisher(first: tuple[int, int], second: tuple[int, int]) -> Share:
    """Fisher's exact two-sided p of two rounds' (x, n): the tables no likelier than the one seen.

    Of thousands asked floats say it to nine digits wherever 5 % is clearly missed; at the line integers decide as ever.
    """
    (a, n), (b, m) = first, second
    if n + m > MANY_ASKED:
        p = tails.fisher(a, n, b, m)
        if abs(p - 0.05) > tails.CLEARLY:
            return Share(round(p * 10**15), 10**15)
    yes = a + b
    low, high = max(0, yes - m), min(n, yes)
    ways = [comb(n, low) * comb(m, yes - low)]
    for k in range(low, high):
        ways.append(ways[-1] * (n - k) * (yes - k) // ((k + 1) * (m - yes + k + 1)))
    return Share(sum(way for way in ways if way <= ways[a - low]), comb(n + m, yes))


def mcnemar(worse: int, better: int) -> Share:
    """The exact two-sided p of households asked twice: `worse` turned from yes to no, `better` the other way."""
    changed = worse + better
    tail = sum(comb(changed, k) for k in range(min(worse, better) + 1))
    return Share(min(2 * tail, 2**changed), 2**changed)


def holm(p_values: Mapping[str, float], alpha: float = 0.05) -> frozenset[str]:
    """Which of many tests stand together at `alpha`: the smallest against alpha/k, the next against alpha/(k − 1) …"""
    standing: set[str] = set()
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: (item[1], item[0]))):
        if p > alpha / (len(p_values) - place):
            break
        standing.add(name)
    return frozenset(standing)


def evidence_text(value: Fraction) -> str:
    """E for reading: two decimals below a thousand, else a power of ten."""
    number = float(value) if value < 10**300 else float("inf")
    if number < 1000:
        return f"{number:.2f}"
    return f"10^{len(str(int(value))) - 1}"
