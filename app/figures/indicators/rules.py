"""Satisfaction (I01–I04) and reach (I35, I39) from counted facts, pure.

What counts as satisfied is a scheme, data with a name that is printed under every figure. Two answers stand side by
side and never replace each other: the official comparison of the sample (10·s ≥ 9·n), and what the sample proves about
the county. 说不清 stays in the denominator; the two figures that leave it out or count 一般 change no verdict.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.methods.estimates import (
    NINETY_PERCENT,
    Evidence,
    Official,
    Share,
    binomial_verdict,
    clopper_pearson_text,
    hypergeometric_interval,
    hypergeometric_verdict,
    official,
    rate_text,
)
from app.survey.rounds.rules import SampleItem, SampleState


@dataclass(frozen=True)
class Scheme:
    """Which answers count as satisfied, and against which target (domain decision: 5 and 4; 9 = 说不清)."""

    code: str
    satisfied: frozenset[int]
    neutral: int
    dont_know: int
    fewest: int
    target: Share
    items: tuple[str, ...]
    reference: frozenset[str]
    """Items without a target: no verdict is ever given for them."""

    def target_text(self) -> str:
        hundredths = 100 * self.target.part // self.target.whole
        return f"{hundredths // 100}.{hundredths % 100:02d}"


YC2017 = Scheme(
    code="yc2017",
    satisfied=frozenset({5, 4}),
    neutral=3,
    dont_know=9,
    fewest=8,
    target=NINETY_PERCENT,
    items=("team", "helper", "effect", "way"),
    reference=frozenset({"way"}),
)


ANSWERS = {"team": "sat_team", "helper": "sat_helper", "effect": "sat_effect", "way": "sat_way"}
"""Item → its question in Q1."""


@dataclass(frozen=True)
class Interview:
    """One poor household's counted interview: its status in the frozen frame, and code by item (absent: no answer)."""

    status: str
    codes: Mapping[str, int]


@dataclass(frozen=True)
class Tally:
    """Whole households: n asked, of which satisfied, 一般, 说不清."""

    n: int = 0
    satisfied: int = 0
    neutral: int = 0
    dont_know: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.n + other.n,
            self.satisfied + other.satisfied,
            self.neutral + other.neutral,
            self.dont_know + other.dont_know,
        )


def tally(interviews: Iterable[Interview], item: str, scheme: Scheme = YC2017) -> Tally:
    """Count one item: every completed interview is asked; the reference item only those out of poverty."""
    asked = [each for each in interviews if item not in scheme.reference or each.status == "exited"]
    codes = Counter(each.codes.get(item) for each in asked)
    return Tally(
        n=len(asked),
        satisfied=sum(codes[code] for code in scheme.satisfied),
        neutral=codes[scheme.neutral],
        dont_know=codes[scheme.dont_know],
    )


@dataclass(frozen=True)
class Figure:
    """One item of a county or of the city; rates and bounds in per cent with two decimals, half up."""

    item: str
    tally: Tally
    rate: str | None
    official: Official | None
    evidence: Evidence | None
    low: str | None
    high: str | None
    model: str
    target: Share = NINETY_PERCENT

    @property
    def without_dont_know(self) -> str | None:
        """The rate among those who gave an opinion; shown small."""
        opinions = self.tally.n - self.tally.dont_know
        return rate_text(self.tally.satisfied, opinions) if opinions else None

    @property
    def with_neutral(self) -> str | None:
        """The rate if 一般 were counted as satisfied; shown small."""
        return rate_text(self.tally.satisfied + self.tally.neutral, self.tally.n) if self.tally.n else None

    @property
    def shortfall(self) -> str | None:
        """Points missing to the target, `0.00` when it is reached."""
        if not self.tally.n:
            return None
        missing = self.target.part * self.tally.n - self.target.whole * self.tally.satisfied
        return rate_text(max(0, missing), self.target.whole * self.tally.n)

    def as_dict(self) -> dict[str, object]:
        """The contract's item; only where it is not the finite frame's, the model is named."""
        shape: dict[str, object] = {
            "item": self.item,
            "satisfied": self.tally.satisfied,
            "n": self.tally.n,
            "rate": self.rate,
            "dont_know": self.tally.dont_know,
            "official": self.official,
            "evidence": self.evidence,
            "low": self.low,
            "high": self.high,
        }
        return shape if self.model == "hypergeometric" else {**shape, "model": self.model}


def county_figure(item: str, counted: Tally, frame: int, scheme: Scheme = YC2017) -> Figure:
    """One item of one county, drawn from `frame` households."""
    low = high = None
    evidence: Evidence | None = None
    if counted.n:
        bounds = hypergeometric_interval(counted.satisfied, counted.n, frame)
        low, high = (bound.text() for bound in bounds)
        evidence = hypergeometric_verdict(counted.satisfied, counted.n, frame, target=scheme.target)
    return _figure(item, counted, scheme, low, high, evidence, "hypergeometric")


def city_figure(item: str, counted: Tally, scheme: Scheme = YC2017) -> Figure:
    """One item over counties: a sum of households, never a mean of rates; it speaks for the visited mix."""
    low = high = None
    evidence: Evidence | None = None
    if counted.n:
        low, high = clopper_pearson_text(counted.satisfied, counted.n)
        evidence = binomial_verdict(counted.satisfied, counted.n, target=scheme.target)
    return _figure(item, counted, scheme, low, high, evidence, "binomial")


def _figure(
    item: str,
    counted: Tally,
    scheme: Scheme,
    low: str | None,
    high: str | None,
    evidence: Evidence | None,
    model: str,
) -> Figure:
    judged = item not in scheme.reference
    return Figure(
        item=item,
        tally=counted,
        rate=rate_text(counted.satisfied, counted.n) if counted.n else None,
        official=official(counted.satisfied, counted.n, fewest=scheme.fewest, target=scheme.target) if judged else None,
        evidence=evidence if judged else None,
        low=low,
        high=high,
        model=model,
        target=scheme.target,
    )


@dataclass(frozen=True)
class CountyFacts:
    """What one county brings: frame counts (None: not frozen), quota, completed households, tallies by item."""

    code: str
    name: str
    poor: int | None
    non_poor: int | None
    exited: int
    quota: Mapping[str, tuple[int, int]]
    completed: Mapping[str, int]
    tallies: Mapping[str, Tally]
    """Item → its tally over the counted interviews."""

    def figures(self, scheme: Scheme = YC2017) -> list[Figure]:
        """All items; the reference item rests on the households out of poverty alone."""
        return [
            county_figure(
                item,
                self.tallies.get(item, Tally()),
                self.exited if item in scheme.reference else self.poor or 0,
                scheme,
            )
            for item in scheme.items
        ]

    def as_dict(self, scheme: Scheme = YC2017) -> dict[str, object]:
        """The contract's county."""
        return {
            "code": self.code,
            "name": self.name,
            "frame": {"poor": self.poor, "non_poor": self.non_poor},
            "sample": {
                kind: {"completed": self.completed.get(kind, 0), "quota": list(self.quota[kind])}
                for kind in ("poor", "non_poor")
            },
            "items": [figure.as_dict() for figure in self.figures(scheme)],
        }


def city_figures(counties: Sequence[CountyFacts], scheme: Scheme = YC2017) -> list[Figure]:
    """All items summed over counties, those with too few households included."""
    return [
        city_figure(item, sum((each.tallies.get(item, Tally()) for each in counties), Tally()), scheme)
        for item in scheme.items
    ]


def targets_met(figures: Iterable[Figure]) -> int:
    """I05: how many of the items with a target are officially met."""
    return sum(figure.official == "met" for figure in figures)


# --- reach ---

LIMITED_FROM = Share(30, 100)
"""Above this share of substitutes the results speak for reachable households only (statistics 1.4)."""


@dataclass(frozen=True)
class Reach:
    """How far a stratum's sample was reached: ranks opened, completed, ended without an interview by code (I39)."""

    main: int
    opened: int
    completed: int
    main_not_met: int
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def not_met_rate(self) -> str | None:
        """I39: first-drawn households not met, of those first drawn."""
        return rate_text(self.main_not_met, self.main) if self.main else None

    @property
    def substitution_rate(self) -> str | None:
        """(T − n)/T: substitutes among the opened ranks."""
        return rate_text(max(0, self.opened - self.main), self.opened) if self.opened else None

    @property
    def is_going(self) -> bool:
        """Whether an opened household is still to be visited."""
        return self.opened > self.completed + sum(self.ended.values())

    @property
    def is_limited(self) -> bool:
        """Whether more than 30 % of the opened ranks are substitutes."""
        return (self.opened - self.main) * LIMITED_FROM.whole > LIMITED_FROM.part * self.opened


def reach(items: Sequence[SampleItem]) -> Reach:
    """The reach of one stratum from its ranks in order."""
    opened = [each for each in items if each.state != SampleState.RESERVE]
    ended = [each for each in opened if each.state in (SampleState.NON_RESPONSE, SampleState.NOT_ELIGIBLE)]
    return Reach(
        main=sum(each.row.rank <= each.row.main for each in items),
        opened=len(opened),
        completed=sum(each.is_counted for each in opened),
        main_not_met=sum(each.row.rank <= each.row.main for each in ended),
        ended=dict(sorted(Counter(each.outcome.code or "" for each in ended).items())),
    )
