"""All reads of rounds, frames and samples, behind one fence.

Before a round closes only its teams and the city learn that anybody was drawn: for everyone else the round
itself is not there yet. After the close helpers and village cadres see the round, never who was drawn.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.methods.draw import rules as hhd1
from app.methods.draw import teams as walk
from app.methods.draw.stages import village_units
from app.registry.people.models import Account
from app.registry.people.rules import Actor
from app.registry.places import County, county_codes
from app.survey.rounds.models import Draw, DrawStratum, FrameUnit, Round, RoundCounty, Sample
from app.survey.rounds.plan import is_village_part
from app.survey.rounds.rules import SampleRow, parse_sample_id
from app.survey.rounds.team_queries import find_team_draw, find_work, sees_in_round
from app.survey.rounds.views import DrawView as DrawView
from app.survey.rounds.views import RoundView as RoundView
from app.survey.rounds.views import Stratum as Stratum
from app.survey.rounds.views import counties_in as counties_in

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
    drawn = [county for county in covered if sees_in_round(session, actor, row.code, county.code, closed=closed)]
    known = {county.id for county in drawn}
    seen = [county for county in counties if county.id in known or (closed and actor.touches_county(county.code))]
    work = find_work(session, actor, row.code) if actor.is_team else None
    if not seen and work is None:
        return None
    draws = tuple(
        view for draw in standing_draws(session, row.code) if (view := _draw_view(session, draw, drawn)).strata
    )
    state = "closed" if closed else "open" if not draws else "frozen"
    if not closed and any(draw.drawn_at for draw in draws):
        state = "drawn"
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
        draws=draws,
        pledge="" if work is None else "signed" if work.is_pledged else "due",
    )


def _draw_view(session: Session, draw: Draw, counties: Sequence[County]) -> DrawView:
    allowed = {county.id for county in counties}
    return draw_view(draw, tuple(line for line in strata_of(session, draw.id) if line.county_id in allowed))


def get_team_draw(session: Session, actor: Actor, code: str) -> DrawView:
    """The standing draw of teams for the city, and after the close for whoever may know the round's draws."""
    draw, view = find_team_draw(session, code), get_round(session, actor, code)
    if draw is None or not (actor.is_city or (view.state == "closed" and view.draws)):
        raise NotFound("没有各组抽县,或不在您的范围内。", "No draw of teams within your scope.")
    return draw_view(draw, (team_line(draw),))


def draw_view(draw: Draw, strata: tuple[Stratum, ...]) -> DrawView:
    """A standing draw with those of its lines that the reader may see."""
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    return DrawView(
        id=draw.id,
        source=draw.source,
        commitment=draw.commitment,
        committed_at=draw.committed_at,
        drawn_at=draw.drawn_at,
        strata=strata,
        covert=draw.covert,
        guided=draw.guided,
        signed_at=draw.signed_at,
        of_teams=draw.of_teams,
    )


# --- draws and frames ---


def standing_draws(session: Session, code: str, *, teams: bool = False) -> list[Draw]:
    """The committed draws of a round that were not voided, open ones first; what is being frozen does not stand.

    The draw of teams to counties is not one of households; it is among them when asked for.
    """
    query = select(Draw).where(
        Draw.round_code == code, col(Draw.commitment).is_not(None), col(Draw.voided_at).is_(None)
    )
    if not teams:
        query = query.where(col(Draw.of_teams).is_(False))
    return sorted(session.exec(query), key=lambda draw: (draw.of_teams, draw.covert, draw.attempt))


def find_draw(session: Session, draw_id: str) -> Draw | None:
    """A draw by its id, whatever became of it; for those who write."""
    return session.get(Draw, draw_id)


def standing_draw(session: Session, code: str, draw_id: str | None = None) -> Draw | None:
    """The named draw if it stands; unnamed the one that stands, or of several the first."""
    teams = draw_id is not None
    return next((draw for draw in standing_draws(session, code, teams=teams) if draw_id in (None, draw.id)), None)


def void_draws(session: Session, code: str, *, teams: bool = False) -> list[Draw]:
    """The attempts that were voided, in order: those of households, or those of teams."""
    query = select(Draw).where(Draw.round_code == code, col(Draw.voided_at).is_not(None), col(Draw.of_teams).is_(teams))
    return list(session.exec(query.order_by(col(Draw.attempt))))


def count_voids(session: Session, code: str) -> int:
    """How many draws of households of a round were voided so far; it only ever grows."""
    query = select(func.count()).where(
        Draw.round_code == code, col(Draw.voided_at).is_not(None), col(Draw.of_teams).is_(False)
    )
    return session.exec(query).one()


def team_line(draw: Draw) -> Stratum:
    """The one line of the commitment of a draw of teams: all pairs that no rule bars, none in reserve."""
    pairs = draw.pairs or []
    digest, count = hhd1.frame_digest(draw.id, walk.STRATUM, pairs), len(pairs)
    return Stratum(HOME, "", "team", walk.STRATUM, count, count, 0, 0, digest)


def lines_of(session: Session, draw: Draw) -> list[Stratum]:
    """All lines of a draw's commitment, of households or of teams."""
    return [team_line(draw)] if draw.of_teams else committed_lines(session, draw.id)


def strata_of(session: Session, draw_id: str) -> list[Stratum]:
    """The lists of households of a draw, in the order of their codes; village lines are not among them."""
    return [line for line in committed_lines(session, draw_id) if not is_village_part(line.part)]


LINE = (
    DrawStratum.county_id, DrawStratum.kind, DrawStratum.code, DrawStratum.units, DrawStratum.main,
    DrawStratum.reserve, DrawStratum.exited, DrawStratum.frame_digest, DrawStratum.part, DrawStratum.stage,
    DrawStratum.hits, DrawStratum.left_out, DrawStratum.left_out_digest,
)  # fmt: skip
"""The columns of a line in the order of Stratum's fields; a page asks for hundreds of them."""


def committed_lines(session: Session, draw_id: str) -> list[Stratum]:
    """All lines of a draw's commitment, in the order of their codes, villages of two stages included."""
    codes = county_codes(session)
    query = select(*LINE).where(DrawStratum.draw_id == draw_id).order_by(col(DrawStratum.code))  # type: ignore[call-overload]
    return [Stratum(county_id, codes[county_id], *line) for county_id, *line in session.exec(query)]


def frame_units(session: Session, draw_id: str, line: Stratum) -> Iterator[tuple[str, str]]:
    """(unit, registered_id) of one line of a frame in the order of its units, streamed; for those who write.

    A village line gives `VILLAGE.SIZE`, as its digest names them.
    """
    if is_village_part(line.part):
        yield from ((unit, "") for unit in village_units(village_sizes(session, draw_id, line)))
        return
    query = (
        select(FrameUnit.unit, FrameUnit.registered_id)
        .where(
            FrameUnit.county_id == line.county_id,
            FrameUnit.draw_id == draw_id,
            FrameUnit.kind == line.kind,
            FrameUnit.part == line.part,
        )
        .order_by(col(FrameUnit.unit))
    )
    yield from session.exec(query)


def village_sizes(session: Session, draw_id: str, line: Stratum) -> dict[str, int]:
    """Households by village behind a village line, in the order of the codes."""
    query = (
        select(DrawStratum.part, DrawStratum.units)
        .where(
            DrawStratum.county_id == line.county_id,
            DrawStratum.draw_id == draw_id,
            DrawStratum.kind == line.kind,
            DrawStratum.stage == line.part,
        )
        .order_by(col(DrawStratum.part))
    )
    return {part.rpartition("-")[2]: units for part, units in session.exec(query)}


def frame_status(session: Session, county_id: int, draw_id: str, kind: str, units: Sequence[str]) -> dict[str, str]:
    """Unit → its status in the frame, for the units drawn."""
    query = select(FrameUnit.unit, FrameUnit.status).where(
        FrameUnit.county_id == county_id,
        FrameUnit.draw_id == draw_id,
        FrameUnit.kind == kind,
        col(FrameUnit.unit).in_(units),
    )
    return dict(session.exec(query).all())


def frame_rows(
    session: Session, actor: Actor, code: str, stratum: str | None = None, draw_id: str | None = None
) -> Iterator[tuple[str, str, str]]:
    """(stratum, unit, registered_id) of the frozen frame, as far as the reader may see it, or NotFound.

    Names are not part of a frame; the units are what HHD1 hashed. Unless a draw is named, covert ones are left out.
    """
    if draw_id is not None and (find := find_team_draw(session, code)) is not None and find.id == draw_id:
        line = get_team_draw(session, actor, code).strata[0]
        return ((line.code, unit, "") for unit in find.pairs or () if stratum in (None, line.code))
    draws = get_round(session, actor, code).draws
    wanted = [d for d in draws if d.id == draw_id or (draw_id is None and not d.covert)]
    chosen = [(d, s) for d in wanted for s in _lines_seen(session, d)]
    lines = [(draw.id, [line]) for draw, line in chosen if stratum in (None, line.code)]
    if not lines:
        raise NotFound("没有冻结的名单,或不在您的范围内。", "No frozen frame within your scope.")
    return (row for of_draw, strata in lines for row in _frame_lines(session, of_draw, strata))


def _lines_seen(session: Session, draw: DrawView) -> list[Stratum]:
    """The lines of a draw's commitment in the reader's counties, villages of two stages included."""
    counties = {line.county_id for line in draw.strata}
    return [line for line in committed_lines(session, draw.id) if line.county_id in counties]


def _frame_lines(session: Session, draw_id: str, strata: Sequence[Stratum]) -> Iterator[tuple[str, str, str]]:
    for line in strata:
        for unit, registered_id in frame_units(session, draw_id, line):
            yield line.code, unit, registered_id


def get_draw_record(session: Session, actor: Actor, code: str, draw_id: str | None = None) -> Draw:
    """A draw with its signed record (unnamed: the first that is drawn), or NotFound.

    A record names the drawn units of all its counties and cannot be cut without breaking its signature: the city
    reads it at any time, a desk after the close, a team before it only where no other county stands in it. The
    record of a draw that was voided stays the city's, by its id.
    """
    view = get_round(session, actor, code)
    for seen in view.draws:
        draw = standing_draw(session, code, seen.id)
        if draw is None or draw.record is None or draw_id not in (None, seen.id):
            continue
        whole = len(seen.strata) == len(strata_of(session, seen.id))
        if actor.is_city or view.state == "closed" or (whole and draw.scope is not None):
            return draw
    named = find_team_draw(session, code)
    if named is not None and named.id == draw_id and named.record is not None:
        get_team_draw(session, actor, code)
        return named
    void = session.get(Draw, draw_id) if draw_id is not None and actor.is_city else None
    if void is not None and void.round_code == code and void.record is not None:
        return void
    raise NotFound("没有抽样记录,或不在您的范围内。", "No draw record within your scope.")


# --- samples ---


def list_samples(session: Session, actor: Actor, code: str, county: str | None = None) -> list[SampleRow]:
    """The drawn households of a round by county, stratum and rank, or NotFound.

    States are not here: they follow from the doorsteps (rules.sample_standings).
    """
    return samples_seen(session, get_round(session, actor, code), county)


def samples_seen(session: Session, view: RoundView, county: str | None = None) -> list[SampleRow]:
    """The same of a round as the reader was given it."""
    rows = [
        row
        for draw in view.draws
        if draw.drawn_at is not None
        for line in draw.strata
        if county in (None, line.county)
        for row in samples_of(session, draw.id, draw.drawn_at, line)
    ]
    if not rows:
        raise NotFound("没有抽样名单,或不在您的范围内。", "No sample within your scope.")
    return rows


RANK = (Sample.sample_id, Sample.unit, FrameUnit.registered_id, Sample.status, Sample.rank, Account.account)


def samples_of(session: Session, draw_id: str, drawn_at: datetime, line: Stratum) -> list[SampleRow]:
    """All ranks of one stratum, in order."""
    query = (
        select(*RANK)  # type: ignore[call-overload]
        .join(
            FrameUnit,
            (col(FrameUnit.county_id) == col(Sample.county_id))
            & (col(FrameUnit.draw_id) == col(Sample.draw_id))
            & (col(FrameUnit.kind) == col(Sample.kind))
            & (col(FrameUnit.unit) == col(Sample.unit)),
        )
        .outerjoin(Account, col(Account.id) == col(Sample.assigned_to))
        .where(
            Sample.county_id == line.county_id,
            Sample.draw_id == draw_id,
            Sample.kind == line.kind,
            Sample.part == line.part,
        )
        .order_by(col(Sample.rank))
    )
    return [
        SampleRow(
            sample_id, unit, registered_id, status, line.county_id, line.county, line.kind, line.code, rank, line.main,
            drawn_at, account, line.part,
        )
        for sample_id, unit, registered_id, status, rank, account in session.exec(query)
    ]  # fmt: skip


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
    """One drawn household, or NotFound: in the same words whether the draw is hidden or never was."""
    refusal = NotFound("没有这个样本户,或不在您的范围内。", "No such sampled household within your scope.")
    ref = parse_sample_id(sample_id)
    draw = session.get(Draw, ref.draw) if ref is not None else None
    if ref is None or draw is None:
        raise refusal
    try:
        rows = list_samples(session, actor, draw.round_code, ref.county)
    except NotFound as hidden:
        raise refusal from hidden
    for row in rows:
        if row.sample_id == sample_id:
            return row
    raise refusal


def find_sample(session: Session, county_id: int, sample_id: str) -> Sample | None:
    """A drawn household of a draw that stands. Without a fence: for the server's own question whether it was drawn."""
    sample = session.get(Sample, (county_id, sample_id))
    draw = session.get(Draw, sample.draw_id) if sample is not None else None
    return sample if draw is not None and draw.drawn_at is not None and draw.voided_at is None else None
