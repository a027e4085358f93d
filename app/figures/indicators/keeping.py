"""Keep facts and sums in step with the records, in the transaction that changes these.

What a record changes is found by walking its list again: an interview at one door can open, close or make superfluous
another. Sums are then moved by the difference, under a lock on their row, so that two phones at once add up. Where the
inputs or rules have another version, a county's draw is counted anew. A void is the installation's transaction and
cannot touch a county's sums: it changes the version that sums of the round's covert draws must have, so that none of
them is believed from its commit on. Never called outside a county's own transaction.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session, col, delete, select

from app.figures.indicators.bindings import VERSION as INPUTS
from app.figures.indicators.counting import RULES as RULES_OF
from app.figures.indicators.counting import marks_of
from app.figures.indicators.facts import Told, households_of, text_of, told_in
from app.figures.indicators.household import Household
from app.figures.indicators.models import FigureHousehold, FigureSum
from app.figures.indicators.sums import Sum, add_up, change, new_sum
from app.figures.indicators.support import support_share
from app.findings.inspections.queries import doors_of
from app.kernel.db.ports import insert_many, upsert
from app.survey.rounds.queries import count_voids, find_draw, samples_of, strata_of, stratum_samples
from app.survey.rounds.rules import SampleRow, is_covert, is_panel, parse_sample_id, round_of
from app.survey.rounds.twins import twins_after

log = structlog.get_logger("ruhu")
RULES = 3
"""Raised whenever a rule of counting.py, living.py or support.py changes what a household adds."""
VERSION = f"{INPUTS}/{RULES}"
COUNTING = ""
"""The version of sums that are being made."""
KEY = ("county_id", "sample_id")
STEP = 500
Row = dict[str, Any]


def recount(session: Session, county_id: int, sample_ids: Iterable[str], tz: ZoneInfo) -> None:
    """Count the lists of these households again; nothing for those of no standing draw."""
    lists = {sample_id.rpartition(".")[0]: sample_id for sample_id in sample_ids}
    for sample_id in list(lists.values()):
        lists |= {twin.rpartition(".")[0]: twin for twin in twins_after(session, sample_id)}
    for _, sample_id in sorted(lists.items()):
        ref = parse_sample_id(sample_id)
        if ref is None or is_panel(ref.part):
            continue
        version = version_of(session, ref.draw)
        for sums in _locked(session, county_id, ref.draw):
            if sums.version != version:
                _count_anew(session, sums, version, tz)
            elif sums.kind == ref.kind:
                _follow(session, sums, stratum_samples(session, sample_id), tz)


def follow(session: Session, county_id: int, sample_ids: Iterable[str], tz: ZoneInfo) -> None:
    """Count again; a rule of ours that stumbles must not cost a record: the sums are marked, and made anew later."""
    touched = sorted(set(sample_ids))
    try:
        with session.begin_nested():
            recount(session, county_id, touched, tz)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.error("not counted", kind=type(error).__name__)
        for draw_id in sorted({ref.draw for each in touched if (ref := parse_sample_id(each))}):
            for sums in _locked(session, county_id, draw_id):
                sums.version = COUNTING
        session.flush()


def count_anew(session: Session, county_id: int, draw_id: str, tz: ZoneInfo) -> None:
    """Make facts and sums of one county and draw from the records alone."""
    version = version_of(session, draw_id)
    for sums in _locked(session, county_id, draw_id):
        _count_anew(session, sums, version, tz)


def version_of(session: Session, draw_id: str) -> str:
    """The version of sums that are current. It is asked before the records are: a void in between leaves it behind.

    In a covert draw a household counts that no draw before it had reached, so it changes with every void of its round.
    """
    voids = count_voids(session, round_of(draw_id)) if is_covert(draw_id) else 0
    return f"{VERSION}/{voids}" if voids else VERSION


def _locked(session: Session, county_id: int, draw_id: str) -> list[FigureSum]:
    """The rows of sums of a county and draw, locked until the commit; made where there are none."""
    fresh = [
        {"county_id": county_id, "draw_id": draw_id, "kind": kind, "version": COUNTING, "cells": "{}"}
        for kind in RULES_OF
    ]
    upsert(session, FigureSum, fresh, key=["county_id", "draw_id", "kind"])
    query = select(FigureSum).where(FigureSum.county_id == county_id, FigureSum.draw_id == draw_id)
    query = query.order_by(col(FigureSum.kind)).with_for_update().execution_options(populate_existing=True)
    return list(session.exec(query))


def _count_anew(session: Session, sums: FigureSum, version: str, tz: ZoneInfo) -> None:
    session.exec(
        delete(FigureHousehold).where(
            col(FigureHousehold.county_id) == sums.county_id,
            col(FigureHousehold.draw_id) == sums.draw_id,
            col(FigureHousehold.kind) == sums.kind,
        )
    )
    told = recomputed(session, sums.county_id, sums.draw_id, sums.kind, tz)
    insert_many(session, FigureHousehold, [row_of(each) for each in told])
    sums.version = version
    _store(session, sums, add_up(marks_of(each.facts) for each in told))


def recomputed(session: Session, county_id: int, draw_id: str, kind: str, tz: ZoneInfo) -> list[Told]:
    """What the records say of every visited household of a county, draw and stratum."""
    draw = find_draw(session, draw_id)
    if draw is None or draw.drawn_at is None:
        return []
    found: list[Told] = []
    for line in strata_of(session, draw_id):
        if (line.county_id, line.kind) == (county_id, kind) and not is_panel(line.part):
            rows = samples_of(session, draw_id, draw.drawn_at, line)
            found += households_of(session, doors_of(session, rows, tz))
    return found


def _follow(session: Session, sums: FigureSum, rows: Sequence[SampleRow], tz: ZoneInfo) -> None:
    """Move facts and sums by what changed in one list."""
    kept = {row.sample_id: row for row in kept_rows(session, sums.county_id, [row.sample_id for row in rows])}
    told = {each.door.row.sample_id: each for each in households_of(session, doors_of(session, rows, tz), kept)}
    moved = decode(sums.cells)
    written: list[Row] = []
    for sample_id in sorted({*kept, *told}):
        before = household_of(kept[sample_id]) if sample_id in kept else None
        after = told[sample_id].facts if sample_id in told else None
        if before == after and (after is None or kept[sample_id].op_id == told[sample_id].op_id):
            continue
        if before is not None:
            change(moved, marks_of(before), -1)
        if after is not None:
            change(moved, marks_of(after))
            written.append(row_of(told[sample_id]))
    _write(session, sums.county_id, written, [each for each in kept if each not in told])
    _store(session, sums, moved)


def _write(session: Session, county_id: int, rows: Sequence[Row], gone: Sequence[str]) -> None:
    if rows:
        upsert(session, FigureHousehold, rows, key=list(KEY), update=[name for name in rows[0] if name not in KEY])
    if gone:
        session.exec(
            delete(FigureHousehold).where(
                col(FigureHousehold.county_id) == county_id, col(FigureHousehold.sample_id).in_(gone)
            )
        )


def _store(session: Session, sums: FigureSum, cells: Mapping[str, Sum]) -> None:
    sums.cells = encode(cells)
    session.add(sums)
    session.flush()


# --- rows and facts ---


def kept_rows(session: Session, county_id: int, sample_ids: Sequence[str]) -> list[FigureHousehold]:
    """The rows of facts of these households, as they are in the database now."""
    found: list[FigureHousehold] = []
    for start in range(0, len(sample_ids), STEP):
        query = select(FigureHousehold).where(
            FigureHousehold.county_id == county_id,
            col(FigureHousehold.sample_id).in_(sample_ids[start : start + STEP]),
        )
        found += session.exec(query.execution_options(populate_existing=True))
    return found


def household_of(row: Any) -> Household:
    """The facts of a row (or of its columns)."""
    return Household(
        kind=row.kind,
        status=row.status,
        answers=None if row.answers is None else told_in(row.answers),
        is_first_drawn=row.is_first_drawn,
        ending=row.ending,
        attempts=row.attempts,
        is_filed_resettled=row.is_filed_resettled,
        is_confirmed=row.is_confirmed,
        records=row.records,
        doubted=row.doubted,
    )


def row_of(told: Told) -> Row:
    """The row that keeps these facts."""
    sample, facts = told.door.row, told.facts
    return {
        "county_id": sample.county_id,
        "sample_id": sample.sample_id,
        "draw_id": sample.sample_id.partition(f".{sample.stratum}.")[0],
        "kind": facts.kind,
        "rank": sample.rank,
        "unit": sample.unit,
        "op_id": told.op_id,
        "status": facts.status,
        "answers": None if facts.answers is None else text_of(facts.answers),
        "is_first_drawn": facts.is_first_drawn,
        "ending": facts.ending,
        "attempts": facts.attempts,
        "is_filed_resettled": facts.is_filed_resettled,
        "is_confirmed": facts.is_confirmed,
        "records": facts.records,
        "doubted": facts.doubted,
        "support_share": support_share(facts) if facts.answers is not None and facts.kind == "poor" else None,
    }


def encode(cells: Mapping[str, Sum]) -> str:
    """Sums as text, in the order of their cells."""
    return json.dumps({cell: cells[cell] for cell in sorted(cells)}, separators=(",", ":"))


def decode(text: str, codes: Collection[str] | None = None) -> dict[str, Sum]:
    """The sums that `encode` wrote; `codes`: only the cells of these indicators (what stands before the dot)."""
    cells = json.loads(text).items()
    if codes is None:
        return {cell: new_sum(numbers) for cell, numbers in cells}
    return {cell: new_sum(numbers) for cell, numbers in cells if cell.partition(".")[0] in codes}
