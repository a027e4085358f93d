"""What the counties of a round bring to its figures: sums, frames, first drawn; kept ones, or counted just now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.figures.indicators.counting import marks_of
from app.figures.indicators.facts import Told, households_of
from app.figures.indicators.figure import RECORD, CountyCount, Persons
from app.figures.indicators.kept import KINDS, CountySums, sums_of
from app.figures.indicators.providers import persons_of, records_of
from app.figures.indicators.sums import Sums, add_up
from app.figures.indicators.yc2017 import INDICATORS
from app.findings.inspections.queries import doors_of
from app.kernel.clock import local_day, utcnow
from app.registry.places import County
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import RoundView, Stratum, samples_of, standing_draws, strata_of
from app.survey.rounds.rules import is_panel

FROM_RECORDS = frozenset(
    {"I26", "I27", "I33", "I36", "I37", *(code for code, line in INDICATORS.items() if line.waits_for is not None)}
)


@dataclass(frozen=True)
class Around:
    """What stands beside the households of a round: sums of records and the register's persons, by county id."""

    records: Mapping[int, Sums]
    persons: Mapping[int, Persons]


def _around(session: Session, view: RoundView, codes: Collection[str] | None, tz: ZoneInfo) -> Around:
    """Only as far as it is asked for: the population is a sum over the whole register."""
    ids = [county.id for county in view.counties]
    wants = set(INDICATORS if codes is None else codes)
    day = min(local_day(utcnow(), tz), view.ends_on)
    return Around(
        records=records_of(session, view.code, ids, day) if wants & FROM_RECORDS else {},
        persons=persons_of(session, ids) if "I10" in wants else {},
    )


@dataclass(frozen=True)
class Counted:
    """What the counties of a view bring; `told`: the households of those that had to be counted just now."""

    counties: tuple[CountyCount, ...]
    told: Mapping[int, Sequence[Told]]
    kept: Mapping[int, CountySums]
    """County id → its kept sums; those that had to be counted just now are not there."""


Line = tuple[Draw, Stratum]
MADE_OF = {"I05": ("I01", "I02", "I03"), "I10": ("I08", "I09")}
"""Indicators that are made of others' cells."""
ALWAYS = frozenset({"I35", "I39", "R"})
"""Who was interviewed and how ranks ended: asked by every page."""


def cells_for(codes: Collection[str] | None) -> frozenset[str] | None:
    """The indicators whose cells these figures need."""
    if codes is None:
        return None
    return ALWAYS.union(codes, *(MADE_OF.get(code, ()) for code in codes))


def counts_of(session: Session, view: RoundView, tz: ZoneInfo, codes: Collection[str] | None = None) -> Counted:
    """The counts of a view's counties in its order: kept sums, or the records themselves where none can be trusted."""
    draws = standing_draws(session, view.code)
    lines: dict[int, list[Line]] = defaultdict(list)
    for draw in draws:
        for line in strata_of(session, draw.id):
            if not is_panel(line.part):
                lines[line.county_id].append((draw, line))
    ids = [county.id for county in view.counties]
    sums = dict(sums_of(session, [draw.id for draw in draws], ids, cells_for(codes)))
    told = {county_id: _told(session, lines[county_id], tz) for county_id in ids if county_id not in sums}
    for county_id, mine in told.items():
        sums[county_id] = {
            kind: add_up(marks_of(each.facts) for each in mine if each.facts.kind == kind) for kind in KINDS
        }
    around = _around(session, view, codes, tz)
    counts = tuple(_count(view, county, lines[county.id], sums[county.id], around) for county in view.counties)
    return Counted(counts, told, {county_id: sums[county_id] for county_id in ids if county_id not in told})


def _told(session: Session, lines: Sequence[Line], tz: ZoneInfo) -> list[Told]:
    rows = [row for draw, line in lines if draw.drawn_at for row in samples_of(session, draw.id, draw.drawn_at, line)]
    return households_of(session, doors_of(session, rows, tz)) if rows else []


def _count(
    view: RoundView, county: County, lines: Sequence[Line], sums: Mapping[str, Sums], around: Around
) -> CountyCount:
    drawn = [line for draw, line in lines if draw.drawn_at]
    return CountyCount(
        code=county.code,
        name_zh=county.name_zh,
        name_en=county.name_en,
        sums={**sums, RECORD: around.records.get(county.id, {})},
        frame=frame_sizes(lines),
        drawn={kind: sum(line.main for line in drawn if line.kind == kind) for kind in KINDS},
        fewest={kind: pair[0] for kind, pair in view.quota.items()},
        persons=around.persons.get(county.id),
    )


def frame_sizes(lines: Sequence[Line]) -> dict[str, int]:
    """Of an open and a covert draw in one county the frame is the open one's; a frame may be cut into lists."""
    frame = [line for draw, line in lines if draw.id == lines[0][0].id]
    if not frame:
        return {}
    sizes = {kind: sum(line.N for line in frame if line.kind == kind) for kind in KINDS}
    exited = sum(line.exited for line in frame if line.kind == "poor")
    return {**sizes, "exited": exited, "unexited": sizes["poor"] - exited}
