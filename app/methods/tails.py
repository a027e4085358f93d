"""Tails of the hypergeometric and binomial distribution in floats, for large samples only.

Exact integers take seconds where thousands were asked. A float tail decides wherever it is clearly away from the line
(a millionth, its error is below a thousandth of that); at the line the integers decide as ever (estimates.py), so no
float ever decides a close case.
"""

from math import exp, lgamma, log

CLEARLY = 1e-6
NEGLIGIBLE = 1e-18
ALIKE = 1e-9
"""Two tables of one weight may differ by so much in floats."""


def clearly_at_most(tail: float, limit: float) -> bool | None:
    """Whether a tail is at most the limit; None too near to say."""
    if abs(tail - limit) <= CLEARLY * limit:
        return None
    return tail < limit


def hypergeometric_at_most(s: int, n: int, frame: int, positive: int) -> float:
    """P(X ≤ s) for n drawn from a frame of which `positive` are of the kind counted."""
    fewest, most = max(0, n - (frame - positive)), min(n, positive)
    if s < fewest:
        return 0.0
    if s >= most:
        return 1.0
    if s * (frame + 2) > (n + 1) * (positive + 1):  # above the mode: the other tail is the short one
        return 1.0 - hypergeometric_at_most(n - s - 1, n, frame, frame - positive)
    term = exp(_choose(positive, s) + _choose(frame - positive, n - s) - _choose(frame, n))
    total = term
    for i in range(s, fewest, -1):
        term *= i * (frame - positive - n + i) / ((positive - i + 1) * (n - i + 1))
        total += term
        if term < NEGLIGIBLE * total:
            break
    return total


def binomial_at_most(s: int, n: int, p: float) -> float:
    """P(X ≤ s) of n trials."""
    if s < 0 or p >= 1.0:
        return float(s >= n)
    if s >= n or p <= 0.0:
        return 1.0
    if s > (n + 1) * p:
        return 1.0 - binomial_at_most(n - s - 1, n, 1.0 - p)
    term = exp(_choose(n, s) + s * log(p) + (n - s) * log(1.0 - p))
    total = term
    for i in range(s, 0, -1):
        term *= i * (1.0 - p) / ((n - i + 1) * p)
        total += term
        if term < NEGLIGIBLE * total:
            break
    return total


def fisher(a: int, n: int, b: int, m: int) -> float:
    """Two-sided p of the table a of n, b of m: outwards from the likeliest table, as far as it weighs anything."""
    yes = a + b
    low, high = max(0, yes - m), min(n, yes)
    mode = min(high, max(low, (n + 1) * (yes + 1) // (n + m + 2)))
    weights, weight, k = {mode: 1.0}, 1.0, mode
    while k < high and weight > NEGLIGIBLE:
        weight *= (n - k) * (yes - k) / ((k + 1) * (m - yes + k + 1))
        k += 1
        weights[k] = weight
    weight, k = 1.0, mode
    while k > low and weight > NEGLIGIBLE:
        weight *= k * (m - yes + k) / ((n - k + 1) * (yes - k + 1))
        k -= 1
        weights[k] = weight
    seen = weights.get(a, 0.0) * (1 + ALIKE)
    return sum(each for each in weights.values() if each <= seen) / sum(weights.values())


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
