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
from app.papers.exports.odata import AFTER, EntitySet, Property, Query, lost_place
from app.registry.people.rules import Actor, reads_answers
from app.survey.records.models import Op
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
SEPARATOR = "~"
"""Between the parts of a place; no code of ours holds it."""

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


def figure_rows(session: Session, actor: Actor, query: Query, tz: ZoneInfo, after: str = "") -> Iterator[Row]:
    """A line for each figure and its parts, by round and place; `after`: those behind this place."""
    one = query.fixed("Indicator")
    codes = [one] if one in INDICATORS else [] if one is not None else None
    wait = after
    for view in _views(session, actor, query):
        if (
            view.state not in ("drawn", "closed")
            or codes == []
            or (wait and not wait.startswith(f"{view.code}{SEPARATOR}"))
        ):
            continue
        found = figures_of(session, actor, view.code, tz, codes=codes, view=view)
        for place in (*found.counties, *([found.city] if found.city else [])):
            if wait and not wait.startswith(SEPARATOR.join((view.code, place.code, ""))):
                continue
            for figure in place.figures.values():
                for each in (figure, *figure.parts):
                    here = SEPARATOR.join((view.code, place.code, each.code, each.part))
                    if not wait:
                        yield {**_figure_row(view.code, found.scheme, place, each), AFTER: here}
                    elif here == wait:
                        wait = ""
    if wait:
        raise lost_place()


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


def visit_rows(session: Session, actor: Actor, query: Query, tz: ZoneInfo, after: str = "") -> Iterator[Row]:
    """A line for each accepted doorstep that was not corrected by a later one; for readers of answers.

    Round by round and county by county in the order of arrival, a step in memory at a time; `after`: those behind
    this place.
    """
    if not reads_answers(actor):
        return
    wait, county = after.rpartition(SEPARATOR), query.fixed("County")
    is_waiting = bool(after)
    for view in _views(session, actor, query):
        for draw in view.draws:
            for county_id, code in sorted({(line.county_id, line.county) for line in draw.strata}):
                section, seq = f"{draw.id}{SEPARATOR}{county_id}", 0
                if is_waiting and section != wait[0]:
                    continue
                if is_waiting:
                    is_waiting, seq = False, _number_of(wait[2])
                if county in (None, code):
                    yield from _section(session, view.code, draw.id, county_id, seq, section, tz)
    if is_waiting:
        raise lost_place()


def _number_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise lost_place()
    return int(text)


COLUMNS = (
    Op.seq, Visit.op_id, Visit.sample_id, Visit.started_at, Visit.received_at, Visit.finished_at, Visit.contact_result,
    Visit.outcome_code, Visit.form_id, Visit.form_version, Visit.poverty_status,
)  # fmt: skip


def _section(
    session: Session, round_code: str, draw_id: str, county_id: int, seq: int, section: str, tz: ZoneInfo
) -> Iterator[Row]:
    """The rows of one draw in one county behind a number of arrival."""
    mine = (Visit.county_id == county_id, Visit.draw == draw_id, Visit.status == VisitStatus.ACCEPTED)
    replaced = set(session.exec(select(Visit.corrects).where(*mine, col(Visit.corrects).is_not(None))))
    while True:
        query = (
            select(*COLUMNS)  # type: ignore[call-overload]
            .join(Op, (col(Op.county_id) == col(Visit.county_id)) & (col(Op.op_id) == col(Visit.op_id)))
            .where(*mine, col(Op.seq) > seq)
            .order_by(col(Op.seq))
            .limit(STEP)
        )
        batch = session.exec(query).all()
        standing = [visit for visit in batch if visit.op_id not in replaced]
        codes = _codes(session, county_id, [visit.op_id for visit in standing]) if standing else {}
        for visit in standing:
            row = _visit_row(round_code, visit, codes.get(visit.op_id, {}), tz)
            yield {**row, AFTER: f"{section}{SEPARATOR}{visit.seq}"}
        if len(batch) < STEP:
            return
        seq = batch[-1].seq


def _codes(session: Session, county_id: int, op_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    query = select(Answer.op_id, Answer.path, Answer.text).where(
        Answer.county_id == county_id, col(Answer.op_id).in_(op_ids), col(Answer.path).in_(SATISFACTION)
    )
    found: dict[UUID, dict[str, int]] = {}
    for op_id, path, text in session.exec(query):
        found.setdefault(op_id, {})[ITEMS[path.rpartition("/")[2]]] = int(text)
    return found


def _visit_row(round_code: str, visit: Any, codes: Mapping[str, int], tz: ZoneInfo) -> Row:
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
