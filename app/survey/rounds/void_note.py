"""作废说明: why a draw counts nowhere, in one paper that is signed by hand and by the service.

It is written from the row of the draw, which nobody changes after the void, so it can be printed again at any time and
is the same letter by letter. The list itself does not stand in it.
"""

from typing import Any

from sqlmodel import Session

from app.kernel.clock import rfc3339
from app.kernel.keys import Keys
from app.kernel.problems import NotFound
from app.registry.people.queries import names_of
from app.registry.people.rules import Actor
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import get_round
from app.survey.rounds.record import canonical, record_digest

VERSION = "HHD1-VOID"


def get_void_note(session: Session, keys: Keys, actor: Actor, code: str, draw_id: str) -> dict[str, Any]:
    """The signed note of a draw that was voided, for the city; NotFound for anybody else and anything else."""
    get_round(session, actor, code)
    draw = session.get(Draw, draw_id)
    if draw is None or draw.round_code != code or draw.voided_at is None or not actor.is_city:
        raise NotFound("没有这份作废说明,或不在您的范围内。", "No such note within your scope.")
    note = {
        "version": VERSION,
        "round": code,
        "draw": draw.id,
        "without_county": draw.covert or draw.of_teams,
        "commitment": draw.commitment,
        "committed_at": draw.committed_at and rfc3339(draw.committed_at),
        "signers": draw.signers or [],
        "drawn_at": draw.drawn_at and rfc3339(draw.drawn_at),
        "seed": draw.seed,
        "record_sha256": record_digest(draw) if draw.record is not None else None,
        "voided_at": rfc3339(draw.voided_at),
        "reason": draw.void_reason,
        "asked_by": draw.void_asked_by,
        "voided_by": names_of(session, [draw.voided_by]).get(draw.voided_by) if draw.voided_by else None,
        "key": keys.public_key(),
    }
    return {**note, "signature": keys.sign(canonical(note).encode())}
