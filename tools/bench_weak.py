"""A weak link: 64 kbit/s, three segments in ten lost, a cut every twenty seconds; fifteen households with five photos.

The phone's own sync code (in Node, over its own store) sends to a real service through tools/weak_line.py. Everything
runs twenty times as fast, the phone's sense of time included. What arrives is counted in the service's database.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlmodel import Session, func, select

from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.registry.people.models import Role
from app.registry.people.service import add_account
from app.survey.photos.models import ObjectState, PhotoObject
from app.survey.records.models import Op
from tests import pictures
from tools.bench_ingest import free_port
from tools.bench_machine import conditions
from tools.bench_world import PASSWORD, house_over, service
from tools.weak_line import WeakLine, Weather

ROOT = Path(__file__).resolve().parents[1]
HOUSEHOLDS, EACH = 15, 5


def measure(quick: bool) -> list[str]:
    """The section's lines."""
    households = 2 if quick else HOUSEHOLDS
    weather = Weather()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ruhu.sqlite3'}"
        house = house_over(url, folder)
        migrate(house.db)
        with house.db.write(HOME) as session:
            add_account(session, house.hasher, account="lin", name="某人", role=Role.INSPECTOR, scope="640104",
                        password=PASSWORD, by="-")  # fmt: skip
        shots = folder / "shots"
        shots.mkdir()
        for number in range(households * EACH):
            (shots / f"{number:03}.jpg").write_bytes(pictures.photo(900 + number, (1000 + 8 * (number % 20), 750)))
        port = free_port()
        with service(url, folder, port, ROOT):
            line = WeakLine(port, weather)
            told = _send(folder, shots, port, line, weather)
            line.close()
        with house.db.read() as session:
            records, photos = _arrived(session)
        house.close()
    if (records, photos) != (households, households * EACH):
        raise RuntimeError(f"{records} records and {photos} photos arrived of {households} and {households * EACH}")
    return _lines(line, told, weather, records, photos)


def _send(folder: Path, shots: Path, port: int, line: WeakLine, weather: Weather) -> dict[str, float]:
    out = folder / "told.json"
    env = {
        **os.environ, "RUHU_WEAK_URL": f"http://127.0.0.1:{line.port}", "RUHU_WEAK_PHOTOS": str(shots),
        "RUHU_WEAK_GOOD_URL": f"http://127.0.0.1:{port}", "RUHU_WEAK_OUT": str(out),
        "RUHU_WEAK_PASSWORD": PASSWORD, "RUHU_WEAK_TIMES": str(weather.times),
    }  # fmt: skip
    command = [sys.executable, "hatch_build.py", "npm", "test", "--", "test/sync/weak-line.test.ts"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    told: dict[str, float] = json.loads(out.read_text())
    return told


def _arrived(session: Session) -> tuple[int, int]:
    photos = select(func.count()).select_from(PhotoObject).where(PhotoObject.state == ObjectState.DURABLE)
    return session.exec(select(func.count()).select_from(Op)).one(), session.exec(photos).one()


def _lines(line: WeakLine, told: dict[str, float], weather: Weather, records: int, photos: int) -> list[str]:
    needed = told["needed"]
    again = line.sent - needed
    over = (again - line.lost) / needed
    if over > 0.1:
        raise RuntimeError(f"{again} bytes sent again where the line lost {line.lost} of {needed:.0f}")
    return [
        "## Weak link",
        "",
        *conditions("SQLite, Node as the phone"),
        f"- {weather.bits_per_second // 1000} kbit/s each way, {weather.loss:.0%} of segments lost and sent again by"
        f" the transport, every connection cut each {weather.cut_every:.0f} s without the service being told; time runs"
        f" {weather.times} times as fast, for the phone too.",
        f"- {records} households with {photos} photos of {needed / photos / 1000:.0f} KB; the phone's own code, photos"
        " by tus in pieces that follow the line; an inspector who looks on (waits of a minute at most).",
        "",
        "| what | figure |",
        "|---|---|",
        f"| arrived | {records} of {records} records, {photos} of {photos} photos |",
        f"| time on the line | {told['seconds'] / 60:.0f} min, {line.cuts} cuts, {told['runs']:.0f} runs |",
        f"| bytes needed (photos and records) | {needed:,.0f} |",
        f"| bytes sent by the phone, headers and questions included | {line.sent:,} |",
        f"| sent ÷ needed | {line.sent / needed:.3f} |",
        f"| of that lost at cuts | {line.lost:,} |",
        f"| sent again over what the line lost, of what was needed | {over:.1%} |",
    ]
