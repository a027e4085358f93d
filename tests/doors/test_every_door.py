"""Every route, tried by the stranger, the neighbour county, the wrong role and the rightful user.

The table below must name every route of the app: a new door without a line here fails. Before the close of a round
its teams and the city alone may learn who was drawn; after it a county's desk reads its own county.
"""

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI

from tests.cast import PASSWORD, PEOPLE, ROUND, World

EVERYBODY = frozenset(PEOPLE)
CITY = frozenset({"city", "leaders", "auditor", "admin"})
TEAM = frozenset({"lin", "song"})
READERS = (CITY - {"admin"}) | TEAM
"""May read answers of 兴庆区 before the close."""
NEIGHBOURS = ("fang", "jin")
DESKS = frozenset({"city", "leaders", "auditor", "discipline", "xing"})
"""May read the register of 兴庆区."""

PUBLISHED = CITY | TEAM | {"fang", "jin", "xing", "discipline"}
"""Read the whole draw record after the close."""

API, PAGE = "application/json", "text/html"


@dataclass(frozen=True)
class Door:
    """One route, a way to try it on things of 兴庆区, and who may pass before the close."""

    path: str
    may: frozenset[str]
    body: Any = None
    form: dict[str, str] | None = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    closed: frozenset[str] | None = None
    """Who may pass after the close, where that differs."""
    own: bool = True
    """Whether the thing belongs to 兴庆区, so that neighbours must find nothing (404)."""
    is_stream: bool = False
    """Whether the answer goes on until the service ends, which is therefore told to end."""


def doors(place: dict[str, str]) -> dict[str, Door]:
    """METHOD template → how to try it."""
    code, sample, op, photo = ROUND, place["sample"], place["op"], place["photo"]
    after = READERS | {"admin", "discipline", "xing"}
    envelope = {"device_id": str(uuid.uuid4()), "ops": []}
    city = frozenset({"city"})
    version = place["form"].replace("/api/v1/forms", "/questionnaires").removesuffix(".json")
    return {
        "GET /api/v1/rounds": Door("/api/v1/rounds", EVERYBODY, own=False),
        "POST /api/v1/rounds": Door("/api/v1/rounds", city, body={"code": "X"}, own=False),
        "GET /api/v1/rounds/{code}": Door(
            f"/api/v1/rounds/{code}", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "POST /api/v1/rounds/{code}/freeze": Door(f"/api/v1/rounds/{code}/freeze", city, body={}, own=False),
        "POST /api/v1/rounds/{code}/draw": Door(f"/api/v1/rounds/{code}/draw", city, body={"parts": ["1"]}, own=False),
        "POST /api/v1/rounds/{code}/signers": Door(
            f"/api/v1/rounds/{code}/signers", city, body={"signers": [], "place": "县政府"}, own=False
        ),
        "POST /api/v1/rounds/{code}/void": Door(f"/api/v1/rounds/{code}/void", city, body={"reason": "x"}, own=False),
        "GET /api/v1/rounds/{code}/draw": Door(
            f"/api/v1/rounds/{code}/draw", CITY, closed=PUBLISHED, own=False
        ),
        "GET /api/v1/rounds/{code}/draw.json": Door(
            f"/api/v1/rounds/{code}/draw.json", CITY, closed=PUBLISHED, own=False
        ),
        "GET /api/v1/rounds/{code}/frame": Door(
            f"/api/v1/rounds/{code}/frame?stratum=640104-P", CITY | TEAM, closed=after
        ),
        "GET /api/v1/rounds/{code}/sample": Door(
            f"/api/v1/rounds/{code}/sample?county=640104", CITY | TEAM, closed=after
        ),
        "PUT /api/v1/samples/{sample_id}/assignment": Door(
            f"/api/v1/samples/{sample}/assignment", frozenset({"city", "song"}), body={"account": "lin"}
        ),
        "POST /api/v1/rounds/{code}/close": Door(f"/api/v1/rounds/{code}/close", city, own=False),
        # No draw of the cast is void (test_pages_draw reads the note of one that is).
        "GET /api/v1/rounds/{code}/void-note": Door(
            f"/api/v1/rounds/{code}/void-note?draw={code}-A1", frozenset(), own=False
        ),
        "GET /rounds/{code}/void-note": Door(f"/rounds/{code}/void-note?draw={code}-A1", frozenset(), own=False),
        "GET /api/v1/indicators": Door("/api/v1/indicators", EVERYBODY, own=False),
        "GET /api/v1/rounds/{code}/indicators": Door(
            f"/api/v1/rounds/{code}/indicators", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /api/v1/rounds/{code}/satisfaction": Door(
            f"/api/v1/rounds/{code}/satisfaction", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /api/v1/rounds/{code}/results": Door(
            f"/api/v1/rounds/{code}/results", frozenset(), closed=EVERYBODY, own=False
        ),
        "GET /api/v1/forms/{form_id}/{version}.json": Door(place["form"], EVERYBODY, own=False),
        "GET /api/v1/forms/{form_id}/{version}/submissions.csv.zip": Door(
            place["form"].replace(".json", "/submissions.csv.zip"), EVERYBODY - {"admin"}, own=False
        ),
        "GET /questionnaires": Door("/questionnaires", CITY - {"admin"}, own=False),
        "POST /questionnaires": Door("/questionnaires", city, form={}, own=False),
        "GET /questionnaires/trials/{trial_id}": Door(f"/questionnaires/trials/{uuid.uuid4()}", frozenset(), own=False),
        "GET /questionnaires/trials/{trial_id}/form.json": Door(
            f"/questionnaires/trials/{uuid.uuid4()}/form.json", frozenset(), own=False
        ),
        "POST /questionnaires/trials/{trial_id}/publish": Door(
            f"/questionnaires/trials/{uuid.uuid4()}/publish", frozenset(), form={}, own=False
        ),
        "GET /questionnaires/{form_id}/{version}": Door(version, CITY - {"admin"}, own=False),
        "GET /questionnaires/{form_id}/{version}/form.xlsx": Door(
            f"{version}/form.xlsx", CITY - {"admin"}, own=False
        ),
        "GET /questionnaires/{form_id}/{version}/form.xml": Door(
            f"{version}/form.xml", CITY - {"admin"}, own=False
        ),
        "GET /questionnaires/{form_id}/{version}/files/{name}": Door(
            f"{version}/files/none.csv", frozenset(), own=False
        ),
        "POST /questionnaires/{form_id}/{version}/move": Door(f"{version}/move", city, form={}, own=False),
        "GET /openrosa/formList": Door("/openrosa/formList", EVERYBODY, own=False),
        "GET /openrosa/forms/{form_id}/{version}.xml": Door(
            place["form"].replace("/api/v1/", "/openrosa/").replace(".json", ".xml"), EVERYBODY, own=False
        ),
        "GET /openrosa/forms/{form_id}/{version}/manifest": Door(
            place["form"].replace("/api/v1/", "/openrosa/").replace(".json", "/manifest"), EVERYBODY, own=False
        ),
        "GET /openrosa/forms/{form_id}/{version}/files/{name}": Door(
            place["form"].replace("/api/v1/", "/openrosa/").replace(".json", "/files/none.csv"), frozenset(), own=False
        ),
        "HEAD /openrosa/submission": Door("/openrosa/submission", EVERYBODY, own=False),
        "POST /openrosa/submission": Door("/openrosa/submission", frozenset(), content=b"", own=False),
        "GET /api/v1/sync/package": Door("/api/v1/sync/package", EVERYBODY, own=False),
        "POST /api/v1/sync": Door("/api/v1/sync", EVERYBODY, body=envelope, own=False),
        "POST /api/v1/sync/verify": Door(
            "/api/v1/sync/verify", EVERYBODY, body={"nonce": "01234567", "ops": [op]}, own=False
        ),
        "GET /api/v1/recovery/key": Door("/api/v1/recovery/key", EVERYBODY, own=False),
        "POST /api/v1/recovery": Door(
            "/api/v1/recovery",
            frozenset(),
            body={"key_id": "", "epk": "", "iv": "", "ct": "", "device_id": str(uuid.uuid4())},
            own=False,
        ),
        "POST /api/v1/sync/have": Door("/api/v1/sync/have", EVERYBODY, body={"ops": [], "photos": []}, own=False),
        "GET /api/v1/sync/changes": Door("/api/v1/sync/changes", EVERYBODY, own=False),
        "GET /api/v1/sync/receipts": Door(
            f"/api/v1/sync/receipts?device_id={place['device']}", EVERYBODY, own=False
        ),
        "POST /api/v1/sync/heartbeat": Door(
            "/api/v1/sync/heartbeat", EVERYBODY, body={"device_id": place["device"]}, own=False
        ),
        "GET /api/v1/photos/{photo_id}": Door(
            f"/api/v1/photos/{photo}", READERS, closed=READERS | {"discipline", "xing"}),
        "PUT /api/v1/photos/{sha256}": Door(
            f"/api/v1/photos/{place['unsent']}", frozenset({"lin"}), content=place["unsent_bytes"].encode("latin-1"),
            headers={"Content-Type": "image/jpeg"},
        ),
        "POST /api/v1/uploads": Door(
            "/api/v1/uploads", frozenset({"lin"}),
            headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(place["parts_bytes"])),
                     "Upload-Metadata": f"sha256 {place['parts64']}"},
        ),
        "HEAD /api/v1/uploads/{upload_id}": Door(
            f"/api/v1/uploads/{place['parts']}.{len(place['parts_bytes'])}", frozenset({"lin"}),
            headers={"Tus-Resumable": "1.0.0"},
        ),
        "PATCH /api/v1/uploads/{upload_id}": Door(
            f"/api/v1/uploads/{place['parts']}.{len(place['parts_bytes'])}", frozenset({"lin"}), content=b"",
            headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        ),
        "POST /api/v1/sign-out": Door("/api/v1/sign-out", EVERYBODY, own=False),
        "DELETE /api/v1/devices/{device_id}": Door(
            f"/api/v1/devices/{place['device']}", frozenset({"lin", "admin"}), own=False
        ),
        "GET /": Door("/", EVERYBODY, own=False),
        "GET /rounds": Door("/rounds", EVERYBODY, own=False),
        "GET /rounds/new": Door("/rounds/new", city, own=False),
        "POST /rounds/new": Door("/rounds/new", city, form={}, own=False),
        "GET /rounds/{code}": Door(f"/rounds/{code}", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False),
        "GET /api/v1/rounds/{code}/records.csv": Door(
            f"/api/v1/rounds/{code}/records.csv", READERS, closed=READERS | {"discipline", "xing"}, own=True
        ),
        "GET /rounds/{code}/figures": Door(
            f"/rounds/{code}/figures", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /rounds/{code}/figures/{indicator}": Door(
            f"/rounds/{code}/figures/I01", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /rounds/{code}/figures/{indicator}/rounds": Door(
            f"/rounds/{code}/figures/I01/rounds", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /rounds/{code}/figures/{indicator}/{county}": Door(
            f"/rounds/{code}/figures/I01/640104", READERS, closed=READERS | {"discipline", "xing"}
        ),
        "GET /rounds/{code}/frozen": Door(f"/rounds/{code}/frozen", frozenset(), closed=EVERYBODY, own=False),
        "GET /rounds/{code}/files/{page}.{kind}": Door(
            f"/rounds/{code}/files/behind.csv?indicator=I01&county=640104", READERS,
            closed=READERS | {"discipline", "xing"},
        ),
        "GET /rounds/{code}/counties/{county}/brief": Door(
            f"/rounds/{code}/counties/640104/brief", CITY | TEAM, closed=EVERYBODY - {"fang", "jin"}
        ),
        "GET /rounds/{code}/income": Door(
            f"/rounds/{code}/income", (CITY - {"admin"}) | TEAM | {"fang"}, closed=PUBLISHED - {"admin"}, own=False
        ),
        "GET /rounds/{code}/coverage": Door(
            f"/rounds/{code}/coverage", (CITY - {"admin"}) | TEAM | {"fang"}, closed=PUBLISHED - {"admin"}, own=False
        ),
        "GET /rounds/{code}/map": Door(
            f"/rounds/{code}/map", (CITY - {"admin"}) | TEAM | {"fang"}, closed=PUBLISHED - {"admin"}, own=False
        ),
        "GET /rounds/{code}/load": Door(
            f"/rounds/{code}/load", (CITY - {"admin"}) | TEAM | {"fang"}, own=False
        ),
        "GET /api/v1/odata/": Door("/api/v1/odata/", EVERYBODY, own=False),
        "GET /api/v1/odata/$metadata": Door("/api/v1/odata/$metadata", EVERYBODY, own=False),
        "GET /api/v1/odata/Rounds": Door("/api/v1/odata/Rounds", EVERYBODY, own=False),
        "GET /api/v1/odata/Figures": Door("/api/v1/odata/Figures?$filter=Indicator eq 'I01'", EVERYBODY, own=False),
        "GET /api/v1/odata/Visits": Door("/api/v1/odata/Visits", EVERYBODY - {"admin"}, own=False),
        "POST /me/feed-key": Door("/me/feed-key", EVERYBODY, form={}, own=False),
        "GET /rounds/{code}/live": Door(
            f"/rounds/{code}/live", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False, is_stream=True
        ),
        "GET /rounds/{code}/close": Door(f"/rounds/{code}/close", city, own=False),
        "POST /rounds/{code}/close": Door(f"/rounds/{code}/close", city, form={}, own=False),
        "GET /rounds/{code}/draw": Door(
            f"/rounds/{code}/draw",
            CITY | TEAM | {"fang"},
            closed=CITY | TEAM | {"fang", "jin", "xing", "discipline"},
            own=False,
        ),
        "POST /rounds/{code}/freeze": Door(f"/rounds/{code}/freeze", city, form={}, own=False),
        "POST /rounds/{code}/void": Door(f"/rounds/{code}/void", city, form={}, own=False),
        "POST /rounds/{code}/draw": Door(f"/rounds/{code}/draw", city, form={"parts": "1"}, own=False),
        "GET /rounds/{code}/commitment": Door(
            f"/rounds/{code}/commitment", CITY | TEAM | {"fang"}, closed=PUBLISHED, own=False
        ),
        "POST /rounds/{code}/signers": Door(f"/rounds/{code}/signers", city, form={}, own=False),
        "POST /rounds/{code}/assignment": Door(
            f"/rounds/{code}/assignment", frozenset({"city", "song"}), form={"county": "640104", "samples": sample}
        ),
        "GET /rounds/{code}/counties/{county}": Door(
            f"/rounds/{code}/counties/640104", CITY | TEAM, closed=after
        ),
        "GET /api/v1/rounds/{code}/teams": Door(f"/api/v1/rounds/{code}/teams", CITY, own=False),
        "PUT /api/v1/rounds/{code}/teams/{team}": Door(
            f"/api/v1/rounds/{code}/teams/T1", city, body={"name": "第一组"}, own=False
        ),
        "POST /api/v1/rounds/{code}/teams/freeze": Door(
            f"/api/v1/rounds/{code}/teams/freeze", city, body={"source": "DICE10X20"}, own=False
        ),
        # Nobody of the cast is in a team (test_pages_teams tries those who are).
        "POST /api/v1/rounds/{code}/pledge": Door(f"/api/v1/rounds/{code}/pledge", frozenset(), own=False),
        "GET /rounds/{code}/teams": Door(f"/rounds/{code}/teams", CITY, own=False),
        "POST /rounds/{code}/teams": Door(f"/rounds/{code}/teams", city, form={}, own=False),
        "POST /rounds/{code}/teams/freeze": Door(f"/rounds/{code}/teams/freeze", city, form={}, own=False),
        "GET /rounds/{code}/pledge": Door(f"/rounds/{code}/pledge", frozenset(), own=False),
        "POST /rounds/{code}/pledge": Door(f"/rounds/{code}/pledge", frozenset(), form={}, own=False),
        "GET /rounds/{code}/reach": Door(f"/rounds/{code}/reach", CITY | TEAM | {"fang"}, closed=PUBLISHED, own=False),
        "GET /rounds/{code}/counties/{county}/visit-list": Door(
            f"/rounds/{code}/counties/640104/visit-list", CITY | TEAM, closed=after
        ),
        "GET /rounds/{code}/notice-card": Door(
            f"/rounds/{code}/notice-card", CITY | TEAM | {"fang"}, closed=EVERYBODY, own=False
        ),
        "GET /rounds/{code}/samples/{sample_id}": Door(
            f"/rounds/{code}/samples/{sample}", READERS | {"admin"}, closed=after
        ),
        "GET /records/{op_id}": Door(f"/records/{op}", READERS, closed=READERS | {"discipline", "xing"}),
        "GET /held": Door("/held", CITY - {"admin"}, own=False),
        "GET /reviews": Door("/reviews", READERS - {"lin"}, own=False),
        "GET /flags": Door("/flags", READERS - {"lin"}, own=False),
        "GET /reviews/{op_id}": Door(f"/reviews/{op}", READERS - {"lin"}, own=False),
        "POST /reviews/{op_id}": Door(f"/reviews/{op}", city | {"song"}, form={}, own=False),
        "POST /reviews/{op_id}/doubts/{code}/{reason}": Door(
            f"/reviews/{op}/doubts/F05/short", city | {"song"}, form={}, own=False
        ),
        "GET /api/v1/reviews": Door("/api/v1/reviews", READERS - {"lin"}, own=False),
        "POST /api/v1/reviews/{op_id}": Door(
            f"/api/v1/reviews/{op}", city | {"song"}, body={"verdict": "", "why": ""}, own=False
        ),
        "POST /api/v1/flags/{op_id}/{code}": Door(
            f"/api/v1/flags/{op}/F05", city | {"song"}, body={"reason": "short", "state": "", "why": ""}, own=False
        ),
        "GET /imports": Door("/imports", city, own=False),
        "POST /imports": Door("/imports", city, form={}, own=False),
        "POST /records/{op_id}/resolve": Door(f"/records/{place['held']}/resolve", city, form={}, own=False),
        "GET /register": Door("/register", DESKS | {"jin"}, own=False),
        "POST /register": Door("/register", DESKS | {"jin"}, form={}, own=False),
        "GET /register/template.xlsx": Door("/register/template.xlsx", DESKS | {"jin"}, own=False),
        "GET /register/import": Door("/register/import", DESKS | {"jin"}, own=False),
        "POST /register/import": Door("/register/import", city, form={}, own=False),
        "GET /register/import/{job_id}": Door(f"/register/import/{uuid.uuid4()}", frozenset(), own=False),
        "GET /register/import/{job_id}/report.xlsx": Door(
            f"/register/import/{uuid.uuid4()}/report.xlsx", frozenset(), own=False
        ),
        "GET /visits": Door("/visits?county=640104", DESKS | {"he"}),
        "GET /visits/{unit}": Door(f"/visits/{place['unit']}", DESKS),
        "GET /field-records": Door("/field-records", DESKS | TEAM | {"fang", "jin"}, own=False),
        "GET /register/{unit}": Door(f"/register/{place['unit']}", DESKS),
        "GET /records/{op_id}/versions": Door(
            f"/records/{op}/versions", READERS, closed=READERS | {"discipline", "xing"}
        ),
        "GET /devices": Door("/devices", CITY | {"song"}, own=False),
        "GET /me": Door("/me", EVERYBODY, own=False),
        "POST /me/password": Door("/me/password", EVERYBODY, form={}, own=False),
        "POST /me/second-factor": Door("/me/second-factor", EVERYBODY, form={}, own=False),
        "POST /me/second-factor/confirm": Door("/me/second-factor/confirm", EVERYBODY, form={}, own=False),
        "POST /me/second-factor/off": Door("/me/second-factor/off", EVERYBODY, form={}, own=False),
        "POST /me/devices": Door("/me/devices", EVERYBODY, form={}, own=False),
        "GET /accounts/{account}/keys": Door("/accounts/he/keys", frozenset({"admin"}), own=False),
        "POST /accounts/{account}/keys": Door(
            "/accounts/he/keys", frozenset({"admin"}), form={"label": "平板"}, own=False
        ),
        "POST /accounts/{account}/release": Door("/accounts/he/release", frozenset({"admin"}), form={}, own=False),
        "POST /accounts/{account}/second-factor": Door(
            "/accounts/he/second-factor", frozenset({"admin"}), form={}, own=False
        ),
        "GET /accounts": Door("/accounts", frozenset({"admin"}), own=False),
        "POST /accounts": Door("/accounts", frozenset({"admin"}), form={}, own=False),
        "GET /accounts/{account}": Door("/accounts/he", frozenset({"admin"}), own=False),
        "POST /accounts/{account}/reset": Door("/accounts/he/reset", frozenset({"admin"}), form={}, own=False),
        "POST /accounts/{account}/disable": Door("/accounts/he/disable", frozenset({"admin"}), form={}, own=False),
        "POST /accounts/{account}/enable": Door("/accounts/he/enable", frozenset({"admin"}), form={}, own=False),
        "POST /accounts/{account}/devices": Door("/accounts/he/devices", frozenset({"admin"}), form={}, own=False),
    }  # fmt: skip


PUBLIC = {
    "GET /api/v1/commitments",
    "GET /commitments",
    "GET /verify",
    "GET /api/v1/openapi.json",
    "GET /healthz",
    "POST /api/v1/sign-in",
    "GET /sign-in",
    "GET /help",
    "GET /problems/{slug}",
    "POST /sign-in",
    "POST /sign-out",
    "POST /language",
    "OPTIONS /api/v1/uploads",
    # These carry their key in the address (test_openrosa tries forged and revoked ones).
    "GET /openrosa/key/{token}/formList",
    "GET /openrosa/key/{token}/forms/{form_id}/{version}.xml",
    "GET /openrosa/key/{token}/forms/{form_id}/{version}/manifest",
    "GET /openrosa/key/{token}/forms/{form_id}/{version}/files/{name}",
    "HEAD /openrosa/key/{token}/submission",
    "POST /openrosa/key/{token}/submission",
}


def routes_of(app: FastAPI) -> set[str]:
    """METHOD template of every route, as the app really has them."""
    found = set()
    for item in app.routes:
        included = getattr(item, "original_router", None)
        for route in included.routes if included else [item]:
            methods = getattr(route, "methods", None) or set()
            found |= {f"{method} {route.path}" for method in methods if method != "HEAD" or len(methods) == 1}
    return found


@pytest.fixture
def place(world: World) -> dict[str, str]:
    """Things of 兴庆区 to ask for: a record with a photo, a held record, a photo announced and not sent."""
    phone = world.phone("lin")
    first, second = phone.samples()[:2]
    body = phone.interview(first, photos=True)
    op = phone.op(body)
    held = phone.op({**phone.interview(second), "answers": {}})
    phone.post(op, held)
    assert phone.put(body["photos"][0]["sha256"]) == 201
    unsent, parts = body["photos"][1]["sha256"], body["photos"][2]["sha256"]
    return {
        "sample": first["sample_id"],
        "unit": first["household"]["unit"],
        "op": op["op_id"],
        "held": held["op_id"],
        "photo": body["photos"][0]["photo_id"],
        "unsent": unsent,
        "parts": parts,
        "parts64": base64.b64encode(parts.encode()).decode(),
        "parts_bytes": phone.pictures[parts].decode("latin-1"),
        "unsent_bytes": phone.pictures[unsent].decode("latin-1"),
        "device": phone.device_id,
        "form": phone.package()["forms"][0]["url"],
    }


def knock(world: World, key: str, door: Door, account: str | None) -> int:
    """Try a door; the status. A page that sends one to sign in counts as 401."""
    method = key.split(" ")[0]
    if door.is_stream:
        world.app.state.stopping.ask()
    headers = {"Accept": API if door.path.startswith("/api/") else PAGE, **door.headers}
    if account is not None:
        headers |= world.headers(account)
    answer = world.client.request(
        method, door.path, headers=headers, json=door.body, data=door.form, content=door.content, follow_redirects=False
    )
    if answer.status_code in (302, 303) and answer.headers["location"].startswith("/sign-in"):
        return 401
    assert answer.status_code < 500, (key, account, answer.text)
    if answer.status_code >= 400 and door.path.startswith("/api/") and method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"
        problem = json.loads(answer.text)
        assert {"type", "title", "status", "detail", "retry"} <= set(problem)
        assert not [name for _role, _scope, name in PEOPLE.values() if name in answer.text]
    return answer.status_code


def test_every_route_has_its_line(world: World, place: dict[str, str]) -> None:
    assert routes_of(world.app) == set(doors(place)) | PUBLIC


def test_a_stranger_passes_no_door(world: World, place: dict[str, str]) -> None:
    statuses = {key: knock(world, key, door, None) for key, door in doors(place).items()}
    assert {key: status for key, status in statuses.items() if status != 401} == {}


def _is_hidden(door: Door, account: str) -> bool:
    """Whether the thing must look absent: it is 兴庆区's, and the same role there may see it."""
    return door.own and account in NEIGHBOURS and bool({"fang": {"lin"}, "jin": {"xing"}}[account] & door.may)


ENDING = ("POST /api/v1/rounds/{code}/close", "POST /api/v1/sign-out", "DELETE /api/v1/devices/{device_id}")
"""Doors that end something for those who come after; tried last, by one who may."""


@pytest.mark.parametrize("account", sorted(EVERYBODY))
def test_before_the_close_each_role_passes_its_own_doors_and_no_other(
    world: World, place: dict[str, str], account: str
) -> None:
    wrong = {}
    for key, door in doors(place).items():
        if key in ENDING and account in door.may:
            continue
        status = knock(world, key, door, account)
        if account in door.may:
            passed = status not in (401, 403, 404)
        else:
            passed = status == 404 if _is_hidden(door, account) else status in (403, 404)
        if not passed:
            wrong[key] = status
    assert wrong == {}


@pytest.mark.parametrize("account", sorted(EVERYBODY))
def test_after_the_close_a_county_reads_its_own_and_no_other(world: World, place: dict[str, str], account: str) -> None:
    assert world.post("city", f"/api/v1/rounds/{ROUND}/close").status_code == 200
    wrong = {}
    for key, door in doors(place).items():
        if not key.startswith("GET ") or door.closed is None:
            continue
        status = knock(world, key, door, account)
        expected = status == 200 if account in door.closed else status in (403, 404)
        if not expected or (door.own and account in NEIGHBOURS and status != 404):
            wrong[key] = status
    assert wrong == {}


def test_a_county_reads_its_own_row_only_and_no_city_sum(world: World, place: dict[str, str]) -> None:
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    answer = world.get("xing", f"/api/v1/rounds/{ROUND}/satisfaction").json()
    assert [row["code"] for row in answer["counties"]] == ["640104"]
    assert answer["city"] is None


def test_nobody_gets_a_role_or_a_state_by_asking_for_it(world: World) -> None:
    """Mass assignment: fields that are not the sender's to set are ignored."""
    extra = {"role": "admin", "scope": "6401", "state": "closed", "server_seq": 1, "is_city": True}
    answer = world.client.post("/api/v1/sign-in", json={"account": "lin", "password": PASSWORD, **extra})
    assert answer.json()["account"]["role"] == "inspector"
    phone = world.phone("lin")
    body = {**phone.interview(phone.samples()[0]), **extra, "county_id": 3}
    result = phone.post(phone.op(body))[0]
    assert result["state"] == "stored"
    assert json.loads(result["receipt"]["text"])["server_seq"] == 1
