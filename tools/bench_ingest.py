"""Ingest: records a second and CPU a record, through the real door of a real process, every receipt counted.

Each cell has a fresh copy of the same city. A record is a whole Q1 or Q2 interview as the phone seals it; it counts
only when its result says `stored` and carries a receipt. Photos are two JPEGs of about 300 KB with the record, each
unique by 16 random bytes at its end, and count only when answered 201.
"""

import asyncio
import hashlib
import json
import secrets
import shutil
import socket
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite

from tests.pictures import photo
from tools.bench_http import Line, closed_loop, percentile
from tools.bench_machine import Account, Meter, conditions, memory_peak_mib
from tools.bench_peers import CENTRAL_CONDITIONS, CENTRAL_INGEST
from tools.bench_world import PASSWORD, World, build_world, house_over, postgres, service

ROOT = Path(__file__).resolve().parents[1]
QUIET = 0.05
"""Share of the machine that others may use in a run that counts."""


@dataclass(frozen=True)
class Cell:
    """One run: records a request, photos a record, connections, requests."""

    batch: int
    photos: int
    at_once: int
    requests: int


CELLS = [
    Cell(1, 0, 1, 300),
    Cell(1, 0, 8, 500),
    Cell(1, 0, 32, 500),
    Cell(10, 0, 1, 60),
    Cell(10, 0, 8, 100),
    Cell(50, 0, 1, 20),
    Cell(50, 0, 8, 32),
    Cell(1, 2, 1, 100),
    Cell(1, 2, 8, 200),
    Cell(1, 2, 32, 200),
]


@dataclass
class Result:
    """What a cell came to."""

    database: str
    cell: Cell
    records: int
    seconds: float
    took: list[float]
    account: Account
    peak_mib: float


class Inspector:
    """One connection that seals and sends."""

    def __init__(self, line: Line, token: str, device: str, bodies: list[bytes], pictures: list[bytes]) -> None:
        self.line, self.token, self.device, self.bodies, self.pictures = line, token, device, bodies, pictures
        self.dev_seq = 0
        self.stored = 0

    def _op(self, number: int, shots: list[bytes]) -> dict[str, Any]:
        body = self.bodies[number % len(self.bodies)]
        if shots:
            lines = [
                {
                    "photo_id": str(uuid.uuid4()), "sha256": hashlib.sha256(shot).hexdigest(), "bytes": len(shot),
                    "type": "image/jpeg", "question": "/main/house_photo",
                }
                for shot in shots
            ]  # fmt: skip
            body = body.replace(b'"photos":[]', b'"photos":' + json.dumps(lines).encode(), 1)
        self.dev_seq += 1
        return {
            "op_id": str(uuid.uuid4()),
            "dev_seq": self.dev_seq,
            "digest": hashlib.sha256(body).hexdigest(),
            "body": body.decode(),
        }

    async def send(self, number: int, cell: Cell) -> None:
        """One request of records, then their photos, each by itself."""
        shots = [data + secrets.token_bytes(16) for data in self.pictures[: cell.photos]]
        ops = [self._op(number * cell.batch + place, shots) for place in range(cell.batch)]
        answer = await self.line.ask_json(
            "POST", "/api/v1/sync", {"device_id": self.device, "ops": ops}, token=self.token
        )
        for result in answer["results"]:
            if result["state"] != "stored" or "signature" not in result["receipt"]:
                raise RuntimeError(f"not stored: {json.dumps(result, ensure_ascii=False)[:600]}")
            self.stored += 1
        for shot in shots:
            path = f"/api/v1/photos/{hashlib.sha256(shot).hexdigest()}"
            status, body = await self.line.ask("PUT", path, shot, token=self.token, kind="image/jpeg")
            if status != 201:
                raise RuntimeError(f"photo: {status} {body[:300]!r}")


async def _sign_in(port: int, account: str, bodies: list[bytes], pictures: list[bytes]) -> Inspector:
    line = await Line(port).open()
    device = str(uuid.uuid4())
    told = {"account": account, "password": PASSWORD, "device": {"id": device, "label": "bench"}}
    answer = await line.ask_json("POST", "/api/v1/sign-in", told)
    line.close()
    return Inspector(line, answer["token"], device, bodies, pictures)


async def _run(
    port: int, cell: Cell, world: World, pictures: list[bytes], service_pid: int, database_pid: int | None
) -> tuple[float, list[float], Account, int]:
    names = list(world.bodies)
    team = []
    for place in range(cell.at_once):
        name = names[place % len(names)]
        team.append(await _sign_in(port, name, world.bodies[name], pictures))
    for inspector in team:
        await inspector.line.open()
    await asyncio.gather(*(inspector.send(0, cell) for inspector in team))
    for inspector in team:
        inspector.stored = 0

    def worker(inspector: Inspector) -> Callable[[int], Awaitable[None]]:
        return lambda number: inspector.send(number, cell)

    with Meter(service_pid, database_pid) as meter:
        seconds, took = await closed_loop([worker(inspector) for inspector in team], cell.requests)
    stored = sum(inspector.stored for inspector in team)
    for inspector in team:
        inspector.line.close()
    return seconds, took, meter.account, stored


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _measure(
    name: str, url: str, data: Path, cell: Cell, world: World, pictures: list[bytes], pg: int | None
) -> Result:
    port = free_port()
    with service(url, data, port, ROOT) as process:
        try:
            seconds, took, account, stored = asyncio.run(_run(port, cell, world, pictures, process.pid, pg))
        except RuntimeError:
            broken = [line for line in (data / "log").read_text().splitlines() if "broken" in line]
            print(*broken[-5:], sep="\n", flush=True)
            raise
        result = Result(name, cell, stored, seconds, took, account, memory_peak_mib(process.pid))
    print(" ", " | ".join(_cells(result)), flush=True)
    return result


def measure(quick: bool) -> list[str]:
    """Run all cells on SQLite and PostgreSQL; the section as lines of Markdown."""
    pictures = [photo(1), photo(2)]
    results: list[Result] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ruhu-bench-")))
        plain = folder / "template.sqlite3"
        house = house_over(f"sqlite:///{plain}", _made(folder / "build"))
        world = build_world(house, folder)
        house.close()
        for cell in CELLS:
            copy = _made(folder / secrets.token_hex(4))
            _copy_sqlite(plain, copy / "ruhu.sqlite3")
            results.append(
                _measure(
                    "SQLite", f"sqlite:///{copy / 'ruhu.sqlite3'}", copy, _sized(cell, quick), world, pictures, None
                )
            )
            shutil.rmtree(copy)
        address, pid = stack.enter_context(postgres())
        _psql(address, 'CREATE DATABASE "plain"')
        house = house_over(address.format("plain"), _made(folder / "build-pg"))
        world = build_world(house, folder)
        house.close()
        for cell in CELLS:
            name, copy = f"c{secrets.token_hex(4)}", _made(folder / secrets.token_hex(4))
            _psql(address, f'CREATE DATABASE "{name}" TEMPLATE "plain"')
            results.append(
                _measure("PostgreSQL", address.format(name), copy, _sized(cell, quick), world, pictures, pid)
            )
            shutil.rmtree(copy)
    sizes = [len(body) for bodies in world.bodies.values() for body in bodies]
    return _section(results, sum(sizes) / len(sizes), [len(each) for each in pictures])


def _sized(cell: Cell, quick: bool) -> Cell:
    return Cell(cell.batch, cell.photos, cell.at_once, max(cell.at_once, cell.requests // 10)) if quick else cell


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _copy_sqlite(source: Path, target: Path) -> None:
    with sqlite.connect(source) as old, sqlite.connect(target) as new:
        old.backup(new)


def _psql(address: str, statement: str) -> None:
    url = address.format("postgres").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _load(cell: Cell) -> str:
    photos = f", {cell.photos} photos" if cell.photos else ""
    return f"{cell.batch} a request{photos}"


def _cells(result: Result) -> list[str]:
    milliseconds = [f"{percentile(result.took, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99)]
    account = result.account
    database = f" + {account.database * 1000 / result.records:.1f}" if result.database == "PostgreSQL" else ""
    return [
        result.database, _load(result.cell), str(result.cell.at_once), str(result.records),
        f"{result.records / result.seconds:.0f}", *milliseconds,
        f"{account.service * 1000 / result.records:.1f}{database}", f"{account.other_share:.0%}",
        f"{result.peak_mib:.0f}",
    ]  # fmt: skip


def _caveat(results: list[Result]) -> list[str]:
    """A line that keeps anybody from comparing a disturbed run with a quiet one."""
    shares = sorted(result.account.other_share for result in results)
    if shares[-1] < QUIET:
        return []
    return [
        f"- **Disturbed run**: other work used {shares[0]:.0%} to {shares[-1]:.0%} of the machine. Rates are too low,"
        " waits too long and CPU a record too high (shared caches and cores); not to be set against the quiet figures"
        " below before it is repeated on a quiet machine."
    ]


def _section(results: list[Result], body_bytes: float, photo_bytes: list[int]) -> list[str]:
    shots = " and ".join(f"{size // 1000} KB" for size in photo_bytes)
    return [
        "## Ingest",
        "",
        *conditions(f"SQLite {sqlite.sqlite_version} (WAL, synchronous=FULL), PostgreSQL with its defaults (fsync on)"),
        f"- One `ruhu serve`, loopback, no TLS; client, service and database share the cores. A record is a whole"
        f" interview, {body_bytes / 1000:.1f} KB of JSON on average, checked against its form on arrival and answered"
        f" by a signed receipt after the commit; photos are {shots}, hashed, fsynced and opened in the darkroom.",
        "- Fresh copy of the same city for each cell; closed loop; one run a cell. “Other” is the share of the"
        " machine that neither service, database nor client used: above a few per cent the figures are too low.",
        *_caveat(results),
        "",
        "| database | load | connections | records | records/s | p50 ms | p95 | p99"
        " | CPU ms a record: service + database | other | service peak MiB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *("| " + " | ".join(_cells(result)) + " |" for result in results),
        "",
        "Beside it, ODK Central, one record a request:",
        "",
        f"- {CENTRAL_CONDITIONS}",
        "",
        "| load | connections | submissions/s | p50 ms | p95 | p99 | CPU ms a submission: node + PostgreSQL |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {load} | {at_once} | {rate:g} | {p50:g} | {p95:g} | {p99:g} | {node:g} + {pg:g} |"
            for load, at_once, rate, p50, p95, p99, node, pg in CENTRAL_INGEST
        ),
    ]
