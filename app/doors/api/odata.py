"""The feed that Excel and Power BI read: `/api/v1/odata/`.

These programs know HTTP Basic: account and a feed key that the account makes on its own page. A password is never taken
here, since it would be stored in workbooks. Scripts come with their bearer token as everywhere.
"""

import base64
import binascii
import json
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from app.doors.web.app_keys import holder_of
from app.doors.web.auth import require_caller
from app.doors.web.house import House, TheHouse
from app.doors.web.refusals import problem_response
from app.kernel.problems import NotFound, Problem, Unauthenticated
from app.papers.exports.feed import FIGURES, ROUNDS, SETS, VISITS, figure_rows, round_rows, visit_rows
from app.papers.exports.odata import EntitySet, answer, metadata, read_query, service_document
from app.registry.people.rules import Actor, reads_answers

PURPOSE = "odata"
LABEL = "OData"
PATH = "/api/v1/odata"
HEADERS = {"OData-Version": "4.0"}


class FeedRoute(APIRoute):
    """A route that asks whoever is not known for account and key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the challenge that these programs understand."""
        handle = super().get_route_handler()

        async def handle_or_ask(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                refusal = problem_response(request, problem)
                if problem.status == 401:
                    refusal.headers["WWW-Authenticate"] = 'Basic realm="Ruhu", charset="UTF-8"'
                return refusal

        return handle_or_ask


router = APIRouter(prefix=PATH, tags=["feed"], route_class=FeedRoute)


def require_reader(request: Request, house: TheHouse) -> Actor:
    """The account behind a feed key, a token or a page session."""
    header = request.headers.get("authorization", "")
    is_basic = header.lower().startswith("basic ")
    actor = _of_basic(header[6:].strip(), house) if is_basic else require_caller(request, house)
    if actor is None or actor.shut_out:
        raise Unauthenticated(
            "请用账号和取数密钥(在“我的账号”里生成),或登录令牌。", "Use account and feed key, or a bearer token."
        )
    request.state.account = actor.account
    return actor


def _of_basic(text: str, house: House) -> Actor | None:
    try:
        account, _, key = base64.b64decode(text, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return None
    with house.db.read() as session:
        actor = holder_of(session, house.keys, PURPOSE, key)
    return actor if actor is not None and actor.account == account.strip().lower() else None


Reader = Annotated[Actor, Depends(require_reader)]


def _json(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, headers=HEADERS, media_type="application/json;odata.metadata=minimal;charset=utf-8")


def _root(house: House) -> str:
    return f"{house.settings.public_url}{PATH}/"


@router.get("/", response_class=Response)
def get_service(house: TheHouse, actor: Reader) -> Response:
    """The tables there are (OData service document)."""
    return _json(service_document(SETS, _root(house)))


@router.get("/$metadata", response_class=Response)
def get_metadata(actor: Reader) -> Response:
    """Their columns and types (CSDL)."""
    return Response(metadata(SETS), headers=HEADERS, media_type="application/xml")


@router.get("/Rounds", response_class=Response)
def get_round_rows(request: Request, house: TheHouse, actor: Reader) -> Response:
    """The rounds the caller may know of."""
    return _table(request, house, actor, ROUNDS)


@router.get("/Figures", response_class=Response)
def get_figure_rows(request: Request, house: TheHouse, actor: Reader) -> Response:
    """Every indicator with its parts by round and place, as the pages show them; `$filter=Round eq '…'` is quick."""
    return _table(request, house, actor, FIGURES)


@router.get("/Visits", response_class=Response)
def get_visit_rows(request: Request, house: TheHouse, actor: Reader) -> Response:
    """Accepted doorsteps without household, place, name or text; for readers of answers within their counties."""
    if not reads_answers(actor):
        raise NotFound("没有这张表,或不在您的范围内。", "No such table within your scope.")
    return _table(request, house, actor, VISITS)


def _table(request: Request, house: House, actor: Actor, entity: EntitySet) -> Response:
    given = dict(request.query_params)
    query, tz = read_query(entity, given), house.settings.tz
    with house.db.read() as session:

        def rows(after: str) -> Iterable[Any]:
            if entity is ROUNDS:
                return round_rows(session, actor, query)
            return (figure_rows if entity is FIGURES else visit_rows)(session, actor, query, tz, after)

        body = answer(entity, rows, query, _root(house), given)
    return _json(body)
