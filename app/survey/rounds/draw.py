"""Draw the households of a round from public dice, and sign the record anybody can recompute.

The record is decided in one statement that only the first caller can win; the samples follow from it county by
county and are filled in again if a crash stopped them. Asking again with the same parts gives the same record.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app import __version__
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.ports import table_of
from app.kernel.keys import Keys
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.methods.draw.records import villages_of
from app.methods.draw.sources import pledge_fault
from app.registry.people.rules import Actor
from app.survey.rounds.freeze import strata_line
from app.survey.rounds.lists import draw_lists, fill_samples
from app.survey.rounds.models import Draw
from app.survey.rounds.plan import is_village_part
from app.survey.rounds.problems import AlreadyDrawn, BadSeed, NotFrozen, NotSigned, WhichDraw
from app.survey.rounds.queries import Stratum, frame_units, lines_of, standing_draws, void_draws
from app.survey.rounds.record import canonical, ceremony_of, signed
from app.survey.rounds.rules import DrawState, may_follow, state_of
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer
from app.survey.rounds.team_draw import team_lists

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
    draw_id: str | None = None,
    thrown: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Draw main and reserve lists of every stratum of a frozen draw; the signed record.

    `parts` are the seed's parts in the announced order; `witnesses` whoever wrote the digits down; `thrown` says
    where it was (`place`) and the SHA-256 of the photo or film (`photo`). The same parts asked again give the same
    record, other parts are refused. Where several draws stand in the round, `draw_id` names the one.
    """
    require_city_officer(actor)
    with database.read(HOME) as session:
        refuse_closed(get_own_round(session, actor, code))
        draw = get_standing(session, code, draw_id)
        strata = lines_of(session, draw)
        if draw.record is None:
            _refuse_unsigned(draw)
            _check_seed(draw, parts)
            _check_witnesses(witnesses)
            check_thrown(thrown or {})
            said = {"parts": list(parts), "witnesses": list(witnesses), "thrown": dict(thrown or {})}
            record = _record(session, keys, draw, strata, said, now or utcnow())
    if draw.record is None:
        draw = _decide(database, keys, actor, draw.id, record)
    if draw.parts != list(parts):
        raise AlreadyDrawn(
            f"{draw.id} 已按另外的种子抽定,名单不再改变。", f"{draw.id} was drawn from other parts and does not change."
        )
    record = signed(draw)
    if not draw.of_teams:
        fill_samples(database, actor, draw, strata, record)
    return record


def get_standing(session: Session, code: str, draw_id: str | None) -> Draw:
    """The named draw, or the one that stands; of several the one that is still to be drawn."""
    every = standing_draws(session, code, teams=draw_id is not None)
    standing = [draw for draw in every if draw_id in (None, draw.id)]
    if not standing:
        raise NotFrozen(
            "先冻结名单、公布承诺值,再掷骰子。", "Freeze the frame and publish the commitment before the dice."
        )
    open_ones = [draw for draw in standing if not draw.covert]
    if draw_id is None and len(open_ones) != 1:
        ids = "、".join(draw.id for draw in standing)
        fault = Fault("#/draw", f"应为其中之一:{ids}", f"One of {ids}")
        raise WhichDraw("本轮有几次抽样,什么也没有改动。", "Nothing was changed.", faults=(fault,))
    return (open_ones or standing)[0]


def _refuse_unsigned(draw: Draw) -> None:
    now = state_of(committed=True, signed=draw.signed_at is not None)
    if not may_follow(now, DrawState.DRAWN, guided=draw.guided):
        raise NotSigned(
            f"{draw.id} 的承诺书还没有登记签字。请至少三方签字、登记之后再掷骰子;先知道种子,抽样就不可信了。",
            f"The commitment of {draw.id} has no signers yet; enter at least three before the dice are thrown.",
        )


def _check_seed(draw: Draw, parts: Sequence[str]) -> None:
    """The parts fit the announced source, and a party's value is the one it pledged."""
    try:
        hhd1.check_parts(draw.source, parts)
        if place := pledge_fault(draw.id, draw.source, parts, draw.pledges or []):
            raise hhd1.RefusedInput(
                f"第 {place} 段与该方事先交来的封存值不符;不公开或公开有误的,当众掷骰子代替",
                f"part {place} is not the value that this party pledged; throw dice in its place",
            )
    except hhd1.RefusedInput as refused:
        fault = Fault("#/parts", refused.zh, refused.en)
        raise BadSeed(
            "没有抽样,请核对后重新输入。", "Nothing was drawn; check and enter it again.", faults=(fault,)
        ) from refused


def check_thrown(thrown: Mapping[str, str]) -> None:
    """Place and photo of the throw stand in the record for ever, so they must be short and printable."""
    faults = []
    for key, text in thrown.items():
        if key not in ("place", "photo") or not text.isprintable() or len(text) > 100:
            faults.append(Fault(f"#/thrown/{key}", "最多100字", "At most 100 printable characters"))
        elif key == "photo" and not hhd1.is_hash(text):
            faults.append(Fault("#/thrown/photo", "应为 64 位十六进制的 SHA-256", "A SHA-256 of 64 hexadecimal digits"))
    if faults:
        raise BadSeed("没有抽样,请改正标出的各项。", "Nothing was drawn; mend the marked items.", faults=tuple(faults))


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
    session: Session, keys: Keys, draw: Draw, strata: Sequence[Stratum], said: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The record without its signature."""
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    seed = hhd1.seed(draw.commitment, draw.id, said["parts"])
    given: Mapping[str, str] = {}
    first_stages: list[dict[str, Any]] = []
    if draw.of_teams:
        lists, given = team_lists(draw, seed)
    else:
        lists, first_stages = draw_lists(session, seed, draw.id, strata)
    return {
        "version": hhd1.VERSION,
        "round": draw.round_code,
        "draw": draw.id,
        "source": draw.source,
        "strata": [strata_line(line) for line in strata],
        "commitment": draw.commitment,
        "committed_at": rfc3339(draw.committed_at),
        "parts": said["parts"],
        "drawn_at": rfc3339(now),
        "seed": seed,
        "witnesses": said["witnesses"],
        "lists": {code: {"main": list(both.main), "reserve": list(both.reserve)} for code, both in lists.items()},
        **({"plan": draw.plan} if draw.plan else {}),
        **({"stages": first_stages} if first_stages else {}),
        **({"teams": dict(given)} if draw.of_teams else {}),
        "software": SOFTWARE,
        "voids": _voids(session, draw),
        "key": keys.public_key(),
        **ceremony_of(draw),
        "thrown": said["thrown"],
        "villages": {
            line.code: _villages(session, draw.id, line)
            for line in strata
            if not draw.of_teams and not is_village_part(line.part)
        },
    }


def _villages(session: Session, draw_id: str, line: Stratum) -> dict[str, int]:
    return villages_of(unit for unit, _ in frame_units(session, draw_id, line))


def _voids(session: Session, draw: Draw) -> list[dict[str, Any]]:
    earlier = void_draws(session, draw.round_code, teams=draw.of_teams)
    return [_void(void) for void in earlier if void.covert <= draw.covert]


def _void(draw: Draw) -> dict[str, Any]:
    return {
        "draw": draw.id,
        "commitment": draw.commitment,
        "seed": draw.seed,
        "voided_at": draw.voided_at and rfc3339(draw.voided_at),
        "reason": draw.void_reason,
        "asked_by": draw.void_asked_by,
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
                thrown=record["thrown"],
                seed=record["seed"],
                drawn_at=datetime.fromisoformat(record["drawn_at"]),
                drawn_by=actor.account_id,
                teams=record.get("teams"),
                record=text,
                signature=keys.sign(text.encode()),
            )
        )
        if won.rowcount:
            audit.write(session, "draw.seeded", draw_id, actor=actor.account, commitment=record["commitment"])
            audit.write(session, "draw.drawn", draw_id, actor=actor.account, seed=record["seed"])
        draw = session.get(Draw, draw_id, populate_existing=True)
    if draw is None or draw.record is None or draw.voided_at is not None:
        raise NotFrozen("名单刚被作废,没有抽样。", "The frame was voided just now; nothing was drawn.")
    return draw
