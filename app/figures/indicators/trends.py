"""What may be said of several rounds: a change between two, and all of them together. Pure (statistics §2.4).

Rounds draw anew and ask some ten households a county, so most differences are chance. A change is claimed only where
an exact test is at most 5 % and still stands when every place of the page is tested at once (Holm): Fisher's on two
samples, McNemar's on households that were asked in both rounds. The 90 % may be shown by rounds together only with the
running product, which may be looked at after every round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.figures.indicators.catalogue import Indicator, Unit
from app.figures.indicators.figure import IndicatorFigure
from app.methods.combining import Layer, fisher, holm, mcnemar, mover, sequential, weighted_rate
from app.methods.estimates import (
    FIVE_PERCENT,
    Share,
    fewest_satisfied,
    rate_text,
)
from app.methods.tails import hypergeometric_at_most

Claim = Literal["up", "down", "alone", "none"]
"""`alone`: at most 5 % by itself, and not when all places are tested at once."""
DRAWN = frozenset({"hypergeometric", "binomial", "wilson"})
"""Models of figures that are drawn households, one answer each; of others no such test is known."""


@dataclass(frozen=True)
class Step:
    """One place in two rounds following each other. `same`: asked twice, yes → no, no → yes, of the same households."""

    before: tuple[int, int]
    now: tuple[int, int]
    p: Share
    claim: Claim
    same: tuple[int, int, int] | None = None

    @property
    def is_claimed(self) -> bool:
        """Whether a change is claimed."""
        return self.claim in ("up", "down")


def steps(
    before: Mapping[str, IndicatorFigure],
    now: Mapping[str, IndicatorFigure],
    same: Mapping[str, tuple[int, int, int]] | None = None,
) -> dict[str, Step]:
    """Place → the step from one round to the next, where both have a result; tested together.

    `same`: place → households asked in both rounds, with those that turned from yes to no and the other way; where
    there are any that changed, these decide and not the two samples.
    """
    twice = same or {}
    tested: dict[str, tuple[Share, int]] = {}
    for place, figure in now.items():
        earlier = before.get(place)
        if earlier is None or not (is_drawn(earlier) and is_drawn(figure)):
            continue
        one, other = counted(earlier), counted(figure)
        if place in twice:
            _, worse, better = twice[place]
            tested[place] = mcnemar(worse, better), better - worse
        else:
            tested[place] = fisher(one, other), other[0] * one[1] - one[0] * other[1]
    standing = holm({place: float(p) for place, (p, _) in tested.items()})
    return {
        place: Step(
            counted(before[place]), counted(now[place]), p, claim_of(p, way, stands=place in standing), twice.get(place)
        )
        for place, (p, way) in tested.items()
    }


def claim_of(p: Share, way: int, *, stands: bool) -> Claim:
    """What may be said; integers decide whether p is at most 5 %."""
    if p.part * FIVE_PERCENT.whole > FIVE_PERCENT.part * p.whole or way == 0:
        return "none"
    return ("up" if way > 0 else "down") if stands else "alone"


def is_drawn(figure: IndicatorFigure) -> bool:
    """Whether it is a share of drawn households."""
    return figure.model in DRAWN and figure.unit == Unit.HOUSEHOLD and figure.denominator > 0


def counted(figure: IndicatorFigure) -> tuple[int, int]:
    """x of n."""
    return figure.numerator, figure.denominator


@dataclass(frozen=True)
class Pooled:
    """Rounds together: the plain sum, the mean with every round weighing its frame, and the running product."""

    rounds: int
    x: int
    n: int
    rate: str | None
    low: str | None
    high: str | None
    evidence: Fraction | None
    is_met: bool


def pooled(line: Indicator, rounds: Sequence[tuple[IndicatorFigure, int | None]]) -> Pooled | None:
    """One place over rounds of (figure, its frame); None where fewer than two of them have a result."""
    told = [(figure, frame) for figure, frame in rounds if is_drawn(figure)]
    if len(told) < 2:
        return None
    counts = [counted(figure) for figure, _ in told]
    layers = [Layer(frame, n, x) for (x, n), (_, frame) in zip(counts, told, strict=True) if frame and n <= frame]
    rate = low = high = None
    if len(layers) == len(told):
        mean, (below, above) = weighted_rate(layers), mover(layers)
        rate = rate_text(mean.numerator, mean.denominator)
        low, high = (rate_text(round(bound * 10**12), 10**12) for bound in (below, above))
    total = sequential(counts)
    asks_ninety = line.target is not None and line.target.kind == "at_least" and line.target.share == Share(90, 100)
    return Pooled(
        len(told),
        total.satisfied,
        total.asked,
        rate,
        low,
        high,
        total.evidence if asks_ninety else None,
        asks_ninety and total.is_met,
    )


# --- many verdicts at once ---


@dataclass(frozen=True)
class Asked:
    """One verdict of a page: x of n drawn from a frame, and whether by itself it shows less than 90 %."""

    name: str
    x: int
    n: int
    frame: int
    is_below: bool


def standing_misses(verdicts: Sequence[Asked]) -> frozenset[str]:
    """Names whose "below 90 %" stands when all verdicts of a page are taken at once (Holm).

    Of eighteen counties and items at exactly 90 % one is shown to be below in a quarter of rounds. What is not below
    by itself cannot stand among others, so its tail is not computed; it counts as a test all the same.
    """
    return holm(
        {
            each.name: hypergeometric_at_most(each.x, each.n, each.frame, fewest_satisfied(each.frame))
            if each.is_below
            else 1.0
            for each in verdicts
        }
    )


def p_text(p: Share) -> str:
    """p for reading, three decimals half up; what is smaller says so."""
    thousandths = (2000 * p.part + p.whole) // (2 * p.whole)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}" if thousandths else "<0.001"
