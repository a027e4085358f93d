"""Published questionnaires as the phone fetches them: the exact bytes whose SHA-256 the package names."""

from fastapi import APIRouter
from starlette.responses import Response

from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.problems import NotFound
from app.survey.questionnaires import queries

router = APIRouter(prefix="/api/v1", tags=["forms"])


@router.get("/forms/{form_id}/{version}.json")
def get_form(form_id: str, version: str, house: TheHouse, actor: Caller) -> Response:
    """One immutable form version, compiled."""
    with house.db.read() as session:
        found = queries.get_form(session, form_id, version)
    if found is None:
        raise NotFound("没有这个问卷版本。", "There is no such form version.")
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{found.sha256}"'}
    return Response(found.json, headers=headers, media_type="application/json")
