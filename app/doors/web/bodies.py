"""Reading what was sent, within limits, before anything believes it."""

import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from app.kernel.problems import Problem, TooLarge

Door = TypeVar("Door", bound=Callable[..., Any])
PLAIN_LIMIT = 4 * 2**20
"""Bytes of a body where the door says nothing else: a form or JSON is read whole before anybody asks who sends it."""


def takes_up_to(limit: int) -> Callable[[Door], Door]:
    """Mark a door that takes larger bodies than most, and how large."""

    def mark(door: Door) -> Door:
        door.body_limit = limit  # type: ignore[attr-defined]
        return door

    return mark


class Measured:
    """A request's body on its way to the app: past the limit of its door, the app hears that the caller left."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.size = 0
        self.refusal: TooLarge | None = None

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            limit = getattr(self.scope.get("endpoint"), "body_limit", PLAIN_LIMIT)
            if self.size > limit:
                self.refusal = _too_large(limit)
                return {"type": "http.disconnect"}
        return message


class Unsupported(Problem):
    """An encoding this door does not read."""

    status = 415
    slug = "unsupported-encoding"
    title_zh = "不支持这种编码"
    title_en = "This encoding is not supported"


async def read_limited(request: Request, limit: int) -> bytes:
    """The whole body, or TooLarge as soon as it passes `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


class BadEncoding(Problem):
    """What came says that it is compressed, and cannot be unpacked."""

    status = 400
    slug = "bad-encoding"
    title_zh = "压缩内容已损坏"
    title_en = "The compressed content is broken"
    retry = "later"


async def read_inflated(request: Request, limit: int) -> bytes:
    """The body, unpacked when it came as gzip; TooLarge as soon as it passes `limit` bytes on either side of that."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Unsupported("请不压缩,或用 gzip。", "Send it plain, or as gzip.")
    packed = await read_limited(request, limit)
    return packed if encoding == "identity" else _inflate(packed, limit)


def _inflate(packed: bytes, limit: int) -> bytes:
    """Unpacked within `limit`: a bomb costs no more memory than an honest body."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        data = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise _broken() from error
    if len(data) > limit:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise _broken()
    return data


def _broken() -> BadEncoding:
    return BadEncoding("内容没有保存;手机会重新发送。", "Nothing was kept; the phone sends it again.")


def _too_large(limit: int) -> TooLarge:
    megabytes = limit / 2**20
    return TooLarge(
        f"内容超过 {megabytes:g} MB,没有保存;请分开发送。",
        f"More than {megabytes:g} MiB; nothing was kept. Send it in parts.",
    )


def client_of(request: Request) -> str:
    """The address the request came from (a trusted proxy's word is applied by the server, see README)."""
    return request.client.host if request.client else "unknown"
