"""All reads of rounds, frames and samples, behind one fence.

Before a round closes only its teams and the city learn that anybody was drawn: for everyone else the round
itself is not there yet. After the close helpers and village cadres see the round, never who was drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from app.kernel.clock import rfc3339
from app.kernel.problems import NotFound
from app.registry.people.models import Account
from app.registry.people.rules import Actor, sees_draw
from app.registry.places import County, list_counties
from app.survey.rounds.models import Draw, DrawStratum, FrameUnit, Round, RoundCounty, Sample
from app.survey.rounds.rules import SampleRow, parse_sample_id


@dataclass(frozen=True)
class Stratum:
    """One line of the commitment with the county it belongs to; `exited` of its N units had left poverty."""

    county_id: int
    county: str
    kind: str
    code: str
    N: int
    n: int
    r: int
    exited: int
    frame_digest: str


@dataclass(frozen=True)
class DrawView:
    """The draw that stands, as far as the reader may see it."""

    id: str
    source: str
    commitment: str
    committed_at: datetime
    drawn_at: datetime | None
    strata: tuple[Stratum, ...]


@dataclass(frozen=True)
class RoundView:
    """A round as one reader sees it: `counties` are those within the reader's scope, `draw` is None where
    the reader may not know it (or there is none)."""

    code: str
    name: str
    kind: str
    starts_on: date
    ends_on: date
    state: str
    quota: dict[str, tuple[int, int]]
    counties: tuple[County, ...]
    closed_at: datetime | None
    draw: DrawView | None

    def as_dict(self) -> dict[str, object]:
        """The shape that `/rounds` and the phone's package share."""
        draw = self.draw
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "state": self.state,
            "quota": {kind: list(pair) for kind, pair in self.quota.items()},
            "counties": [{"code": county.code, "name": county.name_zh} for county in self.counties],
            "draw": draw
            and {
                "draw": draw.id,
                "source": draw.source,
                "commitment": draw.commitment,
                "committed_at": rfc3339(draw.committed_at),
                "drawn_at": draw.drawn_at and rfc3339(draw.drawn_at),
            },
            "strata": [{"stratum": s.code, "N": s.N, "n": s.n, "r": s.r} for s in draw.strata] if draw else [],
        }


# --- rounds ---


def find_round(session: Session, code: str) -> Round | None:
    """The row of a round, for those who write."""
    return session.get(Round, code)


def counties_of(session: Session, code: str) -> list[County]:
    """The counties a round inspects, in code order."""
    query = (
        select(County)
        .join(RoundCounty, col(RoundCounty.county_id) == col(County.id))
        .where(RoundCounty.round_code == code)
        .order_by(col(County.code))
    )
    return list(session.exec(query))


def list_rounds(session: Session, actor: Actor) -> list[RoundView]:
    """The rounds this reader may know of, newest first."""
    rows = session.exec(select(Round).order_by(col(Round.starts_on).desc(), col(Round.code).desc())).all()
    views = (_view(session, actor, row) for row in rows)
    return [view for view in views if view is not None]


def get_round(session: Session, actor: Actor, code: str) -> RoundView:
    """One round, or NotFound: absent, and not yet to be known, look the same."""
    row = find_round(session, code)
    view = _view(session, actor, row) if row is not None else None
    if view is None:
        raise NotFound("没有这一轮督查,或不在您的范围内。", "No such round within your scope.")
    return view


def _view(session: Session, actor: Actor, row: Round) -> RoundView | None:
    closed = row.closed_at is not None
    counties = counties_of(session, row.code)
    covered = [county for county in counties if actor.covers(county.code)]
    drawn = [county for county in covered if sees_draw(actor, county.code, closed=closed)]
    seen = [county for county in counties if county in drawn or (closed and actor.touches_county(county.code))]
    if not seen:
        return None
    draw = standing_draw(session, row.code)
    state = "closed" if closed else "open" if draw is None else "frozen" if draw.record is None else "drawn"
    return RoundView(
        code=row.code,
        name=row.name,
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        state=state,
        quota={"poor": (row.poor_min, row.poor_max), "non_poor": (row.non_poor_min, row.non_poor_max)},
        counties=tuple(seen),
        closed_at=row.closed_at,
        draw=_draw_view(session, draw, drawn) if draw and drawn else None,
    )


def _draw_view(session: Session, draw: Draw, counties: Sequence[County]) -> DrawView:
    allowed = {county.id for county in counties}
    strata = tuple(line for line in strata_of(session, draw.id) if line.county_id in allowed)
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    return DrawView(draw.id, draw.source, draw.commitment, draw.committed_at, draw.drawn_at, strata)


# --- draws and frames ---


def standing_draw(session: Session, code: str) -> Draw | None:
    """The committed draw of a round that was not voided; what is still being frozen does not stand."""
    query = select(Draw).where(
        Draw.round_code == code, col(Draw.commitment).is_not(None), col(Draw.voided_at).is_(None)
    )
    return session.exec(query.order_by(col(Draw.attempt).desc())).first()


def void_draws(session: Session, code: str) -> list[Draw]:
    """The attempts that were voided, in order."""
    query = select(Draw).where(Draw.round_code == code, col(Draw.voided_at).is_not(None))
    return list(session.exec(query.order_by(col(Draw.attempt))))


def strata_of(session: Session, draw_id: str) -> list[Stratum]:
    """All lines of a draw's commitment, in the order of their codes."""
    codes = {county.id: county.code for county in list_counties(session)}
    rows = session.exec(select(DrawStratum).where(DrawStratum.draw_id == draw_id).order_by(col(DrawStratum.code))).all()
    return [
        Stratum(
            county_id=row.county_id,
            county=codes[row.county_id],
            kind=row.kind,
            code=row.code,
            N=row.units,
            n=row.main,
            r=row.reserve,
            exited=row.exited,
            frame_digest=row.frame_digest,
        )
        for row in rows
    ]


def frame_units(session: Session, county_id: int, draw_id: str, kind: str) -> Iterator[tuple[str, str]]:
    """(unit, registered_id) of one stratum of a frame in the order of its units, streamed; for those who write."""
    query = (
        select(FrameUnit.unit, FrameUnit.registered_id)
        .where(FrameUnit.county_id == county_id, FrameUnit.draw_id == draw_id, FrameUnit.kind == kind)
        .order_by(col(FrameUnit.unit))
    )
    yield from session.exec(query)


def frame_status(session: Session, county_id: int, draw_id: str, kind: str, units: Sequence[str]) -> dict[str, str]:
    """Unit → its status in the frame, for the units drawn."""
    query = select(FrameUnit.unit, FrameUnit.status).where(
        FrameUnit.county_id == county_id,
        FrameUnit.draw_id == draw_id,
        FrameUnit.kind == kind,
        col(FrameUnit.unit).in_(units),
    )
    return dict(session.exec(query).all())


def frame_rows(session: Session, actor: Actor, code: str, stratum: str | None = None) -> Iterator[tuple[str, str, str]]:
    """(stratum, unit, registered_id) of the frozen frame, as far as the reader may see it, or NotFound.

    Names are not part of a frame; the units are what HHD1 hashed.
    """
    draw = get_round(session, actor, code).draw
    strata = [s for s in draw.strata if stratum in (None, s.code)] if draw else []
    if draw is None or not strata:
        raise NotFound("没有冻结的名单,或不在您的范围内。", "No frozen frame within your scope.")
    return _frame_lines(session, draw.id, strata)


def _frame_lines(session: Session, draw_id: str, strata: Sequence[Stratum]) -> Iterator[tuple[str, str, str]]:
    for line in strata:
        for unit, registered_id in frame_units(session, line.county_id, draw_id, line.kind):
            yield line.code, unit, registered_id


def get_draw_record(session: Session, actor: Actor, code: str) -> Draw:
    """The draw with its signed record, or NotFound.

    The record names the drawn units of every county and cannot be cut without breaking its signature: the city
    reads it at any time, a county's desk after the close, a team not before.
    """
    view = get_round(session, actor, code)
    draw = standing_draw(session, code)
    may = view.draw is not None and (actor.is_city or view.state == "closed")
    if not may or draw is None or draw.record is None:
        raise NotFound("没有抽样记录,或不在您的范围内。", "No draw record within your scope.")
    return draw


# --- samples ---


def list_samples(session: Session, actor: Actor, code: str, county: str | None = None) -> list[SampleRow]:
    """The drawn households of a round by county, stratum and rank, or NotFound.

    States are not here: they follow from the doorsteps (rules.sample_standings).
    """
    draw = get_round(session, actor, code).draw
    strata = [s for s in draw.strata if county in (None, s.county)] if draw else []
    if draw is None or draw.drawn_at is None or not strata:
        raise NotFound("没有抽样名单,或不在您的范围内。", "No sample within your scope.")
    return [row for line in strata for row in samples_of(session, draw.id, draw.drawn_at, line)]


def samples_of(session: Session, draw_id: str, drawn_at: datetime, line: Stratum) -> list[SampleRow]:
    """All ranks of one stratum, in order."""
    query = (
        select(Sample, FrameUnit.registered_id, Account.account)
        .join(
            FrameUnit,
            (col(FrameUnit.county_id) == col(Sample.county_id))
            & (col(FrameUnit.draw_id) == col(Sample.draw_id))
            & (col(FrameUnit.kind) == col(Sample.kind))
            & (col(FrameUnit.unit) == col(Sample.unit)),
        )
        .outerjoin(Account, col(Account.id) == col(Sample.assigned_to))
        .where(Sample.county_id == line.county_id, Sample.draw_id == draw_id, Sample.kind == line.kind)
        .order_by(col(Sample.rank))
    )
    return [
        SampleRow(
            sample_id=row.sample_id,
            unit=row.unit,
            registered_id=registered_id,
            status=row.status,
            county_id=row.county_id,
            county=line.county,
            kind=row.kind,
            stratum=line.code,
            rank=row.rank,
            main=line.n,
            drawn_at=drawn_at,
            assigned_to=account,
        )
        for row, registered_id, account in session.exec(query)
    ]


def stratum_samples(session: Session, sample_id: str) -> list[SampleRow]:
    """All ranks of the stratum a sample belongs to, in order; empty when it names no standing sample.

    Without a fence: for the server's own question whether a rank is open.
    """
    ref = parse_sample_id(sample_id)
    draw = session.get(Draw, ref.draw) if ref else None
    if ref is None or draw is None or draw.drawn_at is None or draw.voided_at is not None:
        return []
    lines = [line for line in strata_of(session, draw.id) if line.code == ref.stratum]
    return [row for line in lines for row in samples_of(session, draw.id, draw.drawn_at, line)]


def get_sample(session: Session, actor: Actor, sample_id: str) -> SampleRow:
    """One drawn household, or NotFound."""
    ref = parse_sample_id(sample_id)
    if ref is not None:
        for row in list_samples(session, actor, ref.round, ref.county):
            if row.sample_id == sample_id:
                return row
    raise NotFound("没有这个样本户,或不在您的范围内。", "No such sampled household within your scope.")


def find_sample(session: Session, county_id: int, sample_id: str) -> Sample | None:
    """A drawn household of a draw that stands. Without a fence: for the server's own question whether it was drawn."""
    sample = session.get(Sample, (county_id, sample_id))
    draw = session.get(Draw, sample.draw_id) if sample is not None else None
    return sample if draw is not None and draw.drawn_at is not None and draw.voided_at is None else None
