"""The indicators of a round by county and for the city, behind the round's fence; and the households behind each.

Before the close the teams and the city read them, afterwards each county its own; the households only those who may
learn who was drawn and may read answers. Panels are shown apart and enter no figure here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.assemble import figures_of_place, no_median
from app.figures.indicators.counting import mark_of, marks_of, support_share
from app.figures.indicators.facts import Told, households_of
from app.figures.indicators.figure import RECORD, CountyCount, IndicatorFigure, Persons
from app.figures.indicators.providers import persons_of, records_of
from app.figures.indicators.queries import sees_city
from app.figures.indicators.sums import Sums, add_up
from app.figures.indicators.yc2017 import INDICATORS, SCHEME
from app.findings.inspections.queries import doors_of
from app.kernel.clock import rfc3339, utcnow
from app.kernel.problems import NotFound
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import County
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import (
    RoundView,
    Stratum,
    get_round,
    list_samples,
    samples_of,
    standing_draws,
    strata_of,
)
from app.survey.rounds.rules import is_panel

KINDS = ("poor", "non_poor")
FROM_RECORDS = frozenset(
    {"I27", "I33", "I36", "I37", *(code for code, line in INDICATORS.items() if line.waits_for is not None)}
)


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

    def as_dict(self) -> dict[str, Any]:
        """The answer of `/rounds/{code}/indicators`."""
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
) -> RoundFigures:
    """All indicators of a round as this reader may see them (`codes`: only those), or NotFound."""
    view = get_round(session, actor, code)
    around = _around(session, view, codes)
    counted = [_count(session, view, county, tz, around) for county in view.counties]
    counts = [count for count, _ in counted]
    city = None
    if sees_city(session, actor, code):
        everyone = [told for _, mine in counted for told in mine]
        city = _place("city", "全市", "City", counts, everyone, view, codes)
    return RoundFigures(
        round=code,
        scheme=SCHEME,
        as_of=now or utcnow(),
        counties=tuple(
            _place(count.code, count.name_zh, count.name_en, [count], mine, view, codes) for count, mine in counted
        ),
        city=city,
    )


def _place(
    code: str,
    name_zh: str,
    name_en: str,
    counts: Sequence[CountyCount],
    told: Sequence[Told],
    view: RoundView,
    codes: Collection[str] | None,
) -> PlaceFigures:
    def median() -> tuple[int, int] | None:
        return median_of([share for each in told if (share := support_share(each.facts)) is not None])

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
        figures=figures_of_place(counts, codes, median if told else no_median),
    )


def _completed(counts: Sequence[CountyCount], kind: str) -> int:
    return sum(count.sums[kind]["I35"].x for count in counts if "I35" in count.sums.get(kind, {}))


def median_of(shares: Sequence[int]) -> tuple[int, int] | None:
    """The middle of whole numbers (of two the mean, half up) and how many there are."""
    if not shares:
        return None
    ordered, half = sorted(shares), len(shares) // 2
    if len(ordered) % 2:
        return ordered[half], len(ordered)
    return (ordered[half - 1] + ordered[half] + 1) // 2, len(ordered)


@dataclass(frozen=True)
class Around:
    """What stands beside the households of a round: sums of records and the register's persons, by county id."""

    records: Mapping[int, Sums]
    persons: Mapping[int, Persons]


def _around(session: Session, view: RoundView, codes: Collection[str] | None) -> Around:
    """Only as far as it is asked for: the population is a sum over the whole register."""
    ids = [county.id for county in view.counties]
    wants = set(INDICATORS if codes is None else codes)
    return Around(
        records=records_of(session, view.code, ids) if wants & FROM_RECORDS else {},
        persons=persons_of(session, ids) if "I10" in wants else {},
    )


def _count(
    session: Session, view: RoundView, county: County, tz: ZoneInfo, around: Around
) -> tuple[CountyCount, list[Told]]:
    lines = [
        (draw, line)
        for draw in standing_draws(session, view.code)
        for line in strata_of(session, draw.id)
        if line.county_id == county.id and not is_panel(line.part)
    ]
    rows = [row for draw, line in lines if draw.drawn_at for row in samples_of(session, draw.id, draw.drawn_at, line)]
    told = households_of(session, doors_of(session, rows, tz)) if rows else []
    return (
        CountyCount(
            code=county.code,
            name_zh=county.name_zh,
            name_en=county.name_en,
            sums={
                **{kind: add_up(marks_of(each.facts) for each in told if each.facts.kind == kind) for kind in KINDS},
                RECORD: around.records.get(county.id, {}),
            },
            frame=frame_sizes(lines),
            drawn={
                kind: sum(line.main for draw, line in lines if draw.drawn_at and line.kind == kind) for kind in KINDS
            },
            fewest={kind: pair[0] for kind, pair in view.quota.items()},
            persons=around.persons.get(county.id),
        ),
        told,
    )


def frame_sizes(lines: Sequence[tuple[Draw, Stratum]]) -> dict[str, int]:
    """Of an open and a covert draw in one county the frame is the open one's; a frame may be cut into lists."""
    frame = [line for draw, line in lines if draw.id == lines[0][0].id]
    if not frame:
        return {}
    sizes = {kind: sum(line.N for line in frame if line.kind == kind) for kind in KINDS}
    exited = sum(line.exited for line in frame if line.kind == "poor")
    return {**sizes, "exited": exited, "unexited": sizes["poor"] - exited}


def households_behind(
    session: Session, actor: Actor, code: str, county: str, indicator: str, part: str = "", *, tz: ZoneInfo
) -> list[HouseholdBehind]:
    """Every visited household of a county and how it counts in one figure; NotFound outside the sample's fence."""
    line = INDICATORS.get(indicator)
    chosen = line.part(part) if line and part else None
    if line is None or (part and chosen is None) or not reads_answers(actor):
        raise NotFound("没有这个指标,或不在您的范围内。", "No such indicator within your scope.")
    kinds = (chosen and chosen.kinds) or line.kinds
    cell = f"{indicator}.{part}" if chosen and chosen.kinds is None else indicator
    doors = doors_of(session, list_samples(session, actor, code, county), tz)
    told = [each for each in households_of(session, doors) if each.facts.kind in kinds]
    return [_behind(each, cell) for each in told]


def _behind(told: Told, cell: str) -> HouseholdBehind:
    mark, row = mark_of(told.facts, cell), told.door.row
    x, y = (None, None) if isinstance(mark, str) else mark
    return HouseholdBehind(
        sample_id=row.sample_id,
        op_id=str(told.op_id) if told.op_id else None,
        county=row.county,
        stratum=row.kind,
        rank=row.rank,
        unit=row.unit,
        x=x,
        y=y,
        why=mark if isinstance(mark, str) else None,
    )
