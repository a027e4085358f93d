"""What the patterns need of many records, read county by county for the pass that nobody asks for; no fence of its own.

One round in one county at a time is in memory: of its answers only what can be compared, as numbers.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, or_, true
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.findings.helping.models import HelperVisit
from app.findings.helping.service import flat
from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.findings.quality.copies import Shot
from app.findings.quality.models import Flag, FlagLook
from app.findings.quality.patterns import Round, Said, Seen, seconds_of
from app.registry.households.queries import frame_members
from app.survey.photos.models import ObjectState, PhotoAnnounced, PhotoObject
from app.survey.questionnaires.queries import get_form
from app.survey.records.models import Op
from app.survey.records.rules import SealedOp, read_body
from app.survey.rounds.models import Draw, Sample

LOGS = "logs"
"""The scope of helpers' logs, beside the codes of rounds."""
RULES = 1
"""Raised whenever a rule of the pass changes what it finds: everything is looked at again."""
COMPARED = frozenset(["select_one", "select_multiple", "rank", "integer", "decimal", "date", "text"])
"""Kinds of questions whose answers can be a copy (F07): nothing derived, no times, places and pictures."""
NOT_COMPARED = frozenset(["cover"])
"""Sections left out of it: who came when and what became of the door."""
SIGNATURE = "signature"
Told = dict[UUID, dict[str, str]]
"""Record → path → answer."""


@dataclass(frozen=True)
class Scope:
    """A round in a county, or its helpers' logs, with what stands there now and what the last pass saw."""

    county_id: int
    code: str
    mark: str
    draws: tuple[str, ...] = ()
    looked: FlagLook | None = None

    @property
    def is_new(self) -> bool:
        return self.looked is None or self.looked.mark != self.mark

    @property
    def looked_at(self) -> datetime | None:
        """When the last pass by today's rules began."""
        by_rules = self.looked is not None and self.looked.mark.startswith(f"{RULES}:")
        return self.looked.looked_at if by_rules and self.looked else None


def list_scopes(session: Session) -> list[Scope]:
    """Every round in every county from which anything came, and every county with helpers' logs."""
    looked = {(look.county_id, look.scope): look for look in session.exec(select(FlagLook))}
    rounds = dict(session.exec(select(Draw.id, Draw.round_code)).all())
    pictures = _pictures(session)
    standing: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for county_id, draw, *counts in session.execute(_counted(Visit, col(Visit.draw))):
        if draw in rounds:
            standing[county_id, rounds[draw]].append((draw, "/".join(map(str, counts))))
    found = []
    for (county_id, code), lines in sorted(standing.items()):
        lines.sort()
        mark = f"{RULES}:{'|'.join(counts for _, counts in lines)}|{pictures.get(county_id, '')}"[:200]
        draws = tuple(draw for draw, _ in lines)
        found.append(Scope(county_id, code, mark, draws, looked.get((county_id, code))))
    for county_id, *counts in session.execute(_counted(HelperVisit)):
        mark = f"{RULES}:{'/'.join(map(str, counts))}"
        found.append(Scope(county_id, LOGS, mark, (), looked.get((county_id, LOGS))))
    return found


def _counted(table: Any, *by: Any) -> Any:
    """By county (and draw): how many rows, how many of them count, and when the last one came."""
    accepted = func.sum(case((col(table.status) == VisitStatus.ACCEPTED, 1), else_=0))
    counts = (func.count(), accepted, func.max(table.received_at))
    return sql_select(col(table.county_id), *by, *counts).group_by(col(table.county_id), *by)


def _pictures(session: Session) -> dict[int, str]:
    query: Any = select(PhotoObject.county_id, func.count(), func.count(col(PhotoObject.imprint)))
    rows = session.execute(query.group_by(col(PhotoObject.county_id)))
    return {county_id: f"{n}/{done}" for county_id, n, done in rows}


# --- a round in a county ---


def whole_round(session: Session, draws: Sequence[str]) -> Round:
    """Durations by form and straight answers by inspector, over all counties of a round; one look serves all."""
    query = (
        select(Visit.account_id, Visit.form_id, Visit.started_at, Visit.finished_at, Flag.code)  # type: ignore[call-overload]
        .join(Flag, _its_flag() & (col(Flag.code) == "F06") & (col(Flag.reason) == "equal"), isouter=True)
        .where(
            col(Visit.draw).in_(draws),
            Visit.status == VisitStatus.ACCEPTED,
            Visit.contact_result == "completed",
            col(Visit.corrects).is_(None),
        )
        .execution_options(yield_per=2000)
    )
    seconds: dict[str, list[float]] = defaultdict(list)
    straight: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for account_id, form_id, started_at, finished_at, straight_code in session.exec(query):
        taken = seconds_of(Seen(account_id, account_id, form_id or "", "", started_at, finished_at, is_completed=True))
        if taken is not None:
            seconds[form_id or ""].append(taken)
        if form_id == "q1_poor":
            straight[account_id][0] += straight_code is not None
            straight[account_id][1] += 1
    return Round(seconds, {account_id: (equal, whole) for account_id, (equal, whole) in straight.items()})


def _its_flag() -> Any:
    return (col(Flag.county_id) == col(Visit.county_id)) & (col(Flag.op_id) == col(Visit.op_id))


def seen_in(session: Session, scope: Scope, told: Mapping[UUID, Mapping[str, str]]) -> list[Seen]:
    """The accepted doorsteps of a round in a county in order of arrival; `told`: the answers asked for, by record."""
    query = (
        sql_select(*(col(each) for each in COLUMNS), col(Sample.unit))
        .join(Sample, (col(Sample.county_id) == col(Visit.county_id)) & (col(Sample.sample_id) == col(Visit.sample_id)))
        .join(Op, (col(Op.county_id) == col(Visit.county_id)) & (col(Op.op_id) == col(Visit.op_id)))
        .where(
            col(Visit.county_id) == scope.county_id,
            col(Visit.draw).in_(scope.draws),
            col(Visit.status) == VisitStatus.ACCEPTED,
            col(Visit.kind) == "interview",
        )
        .order_by(col(Op.seq))
    )
    rows = session.execute(query).all()
    villages = {each.unit: each.village for each in frame_members(session, scope.county_id)}
    straight = _straight(session, scope)
    replaced = {row.corrects for row in rows}
    return [
        _seen(row, villages.get(row.unit, row.unit[:12]), row.op_id in straight, row.op_id in replaced, told)
        for row in rows
    ]


COLUMNS = (
    Visit.op_id, Visit.account_id, Visit.form_id, Visit.started_at, Visit.finished_at, Visit.contact_result,
    Visit.corrects, Visit.lon, Visit.lat, Visit.accuracy_m,
)  # fmt: skip


def _straight(session: Session, scope: Scope) -> set[UUID]:
    query = (
        select(Flag.op_id)
        .join(Visit, _its_flag())
        .where(
            Visit.county_id == scope.county_id,
            col(Visit.draw).in_(scope.draws),
            Flag.code == "F06",
            Flag.reason == "equal",
        )
    )
    return set(session.exec(query))


def _seen(
    visit: Any, village: str, is_straight: bool, is_replaced: bool, told: Mapping[UUID, Mapping[str, str]]
) -> Seen:
    answers = told.get(visit.op_id, {})
    income = answers.get("income/inc_pc", "")
    has_reference = "income/hb_income_pc" in answers or "filed_income_pc" in answers
    return Seen(
        op_id=visit.op_id,
        account_id=visit.account_id,
        form_id=visit.form_id or "",
        household=visit.unit,
        started_at=visit.started_at,
        finished_at=visit.finished_at,
        is_completed=visit.contact_result == "completed",
        is_correction=visit.corrects is not None,
        is_replaced=is_replaced,
        position=(visit.lon, visit.lat) if visit.lon is not None and visit.lat is not None else None,
        accuracy_m=visit.accuracy_m or 0.0,
        village=village,
        is_cadre_there=answers.get("main/cadre_present") == "1",
        is_straight=is_straight,
        income=int(income) if income.isdecimal() and not has_reference else None,
    )


PICKED = ("income/inc_pc", "income/hb_income_pc", "filed_income_pc", "main/cadre_present")


@dataclass(frozen=True)
class Answered:
    """The answers of a round in a county: of each record a number per compared question, and some as they stand."""

    coded: Mapping[str, Mapping[UUID, list[int]]]
    """Form → record → a number per question, 0 for none."""
    told: Mapping[UUID, Mapping[str, str]]


def answers_in(session: Session, scope: Scope) -> Answered:
    """Read every answer once, a record a row; texts become small numbers as they come."""
    forms = _forms(session, scope)
    paths = {form_id: _compared(session, form_id, versions) for form_id, versions in forms.items()}
    places = {form_id: {path: at for at, path in enumerate(each)} for form_id, each in paths.items()}
    coded: dict[str, dict[UUID, list[int]]] = {form_id: {} for form_id in places}
    told: Told = {}
    numbers: dict[str, int] = {}
    asked = {path for each in paths.values() for path in each} | set(PICKED)
    for op_id, form_id, text in _whole_answers(session, scope, asked):
        known = places[form_id]
        row = coded[form_id][op_id] = [0] * len(known)
        for line in text.split(BETWEEN):
            path, _, answer = line.partition(WITHIN)
            at = known.get(path)
            if at is not None:
                row[at] = numbers.setdefault(answer, len(numbers) + 1)
            if path in PICKED:
                told.setdefault(op_id, {})[path] = answer
    return Answered(coded, told)


AT_ONCE = 200
"""Records whose answers are read in one go."""
BETWEEN, WITHIN = "\x1e", "\x1f"
"""Between two answers, and between a question's path and its answer, in what the database joins together."""


def _whole_answers(session: Session, scope: Scope, paths: set[str]) -> Iterator[tuple[UUID, str, str]]:
    """(record, form, its answers in one text): a row a record costs a fifth of a row an answer.

    Some records at a time, by their key: a join over the county was planned for hours on tables PostgreSQL had not yet
    counted.
    """
    forms: dict[UUID, str] = dict(
        session.execute(
            sql_select(col(Visit.op_id), col(Visit.form_id))
            .where(
                col(Visit.county_id) == scope.county_id,
                col(Visit.draw).in_(scope.draws),
                col(Visit.status) == VisitStatus.ACCEPTED,
            )
            .order_by(col(Visit.op_id))
        ).all()
    )
    line = col(Answer.path) + WITHIN + col(Answer.text)
    waiting = iter(forms)
    while some := list(islice(waiting, AT_ONCE)):
        query = (
            sql_select(col(Answer.op_id), func.aggregate_strings(line, BETWEEN))
            .where(
                col(Answer.county_id) == scope.county_id,
                col(Answer.op_id).in_(some),
                col(Answer.index) == 0,
                col(Answer.path).in_(paths),
            )
            .group_by(col(Answer.op_id))
        )
        for op_id, text in session.execute(query):
            yield op_id, forms[op_id], text


def _forms(session: Session, scope: Scope) -> dict[str, list[str]]:
    """Form → the versions by which the round's accepted interviews were filled in."""
    query = (
        select(Visit.form_id, Visit.form_version)
        .where(
            Visit.county_id == scope.county_id,
            col(Visit.draw).in_(scope.draws),
            Visit.status == VisitStatus.ACCEPTED,
            col(Visit.form_id).is_not(None),
        )
        .distinct()
    )
    found: dict[str, list[str]] = defaultdict(list)
    for form_id, version in session.exec(query):
        found[form_id or ""].append(version or "")
    return found


def _compared(session: Session, form_id: str, versions: Sequence[str]) -> list[str]:
    """Paths of what can be compared in any of these versions, outside repeats."""
    paths: dict[str, None] = {}
    for version in sorted(versions):
        published = get_form(session, form_id, version)
        for node in published.form.by_path.values() if published else ():
            is_derived = "calculation" in node.item
            if node.kind in COMPARED and not node.repeats and not is_derived and node.path[0] not in NOT_COMPARED:
                paths.setdefault("/".join(node.path))
    return list(paths)


def shots_in(session: Session, scope: Scope, households: Mapping[UUID, str]) -> list[Shot]:
    """The pictures of these records, signatures left out; `households`: record → whose it is."""
    query = (
        select(
            PhotoAnnounced.op_id,
            PhotoAnnounced.sha256,
            PhotoObject.imprint,
            _is_fresh(scope.looked_at),
        )
        .join(
            Visit,
            (col(Visit.county_id) == col(PhotoAnnounced.county_id)) & (col(Visit.op_id) == col(PhotoAnnounced.op_id)),
        )
        .join(Op, (col(Op.county_id) == col(Visit.county_id)) & (col(Op.op_id) == col(Visit.op_id)))
        .join(
            PhotoObject,
            (col(PhotoObject.county_id) == col(PhotoAnnounced.county_id))
            & (col(PhotoObject.sha256) == col(PhotoAnnounced.sha256))
            & (col(PhotoObject.state) == ObjectState.DURABLE),
            isouter=True,
        )
        .where(
            PhotoAnnounced.county_id == scope.county_id,
            col(Visit.draw).in_(scope.draws),
            col(PhotoAnnounced.question).not_like(f"%{SIGNATURE}%"),
        )
        .order_by(col(Op.seq), col(PhotoAnnounced.photo_id))
        .execution_options(yield_per=5000)
    )
    return [
        Shot(op_id, households[op_id], sha256, int(imprint, 16) if imprint else None, bool(is_fresh))
        for op_id, sha256, imprint, is_fresh in session.execute(query)
        if op_id in households
    ]


def _is_fresh(since: datetime | None) -> Any:
    """Whether a picture came, or its record came or was released, since then."""
    if since is None:
        return true()
    return or_(*(col(at) >= since for at in (PhotoObject.received_at, Op.received_at, Op.resolved_at)))


# --- helpers' logs ---


def said_in(session: Session, county_id: int, since: datetime) -> list[Said]:
    """What a county's accepted logs say was done, in order of arrival."""
    query = (
        select(Op)
        .join(
            HelperVisit, (col(HelperVisit.county_id) == col(Op.county_id)) & (col(HelperVisit.op_id) == col(Op.op_id))
        )
        .where(
            HelperVisit.county_id == county_id,
            HelperVisit.status == VisitStatus.ACCEPTED,
            HelperVisit.received_at >= since,
        )
        .order_by(col(Op.seq))
        .execution_options(yield_per=500)
    )
    found: dict[UUID, Said] = {}
    for op in session.exec(query):
        body = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body))
        if op.corrects is not None:
            found.pop(op.corrects, None)
        found[op.op_id] = Said(op.op_id, op.account_id, flat(body.answers or {}).get("did_what", ""))
        session.expunge(op)
    return list(found.values())
