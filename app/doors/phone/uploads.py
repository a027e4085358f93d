"""tus 1.0 (core and creation) under /uploads: pictures of any size, over any line, in as many pieces as it takes.

The address of an upload is its digest and length, the truth is the size of its part file, and the last byte is
followed by fsync, digest and keeping before 204 leaves. Bytes go to disk as they come, so a killed service, a cut
line or a dead battery costs at most the last piece. A newer request ends an older one of the same upload, which may be
a line that died without a word: waiting for it would cost a minute at every hole in the network. Everything about an
upload belongs to the account that began it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from anyio import current_time, move_on_after, sleep, to_thread
from fastapi import APIRouter, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Message

from app.doors.phone.photos import desks, parts_of
from app.doors.web.auth import Sender
from app.doors.web.bodies import takes_up_to
from app.doors.web.house import House, TheHouse
from app.doors.web.refusals import problem_response
from app.kernel.clock import utcnow
from app.kernel.problems import Malformed, NotFound, Problem, TooLarge
from app.registry.people.rules import Actor
from app.survey.photos import service
from app.survey.photos.parts import Part, PartLocked, PartName, WrongOffset
from app.survey.photos.problems import DigestMismatch, PictureRefused
from app.survey.photos.rules import MAX_BYTES, is_digest

TUS = "1.0.0"
PIECE = 2**16
"""Bytes that may wait in memory before they go to disk."""

_PIECE_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):", re.ASCII)

SILENCE_SECONDS = 60
"""A line that brings nothing for so long is dead, and its lock is given back."""

TICK_SECONDS = 0.2
"""How often a request that waits for bytes looks whether a newer one knocked."""

KNOCK_SECONDS = 2.0
"""How long a newer request waits for the older one to give way."""


class WrongTus(Problem):
    """Another version of the protocol than ours."""

    status = 412
    slug = "tus-version"
    title_zh = "不支持这个上传协议版本"
    title_en = "This version of the upload protocol is not supported"


class WrongType(Problem):
    """A piece that does not say it is one."""

    status = 415
    slug = "upload-type"
    title_zh = "上传内容的类型不对"
    title_en = "The piece has the wrong type"


class WrongPiece(DigestMismatch):
    """The piece came whole and is not what its Content-Digest says; the upload goes on from where it began."""

    status = 460
    slug = "upload-piece"


class WrongChecksum(DigestMismatch):
    """All bytes are here and they are not the announced ones: the upload is gone and begins anew."""

    status = 460
    slug = "upload-checksum"


class TusRoute(APIRoute):
    """Every answer of these routes, refusals too, says which protocol it speaks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                if request.method != "OPTIONS" and request.headers.get("tus-resumable") != TUS:
                    raise WrongTus("请用 Tus-Resumable: 1.0.0。", "Send Tus-Resumable: 1.0.0.")
                response = await inner(request)
            except Problem as problem:
                response = problem_response(request, problem)
                response.headers["Cache-Control"] = "no-store"
            response.headers["Tus-Resumable"] = TUS
            response.headers["Tus-Version"] = TUS
            return response

        return handle


router = APIRouter(prefix="/api/v1/uploads", tags=["photos"], route_class=TusRoute)


@router.options("", status_code=204, response_class=Response)
def options(_actor: Sender) -> Response:
    """What this server speaks."""
    return Response(status_code=204, headers={"Tus-Extension": "creation", "Tus-Max-Size": str(MAX_BYTES)})


@router.post("", status_code=201, response_class=Response)
def create(
    house: TheHouse,
    actor: Sender,
    upload_length: Annotated[str, Header()] = "",
    upload_metadata: Annotated[str, Header()] = "",
) -> Response:
    """Begin an upload, or find again the one that was begun; 404 unless a kept record announced the digest."""
    name = PartName(_digest_in(upload_metadata), _length_in(upload_length))
    targets = service.require_targets(house.db, actor.account_id, name.sha256)
    if service.is_kept(targets):
        offset = name.length
        reason = next((target.reason for target in targets if target.reason), None)
        if reason is not None:
            raise PictureRefused(reason)
    else:
        offset = parts_of(house).create(actor.account_id, name)
        if offset >= name.length:
            offset = _finish_waiting(house, actor, name)
    return Response(status_code=201, headers={"Location": f"{router.prefix}/{name}", "Upload-Offset": str(offset)})


@router.head("/{upload_id}", response_class=Response)
async def head(upload_id: str, house: TheHouse, actor: Sender) -> Response:
    """How far the upload is, once an older request has put down what it holds. What is whole is kept first."""
    name = PartName.parse(upload_id)
    size = await run_in_threadpool(parts_of(house).size, actor.account_id, name)
    if size is None:
        size = await run_in_threadpool(_kept_length, house, actor, name)
    else:
        part = await _take(house, actor, name)
        size = await run_in_threadpool(_settle, house, actor, name, part)
    headers = {"Upload-Offset": str(size), "Upload-Length": str(name.length), "Cache-Control": "no-store"}
    return Response(headers=headers)


def _kept_length(house: House, actor: Actor, name: PartName) -> int:
    """The whole length where the picture is kept already; else there is no such upload."""
    targets = service.require_targets(house.db, actor.account_id, name.sha256)
    if not service.is_kept(targets):
        raise NotFound("没有这个上传,请重新开始。", "There is no such upload; begin anew.")
    return name.length


@router.patch("/{upload_id}", status_code=204, response_class=Response)
@takes_up_to(MAX_BYTES)
async def patch(
    upload_id: str,
    request: Request,
    house: TheHouse,
    actor: Sender,
    upload_offset: Annotated[str, Header()] = "",
    content_type: Annotated[str, Header()] = "",
    content_digest: Annotated[str, Header()] = "",
) -> Response:
    """Append from the offset on; with the last byte the picture is checked and kept, then 204.

    `Content-Digest: sha-256=:…:` (RFC 9530) lets a piece that changed on its way be found at once; other algorithms
    are passed over, as the standard asks.
    """
    if content_type != "application/offset+octet-stream":
        raise WrongType("应为 application/offset+octet-stream。", "Send application/offset+octet-stream.")
    name = PartName.parse(upload_id)
    wanted = _piece_digest(content_digest)
    part = await _take(house, actor, name)
    try:
        _require_offset(part, upload_offset)
        start = part.size
        came = await _append_all(request, part, name)
        if came is not None and wanted is not None and came != wanted:
            await run_in_threadpool(part.cut_back, start)
            raise WrongPiece("照片的一段在传输中变了样,将重传这一段。", "A piece changed on its way; it goes again.")
        if part.size == name.length:
            await to_thread.run_sync(_finish, house, actor, name, part, limiter=desks)
        size = part.size
    finally:
        part.close()
    return Response(status_code=204, headers={"Upload-Offset": str(size)})


async def _take(house: House, actor: Actor, name: PartName) -> Part:
    """The part for this request; an older request that holds it is asked to give way."""
    parts, until = parts_of(house), current_time() + KNOCK_SECONDS
    while True:
        try:
            return await run_in_threadpool(parts.lock, actor.account_id, name)
        except PartLocked:
            if current_time() > until:
                raise
            await run_in_threadpool(parts.knock, actor.account_id, name)
            await sleep(TICK_SECONDS / 4)


def _require_offset(part: Part, offset: str) -> None:
    if not (offset.isascii() and offset.isdigit()) or int(offset) != part.size:
        raise WrongOffset(f"应从第 {part.size} 字节继续。", f"Go on from byte {part.size}.")


async def _append_all(request: Request, part: Part, name: PartName) -> bytes | None:
    """Write what comes, in pieces, until the line ends, falls silent, gives way or brings more than was said.

    Returns the SHA-256 of a piece that came whole; None when the line broke in its middle.
    """
    room = name.length - part.size
    waiting = bytearray()
    seen = hashlib.sha256()
    is_whole = True
    try:
        async for chunk in _chunks(request, part):
            seen.update(chunk)
            if len(waiting) + len(chunk) > room:
                raise TooLarge("内容超过声明的长度,多出的没有保存。", "More bytes than the upload's length.")
            waiting += chunk
            if len(waiting) >= PIECE:
                await run_in_threadpool(part.append, bytes(waiting))
                room -= len(waiting)
                waiting.clear()
    except (ClientDisconnect, TimeoutError):
        is_whole = False  # what came is kept; the phone asks for the offset and goes on
    if waiting:
        await run_in_threadpool(part.append, bytes(waiting))
    return seen.digest() if is_whole else None


async def _chunks(request: Request, part: Part) -> AsyncIterator[bytes]:
    """The body as it comes. TimeoutError: nothing came for too long, or a newer request wants the part."""
    heard = current_time()
    while True:
        message: Message | None = None
        with move_on_after(TICK_SECONDS):
            message = await request.receive()
        if message is None:
            if part.is_asked_for or current_time() - heard > SILENCE_SECONDS:
                raise TimeoutError
            continue
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        heard = current_time()
        if not message.get("more_body", False):
            return
        if part.is_asked_for:
            raise TimeoutError


def _finish_waiting(house: House, actor: Actor, name: PartName) -> int:
    """Keep an upload that was whole when the service died; returns its offset."""
    return _settle(house, actor, name, parts_of(house).lock(actor.account_id, name))


def _settle(house: House, actor: Actor, name: PartName, part: Part) -> int:
    """How far the part is; one that is whole is kept before it is called so."""
    try:
        if part.size >= name.length:
            _finish(house, actor, name, part)
        return min(part.size, name.length)
    finally:
        part.close()


def _finish(house: House, actor: Actor, name: PartName, part: Part) -> None:
    part.sync()
    try:
        service.deposit(house.db, house.store, actor.account_id, name.sha256, part.path, utcnow())
    except PictureRefused:
        part.discard()
        raise
    except DigestMismatch:
        part.discard()
        raise WrongChecksum("照片在传输中变了样,将从头重传。", "The photo changed on its way; begin anew.") from None
    part.discard()


def _piece_digest(header: str) -> bytes | None:
    """The SHA-256 in a Content-Digest (RFC 9530, a structured dictionary of byte sequences); None without one."""
    found = _PIECE_DIGEST.search(header)
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raise Malformed("Content-Digest 格式有误。", "Content-Digest is malformed.") from None


def _length_in(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Malformed("缺少 Upload-Length。", "Upload-Length is missing or no number.")
    if int(text) > MAX_BYTES:
        raise TooLarge("照片不能超过 20 MB。", "A photo has at most 20 MB.")
    return int(text)


def _digest_in(metadata: str) -> str:
    """The `sha256` of Upload-Metadata: hex in base64 as tus has it, or plain hex."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key != "sha256":
            continue
        text = value.strip()
        if not is_digest(text):
            try:
                text = base64.b64decode(text, validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                text = ""
        if is_digest(text):
            return text
    raise Malformed("Upload-Metadata 里缺少 sha256。", "Upload-Metadata names no sha256.")
