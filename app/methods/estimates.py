"""Is the true rate at least 90 %? Exact answers for samples of eight to ten households.

Every decision is taken on whole numbers: a tail of the hypergeometric or binomial
distribution is a ratio of integers, and `tail ≤ 1/20` is asked of those integers.
So no float ever decides about a county, and a bound that is printed is rounded from
the exact value. The interval shown is the mirror of the verdict: its lower bound
reaches 90 % exactly when the verdict is "met", its upper one stays below exactly
when it is "not met" (statistics: exact inversion, 5 % a side). Usual survey
intervals break here, when all are satisfied, and are not used.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import comb, sqrt
from statistics import NormalDist
from typing import Literal

from app.methods import tails

Evidence = Literal["met", "not_met", "undecided"]
Official = Literal["met", "missed", "too_few"]


@dataclass(frozen=True)
class Share:
    """An exact ratio of whole numbers, such as 9 of 10 (0 ≤ part ≤ whole, whole > 0)."""

    part: int
    whole: int

    def text(self) -> str:
        """Per cent with two decimals, half up: 897/997 is "89.97"."""
        return rate_text(self.part, self.whole)

    def __float__(self) -> float:
        return self.part / self.whole


FIVE_PERCENT = Share(1, 20)
TWO_AND_A_HALF_PERCENT = Share(1, 40)
NINETY_PERCENT = Share(9, 10)
MANY = 60
"""Above so many asked, floats answer what is clear; at the line integers decide as ever."""


def rate_text(part: int, whole: int) -> str:
    """100·part/whole with two decimals, half up, from integers: 1 of 800 is "0.13"."""
    hundredths = (20_000 * part + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def official(satisfied: int, asked: int, *, fewest: int = 8, target: Share = NINETY_PERCENT) -> Official:
    """The official comparison: 10·s ≥ 9·n in integers; fewer than `fewest` are too few to judge."""
    _check(satisfied, asked)
    if asked < fewest or asked == 0:
        return "too_few"
    return "met" if target.whole * satisfied >= target.part * asked else "missed"


# --- a known frame: N households of which K are satisfied, n drawn ---


def hypergeometric_verdict(
    satisfied: int, asked: int, frame: int, *, target: Share = NINETY_PERCENT, alpha: Share = FIVE_PERCENT
) -> Evidence:
    """What `satisfied` of `asked`, drawn from `frame` households, proves about the target; n ≥ 1."""
    return verdict_of_frame(satisfied, asked, frame, fewest_satisfied(frame, target), alpha=alpha)


@lru_cache(maxsize=8192)
def verdict_of_frame(good: int, asked: int, frame: int, enough: int, *, alpha: Share = FIVE_PERCENT) -> Evidence:
    """The same against any line: `enough` good households in the frame reach it."""
    _check_frame(good, asked, frame)
    if enough > 0 and _hyper_few(asked - good, asked, frame, frame - enough + 1, alpha):
        return "met"
    if _hyper_few(good, asked, frame, enough, alpha):
        return "not_met"
    return "undecided"


def fewest_satisfied(frame: int, target: Share = NINETY_PERCENT) -> int:
    """K0 = ceil(N · target): the fewest satisfied households with which the frame reaches the target."""
    return -(-frame * target.part // target.whole)


@lru_cache(maxsize=4096)
def hypergeometric_interval(satisfied: int, asked: int, frame: int, alpha: Share = FIVE_PERCENT) -> tuple[Share, Share]:
    """(K_L/N, K_U/N): the satisfied share that the sample does not rule out, `alpha` a side.

    K_L = min{K: P(X ≥ s | K) > alpha}, K_U = max{K: P(X ≤ s | K) > alpha}. Both tails are
    monotone in K, so bisection finds them in about fifteen steps for 30,000 households.
    """
    _check_frame(satisfied, asked, frame)
    fewest, most = satisfied, frame - (asked - satisfied)

    def possible(k: int) -> bool:
        return not _hyper_few(asked - satisfied, asked, frame, frame - k, alpha)

    def too_many(k: int) -> bool:
        return k > most or _hyper_few(satisfied, asked, frame, k, alpha)

    lowest, above = _first(fewest, most, possible), _first(fewest, most + 1, too_many)
    return Share(lowest, frame), Share(above - 1, frame)


def hypergeometric_at_least(satisfied: int, asked: int, frame: int, positive: int) -> Share:
    """P(X ≥ satisfied) when `positive` of `frame` are satisfied; exact."""
    _check_frame(satisfied, asked, frame)
    return Share(_hyper_at_least(satisfied, asked, frame, positive), comb(frame, asked))


def hypergeometric_at_most(satisfied: int, asked: int, frame: int, positive: int) -> Share:
    """P(X ≤ satisfied) when `positive` of `frame` are satisfied; exact."""
    _check_frame(satisfied, asked, frame)
    return Share(_hyper_at_most(satisfied, asked, frame, positive), comb(frame, asked))


def _hyper_few(s: int, n: int, frame: int, positive: int, alpha: Share) -> bool:
    """Whether P(X ≤ s) ≤ alpha: by integers, and for large samples by floats wherever these are clear."""
    if n > MANY:
        clear = tails.clearly_at_most(tails.hypergeometric_at_most(s, n, frame, positive), float(alpha))
        if clear is not None:
            return clear
    return _at_most(_hyper_at_most(s, n, frame, positive), comb(frame, n), alpha)


def _hyper_at_most(s: int, n: int, frame: int, positive: int) -> int:
    """The ways to draw at most s satisfied ones. Unsatisfied ones are the mirror image."""
    return sum(_ways(max(0, n - (frame - positive)), s, n, frame, positive))


def _hyper_at_least(s: int, n: int, frame: int, positive: int) -> int:
    return _hyper_at_most(n - s, n, frame, frame - positive)


def _ways(first: int, last: int, n: int, frame: int, positive: int) -> Iterator[int]:
    """C(K, i)·C(N−K, n−i) for i = first … last; each from the one before, without remainder."""
    if first > last or positive < first:
        return
    negative = frame - positive
    ways = comb(positive, first) * comb(negative, n - first)
    for i in range(first, last + 1):
        yield ways
        if ways == 0 or i == n:
            return
        ways = ways * (positive - i) * (n - i) // ((i + 1) * (negative - n + i + 1))


# --- no frame: independent answers, each satisfied with the same probability ---


@lru_cache(maxsize=8192)
def binomial_verdict(
    satisfied: int, asked: int, *, target: Share = NINETY_PERCENT, alpha: Share = FIVE_PERCENT
) -> Evidence:
    """The verdict when N is unknown or the households come from several frames (at least one asked)."""
    _check(satisfied, asked)
    if _binomial_few(asked - satisfied, asked, Share(target.whole - target.part, target.whole), alpha):
        return "met"
    if _binomial_few(satisfied, asked, target, alpha):
        return "not_met"
    return "undecided"


def binomial_at_most(satisfied: int, asked: int, p: Share) -> Share:
    """P(X ≤ satisfied) of `asked` trials with probability p; exact."""
    _check(satisfied, asked)
    no = p.whole - p.part
    if no == 0:
        return Share(int(satisfied == asked), 1)
    total, ways = 0, no**asked
    for i in range(satisfied + 1):
        total += ways
        ways = ways * (asked - i) * p.part // ((i + 1) * no)
    return Share(total, p.whole**asked)


def binomial_at_least(satisfied: int, asked: int, p: Share) -> Share:
    """P(X ≥ satisfied) of `asked` trials with probability p; exact."""
    return binomial_at_most(asked - satisfied, asked, Share(p.whole - p.part, p.whole))


def _binomial_few(s: int, n: int, p: Share, alpha: Share) -> bool:
    """Whether P(X ≤ s) ≤ alpha: by integers, and for large samples by floats wherever these are clear."""
    if n > MANY:
        clear = tails.clearly_at_most(tails.binomial_at_most(s, n, float(p)), float(alpha))
        if clear is not None:
            return clear
    return _share_at_most(binomial_at_most(s, n, p), alpha)


@lru_cache(maxsize=4096)
def clopper_pearson(satisfied: int, asked: int, alpha: Share = FIVE_PERCENT) -> tuple[float, float]:
    """The exact binomial interval with `alpha` a side, each bound to within 2^-50 (of large samples 1e-10)."""
    _check(satisfied, asked)
    if asked > MANY:
        return _lower(satisfied, asked, alpha), 1.0 - _lower(asked - satisfied, asked, alpha)
    low, high = _clopper_pearson(satisfied, asked, alpha, 2**49)
    return float(low), float(high)


def _lower(satisfied: int, asked: int, alpha: Share) -> float:
    """The p with P(X ≥ satisfied) = alpha, by bisection on floats: a bound for reading, it decides nothing."""
    low, high = 0.0, satisfied / asked
    for _ in range(60):
        middle = (low + high) / 2
        if tails.binomial_at_most(asked - satisfied, asked, 1.0 - middle) > float(alpha):
            high = middle
        else:
            low = middle
    return low


@lru_cache(maxsize=4096)
def clopper_pearson_text(satisfied: int, asked: int, alpha: Share = FIVE_PERCENT) -> tuple[str, str]:
    """The same interval in per cent with two decimals, half up, rounded from the exact bounds."""
    low, high = _clopper_pearson(satisfied, asked, alpha, 10_000)
    return low.text(), high.text()


def _clopper_pearson(satisfied: int, asked: int, alpha: Share, grid: int) -> tuple[Share, Share]:
    """Both bounds, each rounded half up to a multiple of 1/grid.

    The lower bound p solves P(X ≥ s | p) = alpha. It rounds to t or more exactly when
    (2t − 1)/(2·grid) ≤ p, and that is a question about a tail, so integers answer it.
    """
    _check(satisfied, asked)

    def over_the_lower(t: int) -> bool:
        q = Share(2 * grid - 2 * t + 1, 2 * grid)
        return t > grid or not _binomial_few(asked - satisfied, asked, q, alpha)

    def over_the_upper(t: int) -> bool:
        return t > grid or _binomial_few(satisfied, asked, Share(2 * t - 1, 2 * grid), alpha)

    low = 0 if satisfied == 0 else _first(1, grid + 1, over_the_lower) - 1
    high = grid if satisfied == asked else _first(1, grid + 1, over_the_upper) - 1
    return Share(low, grid), Share(high, grid)


def wilson(satisfied: int, asked: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's two-sided interval, for percentages without a target only: it can contradict the verdict."""
    _check(satisfied, asked)
    z = NormalDist().inv_cdf((1 + level) / 2)
    p = satisfied / asked
    middle = p + z * z / (2 * asked)
    reach = z * sqrt(p * (1 - p) / asked + z * z / (4 * asked * asked))
    scale = 1 + z * z / asked
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


# --- integers ---


def _at_most(part: int, whole: int, limit: Share) -> bool:
    return part * limit.whole <= limit.part * whole


def _share_at_most(share: Share, limit: Share) -> bool:
    return _at_most(share.part, share.whole, limit)


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest k in low … high for which a monotone question holds; `high` when only it can."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _check(satisfied: int, asked: int) -> None:
    if not 0 <= satisfied <= asked:
        raise ValueError("satisfied must lie between 0 and the number asked")


def _check_frame(satisfied: int, asked: int, frame: int) -> None:
    _check(satisfied, asked)
    if not 0 < asked <= frame:
        raise ValueError("at least one and at most the whole frame can be asked")
