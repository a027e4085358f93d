"""A million visits in a hundred counties: how long figure pages take, and how long counting everything again.

Written as rows, for only reading is measured: forty rounds of 250 visits in each county (200 poor, 50 non-poor), the
facts and sums that these give, and what pages join (ops without bodies, frames, samples). Answers are left out: no page
measured here reads them, and ninety million rows would measure the disk.
"""

import os
import random
import resource
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlalchemy import JSON
from sqlmodel import Session, SQLModel, col, select

from app.doors.web.house import House
from app.figures.frozen.service import close_and_freeze
from app.figures.indicators.checking import add_up_facts
from app.figures.indicators.counting import marks_of
from app.figures.indicators.facts import NAMES, text_of
from app.figures.indicators.household import Household
from app.figures.indicators.keeping import VERSION, decode, encode
from app.figures.indicators.models import FigureHousehold, FigureSum
from app.figures.indicators.sums import add_up
from app.figures.indicators.support import support_share
from app.findings.inspections.models import Visit
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.migrate import migrate
from app.kernel.db.ports import insert_many, table_of
from app.registry.people.models import Role
from app.registry.people.queries import actor_from, get_account
from app.registry.people.service import add_account
from app.registry.places import County
from app.survey.records.models import Op
from app.survey.rounds.models import Draw, DrawStratum, FrameUnit, Round, RoundCounty, Sample
from tools import bench_fieldwork
from tools.bench_http import percentile
from tools.bench_machine import conditions, cpu_seconds, memory_peak_mib
from tools.bench_world import PASSWORD, house_over, postgres, service

ROOT = Path(__file__).resolve().parents[1]
COUNTIES, ROUNDS, POOR, NON_POOR = 100, 40, 200, 50
KINDS = 400
"""So many different households are made up; the visits repeat them."""
PORT, RUNS = 8913, 60
ITEMS = ("team", "helper", "effect", "way")
NOW = datetime(2017, 6, 1, 2, 0, tzinfo=UTC)
QUICK = 4

PAGES = (
    ("board of a round", "/rounds/{round}", "board"),
    ("progress of 100 counties, 25,000 households", "/rounds/{round}/reach", "board"),
    ("progress of a county, 250 households", "/rounds/{round}/reach?county={county}", "county"),
    ("all figures of a round, 100 counties", "/rounds/{round}/figures", "board"),
    ("county page, 250 households", "/rounds/{round}/counties/{county}", "county"),
    ("one indicator over 100 counties", "/rounds/{round}/figures/I07", "indicator"),
    ("drill-down, 100 of 200 households", "/rounds/{round}/figures/I01/{county}", "drill-down"),
    ("drill-down, its second page", "/rounds/{round}/figures/I01/{county}?after={hundredth}", "drill-down"),
    ("frozen table of 100 counties", "/rounds/{closed}/frozen", "board"),
    ("brief of a county", "/rounds/{round}/counties/{county}/brief", "county"),
    ("one indicator over the rounds", "/rounds/{round}/figures/I01/rounds", "rounds"),
    ("income structure", "/rounds/{round}/income", "board"),
    ("contents covered", "/rounds/{round}/coverage", "board"),
    ("map, 25,000 households", "/rounds/{round}/map", "board"),
    ("load, 25,000 doorsteps", "/rounds/{round}/load", "board"),
    ("helpers' visits of a county", "/visits?county={county}", "list"),
    ("field records of 100 counties", "/field-records", "list"),
    ("feed: a page of 1,000 figures", "/api/v1/odata/Figures?$filter=Round eq '{round}'", "wire"),
    ("feed: a page of 1,000 visits", "/api/v1/odata/Visits?$filter=Round eq '{round}'", "wire"),
    ("`/rounds/…/satisfaction`", "/api/v1/rounds/{round}/satisfaction", "wire"),
    ("`/rounds/…/indicators`, all forty of 10 counties", "/api/v1/rounds/{round}/indicators", "wire"),
)


def measure(quick: bool) -> list[str]:
    """The section of docs/bench.md."""
    rounds = QUICK if quick else ROUNDS
    visits = rounds * COUNTIES * (POOR + NON_POOR)
    lines: list[str] = []
    began_at = " ".join(f"{value:.2f}" for value in os.getloadavg())
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-figures-") as name, postgres() as (address, _pid):
        folder = Path(name)
        admin = house_over(address.format("postgres"), folder / "admin")
        with admin.db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("create database figures")
        admin.close()
        places = {
            "SQLite": (f"sqlite:///{folder / 'ruhu.sqlite3'}", folder / "sqlite"),
            "PostgreSQL": (address.format("figures"), folder / "postgresql"),
        }
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:  # one core each; only asking is measured
            waiting = {which: pool.submit(_furnish_at, *place, rounds) for which, place in places.items()}
            for which, done in waiting.items():
                print(f"  {which}: furnished in {done.result():.0f} s", flush=True)
        for which, place in places.items():
            lines += _database(which, *place, rounds)
    return [
        "## Figures of a million visits",
        "",
        *conditions("httpx over loopback, no TLS"),
        f"- Load average {began_at} when it began; a busy neighbour lengthens p95 before p50.",
        f"- {visits:,} visits: {rounds} rounds, {COUNTIES} counties, {POOR} + {NON_POOR} households each; one"
        f" `ruhu serve`, one reader, {RUNS} requests a page over random rounds and counties after ten to warm up, pages"
        " whole with their HTML. Ops carry no bodies and answers are left out (no page here reads them).",
        "- Recomputation: every kept row of facts read and every rule applied again, two processes, compared with the"
        " kept sums; memory is that of the larger of the two.",
        "",
        "| database | what | p50 ms | p95 ms | CPU ms | KiB |",
        "|---|---|---|---|---|---|",
        *lines,
    ]


def _furnish_at(url: str, data: Path, rounds: int) -> float:
    """Everything written into one database; the seconds it took."""
    data.mkdir()
    began, house = time.perf_counter(), house_over(url, data)
    _furnish(house, rounds)
    house.close()
    return time.perf_counter() - began


def _database(name: str, url: str, data: Path, rounds: int) -> list[str]:
    lines = _pages(name, url, data, rounds)
    seconds, memory, wrong = _recompute(url)
    assert wrong == 0, f"{wrong} sums are not those of their facts"
    lines.append(f"| {name} | recomputation from facts | {seconds:.0f} s | | | peak {memory:.0f} MiB |")
    return lines


# --- asking ---


def _pages(name: str, url: str, data: Path, rounds: int) -> list[str]:
    chance, lines = random.Random(1), []
    warm, runs = (10, RUNS) if rounds == ROUNDS else (2, RUNS // 10)
    with (
        service(url, data, PORT, ROOT) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=300) as client,
    ):
        body = {"account": "city", "password": PASSWORD}
        client.headers["Authorization"] = f"Bearer {client.post('/api/v1/sign-in', json=body).json()['token']}"
        for what, path, _ in PAGES:
            times, spent, size = [], 0.0, 0
            for run in range(warm + runs):
                place = {"round": _round(chance.randrange(rounds)), "county": _code(chance.randrange(COUNTIES))}
                place["hundredth"] = f"{place['round']}-A1.{place['county']}-P.100"
                place["closed"] = _round(rounds - 1)
                began, cpu = time.perf_counter(), cpu_seconds(process.pid)
                answer = client.get(path.format(**place))
                taken, used = (time.perf_counter() - began) * 1000, (cpu_seconds(process.pid) - cpu) * 1000
                assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
                size = len(answer.content)
                if run >= warm:
                    times.append(taken)
                    spent += used
            p50, p95 = statistics.median(times), percentile(times, 0.95)
            lines.append(f"| {name} | {what} | {p50:.0f} | {p95:.0f} | {spent / len(times):.0f} | {size / 1024:.0f} |")
            print("  " + lines[-1], flush=True)
        lines.append(f"| {name} | memory of the service, peak | | | | {memory_peak_mib(process.pid):.0f} MiB |")
    return lines


def _recompute(url: str) -> tuple[float, float, int]:
    """(seconds, MiB, sums that differ) of adding up every kept row of facts, in two processes."""
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        halves = list(pool.map(_recompute_half, [url] * 2, range(2)))
    return time.perf_counter() - began, max(memory for memory, _ in halves), sum(wrong for _, wrong in halves)


def _recompute_half(url: str, half: int) -> tuple[float, int]:
    database, wrong = Database(url), 0
    with database.read() as session:
        keys = session.exec(
            select(FigureSum.county_id, FigureSum.draw_id, FigureSum.kind, FigureSum.cells).where(
                col(FigureSum.county_id) % 2 == half
            )
        ).all()
        for county_id, draw_id, kind, cells in keys:
            wrong += add_up_facts(session, county_id, draw_id, kind) != decode(cells)
    database.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, wrong


# --- furnishing ---


def _code(number: int) -> str:
    return f"6402{number:02d}" if number else "640200"


def _round(number: int) -> str:
    return f"2017-{number + 1}"


def _furnish(house: House, rounds: int) -> None:
    migrate(house.db)
    with house.db.write(HOME) as session:
        who = add_account(
            session, house.hasher, account="city", name="某人", role=Role.CITY_OFFICER, scope="6402",
            password=PASSWORD, by="-",
        ).id  # fmt: skip
        session.flush()
        ids = [1000 + number for number in range(COUNTIES)]
        insert_many(
            session,
            County,
            [{"id": each, "code": _code(n), "name_zh": f"县{n}", "name_en": f"C{n}"} for n, each in enumerate(ids)],
        )
        for number in range(rounds):
            _furnish_round(session, number, ids, who)
    pools = {kind: _pool(kind) for kind in ("poor", "non_poor")}
    for place, county_id in enumerate(ids):
        with house.db.write(county_id) as session:
            for number in range(rounds):
                _furnish_county(session, place, county_id, number, pools, who)
            bench_fieldwork.furnish_county(session, _code(place), county_id, who, NOW)
    with house.db.write(HOME) as session:
        close_and_freeze(session, actor_from(get_account(session, "city")), _round(rounds - 1), house.settings.tz)
    with house.db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _furnish_round(session: Session, number: int, ids: Sequence[int], who: uuid.UUID) -> None:
    begins = date(2017, 1, 1) + timedelta(days=number)
    row = {
        "code": _round(number), "name": f"第{number + 1}轮", "kind": "regular", "starts_on": begins, "ends_on": begins,
        "poor_min": POOR, "poor_max": POOR, "non_poor_min": NON_POOR, "non_poor_max": NON_POOR, "created_at": NOW,
        "created_by": who,
    }  # fmt: skip
    insert_many(session, Round, [row])
    insert_many(session, RoundCounty, [{"county_id": each, "round_code": row["code"]} for each in ids])
    draw = {
        "id": f"{row['code']}-A1", "round_code": row["code"], "attempt": 1, "source": "DICE10X20",
        "claim": uuid.uuid4(), "claimed_at": NOW, "claimed_by": who, "commitment": "0" * 64, "committed_at": NOW,
        "drawn_at": NOW, "drawn_by": who, "record": "{}",
    }  # fmt: skip
    insert_many(session, Draw, [draw])


class Made(NamedTuple):
    """A made-up household with everything that is written of it; made once, for thousands of visits repeat it."""

    facts: Household
    text: str
    marks: Mapping[str, tuple[int, int]]
    share: int | None


def _pool(kind: str) -> list[Made]:
    """Made-up households of one stratum, each with its answers as text."""
    chance, found = random.Random(kind), []
    for number in range(KINDS):
        answers = _answers(kind, chance)
        status = "non_poor" if kind == "non_poor" else ("exited" if number % 3 else "unexited")
        facts = Household(
            kind, status, answers, is_confirmed=number % 97 == 0, records=1, doubted=int(number % 31 == 0)
        )
        found.append(Made(facts, text_of(answers), marks_of(facts), support_share(facts) if kind == "poor" else None))
    return found


def _answers(kind: str, chance: random.Random) -> dict[str, str]:
    yes = lambda share: str(int(chance.random() < share))  # noqa: E731
    told = {"contact_result": "completed", "hh_size": str(chance.randint(1, 7)), "recognise": yes(0.93)}
    if kind == "non_poor":
        return {**told, "missed_judge": "bad" if chance.random() < 0.01 else "ok"}
    answers = {name: yes(0.9) for name in NAMES if name not in told and not name.startswith(("inc_", "edu_", "missed"))}
    answers |= {
        f"sat_{item}": str(chance.choice((5, 5, 4, 4, 4, 3, 2, 9))) for item in ("team", "helper", "effect", "way")
    }
    answers |= {
        "exit_judge": chance.choice(("ok",) * 60 + ("bad",)),
        "house_grade": chance.choice("aabbcu"),
        "house_defect": "none",
        "med_insured_n": told["hh_size"],
        "edu_age_n": str(chance.randint(0, 2)),
        "edu_out_n": "0",
        "pension_age_n": str(chance.randint(0, 2)),
        "pension_n": "0",
        "resettled": yes(0.2),
        "living": "at_site",
        "live_months": "12",
        "inc_wage": str(chance.randint(0, 30_000)),
        "inc_oper": str(chance.randint(-500, 20_000)),
        "inc_prop": "300",
        "inc_family": "0",
        "inc_social": str(chance.randint(0, 9000)),
        "inc_project": str(chance.randint(0, 5000)),
        "inc_total": str(chance.randint(15_000, 60_000)),
        "main_sources": "crop",
        "hb_seen": "yes",
        "hb_errors": "none",
        "policy_known": "edu health loan",
        "measures_got": "breeding",
        "needs_top": "breeding job",
        "train_got": "labour",
        "ins_have": "accident illness",
        "resettle_income": "3",
        "resettle_sat": "4",
        "status": "exited",
    }
    return {**answers, **told}


def _furnish_county(
    session: Session,
    place: int,
    county_id: int,
    number: int,
    pools: dict[str, list[Made]],
    who: uuid.UUID,
) -> None:
    draw, code, chance = f"{_round(number)}-A1", _code(place), random.Random(place * 1000 + number)
    for kind, count, letter in (("poor", POOR, "P"), ("non_poor", NON_POOR, "N")):
        line = {
            "county_id": county_id,
            "draw_id": draw,
            "kind": kind,
            "part": "",
            "code": f"{code}-{letter}",
            "units": 4000 if kind == "poor" else 20_000,
            "exited": 2600 if kind == "poor" else 0,
            "main": count,
            "reserve": 0,
            "frame_digest": "0" * 64,
            "stage": "",
            "left_out": 0,
        }
        insert_many(session, DrawStratum, [line])
        chosen = [chance.choice(pools[kind]) for _ in range(count)]
        rows = [
            _rows(county_id, draw, f"{code}-{letter}", kind, rank, each, who) for rank, each in enumerate(chosen, 1)
        ]
        for model, mine in zip((FrameUnit, Sample, Op, Visit, FigureHousehold), zip(*rows, strict=True), strict=True):
            _bulk(session, model, mine)
        cells = encode(add_up(each.marks for each in chosen))
        sums = {"county_id": county_id, "draw_id": draw, "kind": kind, "version": VERSION, "cells": cells}
        insert_many(session, FigureSum, [sums])


_SEQ: Iterator[int] = iter(range(1, 10**9))


def _rows(
    county_id: int, draw: str, stratum: str, kind: str, rank: int, made: Made, who: uuid.UUID
) -> tuple[dict[str, Any], ...]:
    began = NOW + timedelta(days=rank // 10, minutes=45 * (rank % 10))
    sample, unit, op_id = f"{draw}.{stratum}.{rank}", f"{stratum[:6]}001201-{rank:04d}", uuid.uuid4()
    frame = {
        "county_id": county_id,
        "draw_id": draw,
        "kind": kind,
        "unit": unit,
        "part": "",
        "registered_id": unit,
        "status": made.facts.status,
    }
    drawn = {
        "county_id": county_id,
        "sample_id": sample,
        "draw_id": draw,
        "kind": kind,
        "part": "",
        "rank": rank,
        "unit": unit,
        "status": made.facts.status,
    }
    both = {
        "county_id": county_id,
        "op_id": op_id,
        "account_id": who,
        "received_at": NOW,
        "kind": "interview",
        "form_id": "q1_poor",
        "form_version": "1",
        "sample_id": sample,
    }
    op = {
        **both,
        "seq": next(_SEQ),
        "digest": "0" * 64,
        "body": b"{}",
        "state": "stored",
        "received_state": "stored",
        "epoch": "-",
        "device_id": who,
        "dev_seq": 1,
        "reasons": "[]",
        "differences": "[]",
    }
    visit = {
        **both,
        "account_id": uuid.UUID(int=county_id),
        "status": "accepted",
        "draw": draw,
        "contact_result": "completed",
        "met_where": "listed",
        "started_at": began,
        "finished_at": began + timedelta(minutes=15 + rank % 20),
    }
    kept = {
        "county_id": county_id,
        "sample_id": sample,
        "draw_id": draw,
        "kind": kind,
        "rank": rank,
        "unit": unit,
        "op_id": op_id,
        "status": made.facts.status,
        "answers": made.text,
        "is_first_drawn": True,
        "attempts": 0,
        "is_filed_resettled": False,
        "is_confirmed": made.facts.is_confirmed,
        "records": 1,
        "doubted": int(made.facts.doubted),
        "support_share": made.share,
    }
    return frame, drawn, op, visit, kept


def _bulk(session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """COPY on PostgreSQL, one executemany on SQLite."""
    table = table_of(model)
    if session.get_bind().dialect.name == "sqlite":
        texts = {column.name for column in table.columns if isinstance(column.type, JSON)}
        empty = {name: [] for name in texts & set(rows[0])}
        insert_many(session, model, [{**row, **empty} for row in rows] if empty else rows)
        return
    names = list(rows[0])
    with session.connection().connection.cursor() as cursor:
        listed = ", ".join(f'"{name}"' for name in names)
        with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row([row[name] for name in names])


if __name__ == "__main__":
    print("\n".join(measure("--quick" in sys.argv)))
