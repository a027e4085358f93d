"""How far the sample of a county was reached, and what that leaves open (I35, I39; statistics §1.4, §2.4). Pure.

Absent households are not like those at home. With m of T eligible households reached, the rate of all of them lies
between s/T and (s + T − m)/T, whatever the others would have said: those bounds stand beside the rate as soon as one
in ten was not reached, and above thirty per cent of substitutes the page says that the results speak for reachable
households only. Households met elsewhere (C2) and by telephone (C3) are counted and shown apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.figures.indicators.rules import YC2017, Interview, Reach, Scheme, Tally, reach, tally
from app.methods.estimates import rate_text
from app.survey.rounds.rules import SampleItem, SampleState

MODES = ("C1", "C2", "C3")
"""Interviewed at the listed place, elsewhere, by telephone."""

QUOTA_STATES = ("under", "within", "over")


@dataclass(frozen=True)
class Bounds:
    """Between which the rate of all eligible households lies, in per cent with two decimals."""

    reached: int
    eligible: int
    low: str
    high: str


@dataclass(frozen=True)
class StratumProgress:
    """One county's poor or non-poor households: drawn, opened, ended by code, and what does not count."""

    county: str
    kind: str
    frame: int
    quota: tuple[int, int]
    reach: Reach
    by_code: Mapping[str, int] = field(default_factory=dict)
    open: int = 0
    surplus: int = 0
    reserve_left: int = 0
    """Closed ranks; a surplus interview at one counts as soon as the rule opens it."""
    panel_completed: int = 0

    @property
    def is_drawn(self) -> bool:
        return self.reach.main > 0

    @property
    def quota_state(self) -> str:
        """`under` the fewest, `within`, or `over` the most (R25: under 8/3, over 10/5)."""
        fewest, most = self.quota
        return "under" if self.reach.completed < fewest else "over" if self.reach.completed > most else "within"

    @property
    def missing(self) -> int:
        """Households short of the fewest."""
        return max(0, self.quota[0] - self.reach.completed)

    @property
    def can_still_fill(self) -> bool:
        """Whether open households and unopened reserves suffice for the fewest."""
        return self.missing <= self.open + self.reserve_left

    @property
    def eligible(self) -> int:
        """Households that ended and belonged to the stratum: completed and not reached (X are findings)."""
        return self.reach.completed + sum(count for code, count in self.by_code.items() if code.startswith("N"))


def stratum_progress(
    county: str, kind: str, frame: int, quota: tuple[int, int], items: Sequence[SampleItem]
) -> StratumProgress:
    """The progress of one stratum; its panel is counted apart."""
    counted = [each for each in items if not each.row.is_panel]
    codes = Counter(
        each.outcome.code for each in counted if each.state in ENDED and each.outcome.code and not each.is_twin
    )
    return StratumProgress(
        county=county,
        kind=kind,
        frame=frame,
        quota=quota,
        reach=reach(counted),
        by_code=dict(sorted(codes.items())),
        open=sum(each.state is SampleState.OPEN for each in counted),
        surplus=sum(each.is_surplus for each in items),
        reserve_left=sum(each.state is SampleState.RESERVE for each in counted),
        panel_completed=sum(each.state is SampleState.COMPLETED for each in items if each.row.is_panel),
    )


ENDED = (SampleState.COMPLETED, SampleState.NON_RESPONSE, SampleState.NOT_ELIGIBLE)


def together(parts: Iterable[StratumProgress], kind: str) -> StratumProgress:
    """One stratum over counties, for the city's line: sums of whole households, never means of rates."""
    mine = [part for part in parts if part.kind == kind]
    ended: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for part in mine:
        ended.update(part.reach.ended)
        codes.update(part.by_code)
    return StratumProgress(
        county="",
        kind=kind,
        frame=sum(part.frame for part in mine),
        quota=(sum(part.quota[0] for part in mine), sum(part.quota[1] for part in mine)),
        reach=Reach(
            main=sum(part.reach.main for part in mine),
            opened=sum(part.reach.opened for part in mine),
            completed=sum(part.reach.completed for part in mine),
            main_not_met=sum(part.reach.main_not_met for part in mine),
            ended=ended,
        ),
        by_code=dict(sorted(codes.items())),
        open=sum(part.open for part in mine),
        surplus=sum(part.surplus for part in mine),
        reserve_left=sum(part.reserve_left for part in mine),
        panel_completed=sum(part.panel_completed for part in mine),
    )


def bounds_of(satisfied: int, asked: int, eligible: int) -> Bounds | None:
    """The bounds of the rate over all eligible households; None while at least nine in ten were reached (R ≥ 0.9)."""
    if not asked or eligible <= asked or 10 * asked >= 9 * eligible:
        return None
    return Bounds(
        reached=asked,
        eligible=eligible,
        low=rate_text(satisfied, eligible),
        high=rate_text(satisfied + eligible - asked, eligible),
    )


def by_mode(
    interviews: Mapping[str, Interview], codes: Mapping[str, str], scheme: Scheme = YC2017
) -> dict[str, dict[str, Tally]]:
    """C1, C2, C3 → item → its tally, of counted interviews by sample id and their outcome codes.

    The sums over the modes are the county's figures; apart they show whether those met elsewhere answer otherwise.
    """
    return {
        mode: {
            item: tally([each for sample_id, each in interviews.items() if codes.get(sample_id) == mode], item, scheme)
            for item in scheme.items
        }
        for mode in MODES
    }


@dataclass(frozen=True)
class VillageProgress:
    """A village with households that may be or were visited: done, and still to come."""

    code: str
    town: str
    name: str
    completed: int
    ended: int
    open: int

    @property
    def state(self) -> str:
        """`done` when nobody is left to visit, `going` when some were, else `ahead`."""
        if not self.open:
            return "done"
        return "going" if self.completed + self.ended else "ahead"


def village_progress(places: Mapping[str, tuple[str, str, str]], items: Iterable[SampleItem]) -> list[VillageProgress]:
    """Villages of opened households by code; `places` gives (code, town, name) by unit, blank where unknown."""
    tallies: dict[tuple[str, str, str], Counter[str]] = {}
    for each in items:
        if each.state is SampleState.RESERVE:
            continue
        place = places.get(each.row.unit) or (each.row.unit.partition("-")[0], "", "")
        kind = (
            "completed"
            if each.state is SampleState.COMPLETED
            else "open"
            if each.state is SampleState.OPEN
            else "ended"
        )
        tallies.setdefault(place, Counter())[kind] += 1
    return [
        VillageProgress(code, town, name, count["completed"], count["ended"], count["open"])
        for (code, town, name), count in sorted(tallies.items())
    ]
