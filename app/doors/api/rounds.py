"""Rounds over the wire: open, freeze, draw, look, assign, close, and the satisfaction by county (contract, Rounds).

Thin: read the body, call the rounds room, shape the answer. Every write has committed before the answer leaves.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.doors.settle import void_draw
from app.doors.web.auth import Caller, CityOfficer
from app.doors.web.house import House, TheHouse
from app.figures.frozen.queries import get_frozen
from app.figures.frozen.service import close_and_freeze
from app.figures.indicators import queries as indicators
from app.figures.indicators.round_figures import figures_of
from app.figures.indicators.yc2017 import INDICATORS, SCHEME
from app.findings.inspections import queries as inspections
from app.findings.inspections.visited import interviewed_units
from app.kernel.clock import rfc3339
from app.kernel.db.base import HOME
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.ceremony import sign_commitment
from app.survey.rounds.claims import Terms
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_draws
from app.survey.rounds.published import list_published
from app.survey.rounds.record import FRAME_HEADER, ceremony_of, record_text, signed
from app.survey.rounds.service import DEFAULT_QUOTA
from app.survey.rounds.void_note import get_void_note

router = APIRouter(prefix="/api/v1", tags=["rounds"])

Name = Annotated[str, Field(max_length=200)]
Pair = Annotated[list[int], Field(min_length=2, max_length=2)]


class QuotaIn(BaseModel):
    """Fewest and most households to visit in a county."""

    poor: Pair = Field(default_factory=lambda: list(DEFAULT_QUOTA["poor"]))
    non_poor: Pair = Field(default_factory=lambda: list(DEFAULT_QUOTA["non_poor"]))


class RoundIn(BaseModel):
    """A new round."""

    code: Name
    name: Name
    kind: Literal["regular", "joint"] = "regular"
    starts_on: date
    ends_on: date
    counties: Annotated[list[Name], Field(max_length=1000)]
    quota: QuotaIn = Field(default_factory=QuotaIn)


class SizeIn(BaseModel):
    """Main sample of each stratum in each county."""

    poor: int
    non_poor: int


class ExclusionIn(BaseModel):
    """A household known to be out of reach of any visit, and why."""

    unit: Name
    reason: Name


class FrameIn(BaseModel):
    """As of which day the list stands, where it came from, who exported it."""

    as_of: Name
    origin: Name
    exported_by: Name


class FreezeIn(BaseModel):
    """What is fixed before the dice: the source of the seed, the sample sizes, the exclusions.

    `per_county`: every county is a draw of its own, all committed to at one instant. `counties`: only these.
    `covert`: an id of its own, outside witnesses, and nothing public before the close. `guided`: no seed before the
    commitment has been signed.
    """

    source: Name
    n: SizeIn
    exclusions: Annotated[list[ExclusionIn], Field(max_length=10_000)] = Field(default_factory=list)
    frame: FrameIn | None = None
    counties: Annotated[list[Name], Field(max_length=1000)] | None = None
    per_county: bool = False
    covert: bool = False
    guided: bool = False
    plan: dict[str, Any] | None = None


class SignerIn(BaseModel):
    """Somebody who signed the commitment on paper."""

    name: Name
    party: Name


class SigningIn(BaseModel):
    """Who signed the commitment and where, and what the parties of a PARTY source handed in."""

    signers: Annotated[list[SignerIn], Field(max_length=50)]
    place: Name
    pledges: Annotated[list[Name], Field(max_length=20)] = Field(default_factory=list)
    draw: Name | None = None


class DrawIn(BaseModel):
    """The seed's parts in the announced order, and who saw them; `draw` where several stand in the round."""

    parts: Annotated[list[Name], Field(max_length=20)]
    witnesses: Annotated[list[Any], Field(max_length=50)] = Field(default_factory=list)
    draw: Name | None = None
    thrown: dict[str, Name] = Field(default_factory=dict)


class VoidIn(BaseModel):
    """Why a draw is void and who asked for it."""

    reason: Annotated[str, Field(max_length=2000)]
    asked_by: Name | None = None
    draw: Name | None = None


class AssignmentIn(BaseModel):
    """Whose household it is; null takes it back."""

    account: Name | None


@router.get("/rounds")
def get_rounds(house: TheHouse, actor: Caller) -> dict[str, Any]:
    """The rounds this account may know of, newest first."""
    with house.db.read() as session:
        return {"items": [view.as_dict() for view in queries.list_rounds(session, actor)]}


@router.post("/rounds", status_code=201)
def post_round(body: RoundIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Open a round."""
    with house.db.write(HOME) as session:
        service.open_round(
            session,
            actor,
            code=body.code,
            name=body.name,
            kind=body.kind,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            counties=body.counties,
            quota=body.quota.model_dump(),
        )
    return _round(house, actor, body.code)


@router.get("/rounds/{code}")
def get_round(code: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """One round."""
    return _round(house, actor, code)


def _round(house: House, actor: Actor, code: str) -> dict[str, Any]:
    with house.db.read() as session:
        return queries.get_round(session, actor, code).as_dict()


@router.post("/rounds/{code}/freeze", status_code=201)
def post_freeze(code: str, body: FreezeIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Freeze the frame; the commitment that witnesses sign before the seed."""
    terms = Terms(
        body.source,
        [each.model_dump() for each in body.exclusions],
        covert=body.covert,
        guided=body.guided,
        frame=body.frame.model_dump() if body.frame else None,
        plan=body.plan,
        visited=interviewed_units,
    )
    done = freeze_draws(
        house.db, actor, code, terms, n=body.n.model_dump(), counties=body.counties, per_county=body.per_county
    )
    return done[0].as_dict() if not body.per_county else {"draws": [each.as_dict() for each in done]}


@router.post("/rounds/{code}/signers", status_code=201)
def post_signers(code: str, body: SigningIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Write down who signed the commitment; before the seed, and once."""
    with house.db.write(HOME) as session:
        draw = sign_commitment(
            session,
            actor,
            code,
            signers=[each.model_dump() for each in body.signers],
            place=body.place,
            pledges=body.pledges,
            draw_id=body.draw,
        )
        return {"draw": draw.id, **ceremony_of(draw)}


@router.post("/rounds/{code}/void", status_code=201)
def post_void(code: str, body: VoidIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Void a draw with its reason; it stays, and the next has the next number."""
    draw = void_draw(house, actor, code, body.reason, draw_id=body.draw, asked_by=body.asked_by)
    return {"draw": draw.id, "reason": draw.void_reason, "voided_at": draw.voided_at and rfc3339(draw.voided_at)}


@router.get("/rounds/{code}/void-note")
def get_note(code: str, draw: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Why a draw was voided, by whom and at whose word, signed like a record; the city alone."""
    with house.db.read() as session:
        return get_void_note(session, house.keys, actor, code, draw)


@router.post("/rounds/{code}/draw", status_code=201)
def post_draw(code: str, body: DrawIn, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """Draw with the seed's parts; the signed record."""
    return draw_sample(
        house.db,
        house.keys,
        actor,
        code,
        parts=body.parts,
        witnesses=body.witnesses,
        draw_id=body.draw,
        thrown=body.thrown,
    )


@router.get("/rounds/{code}/draw")
def get_draw(code: str, house: TheHouse, actor: Caller, draw: Name | None = None) -> dict[str, Any]:
    """The signed record: the city at any time, desks after the close; `draw` where several stand."""
    with house.db.read() as session:
        return signed(queries.get_draw_record(session, actor, code, draw))


@router.get("/rounds/{code}/draw.json")
def get_draw_file(code: str, house: TheHouse, actor: Caller, draw: Name | None = None) -> Response:
    """The record as a file for `ruhu draw-verify` and the page /verify."""
    with house.db.read() as session:
        text = record_text(queries.get_draw_record(session, actor, code, draw))
    return _file(text, f"{draw or code}-record.json", "application/json")


@router.get("/rounds/{code}/frame")
def get_frame(
    code: str, house: TheHouse, actor: Caller, stratum: Name | None = None, draw: Name | None = None
) -> Response:
    """The frozen frame as CSV `stratum,unit,registered_id`, within the reader's scope."""
    with house.db.read() as session:
        rows = list(queries.frame_rows(session, actor, code, stratum, draw))
    return StreamingResponse(
        _csv_lines(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{draw or code}-frame.csv"'},
    )


def _csv_lines(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FRAME_HEADER)
    for start in range(0, len(rows), 1000):
        writer.writerows(rows[start : start + 1000])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _file(text: str, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, media_type=media_type)


@router.get("/commitments")
def get_commitments(house: TheHouse) -> dict[str, Any]:
    """All commitments, for anybody: id, source, commitment and time; digests after the close. No sign-in."""
    with house.db.read() as session:
        return {"items": [each.as_dict() for each in list_published(session)]}


@router.get("/rounds/{code}/sample")
def get_sample(code: str, house: TheHouse, actor: Caller, county: Name | None = None) -> dict[str, Any]:
    """The drawn households by stratum and rank with their states."""
    with house.db.read() as session:
        rows = queries.list_samples(session, actor, code, county)
        doors = inspections.doors_of(session, rows, house.settings.tz)
    return {"items": [door.item.as_dict() for door in doors]}


@router.put("/samples/{sample_id}/assignment")
def put_assignment(sample_id: str, body: AssignmentIn, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Give a household to an inspector of its county's team."""
    with house.db.read() as session:
        county_id = queries.get_sample(session, actor, sample_id).county_id
    with house.db.write(county_id) as session:
        row = service.assign(session, actor, sample_id, body.account)
    return {"sample_id": row.sample_id, "assigned_to": row.assigned_to}


@router.post("/rounds/{code}/close")
def post_close(code: str, house: TheHouse, actor: CityOfficer) -> dict[str, Any]:
    """End the round: its results may be read by the counties, each its own."""
    with house.db.write(HOME) as session:
        close_and_freeze(session, actor, code, house.settings.tz)
    return _round(house, actor, code)


@router.get("/rounds/{code}/satisfaction")
def get_satisfaction(code: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Each county's satisfaction with the village task force, the helper and the results of help against 90 %."""
    with house.db.read() as session:
        return indicators.satisfaction(session, actor, code, house.settings.tz)


MOST_COUNTIES = 10
"""Counties in one answer of figures: all forty indicators of so many are a quarter of a megabyte."""


@router.get("/rounds/{code}/indicators", response_model=dict[str, Any])
def get_indicators(
    code: str,
    house: TheHouse,
    actor: Caller,
    only: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[str, Query(max_length=6)] = "",
) -> JSONResponse:
    """All indicators of the scheme by county and for the city; `only=I01,I07` gives these. Read as satisfaction is.

    The city and the first ten counties; `next` gives the address of those that follow, null behind the last.
    """
    wanted = None if only is None else [each for each in only.split(",") if each in INDICATORS]
    with house.db.read() as session:
        page, last = figures_of(session, actor, code, house.settings.tz, codes=wanted).page(after, MOST_COUNTIES)
        body = page.as_dict()
    asked = urlencode({**({"only": only} if only is not None else {}), "after": last})
    path = f"/api/v1/rounds/{quote(code)}/indicators"
    return JSONResponse({**body, "next": f"{path}?{asked}" if last else None})


@router.get("/indicators")
def get_scheme(_actor: Caller) -> dict[str, Any]:
    """The scheme: what each indicator counts, leaves out and is compared with, and where that comes from."""
    return {"scheme": SCHEME, "items": [line.as_dict() for line in INDICATORS.values()]}


@router.get("/rounds/{code}/results")
def get_results(code: str, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """The table frozen at the close with its hash, and beside it every figure that is another one today."""
    with house.db.read() as session:
        return get_frozen(session, actor, code, house.settings.tz).as_dict()
