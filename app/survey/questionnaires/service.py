"""Publishing questionnaires. A version is added once and never touched again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import utcnow
from app.survey.questionnaires.compiler import CompiledForm, FormRefused, compile_bytes
from app.survey.questionnaires.models import FormFile, FormVersion
from app.survey.questionnaires.problems import FormNotPublishable, VersionTaken
from app.survey.questionnaires.queries import get_form
from app.survey.questionnaires.tables import FORMS, builtin_workbook


def publish(
    session: Session,
    actor_account: str,
    workbook: bytes | Path | str,
    *,
    files: Mapping[str, bytes] | None = None,
    now: datetime | None = None,
) -> FormVersion:
    """Compile a workbook, with the CSV files it names (by file name), and publish it as an immutable version.

    The same workbook again (or one that compiles to the same form) gives the version that is there. Raises
    FormNotPublishable with sheet rows, or VersionTaken when the version exists with other content. The session is
    the installation's own (`write(HOME)`); it is not committed here.
    """
    content = workbook if isinstance(workbook, bytes) else Path(workbook).read_bytes()
    try:
        compiled = compile_bytes(content, files)
    except FormRefused as refused:
        raise FormNotPublishable(refused.faults) from refused
    digest = hashlib.sha256(content).hexdigest()
    known = get_form(session, compiled.form_id, compiled.version)
    if known is not None:
        if compiled.sha256 == known.sha256 or (digest == known.xlsx_sha256 and not files):
            return known
        raise VersionTaken(compiled.form_id, compiled.version)
    row = _keep(session, compiled, content, digest, files or {}, by=actor_account, at=now or utcnow())
    audit.write(
        session,
        "form.published",
        f"{row.form_id} {row.version}",
        actor=actor_account,
        sha256=row.sha256,
        warnings=len(compiled.warnings),
    )
    return row


def _keep(
    session: Session,
    compiled: CompiledForm,
    content: bytes,
    digest: str,
    files: Mapping[str, bytes],
    *,
    by: str,
    at: datetime,
) -> FormVersion:
    """The version with its files, flushed."""
    row = FormVersion(
        form_id=compiled.form_id,
        version=compiled.version,
        sha256=compiled.sha256,
        xlsx_sha256=digest,
        title_zh=compiled.title_zh,
        title_en=compiled.title_en,
        xlsx=content,
        xml=compiled.xml,
        compiled=compiled.json,
        published_at=at,
        published_by=by,
    )
    session.add(row)
    session.flush()
    key = {"form_id": row.form_id, "version": row.version}
    session.add_all(
        FormFile(**key, name=name, sha256=hashlib.sha256(csv).hexdigest(), content=csv) for name, csv in files.items()
    )
    session.flush()
    return row


def publish_builtin(session: Session, actor_account: str, *, now: datetime | None = None) -> list[FormVersion]:
    """Publish Q1 and Q2 as they come with the house; what is published already stays."""
    return [publish(session, actor_account, builtin_workbook(form_id), now=now) for form_id in FORMS]
