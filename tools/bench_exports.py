"""The records of a round as CSV: how soon the first byte comes and how soon the last, on both databases."""

import hashlib
import json
import random
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import Session

from app import __version__
from app.demo import answers as fill
from app.demo.people import COUNTIES
from app.doors.web.house import House
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.kernel.db.ports import insert_many
from app.registry.people.models import Role
from app.registry.people.service import add_account
from app.registry.places import county_codes, list_counties
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.rules import check
from app.survey.questionnaires.service import publish_builtin
from app.survey.records.models import Op, RecordState
from app.survey.rounds.models import Draw, DrawStratum, Round, RoundCounty
from tools.bench_machine import conditions
from tools.bench_world import PASSWORD, house_over, postgres, service

ROOT = Path(__file__).resolve().parents[1]
ROUND, DRAW = "2017-1", "2017-1-A1"
RECORDS = 10_000
RUNS = 9
KINDS = 200
"""So many different interviews are filled in and checked; the records repeat them."""
PORT = 8911


def measure(quick: bool) -> list[str]:
    """The section of docs/bench.md."""
    wanted = RECORDS // 10 if quick else RECORDS
    lines = []
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-csv-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ruhu.sqlite3'}"
        lines += _lines_of("SQLite", url, folder / "sqlite", wanted)
        with postgres() as (address, _pid):
            admin = house_over(address.format("postgres"), folder / "admin")
            with admin.db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("create database csv")
            admin.close()
            lines += _lines_of("PostgreSQL", address.format("csv"), folder / "postgresql", wanted)
    return [
        "## Records as CSV",
        "",
        *conditions("httpx over loopback, no TLS"),
        f"- One round of {wanted:,} accepted Q1 interviews in six counties, every question a column, one `ruhu serve`;"
        f" `GET /api/v1/rounds/{ROUND}/records.csv`, {RUNS} runs after one to warm up: median (worst). Service,"
        " database and client share the cores.",
        "",
        "| database | sent | bytes | first byte ms | whole ms |",
        "|---|---|---|---|---|",
        *lines,
        "",
        "Beside it: ODK Central backend v2026.2.0, 10,000 submissions of 31 questions as CSV on the same kind of"
        " machine, quiet: first byte 244 ms, whole 1,335 ms.",
    ]


def _lines_of(database: str, url: str, data: Path, wanted: int) -> list[str]:
    data.mkdir()
    house = house_over(url, data)
    _furnish(house, wanted)
    house.close()
    found = []
    with service(url, data, PORT, ROOT):
        body = {"account": "city", "password": PASSWORD}
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120) as client:
            client.headers["Authorization"] = f"Bearer {client.post('/api/v1/sign-in', json=body).json()['token']}"
            for encoding in ("identity", "gzip"):
                _take(client, encoding, wanted)
                runs = [_take(client, encoding, wanted) for _ in range(RUNS)]
                size = max(size for size, _, _ in runs)
                first, whole = [sorted(run[place] for run in runs) for place in (1, 2)]
                found.append(
                    f"| {database} | {encoding} | {size:,} | {statistics.median(first):.0f} ({first[-1]:.0f}) |"
                    f" {statistics.median(whole):.0f} ({whole[-1]:.0f}) |"
                )
    return found


def _take(client: httpx.Client, encoding: str, wanted: int) -> tuple[int, float, float]:
    """(bytes over the line, ms to the first of them, ms to the last); every record must be there."""
    began = time.perf_counter()
    size, first, parts = 0, 0.0, []
    with client.stream("GET", f"/api/v1/rounds/{ROUND}/records.csv", headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200, answer.read()[:400]
        for part in answer.iter_raw():
            first = first or time.perf_counter() - began
            size += len(part)
            parts.append(part)
    whole = time.perf_counter() - began
    if encoding == "identity":
        assert b"".join(parts).count(b"\r\n") == wanted + 1
    return size, first * 1000, whole * 1000


def _furnish(house: House, wanted: int) -> None:
    """A drawn round with so many accepted interviews, written as rows: only reading is measured here."""
    migrate(house.db)
    now, today = utcnow(), utcnow().date()
    with house.db.write(HOME) as session:
        role, scope = Role.CITY_OFFICER, "6401"
        who = add_account(
            session, house.hasher, account="city", name="某人", role=role, scope=scope, password=PASSWORD, by="-"
        ).id
        form = next(each for each in publish_builtin(session, "city") if each.form_id == "q1_poor")
        counties = [county.id for county in list_counties(session) if county.code in COUNTIES]
        quota = {"poor_min": 1, "poor_max": wanted, "non_poor_min": 1, "non_poor_max": 1}
        kept = {"kind": "regular", "starts_on": today, "ends_on": today, "created_at": now, "created_by": who}
        insert_many(session, Round, [{"code": ROUND, "name": "量测", **kept, **quota}])
        insert_many(session, RoundCounty, [{"county_id": each, "round_code": ROUND} for each in counties])
        claim = {"claim": uuid.uuid4(), "claimed_at": now, "claimed_by": who}
        done = {"commitment": "0" * 64, "committed_at": now, "drawn_at": now, "drawn_by": who}
        insert_many(
            session, Draw, [{"id": DRAW, "round_code": ROUND, "attempt": 1, "source": "DICE10X20", **claim, **done}]
        )
    bodies = [_body(form, number) for number in range(KINDS)]
    for place, county_id in enumerate(counties):
        with house.db.write(county_id) as session:
            _fill_county(session, county_id, len(range(place, wanted, len(counties))), bodies, who)


def _fill_county(session: Session, county_id: int, share: int, bodies: list[dict[str, Any]], who: uuid.UUID) -> None:
    code = county_codes(session)[county_id]
    stratum = {"kind": "poor", "code": f"{code}-P", "units": share, "exited": 0, "main": share, "reserve": 0}
    line = {"county_id": county_id, "draw_id": DRAW, "frame_digest": "0" * 64, **stratum}
    insert_many(session, DrawStratum, [line])
    ops, visits = [], []
    for number in range(1, share + 1):
        body = {**bodies[number % KINDS], "sample_id": f"{DRAW}.{code}-P.{number}"}
        op, visit = _rows(county_id, number, body, who)
        ops.append(op)
        visits.append(visit)
    insert_many(session, Op, ops)
    insert_many(session, Visit, visits)


def _rows(county_id: int, number: int, body: dict[str, Any], who: uuid.UUID) -> tuple[dict[str, Any], dict[str, Any]]:
    """An op as a phone sealed it, and the visit made of it."""
    text, now = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), utcnow()
    both = {
        "county_id": county_id, "op_id": uuid.uuid4(), "account_id": who, "received_at": now, "kind": "interview",
        "form_id": body["form_id"], "form_version": body["form_version"], "sample_id": body["sample_id"],
    }  # fmt: skip
    op = {
        "seq": number, "digest": hashlib.sha256(text).hexdigest(), "body": text, "state": RecordState.STORED,
        "received_state": RecordState.STORED, "epoch": "-", "device_id": who, "dev_seq": number, "reasons": [],
        "differences": [],
    }  # fmt: skip
    visit = {"status": VisitStatus.ACCEPTED, "draw": DRAW, "contact_result": "completed"}
    return {**both, **op}, {**both, **visit}


def _body(form: FormVersion, number: int) -> dict[str, Any]:
    """A whole interview, checked against its form; the place is put in later."""
    rng, now = random.Random(number), utcnow()
    home = {"size": 3, "status": "exited" if number % 2 else "unexited", "resettled": "1", "income_pc": 3500}
    codes = {"team": rng.choice((5, 4, 3)), "helper": rng.choice((5, 4, 9)), "effect": 5, "way": 4}
    answers = {"cover": fill.cover(rng, (106.25, 38.45)), **fill.q1(rng, home, codes, photos=False)}
    checked = check(form.form, answers, fill_date=now.date(), received_on=now.date())
    clock = {"wall": rfc3339(now), "monotonic_ms": 1, "offset_ms": 0, "zone": "Asia/Shanghai"}
    times = {"started_at": rfc3339(now), "finished_at": rfc3339(now), "clock": clock}
    named = {"kind": "interview", "form_id": form.form_id, "form_version": form.version}
    return {**named, "answers": checked.answers, "photos": [], **times, "corrects": None, "app_version": __version__}
