"""An officer brings in a phone's sealed export: receiving, by another road.

The file is opened with the service's key, and what is in it goes through the same use case as a sync: same checks, same
receipts, same quarantine, in the name of the account that sealed it. Importing twice, or syncing later, changes
nothing. A file that was cut gives what came before the cut, and the page says so.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, BinaryIO

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

from app.doors.desk.frame import Crumb, Refusal, in_words, show, voice_of
from app.doors.desk.imports_file import (
    EndFrame,
    FileCut,
    Head,
    NotAnExport,
    PictureFrame,
    RecordFrame,
    cipher_for,
    frames,
    read_head,
)
from app.doors.desk.words import Voice
from app.doors.intake import receive
from app.doors.web.auth import CityOfficer, allow
from app.doors.web.bodies import takes_up_to
from app.doors.web.house import House, TheHouse
from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import Malformed, Problem, TooLarge
from app.registry.people.models import Role
from app.registry.people.queries import actor_from, find_account, list_devices
from app.registry.people.rules import Actor
from app.survey.photos import service as photos
from app.survey.photos.parts import Parts
from app.survey.records.queries import own_op_ids
from app.survey.records.rules import Envelope, SealedOp, read_envelope

router = APIRouter(include_in_schema=False)

MAX_FILE = 2**30
FORM_ROOM = 64 * 1024
AT_ONCE = 50

Officer = Annotated[Actor, Depends(allow(Role.CITY_OFFICER))]


class NoFile(Malformed):
    """The form came without its file."""

    slug = "no-file"
    title_zh = "没有选择文件"
    title_en = "No file was chosen"


@dataclass(frozen=True)
class Fact:
    """One figure of the result."""

    label: str
    value: str


@dataclass(frozen=True)
class ImportsPage:
    """The form, and what came of the file just given."""

    problem: Refusal | None = None
    source: str = ""
    facts: Sequence[Fact] = ()
    is_cut: bool = False
    has_held: bool = False


@dataclass
class Tally:
    """What came of a file."""

    head: Head
    counts: Counter[str]
    is_cut: bool = False


@router.get("/imports")
def imports_page(request: Request, actor: Officer) -> HTMLResponse:
    """The form."""
    return _show(request, actor, ImportsPage())


@router.post("/imports")
@takes_up_to(MAX_FILE + FORM_ROOM)
async def post_imports(request: Request, house: TheHouse, actor: CityOfficer) -> Response:
    """Take the file and import it; the answer says what came of every record and picture."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > MAX_FILE + FORM_ROOM:
        raise TooLarge("文件超过1 GB,没有收下。", "Over 1 GB; not taken.")
    async with request.form(max_files=1, max_fields=4) as form:
        return await to_thread.run_sync(_take, request, house, actor, form)


def _take(request: Request, house: House, actor: Actor, form: FormData) -> Response:
    voice = voice_of(request)
    upload = form.get("file")
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise NoFile(Voice("zh")("imp_no_file"), Voice("en")("imp_no_file"))
        upload.file.seek(0)
        tally = import_file(house, actor, upload.file)
    except Problem as problem:
        refusal = in_words(problem, voice.lang).problem
        return _show(request, actor, ImportsPage(problem=refusal), problem.status)
    names = ("new", "known", "held", "conflict", "photos_new", "photos_known", "photos_bad")
    facts = [Fact(voice(f"imp_{name}"), f"{tally.counts[name]:,}") for name in names]
    source = voice("imp_from", account=tally.head.account, at=tally.head.made_at[:16].replace("T", " "))
    return _show(request, actor, ImportsPage(None, source, facts, tally.is_cut, tally.counts["held"] > 0))


def _show(request: Request, actor: Actor, page: ImportsPage, status: int = 200) -> HTMLResponse:
    title = voice_of(request)("imp_title")
    return show(
        request, "imports.html", page, title=title, at="imports", crumbs=[Crumb(title)], actor=actor, status=status
    )


def import_file(house: House, officer: Actor, file: BinaryIO) -> Tally:
    """Receive everything in an export; raises NotAnExport before anything was kept."""
    head = read_head(file)
    cipher = cipher_for(house.keys, head)
    sender = _sender(house, head)
    tally = Tally(head, Counter())
    waiting: list[SealedOp] = []
    try:
        for frame in frames(file, cipher, head):
            match frame:
                case RecordFrame(op):
                    waiting += _read_op(head, op)
                    if len(waiting) >= AT_ONCE:
                        _receive(house, sender, tally, waiting)
                case PictureFrame():
                    _receive(house, sender, tally, waiting)  # its record must be here before it
                    _deposit(house, sender, tally, frame)
                case EndFrame():
                    break
    except FileCut:
        tally.is_cut = True
    _receive(house, sender, tally, waiting)
    with house.db.write(HOME) as session:
        audit.write(
            session, "export.imported", str(head.export_id), actor=officer.account,
            account=sender.account, device=str(head.device_id), cut=tally.is_cut, **tally.counts,
        )  # fmt: skip
    return tally


def _sender(house: House, head: Head) -> Actor:
    """Who sealed it; shut out where the account or the device is, so that its records wait for a person."""
    with house.db.read() as session:
        account = find_account(session, head.account)
        if account is None:
            raise NotAnExport(Voice("zh")("imp_no_account"), Voice("en")("imp_no_account"))
        actor = actor_from(account, head.device_id)
        revoked = any(each.id == head.device_id and each.revoked_at for each in list_devices(session, account.id))
    if account.disabled_at or revoked:
        return replace(actor, shut_out="account" if account.disabled_at else "device")
    return actor


def _read_op(head: Head, op: object) -> Sequence[SealedOp]:
    """The op by the very rules of the envelope; a malformed one ends what can be believed."""
    found = read_envelope(json.dumps({"device_id": str(head.device_id), "ops": [op]}).encode())
    if not isinstance(found, Envelope):
        raise FileCut("op")
    return found.ops


def _receive(house: House, sender: Actor, tally: Tally, waiting: list[SealedOp]) -> None:
    if not waiting:
        return
    with house.db.read() as session:
        before = own_op_ids(session, sender.account_id, [op.op_id for op in waiting])
    for result in receive(house, sender, Envelope(tally.head.device_id, tuple(waiting))):
        state = str(result["state"])
        is_known = any(str(op_id) == result["op_id"] for op_id in before)
        tally.counts["conflict" if state == "conflict" else "known" if is_known else "new"] += 1
        if state == "quarantined" and not is_known:
            tally.counts["held"] += 1
    waiting.clear()


def _deposit(house: House, sender: Actor, tally: Tally, picture: PictureFrame) -> None:
    """Keep one picture; what cannot be taken is counted and never stops the others."""
    try:
        with Parts(house.settings.data / "uploads").hold(picture.data) as path:
            is_new = photos.deposit(house.db, house.store, sender.account_id, picture.sha256, path, utcnow())
        tally.counts["photos_new" if is_new else "photos_known"] += 1
    except Problem:
        tally.counts["photos_bad"] += 1
