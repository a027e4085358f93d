"""作废说明 on one A4 page: which draw, why, who asked, who did it, and lines for the signatures of three parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.clock import parse_instant
from app.survey.rounds.ceremony import PARTIES
from app.survey.rounds.queries import get_round
from app.survey.rounds.void_note import get_void_note

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class VoidNotePage:
    """What void_note.html prints."""

    code: str
    name: str
    draw: str
    commitment_parts: Sequence[str]
    committed_at: datetime | None
    drawn_at: datetime | None
    seed: str
    record_sha256: str
    voided_at: datetime | None
    voided_by: str
    asked_by: str
    reason: str
    parties: Sequence[str]
    key_id: str
    signature: str


@router.get("/rounds/{code}/void-note")
def void_note_page(code: str, request: Request, house: TheHouse, actor: Caller, draw: str = "") -> HTMLResponse:
    """The paper of a draw that was voided, to print and sign."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = get_round(session, actor, code)
        note = get_void_note(session, house.keys, actor, code, draw)
    page = VoidNotePage(
        code=code,
        name=view.name,
        draw=draw,
        commitment_parts=[(note["commitment"] or "")[at : at + 8] for at in range(0, 64, 8)],
        committed_at=parse_instant(note["committed_at"]),
        drawn_at=parse_instant(note["drawn_at"]),
        seed=note["seed"] or "",
        record_sha256=note["record_sha256"] or "",
        voided_at=parse_instant(note["voided_at"]),
        voided_by=note["voided_by"] or "",
        asked_by=note["asked_by"] or "",
        reason=note["reason"],
        parties=[voice(f"party_{each}") for each in PARTIES if each != "county" or not note["without_county"]],
        key_id=note["key"]["key_id"],
        signature=note["signature"],
    )
    crumbs = [
        Crumb(voice("rounds_title"), "/rounds"),
        Crumb(view.name, f"/rounds/{code}"),
        Crumb(voice("draw_title"), f"/rounds/{code}/draw"),
        Crumb(voice("void_note_title")),
    ]
    title = f"{voice('void_note_title')} · {draw}"
    return show(request, "void_note.html", page, title=title, at="rounds", crumbs=crumbs, actor=actor)
