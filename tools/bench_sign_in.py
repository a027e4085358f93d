"""Signing in: how long a phone waits when a whole team signs in at the same moment."""

import asyncio
import tempfile
import time
import uuid
from pathlib import Path

from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.registry.people.models import Role
from app.registry.people.service import add_account
from tools.bench_http import Line, percentile
from tools.bench_machine import conditions
from tools.bench_world import PASSWORD, house_over, service

ROOT = Path(__file__).resolve().parents[1]
PHONES = 24
ROUNDS = 20
PORT = 8912


def measure(quick: bool) -> list[str]:
    """The section of docs/bench.md."""
    rounds = ROUNDS // 10 if quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-sign-in-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ruhu.sqlite3'}"
        house = house_over(url, folder)
        migrate(house.db)
        with house.db.write(HOME) as session:
            for number in range(PHONES):
                add_account(
                    session, house.hasher, account=_account(number), name="某人", role=Role.INSPECTOR, scope="640104",
                    password=PASSWORD, by="-",
                )  # fmt: skip
        house.close()
        with service(url, folder, PORT, ROOT):
            took, later = asyncio.run(_all_rounds(rounds))
    return [
        "## Signing in",
        "",
        *conditions("asyncio over loopback, no TLS"),
        f"- {PHONES} phones, each with an account of its own and unknown to the service, sign in at the same moment;"
        f" {rounds} times. Argon2id of 19 MiB and two passes, at most one a core at a time.",
        "",
        "| sign-ins | told to come back later | median s | p95 s | worst s |",
        "|---|---|---|---|---|",
        f"| {len(took)} | {later} | {percentile(took, 0.5):.2f} | {percentile(took, 0.95):.2f} | {max(took):.2f} |",
    ]


def _account(number: int) -> str:
    return f"phone{number:02}"


async def _all_rounds(rounds: int) -> tuple[list[float], int]:
    took: list[float] = []
    later = 0
    for _ in range(rounds):
        lines = [await Line(PORT).open() for _ in range(PHONES)]
        answers = await asyncio.gather(*(_sign_in(line, number) for number, line in enumerate(lines)))
        for line in lines:
            line.close()
        took += [seconds for seconds, _ in answers]
        later += sum(status == 503 for _, status in answers)
    return took, later


async def _sign_in(line: Line, number: int) -> tuple[float, int]:
    began = time.perf_counter()
    device = f'"device":{{"id":"{uuid.uuid4()}","label":"bench"}}'
    body = f'{{"account":"{_account(number)}","password":"{PASSWORD}",{device}}}'
    status, _ = await line.ask("POST", "/api/v1/sign-in", body.encode())
    return time.perf_counter() - began, status
