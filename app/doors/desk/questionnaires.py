"""Questionnaires at the desk: what is in force, and the way of a workbook from upload to a round.

An upload publishes nothing. It is refused with its faults by sheet, row and column, or kept as a trial: tried in the
real phone app, compared with the version in force, checked against the indicators; then published, for ever
unchanged, for all rounds or one, from an instant. What a change takes from the indicators is accepted by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from app.doors.desk.frame import Crumb, Refusal, in_words, see, show, voice_of
from app.doors.desk.questionnaires_view import (
    BrokenLine,
    DifferenceLine,
    FaultLine,
    VersionLine,
    broken_lines,
    difference_lines,
    fault_lines,
    version_lines,
    warning_lines,
)
from app.doors.web.auth import CityOfficer, allow
from app.doors.web.bodies import takes_up_to
from app.doors.web.guard import CSP_WITH_FRAME
from app.doors.web.house import House, TheHouse
from app.figures.indicators.acceptance import settle_bindings
from app.figures.indicators.bindings import broken_inputs, indicators_at_risk
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Fault, Malformed, NotFound, Problem, TooLarge
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.questionnaires import queries, releases, service
from app.survey.questionnaires.compare import differences
from app.survey.questionnaires.compiler import FormRefused, compile_bytes
from app.survey.questionnaires.files import MAX_BYTES as MAX_TABLE_BYTES
from app.survey.questionnaires.workbook import MAX_BYTES
from app.survey.rounds.queries import list_rounds

router = APIRouter(include_in_schema=False, prefix="/questionnaires")

Reader = Annotated[Actor, Depends(allow(Role.CITY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR))]
MOST_TABLES = 20
"""CSV files that may come with a workbook."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoWorkbook(Malformed):
    """The form came without its file."""

    slug = "no-file"
    title_zh = "没有选择文件"
    title_en = "No file was chosen"


@dataclass(frozen=True)
class ListPage:
    """All versions, and the upload."""

    versions: Sequence[VersionLine]
    may_publish: bool
    faults: Sequence[FaultLine] = ()
    file_name: str = ""
    problem: Refusal | None = None


@dataclass(frozen=True)
class TrialPage:
    """A workbook that compiles: what it changes, and how to publish it."""

    id: UUID
    title: str
    form_id: str
    version: str
    preview: str
    files: Sequence[str]
    against: str
    warnings: Sequence[FaultLine]
    lines: Sequence[DifferenceLine]
    broken: Sequence[BrokenLine]
    at_risk: str
    rounds: Sequence[tuple[str, str]]
    problem: Refusal | None = None
    given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VersionPage:
    """One published version."""

    line: VersionLine
    preview: str
    files: Sequence[str]
    against: str
    lines: Sequence[DifferenceLine]
    broken: Sequence[BrokenLine]
    others: Sequence[str]
    moves: Sequence[releases.FormMove]
    may_publish: bool
    problem: Refusal | None = None


@router.get("")
def list_page(request: Request, house: TheHouse, actor: Reader) -> HTMLResponse:
    """All versions."""
    return _show_list(request, house, actor)


def _show_list(request: Request, house: House, actor: Actor, status: int = 200, **more: Any) -> HTMLResponse:
    with house.db.read() as session:
        lines = version_lines(session, utcnow())
    voice = voice_of(request)
    page = ListPage(lines, actor.role == Role.CITY_OFFICER, **more)
    title = voice("qn_title")
    return show(
        request, "questionnaires.html", page, title=title, at="forms", crumbs=[Crumb(title)], actor=actor, status=status
    )


@router.post("")
@takes_up_to(MAX_BYTES + MOST_TABLES * MAX_TABLE_BYTES)
async def upload(request: Request, house: TheHouse, actor: CityOfficer) -> Response:
    """Compile a workbook: its faults by cell, or a trial."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > MAX_BYTES + MOST_TABLES * MAX_TABLE_BYTES:
        raise TooLarge("文件太大,问卷不超过 10 MB。", "The file is too large; a questionnaire stays under 10 MB.")
    async with request.form(max_files=1 + MOST_TABLES, max_fields=4) as form:
        file = form.get("file")
        content, name = (
            (await file.read(), file.filename or "") if isinstance(file, UploadFile) and file.filename else (b"", "")
        )
        given = [each for each in form.getlist("tables") if isinstance(each, UploadFile) and each.filename]
        tables = {PurePath(each.filename or "").name: await each.read() for each in given}
    return await to_thread.run_sync(_take, request, house, actor, content, name, tables)


def _take(
    request: Request, house: House, actor: Actor, content: bytes, name: str, tables: dict[str, bytes]
) -> Response:
    lang = voice_of(request).lang
    if not content:
        refusal = in_words(NoWorkbook("请选择 .xlsx 文件。", "Choose an .xlsx file."), lang).problem
        return _show_list(request, house, actor, 422, problem=refusal)
    try:
        compiled = compile_bytes(content, tables)
    except FormRefused as refused:
        faults = fault_lines(refused.faults, lang)
        return _show_list(request, house, actor, 422, faults=faults, file_name=name)
    with house.db.write(HOME) as session:
        trial = releases.keep_trial(session, actor.account, name, content, compiled, tables)
        trial_id = trial.id
    return see(f"/questionnaires/trials/{trial_id}")


@router.get("/trials/{trial_id}")
def trial_page(request: Request, trial_id: UUID, house: TheHouse, actor: CityOfficer) -> HTMLResponse:
    """What the workbook changes, and the button to publish it."""
    return _show_trial(request, house, actor, trial_id)


def _show_trial(
    request: Request, house: House, actor: Actor, trial_id: UUID, problem: Problem | None = None, **given: str
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        trial = releases.get_trial(session, trial_id)
        form, files = trial.form, list(releases.files_of_trial(session, trial_id))
        current = {each.form_id: each for each in releases.forms_in_force(session, utcnow())}.get(form.form_id)
        lines = difference_lines(differences(current.form, form), voice) if current else []
        rounds = [(view.code, f"{view.code} {view.name}") for view in list_rounds(session, actor)
                  if view.state != "closed"]  # fmt: skip
    broken = broken_inputs(form)
    page = TrialPage(
        id=trial_id,
        title=form.data["title"][voice.lang],
        form_id=form.form_id,
        version=form.version,
        preview=_preview(f"/questionnaires/trials/{trial_id}/form.json"),
        files=files,
        against=current.version if current else "",
        warnings=warning_lines(trial.warnings, voice.lang),
        lines=lines,
        broken=broken_lines(broken, voice),
        at_risk=" ".join(indicators_at_risk(broken)),
        rounds=rounds,
        problem=in_words(problem, voice.lang).problem if problem else None,
        given=given,
    )
    crumbs = [Crumb(voice("qn_title"), "/questionnaires"), Crumb(page.title)]
    status = problem.status if problem else 200
    shown = show(
        request, "questionnaire_trial.html", page, title=page.title, at="forms", crumbs=crumbs, actor=actor,
        status=status,
    )  # fmt: skip
    shown.headers["Content-Security-Policy"] = CSP_WITH_FRAME
    return shown


def _preview(path: str) -> str:
    """The real phone app with this form, in memory alone."""
    return f"/m/?preview={path}"


@router.get("/trials/{trial_id}/form.json")
def trial_form(trial_id: UUID, house: TheHouse, actor: CityOfficer) -> Response:
    """The compiled form for the preview."""
    with house.db.read() as session:
        text = releases.get_trial(session, trial_id).compiled
    return Response(text, media_type="application/json")


@router.post("/trials/{trial_id}/publish")
def publish(
    request: Request,
    trial_id: UUID,
    house: TheHouse,
    actor: CityOfficer,
    round: Annotated[str, Form(max_length=56)] = "",
    starts_at: Annotated[str, Form(max_length=20)] = "",
    accept: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """Publish the trial for ever, in force for all rounds or one, from an instant."""
    try:
        begins = read_start(starts_at, house.settings.tz)
        with house.db.write(HOME) as session:
            trial = releases.get_trial(session, trial_id)
            settle_bindings(
                session, trial.form, actor.account, accepted=accept == "yes", how=("并勾选确认", "tick the box")
            )
            if round and round not in {view.code for view in list_rounds(session, actor) if view.state != "closed"}:
                raise NotFound("没有这个进行中的轮次。", "There is no such open round.")
            version = service.publish(
                session, actor.account, trial.xlsx, files=releases.files_of_trial(session, trial_id)
            )
            releases.release(
                session, actor.account, version.form_id, version.version, round_code=round, starts_at=begins
            )
            target = f"/questionnaires/{version.form_id}/{version.version}"
            releases.drop_trial(session, trial_id)
    except NotFound:
        raise
    except Problem as problem:
        return _show_trial(request, house, actor, trial_id, problem, round=round, starts_at=starts_at)
    return see(target, "published")


def read_start(text: str, zone: ZoneInfo) -> datetime | None:
    """`2017-05-20T08:00` on the clock of RUHU_TZ; None for blank: at once."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip().replace(" ", "T"), "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError:
        fault = Fault("#/starts_at", "时间写成 2017-05-20T08:00", "Write the time as 2017-05-20T08:00")
        raise Malformed(fault.zh, fault.en, faults=(fault,)) from None


@router.get("/{form_id}/{version}")
def version_page(request: Request, form_id: str, version: str, house: TheHouse, actor: Reader) -> HTMLResponse:
    """One version: from when, for whom, against the one before it."""
    return _show_version(request, house, actor, form_id, version)


def _show_version(
    request: Request, house: House, actor: Actor, form_id: str, version: str, problem: Problem | None = None
) -> HTMLResponse:
    voice = voice_of(request)
    with house.db.read() as session:
        row = queries.require_form(session, form_id, version)
        line = next(
            each for each in version_lines(session, utcnow()) if (each.form_id, each.version) == (form_id, version)
        )
        same = [each for each in queries.list_versions(session) if each.form_id == form_id]
        before = next((each for each in reversed(same) if each.published_at < row.published_at), None)
        page = VersionPage(
            line=line,
            preview=_preview(f"/api/v1/forms/{form_id}/{version}.json"),
            files=[each.name for each in queries.files_of(session, form_id, version)],
            against=before.version if before else "",
            lines=difference_lines(differences(before.form, row.form), voice) if before else [],
            broken=broken_lines(broken_inputs(row.form), voice),
            others=[each.version for each in same if each.version != version],
            moves=releases.list_moves(session, form_id),
            may_publish=actor.role == Role.CITY_OFFICER,
            problem=in_words(problem, voice.lang).problem if problem else None,
        )
    crumbs = [Crumb(voice("qn_title"), "/questionnaires"), Crumb(f"{form_id} {version}")]
    status = problem.status if problem else 200
    return show(
        request, "questionnaire_version.html", page, title=f"{form_id} {version}", at="forms", crumbs=crumbs,
        actor=actor, status=status,
    )  # fmt: skip


@router.get("/{form_id}/{version}/form.xlsx")
def workbook(form_id: str, version: str, house: TheHouse, actor: Reader) -> Response:
    """The XLSForm as it was uploaded."""
    with house.db.read() as session:
        content = queries.require_form(session, form_id, version).xlsx
    return _file(content, f"{form_id}-{version}.xlsx", XLSX)


@router.get("/{form_id}/{version}/form.xml")
def xform(form_id: str, version: str, house: TheHouse, actor: Reader) -> Response:
    """The XForm as pyxform made it."""
    with house.db.read() as session:
        content = queries.require_form(session, form_id, version).xml
    return _file(content.encode(), f"{form_id}-{version}.xml", "application/xml")


@router.get("/{form_id}/{version}/files/{name}")
def table(form_id: str, version: str, name: str, house: TheHouse, actor: Reader) -> Response:
    """A CSV file as it was handed in."""
    with house.db.read() as session:
        content = queries.require_file(session, form_id, version, name).content
    return _file(content, name, "text/csv")


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, headers={"Content-Disposition": f"attachment; filename={name}"}, media_type=kind)


@router.post("/{form_id}/{version}/move")
def allow_move(
    request: Request,
    form_id: str,
    version: str,
    house: TheHouse,
    actor: CityOfficer,
    from_version: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Let phones move drafts of another version to this one, each seen by its holder."""
    try:
        with house.db.write(HOME) as session:
            releases.allow_move(session, actor.account, form_id, from_version, version, why)
    except NotFound:
        raise
    except Problem as problem:
        return _show_version(request, house, actor, form_id, version, problem)
    return see(f"/questionnaires/{form_id}/{version}", "move")
