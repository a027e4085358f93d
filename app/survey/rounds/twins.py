"""A household that both an open and a covert draw of a round picked: it counts once, by the draw that comes first.

Both draws stay as they are, and so do their opening rules: leaving such a household out of one frame would change its
chances and tell whoever reads the frame that it is in the other. Of two interviews that of the first draw counts, open
before covert; the other is kept as surplus. Where the first draw did not reach it, the second one's counts.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from app.survey.rounds.models import Sample
from app.survey.rounds.queries import standing_draws, stratum_samples
from app.survey.rounds.rules import SampleRow, is_covert, is_panel, parse_sample_id, round_of

STEP = 500


def twins_before(session: Session, rows: Iterable[SampleRow]) -> Mapping[str, Sequence[str]]:
    """Sample id of a covert draw → the same household's sample ids in draws of its round that come before its own."""
    found: dict[str, list[str]] = {}
    for draw_id, mine in _by_draw(rows).items():
        if is_covert(draw_id):
            order = [draw.id for draw in standing_draws(session, round_of(draw_id))]
            earlier = order[: order.index(draw_id)] if draw_id in order else []
            _join(session, mine, earlier, found)
    return found


def twins_after(session: Session, sample_id: str) -> list[str]:
    """Of the list that a sample stands in: the same households in covert draws that come after, which may now count
    differently."""
    ref = parse_sample_id(sample_id)
    order = [draw.id for draw in standing_draws(session, round_of(ref.draw))] if ref is not None else []
    if ref is None or ref.draw not in order:
        return []
    later = [each for each in order[order.index(ref.draw) + 1 :] if is_covert(each)]
    found: dict[str, list[str]] = {}
    if later:
        _join(session, stratum_samples(session, sample_id), later, found)
    return [twin for twins in found.values() for twin in twins]


def _by_draw(rows: Iterable[SampleRow]) -> dict[str, list[SampleRow]]:
    draws: dict[str, list[SampleRow]] = {}
    for row in rows:
        ref = parse_sample_id(row.sample_id)
        assert ref is not None  # a row of ours
        draws.setdefault(ref.draw, []).append(row)
    return draws


def _join(session: Session, rows: Sequence[SampleRow], draws: Sequence[str], found: dict[str, list[str]]) -> None:
    """Add the samples of these draws that name the same households."""
    if not draws:
        return
    for county_id in sorted({row.county_id for row in rows}):
        by_unit = {row.unit: row.sample_id for row in rows if row.county_id == county_id}
        units = sorted(by_unit)
        for start in range(0, len(units), STEP):
            query = select(Sample.unit, Sample.sample_id, Sample.part).where(
                Sample.county_id == county_id,
                col(Sample.draw_id).in_(draws),
                col(Sample.unit).in_(units[start : start + STEP]),
            )
            for unit, sample_id, part in session.exec(query):
                if not is_panel(part):  # shown apart, in no rate: it counts nobody
                    found.setdefault(by_unit[unit], []).append(sample_id)
