"""From when a version is in force, and for which round; trials before publishing; moves of drafts.

A version without a release is in force everywhere from the moment it was published (the terminal, the built-in forms).
What was in force once stays readable and its drafts are taken for ever: a release only says what a new visit begins
with. A release for a round stands before one for all rounds. Nothing here is ever changed, only added.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, delete, select

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import utc_field
from app.kernel.ids import uuid7
from app.kernel.problems import Fault, Malformed, NotFound
from app.survey.questionnaires.compiler import CompiledForm
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.queries import list_versions, require_form
from app.survey.questionnaires.state import Form, load

TRIAL_LIVES = timedelta(days=14)


class FormRelease(SQLModel, table=True):
    """A version begins to be in force: for one round, or (round "") for all."""

    __tablename__ = "form_release"

    form_id: str = Field(max_length=60, primary_key=True)
    version: str = Field(max_length=20, primary_key=True)
    round: str = Field(max_length=56, primary_key=True)
    starts_at: datetime = utc_field()
    released_at: datetime = utc_field()
    released_by: str = Field(max_length=40)


class FormMove(SQLModel, table=True):
    """Drafts of one version may be moved to another, by whoever holds them."""

    __tablename__ = "form_move"

    form_id: str = Field(max_length=60, primary_key=True)
    from_version: str = Field(max_length=20, primary_key=True)
    to_version: str = Field(max_length=20)
    why: str = Field(max_length=500)
    allowed_at: datetime = utc_field()
    allowed_by: str = Field(max_length=40)


class FormTrial(SQLModel, table=True):
    """A workbook that compiles and is not published: to be tried and compared."""

    __tablename__ = "form_trial"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account: str = Field(max_length=40)
    created_at: datetime = utc_field()
    file_name: str = Field(max_length=120)
    xlsx: bytes = Field(sa_type=LargeBinary)
    compiled: str
    warnings: str

    @property
    def form(self) -> Form:
        """The compiled form."""
        return load(self.compiled)


class FormTrialFile(SQLModel, table=True):
    """A CSV file that came with a trial's workbook."""

    __tablename__ = "form_trial_file"

    trial_id: UUID = Field(primary_key=True, foreign_key="form_trial.id")
    name: str = Field(max_length=80, primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class MoveRefused(Malformed):
    """The move makes no sense or lacks its reason."""

    slug = "form-move-refused"
    title_zh = "不能这样移动草稿"
    title_en = "Drafts cannot be moved so"


def keep_trial(
    session: Session,
    account: str,
    file_name: str,
    content: bytes,
    compiled: CompiledForm,
    files: Mapping[str, bytes] | None = None,
) -> FormTrial:
    """Keep a workbook and its CSV files for trying; older trials of anybody go after two weeks."""
    now = utcnow()
    for old in session.exec(select(FormTrial.id).where(col(FormTrial.created_at) < now - TRIAL_LIVES)).all():
        drop_trial(session, old)
    warnings = "\n".join(f"{w.sheet}\t{w.row}\t{w.zh}\t{w.en}" for w in compiled.warnings)
    trial = FormTrial(
        account=account, created_at=now, file_name=file_name[:120], xlsx=content, compiled=compiled.json,
        warnings=warnings,
    )  # fmt: skip
    session.add(trial)
    session.flush()
    for name, csv in (files or {}).items():
        session.add(FormTrialFile(trial_id=trial.id, name=name, content=csv))
    session.flush()
    return trial


def drop_trial(session: Session, trial_id: UUID) -> None:
    """Forget a trial and its files."""
    session.exec(delete(FormTrialFile).where(col(FormTrialFile.trial_id) == trial_id))
    session.exec(delete(FormTrial).where(col(FormTrial.id) == trial_id))


def files_of_trial(session: Session, trial_id: UUID) -> dict[str, bytes]:
    """The CSV files that came with a trial, by name."""
    query = select(FormTrialFile).where(FormTrialFile.trial_id == trial_id).order_by(col(FormTrialFile.name))
    return {row.name: row.content for row in session.exec(query)}


def get_trial(session: Session, trial_id: UUID) -> FormTrial:
    """A trial, or NotFound."""
    found = session.get(FormTrial, trial_id)
    if found is None:
        raise NotFound("这份试用问卷已过期或已发布,请重新上传。", "This trial is gone; upload the workbook again.")
    return found


def release(
    session: Session, by: str, form_id: str, version: str, *, round_code: str = "", starts_at: datetime | None = None
) -> FormRelease:
    """Put a version in force for a round, or for all, from an instant (now unless given). The first release stays."""
    known = session.get(FormRelease, (form_id, version, round_code))
    if known is not None:
        return known
    now = utcnow()
    row = FormRelease(
        form_id=form_id, version=version, round=round_code, starts_at=starts_at or now, released_at=now, released_by=by
    )
    session.add(row)
    audit.write(
        session, "form.released", f"{form_id} {version}", actor=by, round=round_code, starts=row.starts_at.isoformat()
    )
    return row


def allow_move(session: Session, by: str, form_id: str, from_version: str, to_version: str, why: str) -> FormMove:
    """Let phones move drafts of a version to another one, each by its holder's own hand."""
    if from_version in ("", to_version) or not why.strip():
        fault = Fault("#/why", "请写明理由,并选两个不同的版本", "Give the reason, and two different versions")
        raise MoveRefused(fault.zh, fault.en, faults=(fault,))
    require_form(session, form_id, from_version)
    require_form(session, form_id, to_version)
    row = session.get(FormMove, (form_id, from_version)) or FormMove(
        form_id=form_id, from_version=from_version, to_version=to_version, why="", allowed_at=utcnow(), allowed_by=by
    )
    row.to_version, row.why, row.allowed_at, row.allowed_by = to_version, why.strip()[:500], utcnow(), by
    session.add(row)
    audit.write(session, "form.move", f"{form_id} {from_version} {to_version}", actor=by, why=row.why)
    return row


def list_moves(session: Session, form_id: str | None = None) -> list[FormMove]:
    """Moves that are allowed."""
    query = select(FormMove).order_by(col(FormMove.form_id), col(FormMove.from_version))
    return list(session.exec(query.where(FormMove.form_id == form_id) if form_id else query))


def list_releases(session: Session, form_id: str | None = None) -> list[FormRelease]:
    """All releases, earliest first."""
    query = select(FormRelease).order_by(col(FormRelease.starts_at))
    return list(session.exec(query.where(FormRelease.form_id == form_id) if form_id else query))


def forms_in_force(session: Session, now: datetime, round_code: str = "") -> list[FormVersion]:
    """The version of every form that a new record of this round begins with (round "": outside any), by form id."""
    return choose(list_versions(session), list_releases(session), now, round_code)


def choose(
    versions: Iterable[FormVersion], releases: Iterable[FormRelease], now: datetime, round_code: str
) -> list[FormVersion]:
    """As `forms_in_force`, from rows at hand: the round's own release first, then the latest start, then publishing."""
    told: dict[tuple[str, str], list[FormRelease]] = {}
    for row in releases:
        told.setdefault((row.form_id, row.version), []).append(row)
    best: dict[str, tuple[tuple[bool, datetime, datetime, str], FormVersion]] = {}
    for version in versions:
        lines = told.get((version.form_id, version.version))
        starts = (
            [(bool(line.round), line.starts_at) for line in lines if line.round in ("", round_code)]
            if lines
            else [(False, version.published_at)]
        )
        for is_own, at in starts:
            rank = (is_own, at, version.published_at, version.version)
            if at <= now and (version.form_id not in best or rank > best[version.form_id][0]):
                best[version.form_id] = (rank, version)
    return [best[form_id][1] for form_id in sorted(best)]
