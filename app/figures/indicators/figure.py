"""A figure: what was counted, the rate, both verdicts where there is a target, and the interval with it. Pure.

Exact intervals stand with a target (5 % a side, the mirror of the evidence), Wilson's elsewhere (95 %), both over
households. A sum over persons, answers or yuan has its spread over households. Over counties the plain sum speaks for
the visited mix; beside it stands the weighted rate with its MOVER interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.figures.indicators.catalogue import Indicator, Part, Target, Unit
from app.figures.indicators.sums import NOTHING, Sum, Sums
from app.methods.combining import (
    Layer,
    RatioSum,
    effective_households,
    mover,
    ratio_error,
    weighted_rate,
    wilson_real,
)
from app.methods.estimates import (
    FIVE_PERCENT,
    TWO_AND_A_HALF_PERCENT,
    Evidence,
    Official,
    binomial_verdict,
    clopper_pearson_text,
    hypergeometric_interval,
    rate_text,
    verdict_of_frame,
)

RECORD = "record"
"""Where cells that rest on no household stand among a county's sums."""
COMPLETE = frozenset({Unit.RECORD, Unit.ITEM, Unit.CADRE, Unit.DOCUMENT, Unit.PAIR})
"""Units of which everything is counted: nothing was drawn, so no interval says anything."""


@dataclass(frozen=True)
class Weighted:
    """The rate with every county (or stratum) weighing what its frame weighs; `missing` have nobody to speak for."""

    rate: str
    low: str
    high: str
    missing: tuple[str, ...] = ()
    model: str = "mover"

    def as_dict(self) -> dict[str, Any]:
        return {
            "rate": self.rate,
            "low": self.low,
            "high": self.high,
            "model": self.model,
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class IndicatorFigure:
    """One indicator (or a part of it) of one county or of the city. Rates in per cent with two decimals, half up.

    `numerator` and `denominator` are in the unit; `households` how many stand behind them. `official`, `evidence` are
    None without a target. `model`: hypergeometric, binomial, wilson, spread (over households) or None: no interval.
    """

    code: str
    part: str
    role: str
    stratum: str
    unit: str
    numerator: int
    denominator: int
    households: int
    rate: str | None = None
    low: str | None = None
    high: str | None = None
    model: str | None = None
    level: str | None = None
    official: Official | None = None
    evidence: Evidence | None = None
    weighted: Weighted | None = None
    margin: str | None = None
    """I05: the lowest of the three rates less the target, in points, with its sign."""
    notes: tuple[str, ...] = ()
    """Codes of what has to be said with it (terms: figure_note)."""
    waits_for: str | None = None
    parts: tuple["IndicatorFigure", ...] = ()

    @property
    def sensitivity(self) -> tuple["IndicatorFigure", ...]:
        """Figures to be shown small; they never change a verdict."""
        return tuple(each for each in self.parts if each.role == "sensitivity")

    @property
    def second(self) -> tuple["IndicatorFigure", ...]:
        """Figures that stand beside the main one."""
        return tuple(each for each in self.parts if each.role == "sub")

    def as_dict(self) -> dict[str, Any]:
        """The shape of `/rounds/{code}/indicators`."""
        return {
            "code": self.code,
            **({"part": self.part, "role": self.role} if self.part else {}),
            "stratum": self.stratum,
            "unit": self.unit,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "households": self.households,
            "rate": self.rate,
            "low": self.low,
            "high": self.high,
            "model": self.model,
            "level": self.level,
            "official": self.official,
            "evidence": self.evidence,
            **({"margin": self.margin} if self.margin is not None else {}),
            **({"weighted": self.weighted.as_dict()} if self.weighted else {}),
            **({"waits_for": self.waits_for} if self.waits_for else {}),
            "notes": list(self.notes),
            **({"parts": [each.as_dict() for each in self.parts]} if self.parts else {}),
        }


@dataclass(frozen=True)
class Persons:
    """The register's population of a county: unexited, exited, not filed."""

    unexited: int
    exited: int
    non_filed: int


@dataclass(frozen=True)
class CountyCount:
    """What one county brings: its sums by stratum (and those of records), its frame, and how many were first drawn.

    `frame`: poor, exited, unexited, non_poor (absent: not frozen). `median`: of the shares of support in income.
    """

    code: str
    name_zh: str
    name_en: str
    sums: Mapping[str, Sums]
    frame: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)
    fewest: Mapping[str, int] = field(default_factory=dict)
    persons: Persons | None = None
    median: int | None = None


def cell_of(counts: Sequence[CountyCount], kinds: Sequence[str], cell: str, *, records: bool = True) -> Sum:
    """One cell over counties and strata, records included."""
    among = (*kinds, RECORD) if records else kinds
    found = [sums[cell] for each in counts for kind in among if cell in (sums := each.sums.get(kind, {}))]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return Sum(*(sum(numbers) for numbers in zip(*found, strict=True)))


def simple_figure(
    line: Indicator, part: Part | None, total: Sum, counts: Sequence[CountyCount], notes: tuple[str, ...] = ()
) -> IndicatorFigure:
    """One figure from its sum; `counts` are the counties it speaks for, one or all."""
    kinds = (part and part.kinds) or line.kinds
    unit = (part and part.unit) or line.unit
    target = line.target if part is None or part.is_judged else None
    rate = rate_text(total.x, total.y) if total.y > 0 and total.x >= 0 else None
    frame = frame_of(line, part, counts) if len(counts) == 1 else None
    low, high, model, level = _interval(total, unit, target, frame)
    return IndicatorFigure(
        code=line.code,
        part=part.name if part else "",
        role=part.role if part else "main",
        stratum=kinds[0] if len(kinds) == 1 else "all",
        unit=unit.value,
        numerator=total.x,
        denominator=total.y,
        households=total.n,
        rate=rate,
        low=low,
        high=high,
        model=model,
        level=level,
        official=_official(total, target, line.fewest),
        evidence=_evidence(total, unit, target, frame),
        weighted=_weighted(line, part, counts) if unit is Unit.HOUSEHOLD else None,
        notes=notes,
    )


def frame_of(line: Indicator, part: Part | None, counts: Sequence[CountyCount]) -> int | None:
    """The known number of households that a county's figure was drawn from."""
    name = part.frame if part else line.frame
    return counts[0].frame.get(name) if name and len(counts) == 1 else None


def _official(total: Sum, target: Target | None, fewest: int) -> Official | None:
    if target is None:
        return None
    if total.y <= 0 or total.n < fewest:
        return "too_few"
    return "met" if target.is_met(total.x, total.y) else "missed"


def _evidence(total: Sum, unit: Unit, target: Target | None, frame: int | None) -> Evidence | None:
    if target is None or unit is not Unit.HOUSEHOLD or total.y <= 0:
        return None
    good = total.y - total.x if target.is_ceiling else total.x
    if frame is None or total.y > frame:
        return binomial_verdict(good, total.y, target=target.good_share)
    return verdict_of_frame(good, total.y, frame, target.fewest_good(frame))


Bounds = tuple[str | None, str | None, str | None, str | None]
NO_BOUNDS: Bounds = (None, None, None, None)


def _interval(total: Sum, unit: Unit, target: Target | None, frame: int | None) -> Bounds:
    if total.y <= 0 or unit in COMPLETE:
        return NO_BOUNDS
    if unit is not Unit.HOUSEHOLD:
        return _spread(total)
    if target is None:
        low, high = wilson_real(total.x / total.y, total.y)
        return percent(low), percent(high), "wilson", "0.95"
    if frame is None or total.y > frame:
        return *clopper_pearson_text(total.x, total.y), "binomial", "0.90"
    exact = hypergeometric_interval(total.x, total.y, frame)
    return exact[0].text(), exact[1].text(), "hypergeometric", "0.90"


def _spread(total: Sum) -> Bounds:
    """Of persons, answers, yuan: the spread over households, as so many effective households in Wilson's interval."""
    rate = total.x / total.y
    if not 0 <= rate <= 1:
        return NO_BOUNDS
    error = ratio_error([RatioSum(*total)])
    low, high = wilson_real(rate, effective_households(total.n, total.y, rate, error))
    return percent(low), percent(high), "spread", "0.95"


def _weighted(line: Indicator, part: Part | None, counts: Sequence[CountyCount]) -> Weighted | None:
    """Over all counties and strata whose frame is known; None where there is only one of them to weigh."""
    kinds = (part and part.kinds) or line.kinds
    if len(counts) * len(kinds) < 2:
        return None
    frame = part.frame if part else line.frame
    cell = f"{line.code}.{part.name}" if part and not part.kinds else line.code
    layers, missing = [], []
    for each in counts:
        for kind in kinds:
            size = each.frame.get(kind if len(kinds) > 1 else frame or "")
            total = each.sums.get(kind, {}).get(cell, NOTHING)
            if size and 0 < total.y <= size:
                layers.append(Layer(size, total.y, total.x))
            elif size:
                missing.append(each.code)
    if len(layers) < 2:
        return None
    is_judged = line.target is not None and (part is None or part.is_judged)
    low, high = mover(layers, FIVE_PERCENT if is_judged else TWO_AND_A_HALF_PERCENT)
    rate = weighted_rate(layers)
    return Weighted(
        rate_text(rate.numerator, rate.denominator), percent(low), percent(high), tuple(dict.fromkeys(missing))
    )


def percent(share: float) -> str:
    """A share for reading: per cent with two decimals, half up from twelve digits."""
    return rate_text(round(share * 10**12), 10**12)
