"""A city to measure in: the demo's invented register, one drawn round with large samples, interviews ready to send."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import __version__
from app.demo import answers as fill
from app.demo.people import COUNTIES, homes_of
from app.demo.workbook import write_register
from app.doors.intake import FORM_OF_STRATUM
from app.doors.phone.package import package_for
from app.doors.web.house import House, open_house
from app.kernel.clock import local_day, rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.kernel.settings import load_settings
from app.registry.households.service import import_register
from app.registry.people.models import Role
from app.registry.people.queries import actor_from, get_account
from app.registry.people.rules import Actor
from app.registry.people.service import add_account
from app.survey.questionnaires.rules import check
from app.survey.questionnaires.service import publish_builtin
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_frame
from app.survey.rounds.service import open_round
from tests.postgres import find_binaries

PASSWORD = "measured here"
ROUND = "2017-1"
N = {"poor": 60, "non_poor": 40}


@dataclass
class World:
    """Inspectors and, for each, bodies of interviews of the households drawn for the county."""

    bodies: dict[str, list[bytes]]


def build_world(house: House, folder: Path, rounds: Sequence[str] = (ROUND,)) -> World:
    """Migrate, then accounts, forms, register, rounds and draws; the bodies are made here and not while measuring."""
    migrate(house.db)
    with house.db.write(HOME) as session:
        people = [("city", Role.CITY_OFFICER, "6401"), *((f"i{code}", Role.INSPECTOR, code) for code in COUNTIES)]
        for account, role, scope in people:
            add_account(
                session, house.hasher, account=account, name="某人", role=role, scope=scope, password=PASSWORD, by="-"
            )
        forms = {form.form_id: form for form in publish_builtin(session, "city")}
    for kind in ("poor", "non_poor"):
        homes = [home for code in COUNTIES for home in homes_of(code, kind, random.Random(f"{code} {kind}"))]
        write_register(folder / f"{kind}.xlsx", "名册(虚构)", homes)
        import_register(house.db, house.keys, folder / f"{kind}.xlsx", "city", tz=house.settings.tz)
    with house.db.read() as session:
        city = actor_from(get_account(session, "city"))
    for code in rounds:
        _draw_round(house, city, code)
    bodies = {}
    for code in COUNTIES:
        with house.db.read() as session:
            actor = actor_from(get_account(session, f"i{code}"))
        samples = [s for s in package_for(house, actor, FORM_OF_STRATUM)["samples"] if s["state"] == "open"]
        bodies[f"i{code}"] = [_body(random.Random(s["sample_id"]), s, forms[s["form_id"]]) for s in samples]
    return World(bodies)


def _draw_round(house: House, city: Actor, code: str) -> None:
    today = local_day(utcnow(), house.settings.tz)
    with house.db.write(HOME) as session:
        open_round(
            session, city, code=code, name="量测", starts_on=today, ends_on=today + timedelta(days=30),
            counties=list(COUNTIES), quota={"poor": [1, 60], "non_poor": [1, 40]},
        )  # fmt: skip
    freeze_frame(house.db, city, code, source="DICE10X20", n=N)
    draw_sample(house.db, house.keys, city, code, parts=["73920518264409175386"], witnesses=["a", "b", "c"])


def _body(rng: random.Random, sample: dict[str, Any], form: Any) -> bytes:
    """A completed interview as a phone would seal it."""
    home = sample["household"]
    if sample["stratum"] == "poor":
        answers = fill.q1(rng, home, {"team": 5, "helper": 4, "effect": 5, "way": 4}, photos=False)
    else:
        answers = fill.q2(rng, home, photos=False)
    now = utcnow()
    answers = {
        "sample_id": sample["sample_id"], "hh_id": home["unit"], "county_code": sample["county"],
        "round_no": sample["round"], "cover": fill.cover(rng, (106.25, 38.45)), **answers,
    }  # fmt: skip
    body = {
        "kind": "interview",
        "form_id": form.form_id,
        "form_version": form.version,
        "sample_id": sample["sample_id"],
        "answers": check(form.form, answers, fill_date=now.date(), received_on=now.date()).answers,
        "photos": [],
        "started_at": rfc3339(now - timedelta(minutes=20)),
        "finished_at": rfc3339(now),
        "clock": {"wall": rfc3339(now), "monotonic_ms": 1, "offset_ms": 0, "zone": "Asia/Shanghai"},
        "corrects": None,
        "app_version": __version__,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """A PostgreSQL with its own defaults (fsync on), on a socket: (address without database, pid of the server)."""
    folder = Path(tempfile.mkdtemp(prefix="ruhu-bench-pg-"))
    binaries = find_binaries()
    extra: dict[str, Any] = {}
    if Path("/proc/self").stat().st_uid == 0:
        shutil.chown(folder, "nobody", "nogroup")
        extra = {"user": "nobody", "group": "nogroup"}
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **extra}
    data = str(folder / "data")
    subprocess.run(
        [str(binaries / "initdb"), "-D", data, "-U", "ruhu", "-A", "trust", "-E", "UTF8", "--locale=C"], **quiet
    )
    options = f"-k {folder} -c listen_addresses=''"
    start = ["-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run([str(binaries / "pg_ctl"), *start], **quiet)
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield f"postgresql+psycopg://ruhu@/{{}}?host={folder}", pid
    finally:
        subprocess.run([str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def house_over(url: str, data: Path) -> House:
    """A house in this process over an address and a folder."""
    env = {"RUHU_DATABASE_URL": url, "RUHU_SECRET_KEY": "measured here"}
    return open_house(load_settings(env, data=data))


@contextmanager
def service(url: str, data: Path, port: int, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`ruhu serve` in a process of its own, its log in a file as an operator would have it."""
    env = {
        "RUHU_DATA": str(data), "RUHU_DATABASE_URL": url, "RUHU_SECRET_KEY": "measured here", "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    command = [sys.executable, "-m", "app.main", "serve", "--port", str(port)]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=root, stdout=log, stderr=log)
        try:
            _wait(port, process, data / "log")
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the service ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the service did not answer")
