"""OpenRosa over HTTP: form list, forms, manifests, submissions (docs.getodk.org: OpenRosa APIs 1.0).

Every address stands twice: under `/openrosa/key/{token}` for app users, whose key is part of the server's address,
and under `/openrosa` for HTTP Digest. The log names routes, never addresses, so keys stay out of it.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, BinaryIO
from xml.sax.saxutils import escape

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app.doors.openrosa.forms import md5_of, xform_for_clients
from app.doors.openrosa.instance import NoSubmission, read_instance
from app.doors.openrosa.keys import KeyNeeded, Reader, Sender, challenge
from app.doors.openrosa.receive import take
from app.doors.web.bodies import takes_up_to
from app.doors.web.house import House, TheHouse
from app.kernel.clock import utcnow
from app.kernel.problems import Forbidden, Problem, TooLarge
from app.registry.people.rules import Actor
from app.survey.questionnaires import queries
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.releases import forms_in_force
from app.survey.rounds.queries import list_rounds

ACCEPTED = 10_000_000
"""Bytes that a client should put into one post; it splits its files by this."""
MOST = 45_000_000
"""Bytes above which a post is refused: one file of 20 MB may stand in a post that is over the other limit."""
MOST_FILES = 110

DEVICE_WORDS = ("请用应用密钥提交。", "Submit with an app key.")

KEY = "/openrosa/key/{token}"
OPEN = "/openrosa"
WORDS = {
    "stored": "已收到 Received",
    "stored_orphan": "已收到 Received",
    "quarantined": "已收到,待市里核对 Received, held for review",
    "conflict": "已收到;同一编号已有另一份内容,两份都已保存 Received; both versions are kept",
}


def xml(text: str, status: int = 200, **headers: str) -> Response:
    """An answer as OpenRosa wants it."""
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, {"X-OpenRosa-Version": "1.0", **more}, media_type="text/xml; charset=utf-8")


def said(message: str, status: int, nature: str = "submit_success") -> Response:
    """An OpenRosaResponse; the client shows its message."""
    return xml(
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f'<message nature="{nature}">{escape(message)}</message></OpenRosaResponse>',
        status,
    )


def refuse(request: Request, problem: Problem) -> Response:
    """A refusal as these clients show it; who is not known is asked for account and key."""
    house: House = request.app.state.house
    answer = said(f"{problem.title_zh} {problem.title_en}. {problem.zh} {problem.en}", problem.status, "submit_error")
    if isinstance(problem, KeyNeeded) and "token" not in request.path_params:
        answer.headers["WWW-Authenticate"] = challenge(house.keys, stale=problem.stale)
    return answer


class OpenRosaRoute(APIRoute):
    """A route whose refusals are OpenRosaResponses."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals turned into answers."""
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return refuse(request, problem)

        return handle_or_refuse


router = APIRouter(include_in_schema=False, route_class=OpenRosaRoute)


def base_of(request: Request, house: House) -> str:
    """The server's address as this client knows it, its key included."""
    token = request.path_params.get("token")
    return house.settings.public_url + (KEY.replace("{token}", token) if token else OPEN)


@router.get(f"{KEY}/formList", response_class=Response)
@router.get(f"{OPEN}/formList", response_class=Response)
def form_list(
    request: Request,
    house: TheHouse,
    actor: Reader,
    formID: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Every version that a visit may begin with now, in a round of the caller or outside any; the hash of its bytes."""
    with house.db.read() as session:
        found = [form for form in _in_force(session, actor) if formID in (None, form.form_id)]
        lines = [_listed(form, f"{base_of(request, house)}/forms/{form.form_id}/{form.version}") for form in found]
    return xml(f'<xforms xmlns="http://openrosa.org/xforms/xformsList">{"".join(lines)}</xforms>')


def _in_force(session: Session, actor: Actor) -> list[FormVersion]:
    """What the caller's open rounds begin with, and what is in force outside them, each version once."""
    now = utcnow()
    rounds = ["", *(view.code for view in list_rounds(session, actor) if view.state != "closed")]
    found = {form.sha256: form for code in rounds for form in forms_in_force(session, now, code)}
    return sorted(found.values(), key=lambda form: (form.form_id, form.version))


def _listed(form: FormVersion, address: str) -> str:
    name = form.title_zh if form.title_zh == form.title_en else f"{form.title_zh} {form.title_en}"
    return (
        f"<xform><formID>{escape(form.form_id)}</formID><name>{escape(name)}</name>"
        f"<version>{escape(form.version)}</version><hash>{md5_of(xform_for_clients(form))}</hash>"
        f"<downloadUrl>{escape(address)}.xml</downloadUrl>"
        f"<manifestUrl>{escape(address)}/manifest</manifestUrl></xform>"
    )


@router.get(f"{KEY}/forms/{{form_id}}/{{version}}.xml", response_class=Response)
@router.get(f"{OPEN}/forms/{{form_id}}/{{version}}.xml", response_class=Response)
def download(form_id: str, version: str, house: TheHouse, actor: Reader) -> Response:
    """One XForm; older versions too, for whoever began with them."""
    with house.db.read() as session:
        content = xform_for_clients(queries.require_form(session, form_id, version))
    return Response(content, headers={"X-OpenRosa-Version": "1.0"}, media_type="text/xml; charset=utf-8")


@router.get(f"{KEY}/forms/{{form_id}}/{{version}}/manifest", response_class=Response)
@router.get(f"{OPEN}/forms/{{form_id}}/{{version}}/manifest", response_class=Response)
def manifest(request: Request, form_id: str, version: str, house: TheHouse, actor: Reader) -> Response:
    """The CSV files of a form, each with its hash; all else stands in the form itself."""
    with house.db.read() as session:
        queries.require_form(session, form_id, version)
        files = queries.files_of(session, form_id, version)
        base = f"{base_of(request, house)}/forms/{form_id}/{version}/files"
        lines = [
            f"<mediaFile><filename>{escape(file.name)}</filename><hash>{md5_of(file.content)}</hash>"
            f"<downloadUrl>{escape(f'{base}/{file.name}')}</downloadUrl></mediaFile>"
            for file in files
        ]
    return xml(f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{"".join(lines)}</manifest>')


@router.get(f"{KEY}/forms/{{form_id}}/{{version}}/files/{{name}}", response_class=Response)
@router.get(f"{OPEN}/forms/{{form_id}}/{{version}}/files/{{name}}", response_class=Response)
def media(form_id: str, version: str, name: str, house: TheHouse, actor: Reader) -> Response:
    """One CSV file of a form, as it was handed in."""
    with house.db.read() as session:
        content = queries.require_file(session, form_id, version, name).content
    return Response(content, headers={"X-OpenRosa-Version": "1.0"}, media_type="text/csv; charset=utf-8")


@router.head(f"{KEY}/submission", response_class=Response)
@router.head(f"{OPEN}/submission", response_class=Response)
def before_submission(request: Request, house: TheHouse, actor: Sender) -> Response:
    """Where to post, and how much at once."""
    headers = {
        "X-OpenRosa-Version": "1.0",
        "X-OpenRosa-Accept-Content-Length": str(ACCEPTED),
        "Location": f"{base_of(request, house)}/submission",
    }
    return Response(status_code=204, headers=headers)


@router.post(f"{KEY}/submission", status_code=201, response_class=Response)
@router.post(f"{OPEN}/submission", status_code=201, response_class=Response)
@takes_up_to(MOST)
async def submit(request: Request, house: TheHouse, actor: Sender) -> Response:
    """Take a submission with its files: 201 once all of it is kept; the same again gives the same."""
    if actor.device_id is None:
        raise Forbidden(*DEVICE_WORDS)
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        return said("请求没有写明长度 Content-Length is missing", 411, "submit_error")
    if int(length) > MOST:
        raise TooLarge("一次提交超过 45 MB,没有保存;请分开发送。", "More than 45 MB at once; send it in parts.")
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
        sheet = form.get("xml_submission_file")
        if not isinstance(sheet, UploadFile):
            raise NoSubmission("没有 xml_submission_file。", "There is no xml_submission_file.")
        instance = read_instance(await sheet.read())
        files: list[tuple[str, BinaryIO]] = [
            (part.filename or name, part.file)
            for name, part in form.multi_items()
            if isinstance(part, UploadFile) and part is not sheet
        ]
        taken = await to_thread.run_sync(take, house, actor, instance, files)
    return said(WORDS[taken.state], 201)
