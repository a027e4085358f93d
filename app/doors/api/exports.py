"""The records of a round as one CSV, sent while it is read."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.kernel import audit
from app.kernel.db.base import HOME
from app.papers.exports.records import Plan, plan_of, rows_of
from app.papers.exports.sheets import csv_bytes
from app.survey.rounds import queries

router = APIRouter(prefix="/api/v1", tags=["figures"])

CSV = "text/csv; charset=utf-8"


@router.get("/rounds/{code}/records.csv", response_class=StreamingResponse)
def get_records(
    code: str, house: TheHouse, actor: Caller, form: Annotated[str, Query(max_length=64)] = "q1_poor"
) -> StreamingResponse:
    """The accepted records of one form in the order of their arrival, one a line, in UTF-8 with a byte-order mark.

    Of the counties and draws that the caller may see, for readers of answers; taking it is written into the audit
    chain. A correction is a line of its own that names what it `corrects`.
    """
    with house.db.read() as session:
        view = queries.get_round(session, actor, code)
        plan = plan_of(session, actor, view, form)
    with house.db.write(HOME) as session:
        audit.write(session, "records.exported", f"{code} {form}", actor=actor.account)
    headers = {"Content-Disposition": f'attachment; filename="{code}-{form}.csv"'}
    return StreamingResponse(_lines(house, plan), media_type=CSV, headers=headers)


def _lines(house: House, plan: Plan) -> Iterator[bytes]:
    yield from csv_bytes(plan.head, rows_of(house.db.read, plan))
