"""From a seed to lists, and from a record to samples: villages first where the plan has two stages.

The seed decides everything; nothing here reads a clock or chooses. Samples are written from the record, so a crash
between two counties is made good by asking again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col

from app.kernel import audit
from app.kernel.db.engines import Database
from app.kernel.db.ports import table_of, upsert
from app.methods.draw import rules as hhd1
from app.methods.draw import stages
from app.registry.people.rules import Actor
from app.survey.rounds.models import Draw, DrawStratum, Sample
from app.survey.rounds.plan import base_code, is_village_part
from app.survey.rounds.queries import Stratum, frame_status, frame_units, village_sizes
from app.survey.rounds.rules import SampleRef


def draw_lists(
    session: Session, seed: str, draw_id: str, lines: Sequence[Stratum]
) -> tuple[dict[str, hhd1.DrawnList], list[dict[str, Any]]]:
    """The lists of every drawn stratum by its code, and what the first stages gave (none in one stage).

    `lines` are all lines of the commitment. Of two stages only the villages that were hit have lists.
    """
    first = [(line, _pick(session, seed, draw_id, line)) for line in lines if is_village_part(line.part)]
    hits = {
        (line.county_id, line.kind, line.part): {each.village: each.hits for each in picked.villages}
        for line, picked in first
    }
    lists: dict[str, hhd1.DrawnList] = {}
    for line in (line for line in lines if not is_village_part(line.part)):
        known = hits.get((line.county_id, line.kind, line.stage))
        times = None if known is None else known.get(line.part.rpartition("-")[2], 0)
        if times != 0:
            lists[line.code] = _list(session, seed, draw_id, replace(line, hits=times))
    return lists, [_stage(line, picked, lines) for line, picked in first]


def _pick(session: Session, seed: str, draw_id: str, line: Stratum) -> stages.Picked:
    stratum = base_code(line.county, line.kind, line.part)
    return stages.pick_villages(seed, draw_id, stratum, village_sizes(session, draw_id, line), line.n)


def _list(session: Session, seed: str, draw_id: str, line: Stratum) -> hhd1.DrawnList:
    units = (unit for unit, _ in frame_units(session, draw_id, line))
    sized = hhd1.StratumLine(line.code, line.N, line.main, line.reserve, line.frame_digest)
    return hhd1.draw_list(seed, draw_id, sized, units)


def _stage(line: Stratum, picked: stages.Picked, lines: Sequence[Stratum]) -> dict[str, Any]:
    """The first stage as the record writes it, with the chance of every village and of each of its households."""
    b = next(each.n for each in lines if each.stage == line.part and each.county_id == line.county_id)
    return {
        "stratum": base_code(line.county, line.kind, line.part),
        "villages": line.code,
        "m": line.n,
        "b": b,
        "M": picked.total,
        "start": picked.start,
        "picked": [
            [each.village, each.size, each.hits, stages.inclusion(each.size, picked.total, line.n, b)[0]]
            for each in picked.villages
        ],
        "inclusion": f"{line.n * b}/{picked.total}",
    }


def fill_samples(
    database: Database, actor: Actor, draw: Draw, lines: Sequence[Stratum], record: Mapping[str, Any]
) -> None:
    """Write every county's samples as the record has them; those already there stay as they are."""
    for county_id in sorted({line.county_id for line in lines}):
        with database.write(county_id) as session:
            fresh = sum(_fill_line(session, draw, line, record) for line in lines if line.county_id == county_id)
            if fresh:
                audit.write(session, "sample.drawn", draw.id, actor=actor.account)


def _fill_line(session: Session, draw: Draw, line: Stratum, record: Mapping[str, Any]) -> int:
    if is_village_part(line.part):
        return 0
    both = record["lists"].get(line.code)
    if line.stage:
        _note_hits(session, draw, line, 0 if both is None else len(both["main"]) // line.n)
    if both is None:
        return 0
    units = [*both["main"], *both["reserve"]]
    status = frame_status(session, line.county_id, draw.id, line.kind, units)
    rows = [_row(draw, line, rank, unit, status[unit]) for rank, unit in enumerate(units, start=1)]
    return upsert(session, Sample, rows, key=["county_id", "sample_id"])


def _note_hits(session: Session, draw: Draw, line: Stratum, hits: int) -> None:
    table = table_of(DrawStratum)
    session.connection().execute(
        table.update()
        .where(
            col(DrawStratum.county_id) == line.county_id,
            col(DrawStratum.draw_id) == draw.id,
            col(DrawStratum.kind) == line.kind,
            col(DrawStratum.part) == line.part,
        )
        .values(hits=hits)
    )


def _row(draw: Draw, line: Stratum, rank: int, unit: str, status: str) -> dict[str, Any]:
    return {
        "county_id": line.county_id,
        "sample_id": str(SampleRef(draw.id, line.county, line.kind, rank, line.part)),
        "draw_id": draw.id,
        "kind": line.kind,
        "part": line.part,
        "rank": rank,
        "unit": unit,
        "status": status,
        "assigned_to": None,
    }
