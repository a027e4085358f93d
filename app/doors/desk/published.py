"""Two pages that anybody may open: the commitments, and the page that verifies a draw without us.

The verifying page is one file with its script and style inside, the same bytes here and on a USB stick. Its own policy
lets run nothing but that script and forbids every connection, so whoever opens it sends nothing to anybody.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from app.doors.desk.frame import find_reader, show, voice_of
from app.doors.web.house import TheHouse
from app.survey.rounds.published import Disclosed, list_published

router = APIRouter(include_in_schema=False)

VERIFIER = Path(__file__).resolve().parents[2] / "static" / "verify" / "ruhu-verify.html"


@dataclass(frozen=True)
class CommitmentItem:
    """One commitment in groups of eight characters."""

    draw: str
    source: str
    commitment_parts: Sequence[str]
    committed_at: datetime
    disclosed: Disclosed | None


@dataclass(frozen=True)
class CommitmentsPage:
    """What commitments.html prints."""

    items: Sequence[CommitmentItem]


@router.get("/commitments")
def commitments_page(request: Request, house: TheHouse) -> HTMLResponse:
    """All commitments, newest first; no sign-in."""
    voice = voice_of(request)
    with house.db.read() as session:
        items = [
            CommitmentItem(
                each.draw,
                each.source,
                [each.commitment[at : at + 8] for at in range(0, 64, 8)],
                each.committed_at,
                each.disclosed,
            )
            for each in list_published(session)
        ]
    actor = find_reader(request)
    return show(request, "commitments.html", CommitmentsPage(items), title=voice("commitments_title"), actor=actor)


@lru_cache(maxsize=2)
def _policy(page: bytes) -> str:
    """Nothing but the script and the style that stand in the page."""

    def hashes(tag: bytes) -> str:
        found = re.findall(rb"<%s\b[^>]*>(.*?)</%s>" % (tag, tag), page, re.S)
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in found)

    return (
        f"default-src 'none'; script-src {hashes(b'script')}; style-src {hashes(b'style')}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@router.get("/verify")
def verify_page(download: bool = False) -> Response:
    """The verifying page; `?download=1` as a file for a USB stick."""
    if not VERIFIER.is_file():
        return PlainTextResponse(
            "核验页还没有构建,请运行 make setup。\nThe verifying page is not built: run make setup.\n", 503
        )
    page = VERIFIER.read_bytes()
    headers = {"Content-Security-Policy": _policy(page), "Cache-Control": "no-cache"}
    if download:
        headers["Content-Disposition"] = 'attachment; filename="ruhu-verify.html"'
    return HTMLResponse(page, headers=headers)
