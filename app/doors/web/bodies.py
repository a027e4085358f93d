"""Reading what was sent, within limits, before anything believes it."""

from starlette.requests import Request

from app.kernel.problems import Problem, TooLarge


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


def _too_large(limit: int) -> TooLarge:
    megabytes = limit / 2**20
    return TooLarge(
        f"内容超过 {megabytes:g} MB,没有保存;请分开发送。",
        f"More than {megabytes:g} MiB; nothing was kept. Send it in parts.",
    )


def client_of(request: Request) -> str:
    """The address the request came from (a trusted proxy's word is applied by the server, see README)."""
    return request.client.host if request.client else "unknown"
