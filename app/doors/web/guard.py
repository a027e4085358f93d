"""Middleware around every route: security headers, CSRF by fetch metadata, the size of bodies, one log line a request.

CSRF (scale-security B): an unsafe request that carries our cookie must come from our own pages. Sec-Fetch-Site says
so; where it is absent (plain http elsewhere) Origin must be ours. Bearer requests carry no ambient authority.
The log names the route, not the address: no ids of households, no query strings, no names.
"""

import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.doors.web.bodies import Measured
from app.doors.web.refusals import broken, problem_response
from app.kernel.problems import Forbidden
from app.kernel.settings import Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
CSP_WITH_FRAME = CSP.replace("frame-ancestors", "frame-src 'self'; frame-ancestors")
"""For a page that shows another page of ours in a frame: the office's look at a questionnaire."""
FRAMED = {"Content-Security-Policy": CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
          "X-Frame-Options": "SAMEORIGIN"}  # fmt: skip
"""For that other page: the phone app's preview, which keeps and sends nothing."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
log = structlog.get_logger("ruhu")


class CrossSite(Forbidden):
    """An unsafe request that another site made the browser send."""

    slug = "cross-site"
    title_zh = "请求不是从本系统页面发出的"
    title_en = "The request did not come from a page of this service"


def is_own_request(method: str, headers: Headers, *, cookie_name: str, public_url: str) -> bool:
    """Whether a request may act with the browser's cookie (OWASP: fetch metadata, then Origin)."""
    if method in SAFE_METHODS or headers.get("authorization", "").lower().startswith("bearer "):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return origin == public_url or (_is_loopback_url(public_url) and origin == f"http://{headers.get('host')}")
    return f"{cookie_name}=" not in headers.get("cookie", "")


def _is_preview(scope: Scope) -> bool:
    return bool(scope["path"] == "/m/" and scope.get("query_string", b"").startswith(b"preview="))


def _is_loopback_url(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.fixed = {
            "Content-Security-Policy": CSP,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
            "X-Frame-Options": "DENY",
        }
        if settings.is_https:
            self.fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:12]
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if _is_preview(scope):
                    headers.update(FRAMED)
                for name, value in self.fixed.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = request_id
            await send(message)

        body = Measured(scope, receive)

        async def send_unless_refused(message: Message) -> None:
            if body.refusal is None or status:
                await send_guarded(message)

        try:
            if self._is_own(scope):
                await self.app(scope, body, send_unless_refused)
            else:
                refusal = CrossSite(
                    "请回到本系统页面重新操作;什么也没有改动。", "Go back to our page; nothing was changed."
                )
                await problem_response(Request(scope), refusal)(scope, receive, send_guarded)
        except Exception as error:
            refusal_of_fault = body.refusal or broken(error)
            if status == 0:
                await problem_response(Request(scope), refusal_of_fault)(scope, receive, send_guarded)
        else:
            if body.refusal is not None and status == 0:
                await problem_response(Request(scope), body.refusal)(scope, receive, send_guarded)
        finally:
            _log(scope, request_id, status, time.perf_counter() - started)

    def _is_own(self, scope: Scope) -> bool:
        return is_own_request(
            scope["method"],
            Headers(scope=scope),
            cookie_name=self.settings.cookie_name,
            public_url=self.settings.public_url,
        )


def _log(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    state: dict[str, Any] = scope.get("state", {})
    route = scope.get("route")
    log.info(
        "request",
        id=request_id,
        method=scope["method"],
        route=getattr(route, "path", "-"),
        status=status,
        ms=round(seconds * 1000, 1),
        account=state.get("account", "-"),
    )
