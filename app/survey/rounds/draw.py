"""Draw the households of a round from public dice, and sign the record anybody can recompute.

The record is decided in one statement that only the first caller can win; the samples follow from it county by
county and are filled in again if a crash stopped them. Asking again with the same parts gives the same record.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app import __version__
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.ports import table_of, upsert
from app.kernel.keys import Keys
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.registry.people.rules import Actor
from app.survey.rounds.freeze import hhd1_line, strata_line
from app.survey.rounds.models import Draw, Sample
from app.survey.rounds.problems import AlreadyDrawn, BadSeed, NotFrozen
from app.survey.rounds.queries import Stratum, frame_status, frame_units, standing_draw, strata_of, void_draws
from app.survey.rounds.record import canonical, signed
from app.survey.rounds.rules import SampleRef
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer

SOFTWARE = f"ruhu {__version__}"
MOST_WITNESS_BYTES = 8192


def draw_sample(
    database: Database,
    keys: Keys,
    actor: Actor,
    code: str,
    *,
    parts: Sequence[str],
    witnesses: Sequence[Any] = (),
    now: datetime | None = None,
) -> dict[str, Any]:
    """Draw main and reserve lists of every stratum of a frozen round; the signed record.

    `parts` are the seed's parts in the announced order; `witnesses` whoever wrote the digits down. The same
    parts asked again give the same record, other parts are refused.
    """
    require_city_officer(actor)
    with database.read(HOME) as session:
        refuse_closed(get_own_round(session, actor, code))
        draw = standing_draw(session, code)
        if draw is None:
            raise NotFrozen(
                "先冻结名单、公布承诺值,再掷骰子。", "Freeze the frame and publish the commitment before the dice."
            )
        strata = strata_of(session, draw.id)
        if draw.record is None:
            _check_seed(draw.source, parts)
            _check_witnesses(witnesses)
            record = _record(session, keys, draw, strata, list(parts), list(witnesses), now or utcnow())
    if draw.record is None:
        draw = _decide(database, keys, actor, draw.id, record)
    if draw.parts != list(parts):
        raise AlreadyDrawn(
            f"{draw.id} 已按另外的种子抽定,名单不再改变。", f"{draw.id} was drawn from other parts and does not change."
        )
    fill_samples(database, actor, draw, strata)
    return signed(draw)


def _check_seed(source: str, parts: Sequence[str]) -> None:
    try:
        hhd1.check_parts(source, parts)
    except hhd1.RefusedInput as refused:
        fault = Fault("#/parts", refused.zh, refused.en)
        raise BadSeed(
            "没有抽样,请核对后重新输入。", "Nothing was drawn; check and enter it again.", faults=(fault,)
        ) from refused


def _check_witnesses(witnesses: Sequence[Any]) -> None:
    """They stand in the record for ever, so they must be printable and few."""
    try:
        size = len(json.dumps(list(witnesses), ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, TypeError, RecursionError):
        size = MOST_WITNESS_BYTES + 1
    if size > MOST_WITNESS_BYTES:
        fault = Fault(
            "#/witnesses", "见证人写得太长或有不能打印的字符", "Too long, or with characters that cannot be printed"
        )
        raise BadSeed("没有抽样,请改正见证人一栏。", "Nothing was drawn; correct the witnesses.", faults=(fault,))


def _record(
    session: Session,
    keys: Keys,
    draw: Draw,
    strata: Sequence[Stratum],
    parts: list[str],
    witnesses: list[Any],
    now: datetime,
) -> dict[str, Any]:
    """The record without its signature."""
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    seed = hhd1.seed(draw.commitment, draw.id, parts)
    lists = {line.code: _draw_stratum(session, seed, draw.id, line) for line in strata}
    return {
        "version": hhd1.VERSION,
        "round": draw.round_code,
        "draw": draw.id,
        "source": draw.source,
        "strata": [strata_line(line) for line in strata],
        "commitment": draw.commitment,
        "committed_at": rfc3339(draw.committed_at),
        "parts": parts,
        "drawn_at": rfc3339(now),
        "seed": seed,
        "witnesses": witnesses,
        "lists": {code: {"main": list(both.main), "reserve": list(both.reserve)} for code, both in lists.items()},
        "software": SOFTWARE,
        "voids": [_void(void) for void in void_draws(session, draw.round_code)],
        "key": keys.public_key(),
    }


def _draw_stratum(session: Session, seed: str, draw_id: str, line: Stratum) -> hhd1.DrawnList:
    units = (unit for unit, _ in frame_units(session, line.county_id, draw_id, line.kind))
    return hhd1.draw_list(seed, draw_id, hhd1_line(line), units)


def _void(draw: Draw) -> dict[str, Any]:
    return {
        "draw": draw.id,
        "commitment": draw.commitment,
        "seed": draw.seed,
        "voided_at": draw.voided_at and rfc3339(draw.voided_at),
        "reason": draw.void_reason,
    }


def _decide(database: Database, keys: Keys, actor: Actor, draw_id: str, record: dict[str, Any]) -> Draw:
    """Store the record unless another one was stored first; the draw as it then stands."""
    text = canonical(record)
    table = table_of(Draw)
    with database.write(HOME) as session:
        won = session.connection().execute(
            table.update()
            .where(table.c.id == draw_id, table.c.record.is_(None), table.c.voided_at.is_(None))
            .values(
                parts=record["parts"],
                witnesses=record["witnesses"],
                seed=record["seed"],
                drawn_at=datetime.fromisoformat(record["drawn_at"]),
                drawn_by=actor.account_id,
                record=text,
                signature=keys.sign(text.encode()),
            )
        )
        if won.rowcount:
            audit.write(session, "draw.drawn", draw_id, actor=actor.account, seed=record["seed"])
        draw = session.get(Draw, draw_id, populate_existing=True)
    if draw is None or draw.record is None or draw.voided_at is not None:
        raise NotFrozen("名单刚被作废,没有抽样。", "The frame was voided just now; nothing was drawn.")
    return draw


def fill_samples(database: Database, actor: Actor, draw: Draw, strata: Sequence[Stratum]) -> None:
    """Write every county's samples as the record has them; those already there stay as they are."""
    lists = signed(draw)["lists"]
    for county_id in sorted({line.county_id for line in strata}):
        with database.write(county_id) as session:
            fresh = 0
            for line in (line for line in strata if line.county_id == county_id):
                units = [*lists[line.code]["main"], *lists[line.code]["reserve"]]
                status = frame_status(session, county_id, draw.id, line.kind, units)
                rows = [_sample_row(draw, line, rank, unit, status[unit]) for rank, unit in enumerate(units, start=1)]
                fresh += upsert(session, Sample, rows, key=["county_id", "sample_id"])
            if fresh:
                audit.write(session, "sample.drawn", draw.id, actor=actor.account)


def _sample_row(draw: Draw, line: Stratum, rank: int, unit: str, status: str) -> dict[str, Any]:
    return {
        "county_id": line.county_id,
        "sample_id": str(SampleRef(draw.id, line.county, line.kind, rank)),
        "draw_id": draw.id,
        "kind": line.kind,
        "rank": rank,
        "unit": unit,
        "status": status,
        "assigned_to": None,
    }
