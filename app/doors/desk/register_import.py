"""The import of a register: the form, the job and its report.

An upload is read only after its sender is known to be a city officer and its size is declared; it then lies in the
data folder until its import has ended.
"""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from app.doors.desk.frame import Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.register import Fact, Reader
from app.doors.desk.words import Voice
from app.doors.web.auth import CityOfficer
from app.doors.web.bodies import takes_up_to
from app.doors.web.house import House, TheHouse
from app.kernel.problems import Malformed, NotFound, Problem, TooLarge
from app.registry.households import queries
from app.registry.households.guard import MAX_FILE
from app.registry.households.jobs import start_import, upload_folder
from app.registry.households.models import ImportJob
from app.registry.households.notes import ImportReport, Note
from app.registry.households.rules import may_import
from app.registry.households.template import report_workbook, template_workbook
from app.registry.people.rules import Actor

router = APIRouter(include_in_schema=False)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_NOTES = 200
FORM_ROOM = 64 * 1024  # of a multipart body beside the file itself
JOB_TONES = {"queued": "wait", "running": "wait", "done": "done", "failed": "bad"}
COUNTED = ("rows", "households", "people", "added", "updated", "unchanged", "returned", "missing")


class NoLength(Malformed):
    """An upload must say how long it is before it is read."""

    status = 411
    slug = "length-needed"
    title_zh = "上传时没有说明大小"
    title_en = "The upload did not declare its length"


class NoFile(Malformed):
    """The form came without its file."""

    slug = "no-file"
    title_zh = "没有选择文件"
    title_en = "No file was chosen"


@dataclass(frozen=True)
class JobLine:
    """One import of the list, or the head of its page."""

    href: str
    filename: str
    by: str
    at: datetime
    state: str
    word: str
    tone: str
    percent: int
    stage: str


@dataclass(frozen=True)
class ImportPage:
    """The form, and what was imported lately."""

    jobs: Sequence[JobLine]
    may_import: bool
    problem: Refusal | None = None


@dataclass(frozen=True)
class JobPage:
    """Progress, or the report."""

    job: JobLine
    is_running: bool
    is_cut_off: bool
    refusal: str
    report: ImportReport | None
    counts: Sequence[Fact]
    errors: Sequence[Note]
    warnings: Sequence[Note]
    may_import: bool


@router.get("/register/template.xlsx")
def template(actor: Reader) -> Response:
    """The empty register with its example."""
    return _download(template_workbook(), "ruhu-register-template.xlsx")


@router.get("/register/import")
def import_page(request: Request, house: TheHouse, actor: Reader) -> HTMLResponse:
    """The form and the latest imports."""
    return _import(request, house, actor)


@router.post("/register/import")
@takes_up_to(MAX_FILE + FORM_ROOM)
async def post_import(request: Request, house: TheHouse, actor: CityOfficer) -> Response:
    """Take the file and start its import; the page of the job tells the rest."""
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        raise NoLength("请换一个浏览器再试。", "Please use another browser.")
    if int(declared) > MAX_FILE + FORM_ROOM:
        raise TooLarge("文件超过100 MB,没有收下。请按县区分成几个文件。", "Over 100 MB; not taken. Split it by county.")
    async with request.form(max_files=1, max_fields=8) as form:
        return await to_thread.run_sync(_take, request, house, actor, form)


def _take(request: Request, house: House, actor: Actor, form: FormData) -> Response:
    upload = form.get("file")
    voice = voice_of(request)
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise NoFile(Voice("zh")("reg_no_file"), Voice("en")("reg_no_file"))
        path = _keep(upload_folder(house.settings.data), upload)
        try:
            job_id = start_import(
                house.db, house.keys, actor, path, Path(upload.filename).name,
                keep_good=form.get("keep_good") == "1", partial=form.get("partial") == "1",
            )  # fmt: skip
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except Problem as problem:
        refusal = in_words(problem, voice.lang).problem
        return _import(request, house, actor, refusal, problem.status)
    return see(f"/register/import/{job_id}")


def _keep(folder: Path, upload: UploadFile) -> Path:
    """The uploaded bytes in a file of their own, readable by the service alone."""
    path = folder / f"{uuid.uuid4().hex}.xlsx"
    path.touch(mode=0o600)
    upload.file.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1024 * 1024)
    return path


def _import(
    request: Request, house: House, actor: Actor, problem: Refusal | None = None, status: int = 200
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        jobs = [_job_line(job, voice) for job in queries.list_jobs(session, actor)]
    view = ImportPage(jobs, may_import(actor), problem)
    return show(
        request, "register_import.html", view, title=voice("reg_import"), at="register",
        crumbs=[Crumb(voice("reg_title"), "/register"), Crumb(voice("reg_import"))], actor=actor, status=status,
    )  # fmt: skip


def _job_line(job: ImportJob, voice: Voice) -> JobLine:
    cut_off = queries.is_cut_off(job)
    return JobLine(
        href=f"/register/import/{job.id}",
        filename=job.filename,
        by=job.actor,
        at=job.at,
        state=job.state,
        word=voice("reg_job_cut_off" if cut_off else f"reg_job_{job.state}"),
        tone="bad" if cut_off else JOB_TONES[job.state],
        percent=job.done if job.total else 0,
        stage=voice(f"reg_stage_{job.stage}"),
    )


@router.get("/register/import/{job_id}")
def job_page(job_id: uuid.UUID, request: Request, house: TheHouse, actor: Reader) -> HTMLResponse:
    """How far the import is, or what came of it."""
    voice = voice_of(request)
    with house.db.read() as session:
        job = queries.get_job(session, actor, job_id)
    cut_off = queries.is_cut_off(job)
    report = ImportReport.from_json(job.report) if job.report else None
    view = JobPage(
        job=_job_line(job, voice),
        is_running=report is None and not cut_off,
        is_cut_off=cut_off,
        refusal=report.refusal[voice.lang == "en"] if report and report.refusal else "",
        report=report,
        counts=_counts(report, voice),
        errors=report.errors[:SHOWN_NOTES] if report else (),
        warnings=report.warnings[:SHOWN_NOTES] if report else (),
        may_import=may_import(actor),
    )
    crumbs = [
        Crumb(voice("reg_title"), "/register"),
        Crumb(voice("reg_import"), "/register/import"),
        Crumb(job.filename),
    ]
    return show(
        request,
        "register_job.html",
        view,
        title=voice("reg_job_running" if view.is_running else "reg_result"),
        at="register",
        crumbs=crumbs,
        actor=actor,
    )


def _counts(report: ImportReport | None, voice: Voice) -> list[Fact]:
    if report is None or report.refusal:
        return []
    facts = [Fact(voice(f"reg_{name}"), f"{getattr(report, name):,}") for name in COUNTED]
    return [*facts, Fact(voice("reg_left_out"), f"{len(report.left_out):,}")]


@router.get("/register/import/{job_id}/report.xlsx")
def job_report(job_id: uuid.UUID, house: TheHouse, actor: Reader) -> Response:
    """Errors and warnings as a workbook."""
    with house.db.read() as session:
        job = queries.get_job(session, actor, job_id)
    if not job.report:
        raise NotFound("导入还没有结束,没有报告。", "The import has not ended; there is no report yet.")
    return _download(report_workbook(ImportReport.from_json(job.report)), "ruhu-register-report.xlsx")


def _download(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
