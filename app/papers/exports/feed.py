"""The tables of the feed and their rows: figures, and visits without whose they were.

Behind the same fences as the pages. A visit's row has county, stratum, day, outcome and the four satisfaction codes;
no household, village, position, name or text, and its key is a digest that leads nowhere.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.round_figures import PlaceFigures, figures_of
from app.figures.indicators.yc2017 import INDICATORS
from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.findings.inspections.queries import SATISFACTION
from app.kernel.clock import local_day
from app.papers.exports.odata import EntitySet, Property, Query
from app.registry.people.rules import Actor, reads_answers
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import parse_sample_id

ROUNDS = EntitySet(
    "Rounds",
    (
        Property("Round", is_key=True), Property("Name"), Property("State"), Property("StartsOn", "Date"),
        Property("EndsOn", "Date"),
    ),
)  # fmt: skip
FIGURES = EntitySet(
    "Figures",
    (
        Property("Round", is_key=True), Property("Place", is_key=True), Property("Indicator", is_key=True),
        Property("Part", is_key=True), Property("PlaceName"), Property("IndicatorName"), Property("PartName"),
        Property("Role"), Property("Stratum"), Property("Unit"), Property("Numerator", "Int32"),
        Property("Denominator", "Int32"), Property("Households", "Int32"), Property("Rate", "Decimal"),
        Property("Low", "Decimal"), Property("High", "Decimal"), Property("Interval"), Property("Official"),
        Property("Evidence"), Property("Scheme"),
    ),
)  # fmt: skip
ITEMS = {"sat_team": "SatTeam", "sat_helper": "SatHelper", "sat_effect": "SatEffect", "sat_way": "SatWay"}
VISITS = EntitySet(
    "Visits",
    (
        Property("Visit", is_key=True), Property("Round"), Property("County"), Property("Stratum"),
        Property("Day", "Date"), Property("Contact"),
        Property("Outcome"), Property("Form"), Property("FormVersion"), Property("Status"),
        Property("Minutes", "Int32"), *(Property(name, "Int32") for name in ITEMS.values()),
    ),
)  # fmt: skip
SETS = (ROUNDS, FIGURES, VISITS)
STEP = 500

Row = Mapping[str, Any]


def _views(session: Session, actor: Actor, query: Query) -> list[RoundView]:
    """The rounds the reader may know of; one where the query asks for one."""
    wanted = query.fixed("Round")
    return [view for view in rounds.list_rounds(session, actor) if wanted in (None, view.code)]


def round_rows(session: Session, actor: Actor, query: Query) -> Iterator[Row]:
    """A line a round."""
    for view in _views(session, actor, query):
        yield {
            "Round": view.code, "Name": view.name, "State": view.state, "StartsOn": view.starts_on.isoformat(),
            "EndsOn": view.ends_on.isoformat(),
        }  # fmt: skip


def figure_rows(session: Session, actor: Actor, query: Query, tz: ZoneInfo) -> Iterator[Row]:
    """A line for each figure and its parts, by round and place."""
    one = query.fixed("Indicator")
    codes = [one] if one in INDICATORS else [] if one is not None else None
    for view in _views(session, actor, query):
        if view.state not in ("drawn", "closed") or codes == []:
            continue
        found = figures_of(session, actor, view.code, tz, codes=codes)
        for place in (*found.counties, *([found.city] if found.city else [])):
            for figure in place.figures.values():
                for each in (figure, *figure.parts):
                    yield _figure_row(view.code, found.scheme, place, each)


def _figure_row(round_code: str, scheme: str, place: PlaceFigures, figure: IndicatorFigure) -> Row:
    line = INDICATORS[figure.code]
    part = line.part(figure.part)
    return {
        "Round": round_code, "Place": place.code, "Indicator": figure.code, "Part": figure.part,
        "PlaceName": place.name_zh, "IndicatorName": line.zh, "PartName": part.zh if part else "", "Role": figure.role,
        "Stratum": figure.stratum, "Unit": figure.unit, "Numerator": figure.numerator,
        "Denominator": figure.denominator, "Households": figure.households, "Rate": _number(figure.rate),
        "Low": _number(figure.low), "High": _number(figure.high), "Interval": figure.model,
        "Official": figure.official, "Evidence": figure.evidence, "Scheme": scheme,
    }  # fmt: skip


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def visit_rows(session: Session, actor: Actor, query: Query, tz: ZoneInfo) -> Iterator[Row]:
    """A line for each accepted doorstep that was not corrected by a later one; for readers of answers."""
    if not reads_answers(actor):
        return
    for view in _views(session, actor, query):
        for draw in view.draws:
            for county_id in sorted({line.county_id for line in draw.strata}):
                visits = _visits(session, county_id, draw.id)
                for start in range(0, len(visits), STEP):
                    batch = visits[start : start + STEP]
                    codes = _codes(session, county_id, [visit.op_id for visit in batch])
                    yield from (_visit_row(view.code, visit, codes.get(visit.op_id, {}), tz) for visit in batch)


def _visits(session: Session, county_id: int, draw_id: str) -> list[Visit]:
    mine = (Visit.county_id == county_id, Visit.draw == draw_id, Visit.status == VisitStatus.ACCEPTED)
    found = session.exec(select(Visit).where(*mine).order_by(col(Visit.received_at), col(Visit.op_id))).all()
    replaced = {visit.corrects for visit in found if visit.corrects}
    return [visit for visit in found if visit.op_id not in replaced]


def _codes(session: Session, county_id: int, op_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    query = select(Answer.op_id, Answer.path, Answer.text).where(
        Answer.county_id == county_id, col(Answer.op_id).in_(op_ids), col(Answer.path).in_(SATISFACTION)
    )
    found: dict[UUID, dict[str, int]] = {}
    for op_id, path, text in session.exec(query):
        found.setdefault(op_id, {})[ITEMS[path.rpartition("/")[2]]] = int(text)
    return found


def _visit_row(round_code: str, visit: Visit, codes: Mapping[str, int], tz: ZoneInfo) -> Row:
    place = parse_sample_id(visit.sample_id)
    started, finished = visit.started_at or visit.received_at, visit.finished_at
    return {
        "Visit": hashlib.sha256(visit.op_id.bytes).hexdigest()[:24], "Round": round_code,
        "County": place.county if place else "", "Stratum": place.kind if place else "",
        "Day": local_day(started, tz).isoformat(), "Contact": visit.contact_result, "Outcome": visit.outcome_code,
        "Form": visit.form_id, "FormVersion": visit.form_version, "Status": visit.poverty_status,
        "Minutes": int((finished - started).total_seconds() // 60) if finished and finished >= started else None,
        **{name: codes.get(name) for name in ITEMS.values()},
    }  # fmt: skip
