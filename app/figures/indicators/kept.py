"""What is kept, for those who read: sums by county, facts by page, and whether they may be trusted.

Sums of another version, or of records that came before there were sums, are not shown: their county is counted from the
records as long as nobody has counted it anew (the next record there does, and the housekeeper within the hour).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, tuple_
from sqlmodel import Session, col, func, select

from app.figures.indicators.keeping import decode, version_of
from app.figures.indicators.models import FigureHousehold, FigureSum
from app.figures.indicators.sums import Sum, merge
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.problems import NotFound

KINDS = ("poor", "non_poor")
CountySums = Mapping[str, Mapping[str, Sum]]
"""poor | non_poor → its sums."""


def sums_of(
    session: Session, draw_ids: Sequence[str], county_ids: Collection[int], codes: Collection[str] | None = None
) -> dict[int, CountySums]:
    """County id → its sums over these draws; a county whose sums cannot be trusted is not there."""
    columns = (FigureSum.county_id, FigureSum.draw_id, FigureSum.kind, FigureSum.version, FigureSum.cells)
    query = select(*columns).where(  # type: ignore[call-overload]
        col(FigureSum.draw_id).in_(draw_ids), col(FigureSum.county_id).in_(county_ids)
    )
    kept: dict[tuple[int, str], list[str]] = defaultdict(list)
    current: set[tuple[int, str]] = set()
    versions = {draw_id: version_of(session, draw_id) for draw_id in draw_ids}
    for county_id, draw_id, kind, version, cells in session.exec(query):
        kept[county_id, kind].append(cells)
        if version == versions[draw_id]:
            current.add((county_id, draw_id))
    behind = {county_id for county_id, _ in _visited_beside(session, draw_ids, county_ids, current)}
    return {
        county_id: {kind: merge(decode(cells, codes) for cells in kept[county_id, kind]) for kind in KINDS}
        for county_id in county_ids
        if county_id not in behind
    }


def uncounted(session: Session, draw_ids: Sequence[str], county_ids: Collection[int]) -> list[tuple[int, str]]:
    """(county, draw) with records and without sums of today's version."""
    query = select(FigureSum.county_id, FigureSum.draw_id, FigureSum.version).where(
        col(FigureSum.draw_id).in_(draw_ids), col(FigureSum.county_id).in_(county_ids)
    )
    versions = {draw_id: version_of(session, draw_id) for draw_id in draw_ids}
    current = {(county_id, draw) for county_id, draw, version in session.exec(query) if version == versions[draw]}
    return _visited_beside(session, draw_ids, county_ids, current)


def _visited_beside(
    session: Session, draw_ids: Sequence[str], county_ids: Collection[int], current: Collection[tuple[int, str]]
) -> list[tuple[int, str]]:
    """(county, draw) with records, those whose sums are current left out."""
    lacking = sorted({county_id for county_id in county_ids for draw in draw_ids if (county_id, draw) not in current})
    if not lacking:
        return []
    visited = session.exec(
        select(Visit.county_id, Visit.draw)
        .where(col(Visit.county_id).in_(lacking), col(Visit.draw).in_(draw_ids), Visit.status != VisitStatus.VOIDED)
        .distinct()
    )
    return sorted(set(visited).difference(current))


def share_counts(session: Session, draw_ids: Sequence[str], county_ids: Collection[int]) -> list[tuple[int, int]]:
    """Shares of support in income over households, in hundredths of a per cent, each with how often, in order (I19)."""
    query = (
        select(FigureHousehold.support_share, func.count())
        .where(
            col(FigureHousehold.county_id).in_(county_ids),
            col(FigureHousehold.draw_id).in_(draw_ids),
            col(FigureHousehold.support_share).is_not(None),
        )
        .group_by(col(FigureHousehold.support_share))
        .order_by(col(FigureHousehold.support_share))
    )
    return [(int(share), count) for share, count in session.exec(query) if share is not None]


def county_medians(
    session: Session, draw_ids: Sequence[str], county_ids: Collection[int]
) -> dict[int, tuple[int, int]]:
    """County → its median share and its households: the database walks its index and gives what is in the middle."""
    share, county_id = col(FigureHousehold.support_share), col(FigureHousehold.county_id)
    ranked = (
        select(
            county_id,
            share,
            func.row_number().over(partition_by=county_id, order_by=share).label("place"),
            func.count().over(partition_by=county_id).label("total"),
        )
        .where(county_id.in_(county_ids), col(FigureHousehold.draw_id).in_(draw_ids), share.is_not(None))
        .subquery()
    )
    place, total = ranked.c.place, ranked.c.total
    middle = or_(place == (total + 1) // 2, place == (total + 2) // 2)
    found: dict[int, tuple[int, int]] = {}
    for county, value, households in session.exec(
        select(ranked.c.county_id, ranked.c.support_share, total).where(middle)
    ):
        low = found.get(county, (value, households))[0]
        found[county] = (_between(min(low, value), max(low, value)), households)
    return found


def median_of_counts(counts: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The middle of whole numbers given as (value, how often) in order; of two the mean, half up."""
    total = sum(count for _, count in counts)
    if not total:
        return None
    low, high = _nth(counts, (total - 1) // 2), _nth(counts, total // 2)
    return _between(low, high), total


def _between(low: int, high: int) -> int:
    """The mean of the two in the middle, half up."""
    return (low + high + 1) // 2


def _nth(counts: Sequence[tuple[int, int]], place: int) -> int:
    for value, count in counts:
        if place < count:
            return value
        place -= count
    raise IndexError(place)


FACTS = (
    FigureHousehold.sample_id, FigureHousehold.op_id, FigureHousehold.kind, FigureHousehold.rank, FigureHousehold.unit,
    FigureHousehold.status, FigureHousehold.answers, FigureHousehold.is_first_drawn, FigureHousehold.ending,
    FigureHousehold.attempts, FigureHousehold.is_filed_resettled, FigureHousehold.is_confirmed, FigureHousehold.records,
    FigureHousehold.doubted,
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A page of a list: at most so many rows behind the one named, or before it; unnamed: the first ones."""

    most: int | None = None
    named: str = ""
    is_before: bool = False

    def of(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The page of a whole list whose rows have a `sample_id`; NotFound where the named row is not there."""
        if self.named:
            at = next((place for place, row in enumerate(rows) if row.sample_id == self.named), None)
            if at is None:
                raise no_page()
            rows = rows[:at] if self.is_before else rows[at + 1 :]
        if self.most is None:
            return rows
        return rows[-self.most :] if self.is_before else rows[: self.most]


WHOLE = Window()


def no_page() -> NotFound:
    """The row that a page was named by is not in the list (any more)."""
    return NotFound("没有这一页,请从第一页看起。", "No such page; please begin with the first.")


def facts_of(
    session: Session, county_id: int, draw_ids: Sequence[str], kinds: Sequence[str], window: Window = WHOLE
) -> list[Any]:
    """The rows of facts of a county, by stratum (poor first), draw and rank; columns only, for there may be thousands.

    List by list, so that the index gives each page its rows and no others. NotFound where the named row is not there.
    """
    lists = [(kind, draw_id) for kind in sorted(kinds, reverse=True) for draw_id in sorted(draw_ids)]
    at = _place_of(session, county_id, window.named, lists) if window.named else None
    if at is not None:
        place = lists.index((at.kind, at.draw_id))
        lists = lists[place::-1] if window.is_before else lists[place:]
    rows: list[Any] = []
    for kind, draw_id in lists:
        bound = at if at is not None and (at.kind, at.draw_id) == (kind, draw_id) else None
        rows += _facts_of_list(session, (county_id, draw_id, kind), bound, window, len(rows))
        if len(rows) == window.most:
            break
    return rows[::-1] if window.is_before else rows


def _place_of(session: Session, county_id: int, sample_id: str, lists: Sequence[tuple[str, str]]) -> Any:
    """Where the row stands that a page is counted from."""
    row = session.get(FigureHousehold, (county_id, sample_id))
    if row is None or (row.kind, row.draw_id) not in lists:
        raise no_page()
    return row


def _facts_of_list(session: Session, of: tuple[int, str, str], bound: Any, window: Window, have: int) -> Sequence[Any]:
    order = (col(FigureHousehold.rank), col(FigureHousehold.sample_id))
    query = select(*FACTS).where(  # type: ignore[call-overload]
        FigureHousehold.county_id == of[0], FigureHousehold.draw_id == of[1], FigureHousehold.kind == of[2]
    )
    if bound is not None:
        here = (bound.rank, bound.sample_id)
        query = query.where(tuple_(*order) < here if window.is_before else tuple_(*order) > here)
    query = query.order_by(*(each.desc() for each in order) if window.is_before else order)
    if window.most is not None:
        query = query.limit(window.most - have)
    return session.exec(query).all()  # type: ignore[no-any-return]
