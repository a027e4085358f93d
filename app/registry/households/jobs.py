"""Imports from the desk run beside the request: a row tells how far, a thread does the work, the page looks again.

Progress is written between transactions and at most twice a second, never while a county is being saved (on SQLite the
one writer is then taken). The uploaded file is deleted whatever happens; a restart leaves a row without sign of life,
which reads as cut off, and nothing half imported.
"""

import threading
import time
from pathlib import Path
from uuid import UUID

import structlog
from sqlmodel import col, select, update

from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.kernel.problems import Problem
from app.registry.households.models import ImportJob, JobState
from app.registry.households.notes import ImportReport
from app.registry.households.problems import ImportRunning
from app.registry.households.queries import is_cut_off
from app.registry.households.service import STAGES, import_register, sha256_of, stage_of
from app.registry.people.rules import Actor

log = structlog.get_logger()
BEAT_SECONDS = 0.5


def start_import(
    db: Database, keys: Keys, actor: Actor, path: Path, filename: str, *, keep_good: bool = False, partial: bool = False
) -> UUID:
    """Take the uploaded file over and import it in a thread; returns the job's id. ImportRunning while another runs."""
    digest = sha256_of(path)
    now = utcnow()
    with db.write(HOME) as session:
        running = session.exec(
            select(ImportJob).where(col(ImportJob.state).in_((JobState.QUEUED.value, JobState.RUNNING.value)))
        )
        if any(not is_cut_off(job) for job in running):
            raise ImportRunning(
                "请等它结束后再传。您的文件没有收下。", "Wait until it has ended. Your file was not taken."
            )
        job = ImportJob(
            actor=actor.account, scope=actor.scope, filename=filename[-120:], sha256=digest, keep_good=keep_good,
            at=now, beat_at=now,
        )  # fmt: skip
        session.add(job)
        job_id = job.id
    work = _Work(db, keys, job_id)
    thread = threading.Thread(
        target=work.run, args=(path, filename, actor, keep_good, partial), name="register-import", daemon=True
    )
    thread.start()
    return job_id


class _Work:
    """One running import."""

    def __init__(self, db: Database, keys: Keys, job_id: UUID) -> None:
        self._db = db
        self._keys = keys
        self._job_id = job_id
        self._last = 0.0

    def run(self, path: Path, filename: str, actor: Actor, keep_good: bool, partial: bool) -> None:
        self._set(state=JobState.RUNNING.value, stage="read")
        try:
            report = import_register(
                self._db, self._keys, path, actor.account, keep_good=keep_good, partial=partial,
                scope=actor.scope, filename=filename, progress=self._progress,
            )  # fmt: skip
            state = JobState.DONE if report.imported else JobState.FAILED
        except Problem as refusal:
            report, state = _refused(filename, path, refusal), JobState.FAILED
        except Exception as fault:  # the row must not say "running" for ever; the kind is logged, never the content
            log.error("register.import_broke", job=str(self._job_id), kind=type(fault).__name__)
            report, state = _refused(filename, path, Problem()), JobState.FAILED
        path.unlink(missing_ok=True)
        self._set(state=state.value, stage="", report=report.to_json())

    def _progress(self, done: int, total: int) -> None:
        """Only up to the moment when saving begins: from then on the county's transaction holds the writer."""
        save_begins, _ = STAGES["save"]
        now = time.monotonic()
        if done == save_begins or (done < save_begins and now - self._last >= BEAT_SECONDS):
            self._last = now
            self._set(stage=stage_of(done), done=done, total=total)

    def _set(self, **values: str | int) -> None:
        with self._db.write(HOME) as session:
            session.exec(update(ImportJob).where(col(ImportJob.id) == self._job_id).values(**values, beat_at=utcnow()))


def _refused(filename: str, path: Path, refusal: Problem) -> ImportReport:
    words = (refusal.zh or refusal.title_zh, refusal.en or refusal.title_en)
    return ImportReport(filename, sha256_of(path), refusal=words)


def upload_folder(data: Path) -> Path:
    """Where uploads wait for their import, readable by the service alone."""
    folder = data / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def end_cut_off_jobs(db: Database, data: Path) -> None:
    """At start, before anything is served: what the last life left running is over, says so, and leaves no file."""
    for left in upload_folder(data).glob("*.xlsx"):
        left.unlink(missing_ok=True)
    words = (
        "服务重启,导入中断。已保存的县区保留,请重新导入同一文件。",
        "The service was restarted. Import the same file again.",
    )
    with db.write(HOME) as session:
        jobs = session.exec(
            select(ImportJob).where(col(ImportJob.state).in_((JobState.QUEUED.value, JobState.RUNNING.value)))
        ).all()
        for job in jobs:
            job.state = JobState.FAILED.value
            job.report = ImportReport(job.filename, job.sha256, refusal=words).to_json()
            session.add(job)
