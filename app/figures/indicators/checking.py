"""Whether kept sums are what their facts add up to, and whether facts are what the records say.

The first is asked of everything by `ruhu verify`, in one pass and little memory; the second of some counties, because
it reads every answer again. Nothing is mended here: what does not hold is named, and counted anew by a person's wish.
"""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from app.figures.indicators.counting import marks_of
from app.figures.indicators.keeping import VERSION, count_anew, decode, household_of, recomputed, row_of, version_of
from app.figures.indicators.kept import FACTS, uncounted
from app.figures.indicators.models import FigureHousehold, FigureSum
from app.figures.indicators.sums import Sum, add_up
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.db.engines import Database

CHUNK = 2000


@dataclass(frozen=True)
class Apart:
    """A county, draw and stratum whose figures are not those of its facts (or facts not those of its records)."""

    county_id: int
    draw_id: str
    kind: str
    what: str


def sums_apart(session: Session) -> Iterator[Apart]:
    """Every row of sums that its facts do not give."""
    of_today = or_(FigureSum.version == VERSION, col(FigureSum.version).startswith(f"{VERSION}/"))
    for sums in session.exec(select(FigureSum).where(of_today)):
        cells = add_up_facts(session, sums.county_id, sums.draw_id, sums.kind)
        kept = decode(sums.cells)
        if cells != kept:
            wrong = sorted(cell for cell in {*cells, *kept} if cells.get(cell) != kept.get(cell))
            yield Apart(sums.county_id, sums.draw_id, sums.kind, ", ".join(wrong[:3]))


def add_up_facts(session: Session, county_id: int, draw_id: str, kind: str) -> dict[str, Sum]:
    """The sums that the facts of one county, draw and stratum give, a chunk of rows in memory at a time."""
    query = (
        select(*FACTS)  # type: ignore[call-overload]
        .where(
            FigureHousehold.county_id == county_id,
            FigureHousehold.draw_id == draw_id,
            FigureHousehold.kind == kind,
        )
        .execution_options(yield_per=CHUNK)
    )
    return add_up(marks_of(household_of(row)) for row in session.exec(query))


def facts_apart(session: Session, tz: ZoneInfo, *, most: int, seed: int = 0) -> Iterator[Apart]:
    """Facts that the records do not give, over counties and draws in a random order until `most` households."""
    rows = session.exec(select(FigureSum)).all()
    versions = {draw_id: version_of(session, draw_id) for draw_id in {row.draw_id for row in rows}}
    keys = [(row.county_id, row.draw_id, row.kind) for row in rows if row.version == versions[row.draw_id]]
    random.Random(seed).shuffle(keys)
    looked = 0
    for county_id, draw_id, kind in keys:
        if looked >= most:
            return
        told = {each.door.row.sample_id: row_of(each) for each in recomputed(session, county_id, draw_id, kind, tz)}
        query = select(FigureHousehold).where(
            FigureHousehold.county_id == county_id,
            FigureHousehold.draw_id == draw_id,
            FigureHousehold.kind == kind,
        )
        kept = {row.sample_id: row.model_dump() for row in session.exec(query)}
        looked += len(kept)
        for sample_id in sorted({*told, *kept}):
            if not _same(told.get(sample_id), kept.get(sample_id)):
                yield Apart(county_id, draw_id, kind, sample_id)


def _same(told: dict[str, object] | None, kept: dict[str, object] | None) -> bool:
    """The register's word on resettlement may have changed since; what else a row says may not."""
    if told is None or kept is None:
        return told is kept
    return {**told, "is_filed_resettled": None} == {**kept, "is_filed_resettled": None}


def count_missing(db: Database, tz: ZoneInfo, draw_ids: Collection[str] | None = None) -> int:
    """Count anew what has no sums of today's version, each county and draw in its own transaction; how many.

    `draw_ids`: only of these draws.
    """
    query = select(Visit.county_id, Visit.draw).where(Visit.status != VisitStatus.VOIDED).distinct()
    if draw_ids is not None:
        query = query.where(col(Visit.draw).in_(draw_ids))
    with db.read() as session:
        pairs = session.exec(query).all()
        draws = sorted({draw for _, draw in pairs})
        missing = uncounted(session, draws, {county_id for county_id, _ in pairs})
    for county_id, draw_id in missing:
        with db.write(county_id) as session:
            count_anew(session, county_id, draw_id, tz)
    return len(missing)
