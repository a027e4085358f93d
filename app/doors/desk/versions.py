"""Every version of one record side by side: other bytes under its id, and its corrections. Nothing is overwritten.

Whoever may read the record may read its corrections; other bytes under its id are shown where they belong to the
same county, or to the city's readers. Leaves are compared as they came, by their path.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.questions import questions_of
from app.doors.desk.records import find_record
from app.doors.desk.samples import people_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.db.base import HOME
from app.registry.people.rules import Actor
from app.registry.places import list_counties
from app.survey.records import queries, transit
from app.survey.records.models import Op, OpConflict

router = APIRouter(include_in_schema=False)

MOST_VERSIONS = 12
MOST_LEAVES = 2000


@dataclass(frozen=True)
class Version:
    """One column."""

    word: str
    by: str
    received_at: datetime
    op_id: UUID
    is_op: bool
    digest: str


@dataclass(frozen=True)
class Leaf:
    """One row: a question, and what each version says."""

    label: str
    values: Sequence[str]


@dataclass(frozen=True)
class VersionsPage:
    """What versions.html prints."""

    versions: Sequence[Version]
    differing: Sequence[Leaf]
    same: Sequence[Leaf]


@router.get("/records/{op_id}/versions")
def versions_page(op_id: UUID, request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """The versions of one record, what differs first."""
    voice = voice_of(request)
    with house.db.read() as session:
        first = find_record(session, actor, op_id)
        rows = versions_of(session, actor, first)
        names = people_of(session).by_id
        questions = questions_of(session, first, voice.lang)
        columns = [_version(row, first, names, voice) for row in rows]
        bodies = [leaves_of(row.body) for row in rows]
        leaves = [
            Leaf(
                questions.name(path.removeprefix("/answers")) if path.startswith("/answers/") else path,
                _row(bodies, path, voice),
            )
            for path in _paths(bodies)
        ]
    page = VersionsPage(
        columns,
        [leaf for leaf in leaves if len(set(leaf.values)) > 1],
        [leaf for leaf in leaves if len(set(leaf.values)) == 1],
    )
    crumbs = [Crumb(voice("record_title"), f"/records/{op_id}"), Crumb(voice("versions_title"))]
    return show(request, "versions.html", page, title=voice("versions_title"), crumbs=crumbs, actor=actor)


def versions_of(session: Session, actor: Actor, first: Op) -> list[Op | OpConflict]:
    """The record, other bytes under its id, and whatever corrects it, in order of arrival."""
    everywhere = [HOME, *(county.id for county in list_counties(session))]
    counties = everywhere if actor.is_city else [first.county_id]
    rows: list[Op | OpConflict] = [
        *transit.conflicts_of(session, counties, first.op_id),
        *queries.children_of(session, first.county_id, [first.op_id]).get(first.op_id, []),
    ]
    return [first, *sorted(rows, key=lambda row: (row.received_at, row.seq or 0))][:MOST_VERSIONS]


def _version(row: Op | OpConflict, first: Op, names: Mapping[UUID, str], voice: Voice) -> Version:
    word = "versions_first" if row is first else "versions_correction"
    if isinstance(row, OpConflict):
        word = "versions_conflict"
    by = names.get(row.account_id, "—")
    return Version(voice(word), by, row.received_at, row.op_id, isinstance(row, Op), row.digest[:12])


def leaves_of(body: bytes) -> dict[str, str] | None:
    """Path → value of everything a body says; None for what cannot be read."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found: dict[str, str] = {}
    _walk(data, "", found)
    return found


def _walk(value: Any, path: str, found: dict[str, str]) -> None:
    if len(found) >= MOST_LEAVES or path.count("/") > 40:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            _walk(inner, f"{path}/{name}", found)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _walk(inner, f"{path}/{place}", found)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        found[path or "/"] = "".join(letter if letter.isprintable() else "�" for letter in text)[:500]


def _paths(bodies: Sequence[dict[str, str] | None]) -> list[str]:
    return list(dict.fromkeys(path for body in bodies for path in body or ()))


def _row(bodies: Sequence[dict[str, str] | None], path: str, voice: Voice) -> list[str]:
    return [
        voice("versions_unreadable") if body is None else body.get(path, voice("versions_absent")) for body in bodies
    ]
