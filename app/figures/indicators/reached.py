"""How far the sample of a round was reached, from kept sums: what a board says of many thousand households at once.

The opened ranks of a list are always its first ones: n, and one more for each that ended without an interview, as far
as the reserve goes. So sums suffice, unless a reserve is used up, a stratum has several lists with endings, or a panel
is drawn; then nothing is said here, and the caller walks the doors.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, literal_column, or_, tuple_
from sqlmodel import Session, SQLModel, col, func, select

from app.figures.indicators.counting import ENDINGS
from app.figures.indicators.counts import Counted
from app.figures.indicators.kept import KINDS, CountySums, sums_of
from app.figures.indicators.models import FigureHousehold
from app.figures.indicators.progress import StratumProgress
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
    known = _known_reaches(view, kept)
    strata = _strata_of(view)
    return known if strata and len(known) == len(strata) else None


def progress_from(view: RoundView, counted: Counted) -> dict[str, list[StratumProgress]]:
    """County code → the progress of its strata, as far as kept sums tell it; others are not there.

    Sums know neither what is surplus nor where somebody was met: a page that shows these walks the county's doors.
    """
    known, strata = _known_reaches(view, counted.kept), _strata_of(view)
    counts = {count.code: count for count in counted.counties}
    several = {county for (county, _), mine in strata.items() if len(mine) > 1 or mine[0].county_id not in counted.kept}
    found: dict[str, list[StratumProgress]] = {}
    for (county, kind), mine in sorted(strata.items()):
        if county not in several and all((county, each) in known for each in KINDS if (county, each) in strata):
            found.setdefault(county, []).append(_progress(view, mine[0], known[county, kind], counts[county].frame))
    return found


def _progress(view: RoundView, line: Stratum, reach: Reach, frame: Mapping[str, int]) -> StratumProgress:
    return StratumProgress(
        county=line.county,
        kind=line.kind,
        frame=frame.get(line.kind, 0),
        quota=view.quota[line.kind],
        reach=reach,
        by_code=reach.ended,
        open=reach.opened - reach.completed - sum(reach.ended.values()),
        reserve_left=line.reserve - (reach.opened - reach.main),
    )


def _strata_of(view: RoundView) -> dict[tuple[str, str], list[Stratum]]:
    """(county code, poor | non_poor) → its drawn lists that the reader may see."""
    strata: dict[tuple[str, str], list[Stratum]] = {}
    for draw in view.draws:
        for line in draw.strata if draw.drawn_at is not None else ():
            strata.setdefault((line.county, line.kind), []).append(line)
    return strata


def _known_reaches(view: RoundView, kept: Mapping[int, CountySums]) -> dict[tuple[str, str], Reach]:
    """The reach of those strata whose sums suffice."""
    found: dict[tuple[str, str], Reach] = {}
    for key, mine in _strata_of(view).items():
        county_id = mine[0].county_id
        if county_id not in kept or any(is_panel(line.part) for line in mine):
            continue
        reach = _reach(mine, kept[county_id].get(key[1], {}))
        ended = sum(reach.ended.values())
        if ended <= mine[0].reserve and not (ended and len(mine) > 1):
            found[key] = reach
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
        codes = {line.county_id: line.county for line in draw.strata}
        is_nobodys = col(Sample.assigned_to).is_(None)
        for county_id, _, count in _open(session, draw.id, _going(draw.strata, reaches), reaches, is_nobodys):
            found[codes[county_id]] = found.get(codes[county_id], 0) + count
    return sorted(found.items())


class Doors(NamedTuple):
    """Households of a village."""

    completed: int
    ended: int
    open: int


def villages_reached(session: Session, view: RoundView, reaches: Reaches) -> Mapping[tuple[str, str], Doors]:
    """(county code, village code) → how many of its households are completed, ended, and open."""
    codes = {line.county_id: line.county for draw in view.draws for line in draw.strata}
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for draw in view.draws:
        visited = select(
            FigureHousehold.county_id,
            village_of(col(FigureHousehold.unit)),
            func.count(col(FigureHousehold.op_id)),
            func.count(col(FigureHousehold.ending)),
        ).where(FigureHousehold.draw_id == draw.id, col(FigureHousehold.county_id).in_(codes))
        grouped = visited.group_by(col(FigureHousehold.county_id), village_of(col(FigureHousehold.unit)))
        for county_id, village, completed, ended in session.exec(grouped):
            mine = found[codes[county_id], village]
            mine[0] += completed
            mine[1] += ended
        for county_id, village, count in _open(session, draw.id, _going(draw.strata, reaches), reaches):
            found[codes[county_id], village][2] += count
    return {key: Doors(*mine) for key, mine in sorted(found.items()) if any(mine)}


def village_of(unit: Any) -> Any:
    """The twelve digits of the village; its numbers are no parameters, for PostgreSQL would not group by them."""
    return func.substr(unit, literal_column("1"), literal_column("12"))


def _going(lines: Sequence[Stratum], reaches: Reaches) -> list[Stratum]:
    """The lists in which a door is still open."""
    return [line for line in lines if (reach := reaches.get((line.county, line.kind))) and reach.is_going]


def _open(
    session: Session, draw_id: str, lines: Sequence[Stratum], reaches: Reaches, *only: ColumnElement[bool]
) -> Sequence[tuple[int, str, int]]:
    """(county id, village, households) of one draw: opened, and neither interviewed nor ended."""
    if not lines:
        return []
    main = col(DrawStratum.main) * func.coalesce(col(DrawStratum.hits), 1)
    opened = [
        and_(
            col(Sample.county_id) == line.county_id,
            col(Sample.kind) == line.kind,
            col(Sample.part) == line.part,
            col(Sample.rank) <= reaches[line.county, line.kind].opened,
        )
        for line in lines
        if reaches[line.county, line.kind].ended
    ]
    query = (
        select(Sample.county_id, village_of(col(Sample.unit)), func.count())
        .join(DrawStratum, _same(DrawStratum, ("county_id", "draw_id", "kind", "part")))
        .outerjoin(FigureHousehold, _same(FigureHousehold, ("county_id", "sample_id")))
        .where(
            Sample.draw_id == draw_id,
            tuple_(col(Sample.county_id), col(Sample.kind)).in_({(line.county_id, line.kind) for line in lines}),
            or_(col(Sample.rank) <= main, *opened),
            col(FigureHousehold.op_id).is_(None),
            col(FigureHousehold.ending).is_(None),
            *only,
        )
        .group_by(col(Sample.county_id), village_of(col(Sample.unit)))
    )
    return [(county_id, village, count) for county_id, village, count in session.exec(query)]


def _same(model: type[SQLModel], names: Sequence[str]) -> ColumnElement[bool]:
    """That a row belongs to a sample."""
    return and_(*(getattr(model, name) == getattr(Sample, name) for name in names))
