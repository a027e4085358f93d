"""How far the sample of a round was reached, from kept sums: what a board says of many thousand households at once.

The opened ranks of a list are always its first ones: n, and one more for each that ended without an interview, as far
as the reserve goes. So sums suffice, unless a reserve is used up, a stratum has several lists with endings, or a panel
is drawn; then nothing is said here, and the caller walks the doors.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, SQLModel, col, func, select

from app.figures.indicators.counting import ENDINGS
from app.figures.indicators.kept import CountySums, sums_of
from app.figures.indicators.models import FigureHousehold
from app.figures.indicators.rules import Reach
from app.figures.indicators.sums import NOTHING, Sums
from app.survey.rounds.models import DrawStratum, Sample
from app.survey.rounds.queries import RoundView, Stratum
from app.survey.rounds.rules import is_panel

Reaches = Mapping[tuple[str, str], Reach]
"""(county code, poor | non_poor) → its reach."""


def reaches_of(session: Session, view: RoundView) -> Reaches | None:
    """The reach of every stratum whose sample the reader may see; None where sums do not suffice."""
    draws = [draw for draw in view.draws if draw.drawn_at is not None]
    ids = {line.county_id for draw in draws for line in draw.strata}
    return reaches_from(view, sums_of(session, [draw.id for draw in draws], ids, ("I35", "I39", "R"))) if ids else None


def reaches_from(view: RoundView, kept: Mapping[int, CountySums]) -> Reaches | None:
    """The same from sums that the caller has read, by county id."""
    lines = [line for draw in view.draws if draw.drawn_at is not None for line in draw.strata]
    if not lines or any(is_panel(line.part) for line in lines):
        return None
    found: dict[tuple[str, str], Reach] = {}
    strata: dict[tuple[int, str], list[Stratum]] = {}
    for line in lines:
        strata.setdefault((line.county_id, line.kind), []).append(line)
    for (county_id, kind), mine in strata.items():
        if county_id not in kept:
            return None
        reach = _reach(mine, kept[county_id].get(kind, {}))
        ended = sum(reach.ended.values())
        if ended > mine[0].reserve or (ended and len(mine) > 1):
            return None
        found[mine[0].county, kind] = reach
    return found


def _reach(lines: Sequence[Stratum], sums: Sums) -> Reach:
    ended = {code: sums[f"R.{code}"].x for code in ENDINGS if f"R.{code}" in sums}
    main = sum(line.main for line in lines)
    return Reach(
        main=main,
        opened=main + sum(ended.values()),
        completed=sums.get("I35", NOTHING).x,
        main_not_met=sums.get("I39", NOTHING).x,
        ended=dict(sorted(ended.items())),
    )


def open_and_unassigned(session: Session, view: RoundView, reaches: Reaches) -> list[tuple[str, int]]:
    """(county code, households) open and given to nobody: main ranks, and the reserves that endings have opened.

    Where nobody's door is open any more, nobody's door is looked for.
    """
    found: dict[str, int] = {}
    for draw in view.draws:
        lines = [line for line in draw.strata if (reach := reaches.get((line.county, line.kind))) and reach.is_going]
        codes = {line.county_id: line.county for line in lines}
        for county_id, count in _unassigned(session, draw.id, lines, reaches) if codes else ():
            found[codes[county_id]] = found.get(codes[county_id], 0) + count
    return sorted(found.items())


def _unassigned(
    session: Session, draw_id: str, lines: Sequence[Stratum], reaches: Reaches
) -> Sequence[tuple[int, int]]:
    """(county id, households) of one draw."""
    main = col(DrawStratum.main) * func.coalesce(col(DrawStratum.hits), 1)
    opened = [
        and_(
            col(Sample.county_id) == line.county_id,
            col(Sample.kind) == line.kind,
            col(Sample.part) == line.part,
            col(Sample.rank) <= reaches[line.county, line.kind].opened,
        )
        for line in lines
        if (line.county, line.kind) in reaches and reaches[line.county, line.kind].ended
    ]
    query = (
        select(Sample.county_id, func.count())
        .join(DrawStratum, _same(DrawStratum, ("county_id", "draw_id", "kind", "part")))
        .outerjoin(FigureHousehold, _same(FigureHousehold, ("county_id", "sample_id")))
        .where(
            Sample.draw_id == draw_id,
            col(Sample.county_id).in_({line.county_id for line in lines}),
            col(Sample.assigned_to).is_(None),
            or_(col(Sample.rank) <= main, *opened),
            col(FigureHousehold.op_id).is_(None),
            col(FigureHousehold.ending).is_(None),
        )
        .group_by(col(Sample.county_id))
    )
    return [(county_id, count) for county_id, count in session.exec(query)]


def _same(model: type[SQLModel], names: Sequence[str]) -> ColumnElement[bool]:
    """That a row belongs to a sample."""
    return and_(*(getattr(model, name) == getattr(Sample, name) for name in names))
