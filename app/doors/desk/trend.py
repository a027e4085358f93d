"""What may be said from round to round, in words: a change beyond chance, or that it cannot be told.

Every sentence has the counts before it; a claim names its exact test. Nothing is drawn as a line between rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.doors.desk.words import Voice
from app.doors.web.house import House
from app.figures.indicators.catalogue import Indicator
from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.pairs import pairs_of
from app.figures.indicators.round_figures import PlaceFigures, RoundFigures, figures_of
from app.figures.indicators.trends import Pooled, Step, p_text, pooled, steps
from app.methods.combining import evidence_text
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

MOST_ROUNDS = 6

Found = Sequence[tuple[RoundView, RoundFigures]]


@dataclass(frozen=True)
class TrendLine:
    """One place: what may be said since the round before, and of all rounds together."""

    place: str
    step: str
    claim: str
    together: str


def rounds_until(session: Session, actor: Actor, view: RoundView) -> list[RoundView]:
    """The drawn rounds up to this one that the reader may see, oldest first."""
    drawn = [each for each in rounds.list_rounds(session, actor) if each.state in ("drawn", "closed")]
    latest = sorted(drawn, key=lambda each: (each.starts_on, each.code))
    return [each for each in latest if (each.starts_on, each.code) <= (view.starts_on, view.code)][-MOST_ROUNDS:]


def read_rounds(session: Session, house: House, actor: Actor, view: RoundView, line: Indicator) -> Found:
    """The figures of those rounds."""
    tz = house.settings.tz
    return [
        (each, figures_of(session, actor, each.code, tz, codes=[line.code], view=each))
        for each in rounds_until(session, actor, view)
    ]


def trend_lines(
    session: Session, house: House, found: Found, line: Indicator, names: Mapping[str, str], voice: Voice
) -> list[TrendLine]:
    """The sentences of every place with an earlier round; none where there is nothing to compare."""
    if len(found) < 2:
        return []
    (earlier, before), (view, now) = found[-2:]
    same = pairs_of(session, earlier, view, line, house.settings.tz)
    changes = steps(by_place(before, line), by_place(now, line), same)
    lines = []
    for code, name in names.items():
        together = pooled(line, [(place.figures[line.code], frame_of(place, line)) for place in places_at(found, code)])
        step = changes.get(code)
        if step or together:
            words = step_words(step, voice) if step else voice("trend_nothing")
            lines.append(TrendLine(name, words, step.claim if step else "", together_words(together, voice)))
    return lines


def by_place(found: RoundFigures, line: Indicator) -> dict[str, IndicatorFigure]:
    """Place → its figure."""
    places = [*found.counties, *([found.city] if found.city else [])]
    return {place.code: place.figures[line.code] for place in places}


def places_at(found: Found, code: str) -> list[PlaceFigures]:
    """One place in every round that has it."""
    return [
        place
        for _, figures in found
        for place in (*figures.counties, *([figures.city] if figures.city else []))
        if place.code == code
    ]


def frame_of(place: PlaceFigures, line: Indicator) -> int | None:
    """The frame that a county's figure was drawn from; the city is a sum of several."""
    return place.frame.get(line.frame) if line.frame and place.code != "city" else None


def step_words(step: Step, voice: Voice) -> str:
    """The change from one round to the next, claimed only where it may be."""
    counts = {"a": step.before[0], "n": step.before[1], "b": step.now[0], "m": step.now[1], "p": p_text(step.p)}
    words = voice(f"trend_{step.claim}", **counts)
    if step.same is None:
        return words
    pairs, worse, better = step.same
    return voice("trend_same", pairs=pairs, worse=worse, better=better) + words


def together_words(told: Pooled | None, voice: Voice) -> str:
    """All rounds of a place together."""
    if told is None:
        return ""
    words = voice("trend_sum", k=told.rounds, x=told.x, n=told.n)
    if told.rate is not None:
        words += voice("trend_mean", rate=told.rate, low=told.low or "", high=told.high or "")
    if told.evidence is not None:
        words += voice("trend_met" if told.is_met else "trend_not_yet", e=evidence_text(told.evidence))
    return words
