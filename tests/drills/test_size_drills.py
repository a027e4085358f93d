"""A library that may lose commits, a hundred thousand visits, a service that runs for hours: D09, D13, D14."""

import json
import os
import random
import shutil
import statistics
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.doors.web.house import House
from app.findings.inspections.models import Visit, VisitStatus
from app.kernel.db.ports import insert_many
from app.registry.people.queries import get_account
from app.survey.photos.models import ObjectState, PhotoAnnounced, PhotoObject
from app.survey.photos.rules import object_key
from app.survey.records.models import Op, RecordState
from app.survey.rounds.queries import list_samples
from tests.cast import DRAW, ROUND, World
from tests.drills.conftest import phone_of
from tests.drills.kill import LiveService
from tests.drills.ledger import faults
from tests.drills.report import IS_NIGHT, note, rounds

SHIM = """
from sqlite3.dbapi2 import *
from sqlite3.dbapi2 import sqlite_version, sqlite_version_info
if sqlite_version_info >= (3, 44):
    sqlite_version, sqlite_version_info = "3.40.1", (3, 40, 1)
"""
"""The system's own SQLite in the place of the pinned one; Debian 12 has 3.40.1, which is affected."""


@pytest.mark.parametrize("command", [("serve", "--port", "1"), ("migrate",)], ids=["serve", "migrate"])
def test_a_sqlite_that_may_lose_commits_is_refused_and_says_why(tmp_path: Path, command: tuple[str, ...]) -> None:
    """D09: the service is started with an affected library."""
    shim = tmp_path / "shim" / "pysqlite3"
    shim.mkdir(parents=True)
    (shim / "__init__.py").write_text("")
    (shim / "dbapi2.py").write_text(SHIM)
    live = LiveService(tmp_path / "data", env={"PYTHONPATH": str(shim.parent)})
    assert live.run(*command).wait(timeout=60) != 0
    said = live.log.read_text()
    assert "WAL" in said
    assert "pysqlite3" in said
    assert not (live.data / "ruhu.sqlite3").exists()
    note("D09", n=2, what="starts with an affected library (serve, migrate): refused, with the remedy")


@pytest.fixture
def furnished(furnished_sqlite: Path, tmp_path: Path) -> LiveService:
    """A stopped service over a fresh copy of the cast's database."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(furnished_sqlite, data / "ruhu.sqlite3")
    return LiveService(data, env={"RUHU_DEVICE_QUOTA": "0"})


def _pile_up(house: House, visits: int, photos_each: int) -> None:
    """So many kept visits of the drawn round, put straight into the tables, with rows for their pictures."""
    with house.db.read() as session:
        account_id = get_account(session, "lin").id
    rng, began = random.Random(13), datetime(2017, 5, 20, 1, tzinfo=UTC)
    samples = [f"{DRAW}.640104-P.{rank}" for rank in range(1, 11)]
    for start in range(0, visits, 1000):
        ops, seen, told, kept = [], [], [], []
        for number in range(start, min(start + 1000, visits)):
            op_id, at = uuid.UUID(int=rng.getrandbits(128), version=4), began + timedelta(seconds=number)
            sample_id = samples[number % len(samples)]
            body = json.dumps({"kind": "interview", "sample_id": sample_id, "answers": {"cover": {"note": "雨" * 300}}})
            ops.append(_op_row(op_id, account_id, number, at, sample_id, body.encode()))
            seen.append(_visit_row(op_id, account_id, at, sample_id))
            for place in range(photos_each):
                sha256 = f"{number * photos_each + place:064x}"
                told.append({"county_id": 1, "op_id": op_id, "photo_id": uuid.UUID(int=rng.getrandbits(128)),
                             "sha256": sha256, "bytes": 300_000, "type": "image/jpeg", "question": "/close/door",
                             "account_id": account_id, "received_at": at})  # fmt: skip
                kept.append({"county_id": 1, "sha256": sha256, "bytes": 300_000, "type": "image/jpeg", "width": 1,
                             "height": 1, "key": object_key(1, at, sha256), "received_at": at,
                             "state": ObjectState.DURABLE, "reason": None})  # fmt: skip
        with house.db.write(1) as session:
            for model, rows in ((Op, ops), (Visit, seen), (PhotoAnnounced, told), (PhotoObject, kept)):
                insert_many(session, model, rows)


def _op_row(op_id: uuid.UUID, account: uuid.UUID, number: int, at: datetime, sample: str, body: bytes) -> dict:  # type: ignore[type-arg]
    return {"county_id": 1, "op_id": op_id, "seq": 1_000_000 + number, "digest": f"{number:064x}", "body": body,
            "state": RecordState.STORED, "received_state": RecordState.STORED, "epoch": "e", "received_at": at,
            "account_id": account, "device_id": account, "dev_seq": number + 1, "kind": "interview",
            "form_id": "q1_poor", "form_version": "pile", "sample_id": sample, "unit": None, "corrects": None,
            "reasons": [], "differences": []}  # fmt: skip


def _visit_row(op_id: uuid.UUID, account: uuid.UUID, at: datetime, sample: str) -> dict:  # type: ignore[type-arg]
    return {"county_id": 1, "op_id": op_id, "status": VisitStatus.ACCEPTED, "sample_id": sample, "draw": DRAW,
            "kind": "interview", "account_id": account, "received_at": at, "started_at": at,
            "contact_result": "absent"}  # fmt: skip


def test_a_large_city_is_read_as_fast_as_a_small_one(furnished: LiveService) -> None:
    """D13: 100,000 visits and 800,000 rows of pictures by night; what the pages take, and the memory of the service."""
    visits = rounds(2000, 100_000)
    house = furnished.house()
    _pile_up(house, visits, 8)
    with house.db.read() as session:
        assert len(list_samples(session, World(house, None, None).actor("city"), ROUND)) > 0  # type: ignore[arg-type]
    house.close()
    furnished.start()
    headers = {"Authorization": f"Bearer {furnished.sign_in('city')}"}
    took: dict[str, float] = {}
    with httpx.Client(base_url=furnished.url, headers=headers, timeout=600) as client:
        for page in ("/", f"/rounds/{ROUND}", f"/api/v1/rounds/{ROUND}/satisfaction", "/held"):
            began = time.monotonic()
            assert client.get(page, follow_redirects=True).status_code == 200, page
            took[page] = time.monotonic() - began
    peak = furnished.memory()
    furnished.stop()
    worst = max(took, key=lambda page: took[page])
    assert took[worst] < (2 if IS_NIGHT else 20)
    what = f"visits with {visits * 8} rows of pictures; slowest page {worst} {took[worst]:.2f} s"
    note("D13", n=visits, what=f"{what}; service at {peak / 2**20:.0f} MiB")


def _open_files(live: LiveService) -> int:
    assert live.process is not None
    return len(list(Path(f"/proc/{live.process.pid}/fd").iterdir()))


def test_a_service_that_runs_for_long_and_is_killed_now_and_then_leaks_nothing(furnished: LiveService) -> None:
    """D14: records at a steady pace; between two kills neither memory nor open files grow."""
    hours = float(os.environ.get("RUHU_SOAK_HOURS", "0.5"))
    lives, seconds = rounds(2, max(2, round(hours * 12))), rounds(4, 300)
    phone, growth, files = None, [], []
    for _ in range(lives):
        furnished.start()
        fresh = phone_of(furnished, 1400)
        phone = phone or fresh
        phone.token = fresh.token
        over = threading.Event()
        worker = threading.Thread(target=_steadily, args=(phone, over))
        worker.start()
        over.wait(seconds / 2)
        before, open_before = furnished.memory(), _open_files(furnished)
        over.wait(seconds / 2)
        growth.append(furnished.memory() / before)
        files.append(_open_files(furnished) / open_before)
        furnished.stop()
        over.set()
        worker.join()
    furnished.start()
    assert phone is not None
    phone.token = furnished.sign_in("lin", phone.device_id)
    phone.drain()
    furnished.stop()
    house = furnished.house()
    assert phone.ledger.waiting == []
    assert faults(house, phone.ledger) == []
    house.close()
    if IS_NIGHT:
        assert max(growth) < 1.1
        assert statistics.median(files) < 1.1
    what = f"lives of {seconds} s under load, {len(phone.ledger.receipts)} receipts, 0 lost"
    note("D14", n=lives, what=f"{what}; memory ×{max(growth):.2f}, open files ×{max(files):.2f} in half a life")


def _steadily(phone: object, over: threading.Event) -> None:
    while not over.wait(0.04):
        phone.seal()  # type: ignore[attr-defined]
        phone.send(phone.ledger.waiting[:20])  # type: ignore[attr-defined]
