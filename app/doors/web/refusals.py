"""From a Problem to an answer: application/problem+json for programs, a page in words for people.

The framework's own refusals (404, 405, 422) come out in the same shape. What breaks unexpectedly is logged by type
and place only, since an exception's text may quote what a person said.
"""

import json
import traceback
from collections.abc import Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.kernel.problems import Fault, Forbidden, Malformed, NotFound, Problem, TooLarge, Unauthenticated, Unavailable

log = structlog.get_logger("ruhu")

PageOfProblem = Callable[[Request, Problem], Response]


class MethodNotAllowed(Problem):
    """The address exists, the verb does not."""

    status = 405
    slug = "method-not-allowed"
    title_zh = "这个地址不支持这种操作"
    title_en = "This address does not take that method"


class Broken(Problem):
    """An exception nobody foresaw; what was sent is not kept and may be sent again."""

    retry = "later"


class DatabaseAway(Unavailable):
    """The database is full, locked, restarting or away: nothing was committed, so nothing was promised."""

    slug = "database-away"
    title_zh = "数据库暂时不可用"
    title_en = "The database is away for the moment"


NO_DATABASE = (OperationalError, InterfaceError, InternalError, PoolTimeout)


def wants_page(request: Request) -> bool:
    """Whether a person in a browser is asking, and not a program."""
    if request.url.path.startswith(("/api/", "/healthz", "/m/")):
        return False
    return "text/html" in request.headers.get("accept", "")


def problem_response(request: Request, problem: Problem) -> Response:
    """The answer for a problem, in the shape its asker can read."""
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    page: PageOfProblem | None = getattr(request.app.state, "page_of_problem", None) if "app" in request.scope else None
    if page is not None and wants_page(request):
        answer = page(request, problem)
        answer.headers.update(headers)
        return answer
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = json.dumps(problem.body(), ensure_ascii=False).encode()
    return Response(body, problem.status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make every way out of the app speak problems."""

    @app.exception_handler(Problem)
    async def of_problem(request: Request, problem: Problem) -> Response:
        return problem_response(request, problem)

    @app.exception_handler(HTTPException)
    async def of_framework(request: Request, error: HTTPException) -> Response:
        return problem_response(request, _from_status(error.status_code))

    @app.exception_handler(RequestValidationError)
    async def of_validation(request: Request, error: RequestValidationError) -> Response:
        faults = tuple(_fault(item) for item in error.errors())
        refusal = Malformed(
            "请求里有填错的项,见 errors;什么也没有改动。", "See errors; nothing was changed.", faults=faults
        )
        return problem_response(request, refusal)


def broken(error: Exception) -> Problem:
    """The answer to an exception nobody foresaw, and the one log line about it.

    A database that is busy, restarting or gone is no fault of the program: the phone waits and comes again.
    """
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("broken", kind=type(error).__name__, place=f"{place.filename.rsplit('/app/', 1)[-1]}:{place.lineno}")
    if isinstance(error, NO_DATABASE):
        return DatabaseAway(
            "数据库暂时不可用,刚才的内容没有保存;手机上的记录都在,稍后会自动重发。",
            "The database does not answer; nothing was kept. Phones keep their records and send again.",
            retry_after=15,
        )
    return Broken("服务内部出错,请稍后再试;手机上的记录都还在。", "Something broke here; try again later.")


def _fault(item: Any) -> Fault:
    pointer = "#/" + "/".join(str(part) for part in item["loc"][1:])
    return Fault(pointer, f"这一项不对({item['type']})", str(item["msg"]))


def _from_status(status: int) -> Problem:
    kinds: dict[int, type[Problem]] = {
        401: Unauthenticated,
        403: Forbidden,
        404: NotFound,
        405: MethodNotAllowed,
        413: TooLarge,
        503: Unavailable,
    }
    return kinds.get(status, Malformed if 400 <= status < 500 else Problem)()
