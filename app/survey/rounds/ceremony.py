"""Sign the commitment before the seed, and prove afterwards that everything came in its order.

The order is the draw's whole worth: whoever knows the seed before the frame is fixed needs about fifty tries to pull
a chosen household in. So it is held twice: the state of the draw lets nothing through out of turn, and the audit
chain of the installation, which nobody can reorder without breaking it, is read again by `order_faults`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.audit import AuditRow
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Fault
from app.methods.draw.rules import is_hash
from app.methods.draw.sources import parts_of
from app.registry.people.rules import Actor
from app.survey.rounds.draw import get_standing
from app.survey.rounds.models import Draw
from app.survey.rounds.problems import AlreadyDrawn, AlreadySigned, BadSigners
from app.survey.rounds.rules import DrawState, may_follow
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer

FEWEST_SIGNERS = 3
PARTIES = ("office", "county", "villager", "deputy", "outside")
"""Who signs: the inspection office, somebody of the county, a villager, a deputy or delegate, an outside party."""

STEPS = {
    "frame.frozen": DrawState.FROZEN,
    "draw.signed": DrawState.SIGNED,
    "draw.drawn": DrawState.DRAWN,
    "draw.voided": DrawState.VOID,
}


def sign_commitment(
    session: Session,
    actor: Actor,
    code: str,
    *,
    signers: Sequence[Mapping[str, str]],
    place: str,
    pledges: Sequence[str] = (),
    draw_id: str | None = None,
    now: datetime | None = None,
) -> Draw:
    """Write down who signed the commitment on paper, and what parties pledged; only before the seed, and once.

    At least three signers of three different parties; for a covert draw, and for teams to counties, nobody of a county
    and one from outside.
    Needs a session of the installation (county 0).
    """
    require_city_officer(actor)
    refuse_closed(get_own_round(session, actor, code))
    draw = get_standing(session, code, draw_id)
    if draw.record is not None:
        raise AlreadyDrawn(
            f"{draw.id} 已经抽样,事后签字没有意义,什么也没有改动。",
            f"{draw.id} is drawn; a signature after the seed proves nothing, so nothing was written.",
        )
    if draw.signed_at is not None:
        raise AlreadySigned(f"{draw.id} 的签字已登记,不再改动。", f"The signers of {draw.id} are written and stay.")
    faults = _signer_faults(draw, signers, place) + _pledge_faults(draw, pledges)
    if faults:
        raise BadSigners(
            "签字没有登记,请改正标出的各项。", "Nothing was written; mend the marks.", faults=tuple(faults)
        )
    draw.signers = [{"name": row["name"].strip(), "party": row["party"]} for row in signers]
    draw.signed_place = place.strip()
    draw.signed_at = now or utcnow()
    draw.pledges = list(pledges) or None
    session.add(draw)
    audit.write(session, "draw.signed", draw.id, actor=actor.account, parties=sorted(row["party"] for row in signers))
    return draw


def _signer_faults(draw: Draw, signers: Sequence[Mapping[str, str]], place: str) -> list[Fault]:
    faults = []
    parties = {row.get("party", "") for row in signers}
    for index, row in enumerate(signers):
        name = row.get("name", "").strip()
        if not 2 <= len(name) <= 40 or not name.isprintable() or row.get("party") not in PARTIES:
            faults.append(Fault(f"#/signers/{index}", "写明姓名(2至40字)和身份", "Name (2-40 characters) and party"))
    if len(parties & set(PARTIES)) < FEWEST_SIGNERS:
        faults.append(
            Fault("#/signers", f"至少{FEWEST_SIGNERS}方各一人签字", f"At least {FEWEST_SIGNERS} different parties sign")
        )
    if (draw.covert or draw.of_teams) and ("county" in parties or "outside" not in parties):
        zh, en = (
            "暗访抽样和各组抽县由外部人员见证,县区人员不参加",
            "A covert draw and a draw of teams need an outside witness and nobody of the county",
        )
        faults.append(Fault("#/signers", zh, en))
    if not 2 <= len(place.strip()) <= 100 or not place.isprintable():
        faults.append(Fault("#/place", "写明签字地点(2至100字)", "Say where it was signed, 2-100 characters"))
    return faults


def _pledge_faults(draw: Draw, pledges: Sequence[str]) -> list[Fault]:
    due = sum(part.party is not None for part in parts_of(draw.source) or ())
    if len(pledges) != due or not all(map(is_hash, pledges)) or len(set(pledges)) != len(pledges):
        zh = f"{draw.source} 需要 {due} 方各交一个封存值(64 位十六进制,互不相同)"
        return [Fault("#/pledges", zh, f"{draw.source} takes {due} different pledges of 64 hexadecimal digits")]
    return []


# --- the order, read again from the audit chain ---


def order_faults(events: Iterable[tuple[str, str]], guided: Iterable[str] = ()) -> list[str]:
    """Draws whose (action, draw id) events in the chain did not come in the order of the ceremony, in words."""
    must_sign, state, faults = set(guided), dict[str, DrawState](), []
    for action, draw_id in events:
        step = STEPS.get(action)
        if step is None:
            continue
        now = state.get(draw_id, DrawState.FREEZING)
        if not may_follow(now, step, guided=draw_id in must_sign):
            faults.append(f"{draw_id}: {now} → {step}")
        state[draw_id] = step
    return faults


def check_order(session: Session, code: str) -> list[str]:
    """The faults of order of a round's draws, as the chain of the installation has it; empty when all is right."""
    draws = {draw.id: draw for draw in session.exec(select(Draw).where(Draw.round_code == code))}
    rows = session.exec(
        select(AuditRow)
        .where(AuditRow.county_id == HOME, col(AuditRow.action).in_(STEPS), col(AuditRow.subject).in_(draws))
        .order_by(col(AuditRow.seq))
    ).all()
    faults = order_faults(
        ((row.action, row.subject) for row in rows), (each.id for each in draws.values() if each.guided)
    )
    committed = {row.subject: json.loads(row.detail).get("commitment") for row in rows if row.action == "frame.frozen"}
    for draw in draws.values():
        if draw.commitment is not None and committed.get(draw.id) != draw.commitment:
            faults.append(f"{draw.id}: the commitment is not the one that the chain has")
    return faults
