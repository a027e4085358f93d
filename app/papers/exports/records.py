"""The accepted records of a round as rows of text, in the order of their arrival, streamed.

What the phone sealed, read from its own bytes; where the server computed otherwise, the server's value stands, as it
does in every figure. The round as the reader sees it is the fence: its draws and counties and no other.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Text, cast
from sqlmodel import Session, col, select

from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.clock import rfc3339
from app.kernel.problems import NotFound
from app.registry.people.models import Account
from app.registry.people.rules import Actor, reads_answers
from app.survey.questionnaires.queries import require_form
from app.survey.questionnaires.state import LEAVES, Form, form_of
from app.survey.records.models import Op
from app.survey.rounds.queries import RoundView
from app.survey.rounds.rules import parse_sample_id

HEAD = (
    "_op_id", "_sample_id", "_county", "_stratum", "_form_id", "_form_version", "_inspector", "_received_at",
    "_started_at", "_finished_at", "_contact_result", "_outcome", "_corrects",
)  # fmt: skip
"""What we know of a record; an underscore tells it from the questions of a form."""
BATCH = 500

Answers = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The counties of one draw that the reader may see."""

    draw_id: str
    counties: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What is going to be written: whose records, of which form, in which columns."""

    form_id: str
    parts: tuple[Part, ...]
    paths: tuple[Path, ...]
    repeats: frozenset[Path] = frozenset()
    """Those of the paths that hold rows; they are written as JSON."""

    @property
    def head(self) -> list[str]:
        """The names of the columns."""
        return [*HEAD, *("/".join(path) for path in self.paths)]


def plan_of(session: Session, actor: Actor, view: RoundView, form_id: str) -> Plan:
    """The plan, or NotFound for who reads no answers, sees no draw, or names a form that did not answer here."""
    parts = tuple(
        Part(draw.id, tuple(sorted({line.county_id for line in draw.strata}))) for draw in view.draws if draw.drawn_at
    )
    versions = _versions(session, parts, form_id)
    if not reads_answers(actor) or not parts or not versions:
        raise NotFound("没有这种问卷的记录,或不在您的范围内。", "No records of this form, or none within your scope.")
    forms = [form_of(require_form(session, form_id, version)) for version in reversed(versions)]
    paths, repeats = columns_of(forms)
    return Plan(form_id, parts, paths, repeats)


def _versions(session: Session, parts: Sequence[Part], form_id: str) -> list[str]:
    """The versions that answered within these parts; what another county sent is not even hinted at."""
    found: set[str] = set()
    for part in parts:
        query = select(Visit.form_version).where(
            col(Visit.county_id).in_(part.counties),
            Visit.draw == part.draw_id,
            Visit.form_id == form_id,
            Visit.status == VisitStatus.ACCEPTED,
        )
        found.update(version for version in session.exec(query.distinct()) if version)
    return sorted(found)


def columns_of(forms: Sequence[Form]) -> tuple[tuple[Path, ...], frozenset[Path]]:
    """The questions of the newest version in its order, then those that only earlier ones had; which are repeats."""
    found: dict[Path, bool] = {}
    for form in forms:
        for path, node in form.by_path.items():
            if (node.kind in LEAVES and not node.repeats) or (node.kind == "repeat" and node.repeats == 1):
                found.setdefault(path, node.kind == "repeat")
    return tuple(found), frozenset(path for path, is_repeat in found.items() if is_repeat)


Read = Callable[[], AbstractContextManager[Session]]
"""Opens a session for reading."""


def rows_of(read: Read, plan: Plan) -> Iterator[list[Any]]:
    """One list of cells a record; nothing of it is kept.

    First the list of the records as they are accepted at that moment, then their bytes in short sessions: whoever
    takes them slowly holds no session meanwhile, and gets the list of the beginning. What was sealed never changes.
    """
    with read() as session:
        names = dict(session.exec(select(cast(Account.id, Text), Account.account)).all())
        listed = [
            (county_id, seqs)
            for part in plan.parts
            for county_id in part.counties
            if (seqs := _listed(session, plan.form_id, part.draw_id, county_id))
        ]
    pick, places = picker(plan.paths, plan.repeats), Places()
    for county_id, seqs in listed:
        for start in range(0, len(seqs), BATCH):
            with read() as session:
                batch = _read(session, county_id, seqs[start : start + BATCH])
            for body, differences, account_id, *visit in batch:
                sealed = read_sealed(body)
                answers = sealed["answers"]
                cells = pick(answers if differences == "[]" else mended(answers, json.loads(differences)))
                yield [*_head(visit, sealed, names.get(account_id, ""), places), *cells]


BESIDE = (col(Op.county_id) == col(Visit.county_id)) & (col(Op.op_id) == col(Visit.op_id))


def _listed(session: Session, form_id: str, draw_id: str, county_id: int) -> list[int]:
    """The numbers of a county's accepted records in the order of their arrival."""
    query = (
        select(Op.seq)
        .join(Visit, BESIDE)
        .where(
            Visit.county_id == county_id,
            Visit.draw == draw_id,
            Visit.form_id == form_id,
            Visit.status == VisitStatus.ACCEPTED,
        )
        .order_by(col(Op.seq))
    )
    return [seq for seq in session.exec(query) if seq is not None]


COLUMNS = (
    Op.body, cast(Op.differences, Text), cast(Op.account_id, Text), cast(Visit.op_id, Text), Visit.sample_id,
    Visit.form_version, Visit.received_at, Visit.contact_result, Visit.outcome_code, cast(Visit.corrects, Text),
)  # fmt: skip
"""Ids and lists as text: ten thousand times three objects would be made to be written out again."""


def _read(session: Session, county_id: int, seqs: Sequence[int]) -> list[Any]:
    query = (
        select(*COLUMNS)  # type: ignore[call-overload]
        .join(Visit, BESIDE)
        .where(Op.county_id == county_id, col(Op.seq).in_(seqs))
        .order_by(col(Op.seq))
    )
    return list(session.exec(query))


class Places(dict[str, tuple[str, str]]):
    """List of households (a sample id without its rank) → county code and stratum."""

    def __missing__(self, stem: str) -> tuple[str, str]:
        place = parse_sample_id(f"{stem}.1")
        self[stem] = found = (place.county, place.kind) if place else ("", "")
        return found


def _head(visit: Sequence[Any], sealed: Mapping[str, Any], inspector: str, places: Places) -> list[str]:
    op_id, sample_id, version, received_at, contact, outcome, corrects = visit
    county, stratum = places[sample_id.rpartition(".")[0]]
    return [
        dashed(op_id),
        sample_id,
        county,
        stratum,
        sealed.get("form_id") or "",
        version or "",
        inspector,
        rfc3339(received_at),
        sealed.get("started_at") or "",
        sealed.get("finished_at") or "",
        contact or "",
        outcome or "",
        dashed(corrects) if corrects else "",
    ]


def dashed(text: str) -> str:
    """An id as it is written; SQLite keeps its 32 digits alone."""
    if len(text) == 36:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def read_sealed(body: bytes) -> Any:
    """What a phone sealed. The quick reader refuses half of a surrogate pair; the slow one takes it as it is."""
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body)


def picker(form_paths: Sequence[Path], repeats: frozenset[Path]) -> Callable[[Answers], list[Any]]:
    """A function that takes these answers out of nested ones, blank where there is none. Groups are opened once."""
    runs: list[tuple[Path, list[str], bool]] = []
    for path in form_paths:
        is_repeat = path in repeats
        if runs and runs[-1][0] == path[:-1] and runs[-1][2] == is_repeat:
            runs[-1][1].append(path[-1])
        else:
            runs.append((path[:-1], [path[-1]], is_repeat))
    ready = [(group, dict.fromkeys(names, ""), is_repeat) for group, names, is_repeat in runs]

    def pick(answers: Answers) -> list[Any]:
        cells: list[Any] = []
        for group, blank, is_repeat in ready:
            found: Any = answers
            for step in group:
                found = found.get(step) if isinstance(found, dict) else None
            if not isinstance(found, dict):
                cells += blank.values()
                continue
            values = map(found.get, blank, blank.values())
            cells += [value and json.dumps(value, ensure_ascii=False) for value in values] if is_repeat else values
        return cells

    return pick


def mended(answers: Answers, differences: Sequence[Mapping[str, str]]) -> Answers:
    """The answers with the server's value wherever it differs; a place inside a repeat stays as it was sealed."""
    changed = {**answers}
    for difference in differences:
        *group, name = difference["pointer"].strip("/").split("/")
        if any(step.isdigit() for step in (*group, name)):
            continue
        at: dict[str, Any] = changed
        for step in group:
            inner = at.get(step)
            at[step] = at = {**inner} if isinstance(inner, dict) else {}
        at[name] = difference["server"]
    return changed
