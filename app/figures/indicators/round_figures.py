"""The indicators of a round by county and for the city, behind the round's fence; and the households behind each.

Before the close the teams and the city read them, afterwards each county its own; the households only those who may
learn who was drawn and may read answers. Panels are shown apart and enter no figure here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.assemble import Figures
from app.figures.indicators.catalogue import Part
from app.figures.indicators.counting import mark_of
from app.figures.indicators.counts import counts_of
from app.figures.indicators.facts import Told, households_of
from app.figures.indicators.figure import CountyCount, IndicatorFigure, cell_of
from app.figures.indicators.keeping import household_of
from app.figures.indicators.kept import (
    KINDS,
    WHOLE,
    Window,
    county_medians,
    facts_of,
    median_of_counts,
    share_counts,
    uncounted,
)
from app.figures.indicators.marks import Mark
from app.figures.indicators.queries import sees_city
from app.figures.indicators.support import support_share
from app.figures.indicators.yc2017 import INDICATORS, SCHEME
from app.findings.inspections.queries import doors_of
from app.kernel.clock import rfc3339, utcnow
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor, reads_answers
from app.survey.rounds.queries import (
    RoundView,
    get_round,
    samples_of,
    standing_draws,
)
from app.survey.rounds.rules import is_panel


@dataclass(frozen=True)
class PlaceFigures:
    """One county, or the city (code `city`): frame, first drawn, completed and quota by stratum, and its figures."""

    code: str
    name_zh: str
    name_en: str
    frame: Mapping[str, int]
    drawn: Mapping[str, int]
    completed: Mapping[str, int]
    quota: Mapping[str, tuple[int, int]]
    figures: Mapping[str, IndicatorFigure]

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name_zh,
            "name_en": self.name_en,
            "frame": dict(self.frame),
            "sample": {
                kind: {
                    "drawn": self.drawn.get(kind, 0),
                    "completed": self.completed.get(kind, 0),
                    "quota": list(self.quota[kind]),
                }
                for kind in KINDS
            },
            "indicators": [figure.as_dict() for figure in self.figures.values()],
        }


@dataclass(frozen=True)
class RoundFigures:
    """What `figures_of` gives: every county of the reader, and the city for those who see it."""

    round: str
    scheme: str
    as_of: datetime
    counties: tuple[PlaceFigures, ...]
    city: PlaceFigures | None

    def county(self, code: str) -> PlaceFigures | None:
        return next((each for each in self.counties if each.code == code), None)

    def only(self, codes: Collection[str]) -> "RoundFigures":
        """These counties alone, and the city of all."""
        return replace(self, counties=tuple(each for each in self.counties if each.code in codes))

    def page(self, after: str, most: int) -> tuple["RoundFigures", str | None]:
        """At most so many counties behind this code, the city with the first of them; and the last code if more come.

        A figure is made when it is asked for, so the counties of other pages cost their sums alone.
        """
        rest = [each for each in self.counties if each.code > after]
        mine = tuple(rest[:most])
        page = replace(self, counties=mine, city=None if after else self.city)
        return page, mine[-1].code if len(rest) > most else None

    def as_dict(self) -> dict[str, Any]:
        """What `/rounds/{code}/indicators` answers, page by page."""
        return {
            "round": self.round,
            "scheme": self.scheme,
            "as_of": rfc3339(self.as_of),
            "counties": [each.as_dict() for each in self.counties],
            "city": self.city and self.city.as_dict(),
        }


@dataclass(frozen=True)
class HouseholdBehind:
    """One household behind a figure: what it adds (x of y), or why it is left out (terms: left_out)."""

    sample_id: str
    op_id: str | None
    county: str
    stratum: str
    rank: int
    unit: str
    x: int | None
    y: int | None
    why: str | None

    @property
    def is_counted(self) -> bool:
        return self.why is None


def figures_of(
    session: Session,
    actor: Actor,
    code: str,
    tz: ZoneInfo,
    *,
    codes: Collection[str] | None = None,
    now: datetime | None = None,
    view: RoundView | None = None,
    county: str | None = None,
) -> RoundFigures:
    """All indicators of a round as this reader may see them (`codes`: only those), or NotFound.

    `view`: the round as this reader has just been given it, so that the fence is not walked twice. `county`: only this
    one is read, and no city.
    """
    view = view or get_round(session, actor, code)
    view = view.narrowed(county) if county else view
    counted = counts_of(session, view, tz, codes)
    medians = Medians(session, view, counted.told)
    places = tuple(
        _place(count.code, count.name_zh, count.name_en, [count], view, codes, medians.of(county.id))
        for count, county in zip(counted.counties, view.counties, strict=True)
    )
    city = None
    if county is None and sees_city(session, actor, code):
        everywhere = medians.of(*(county.id for county in view.counties))
        city = _place("city", "全市", "City", counted.counties, view, codes, everywhere)
    return RoundFigures(code, SCHEME, now or utcnow(), places, city)


class Medians:
    """The medians of a round, taken only when one is shown: from kept facts, or from those counted just now."""

    def __init__(self, session: Session, view: RoundView, told: Mapping[int, Sequence[Told]]) -> None:
        self.session, self.told = session, told
        self.draws = [draw.id for draw in standing_draws(session, view.code)]
        self.ids = [county.id for county in view.counties]

    @cached_property
    def by_county(self) -> dict[int, tuple[int, int]]:
        """All counties whose facts are kept, at once."""
        return county_medians(self.session, self.draws, [each for each in self.ids if each not in self.told])

    def of(self, *county_ids: int) -> Callable[[], tuple[int, int] | None]:
        """The median over these counties."""

        def median() -> tuple[int, int] | None:
            told = [each for county_id in county_ids for each in self.told.get(county_id, ())]
            if len(county_ids) == 1 and county_ids[0] not in self.told:
                return self.by_county.get(county_ids[0])
            kept = [county_id for county_id in county_ids if county_id not in self.told]
            counts = Counter(dict(share_counts(self.session, self.draws, kept)) if kept else {})
            counts.update(share for each in told if (share := support_share(each.facts)) is not None)
            return median_of_counts(sorted(counts.items()))

        return median


def _place(
    code: str,
    name_zh: str,
    name_en: str,
    counts: Sequence[CountyCount],
    view: RoundView,
    codes: Collection[str] | None,
    median: Callable[[], tuple[int, int] | None],
) -> PlaceFigures:
    def total(of: str) -> dict[str, int]:
        parts = [getattr(count, of) for count in counts]
        return {name: sum(part.get(name, 0) for part in parts) for name in parts[0]} if parts else {}

    return PlaceFigures(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        frame=total("frame"),
        drawn=total("drawn"),
        completed={kind: _completed(counts, kind) for kind in KINDS},
        quota={kind: (pair[0] * len(counts), pair[1] * len(counts)) for kind, pair in view.quota.items()},
        figures=Figures(counts, codes, median),
    )


def _completed(counts: Sequence[CountyCount], kind: str) -> int:
    return sum(count.sums[kind]["I35"].x for count in counts if "I35" in count.sums.get(kind, {}))


def households_behind(
    session: Session,
    actor: Actor,
    view: RoundView,
    county: str,
    indicator: str,
    part: str = "",
    *,
    tz: ZoneInfo,
    window: Window = WHOLE,
) -> list[HouseholdBehind]:
    """Every visited household of a county and how it counts in one figure; NotFound outside the sample's fence."""
    line = INDICATORS.get(indicator)
    chosen = line.part(part) if line and part else None
    if line is None or (part and chosen is None) or not reads_answers(actor):
        raise NotFound("没有这个指标,或不在您的范围内。", "No such indicator within your scope.")
    lines = [
        (draw, stratum)
        for draw in view.draws
        if draw.drawn_at is not None
        for stratum in draw.strata
        if stratum.county == county and not is_panel(stratum.part)
    ]
    if not lines:
        raise NotFound("没有抽样名单,或不在您的范围内。", "No sample within your scope.")
    kinds = (chosen and chosen.kinds) or line.kinds
    cell = cell_behind(indicator, chosen)
    county_id, draws = lines[0][1].county_id, sorted({draw.id for draw, _ in lines})
    if uncounted(session, draws, [county_id]):
        told = [
            each
            for draw, stratum in lines
            if draw.drawn_at is not None and stratum.kind in kinds
            for each in households_of(
                session, doors_of(session, samples_of(session, draw.id, draw.drawn_at, stratum), tz)
            )
        ]
        rows = [_behind(each.door.row, county, each.op_id, mark_of(each.facts, cell)) for each in told]
        return list(window.of(rows))
    found = facts_of(session, county_id, draws, kinds, window)
    return [_behind(row, county, row.op_id, mark_of(household_of(row), cell)) for row in found]


def cell_behind(indicator: str, part: Part | None) -> str:
    """The cell that a figure adds up: a part with strata of its own is the main cell among them."""
    return f"{indicator}.{part.name}" if part is not None and part.kinds is None else indicator


def count_behind(
    session: Session, view: RoundView, county: str, indicator: str, part: str, tz: ZoneInfo
) -> tuple[int, int]:
    """(households counted in a figure of a county, those left out), from the sums of the whole list."""
    line = INDICATORS[indicator]
    chosen = line.part(part) if part else None
    counted = counts_of(session, view.narrowed(county), tz, [indicator, VISITED])
    kinds = (chosen and chosen.kinds) or line.kinds
    inside = cell_of(counted.counties, kinds, cell_behind(indicator, chosen), records=False).n
    return inside, cell_of(counted.counties, kinds, VISITED, records=False).n - inside


VISITED = "I40"
"""The cell in which every household with a record at its door stands."""


def _behind(row: Any, county: str, op_id: UUID | None, mark: Mark) -> HouseholdBehind:
    x, y = (None, None) if isinstance(mark, str) else mark
    return HouseholdBehind(
        sample_id=row.sample_id,
        op_id=str(op_id) if op_id else None,
        county=county,
        stratum=row.kind,
        rank=row.rank,
        unit=row.unit,
        x=x,
        y=y,
        why=mark if isinstance(mark, str) else None,
    )
