"""Disks that fill or fail, backups put back, pictures lost, migrations cut, a database that restarts: D01 to D11."""

import hashlib
import random
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL, SIGTERM

import httpx
import pytest

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.engines import Database
from app.kernel.db.holding import InUse, holding
from app.kernel.db.migrate import current_revision, is_behind, migrate
from app.upkeep import sweep
from app.upkeep.backup import make_backup, read_backup
from app.upkeep.verify import Premises, verify
from tests.cast import World
from tests.drills.conftest import phone_of
from tests.drills.cut import fill, small_disk
from tests.drills.kill import LiveService
from tests.drills.ledger import PatientPhone, faults
from tests.drills.postgres import durable_postgres
from tests.drills.report import note, rounds


@pytest.fixture
def furnished(furnished_sqlite: Path, tmp_path: Path) -> Iterator[LiveService]:
    """A stopped service over a fresh copy of the cast's database."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(furnished_sqlite, data / "ruhu.sqlite3")
    live = LiveService(data, env={"RUHU_DEVICE_QUOTA": "0"})
    yield live
    live.stop()


def test_a_full_disk_gives_no_receipt_loses_nothing_and_heals_by_itself(furnished_sqlite: Path, tmp_path: Path) -> None:
    """D01."""
    n = rounds(1, 100)
    with small_disk(tmp_path / "disk", 64 + n) as disk:  # what is kept of each time must have room
        live = LiveService(disk / "data", env={"RUHU_DEVICE_QUOTA": "0"})
        live.log = tmp_path / "log"
        shutil.copy(furnished_sqlite, disk / "data" / "ruhu.sqlite3")
        live.start()
        phone = phone_of(live, 1)
        for _ in range(n):
            phone.seal()
            phone.drain()
            ballast = fill(disk)
            for _ in range(3):
                phone.seal()
            assert phone.send(phone.ledger.waiting) in ("status 507", "status 503")
            package = httpx.get(f"{live.url}/api/v1/sync/package", headers={"Authorization": f"Bearer {phone.token}"})
            assert package.status_code == 200
            ballast.unlink()
            phone.drain(most_tries=50)
            assert phone.ledger.waiting == []
        live.stop(SIGTERM)
        house = live.house()
        assert faults(house, phone.ledger) == []
        assert verify(Premises(house.db, house.store, house.keys, live.data)).faults == []
        house.close()
        live.stop()
    note("D01", n=n, what="times full and freed")


def test_a_failed_fsync_gives_no_receipt_and_ends_the_service(furnished: LiveService) -> None:
    """D02: EIO or ENOSPC injected by strace at the n-th fsync; what was receipted is there after the next start."""
    if not shutil.which("strace"):
        pytest.skip("needs strace, which injects the faults")
    n = rounds(1, 300)
    phone = None
    for call in [3] if n == 1 else range(1, n + 1):
        furnished.start()
        fresh = phone_of(furnished, 200 + call)
        if phone is not None:
            fresh.ledger, fresh.dev_seq = phone.ledger, phone.dev_seq
        phone = fresh
        phone.timeout = 5
        assert _meets_a_failing_fsync(furnished, phone, call), f"call {call} was never made"
        house = furnished.house()
        assert faults(house, phone.ledger) == []
        house.close()
    note("D02", n=n, what="services whose fsync began to fail at the first, second … call")


def _meets_a_failing_fsync(live: LiveService, phone: PatientPhone, call: int) -> bool:
    """Send until this call fails and a little longer, then stop; whether a record was left without a receipt."""
    assert live.process is not None
    error = ("EIO", "ENOSPC")[call % 2]
    inject = ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:error={error}:when={call}+"]
    with live.log.open("ab") as log:
        tracer = subprocess.Popen(["strace", *inject, "-p", str(live.process.pid)], stdout=log, stderr=log)
    time.sleep(1.0)
    after = 0
    for _ in range(3 * call + 20):
        phone.seal()
        after += phone.send(phone.ledger.waiting) != "received"
        if after > 2:
            break
    status = live.stop(SIGTERM) if live.process.poll() is None else live.process.wait()
    live.process = None
    tracer.wait(timeout=20)
    assert status in (0, 74, -15), status
    return bool(phone.ledger.waiting)


def test_after_the_restore_of_an_old_backup_phones_refill_what_is_missing(furnished: LiveService) -> None:
    """D03: backup while it runs, more records, restore; the epoch is new and nothing is lost or doubled."""
    n = rounds(1, 20)
    for drill in range(n):
        furnished.start()
        phone = phone_of(furnished, 300 + drill)
        for _ in range(rounds(6, 100)):
            phone.seal()
        phone.drain()
        folder = furnished.data.parent / f"backup{drill}"
        running = furnished.house()
        make_backup(running.db, running.store, running.keys, folder)
        running.close()
        for _ in range(rounds(12, 500)):
            phone.seal()
        phone.drain()
        with pytest.raises(InUse), holding(furnished.data, "serve"):
            pass  # what keeps a restore away from a running service
        furnished.stop(SIGTERM)
        before = _epoch(furnished)
        assert furnished.run("restore", str(folder)).wait(timeout=60) == 0, furnished.log.read_text()[-1500:]
        assert _epoch(furnished) != before
        furnished.start()
        phone.token = furnished.sign_in("lin", phone.device_id)
        phone.ledger.receipts.clear()  # what a phone does that sees a new epoch
        phone.drain()
        furnished.stop(SIGTERM)
        house = furnished.house()
        assert faults(house, phone.ledger) == []
        report = verify(Premises(house.db, house.store, house.keys, furnished.data / "audit-heads"))
        assert report.faults == []
        house.close()
    note("D03", n=n, what=f"restores, {rounds(12, 500)} later records each refilled")


def _epoch(live: LiveService) -> str:
    house = live.house()
    with house.db.read() as session:
        epoch = audit.epoch(session)
    house.close()
    return epoch


def test_a_backup_under_load_is_a_moment_of_the_database(service: LiveService, tmp_path: Path) -> None:
    """D04."""
    phone, over, took = phone_of(service, 400), threading.Event(), []

    def work() -> None:
        while not over.is_set():
            phone.seal()
            began = time.monotonic()
            phone.drain()
            took.append(time.monotonic() - began)

    worker = threading.Thread(target=work)
    worker.start()
    n = rounds(1, 50)
    house = service.house()
    for number in range(n):
        assert service.run("backup", str(tmp_path / f"set{number}")).wait(timeout=60) == 0
        manifest = read_backup(tmp_path / f"set{number}", house.keys)
        rows = {table["name"]: table["rows"] for table in manifest["tables"]}
        assert 0 < rows["op"] <= len(phone.ledger.sealed) + 10_000
    over.set()
    worker.join()
    assert faults(house, phone.ledger) == []
    house.close()
    slow = sorted(took)[int(len(took) * 0.95)]
    note("D04", n=n, what=f"backups under load; p95 of a record meanwhile {slow:.2f} s")


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_lost_and_spoilt_pictures_are_named_and_come_again_from_the_phone(world: World) -> None:
    """D06."""
    phone, rng, n = world.phone("lin"), random.Random(6), rounds(1, 20)
    place = Premises(world.house.db, world.house.store, world.house.keys, world.house.settings.data / "heads")
    for turn in range(n):
        body = phone.interview(phone.samples()[turn % 10], photos=True)
        phone.post(phone.op(body))
        shots = [photo["sha256"] for photo in body["photos"]]
        assert {phone.put(sha256) for sha256 in shots} <= {200, 201}
        root = Path(world.house.settings.store_url)
        hurt = rng.sample(shots, 2)
        for sha256, is_gone in zip(hurt, (True, False), strict=True):
            path = next(root.rglob(sha256))
            path.chmod(0o600)
            if is_gone:
                path.unlink()
            else:
                data = bytearray(path.read_bytes())
                data[rng.randrange(len(data))] ^= 1
                path.write_bytes(data)
        report = verify(place)
        assert sorted(fault.en.split("/")[2][:64] for fault in report.faults) == sorted(hurt)
        have = {"ops": [], "photos": shots}
        answer = world.client.post("/api/v1/sync/have", json=have, headers=phone.headers).json()
        assert sorted(answer["photos"]) == sorted(hurt)
        assert {phone.put(sha256) for sha256 in hurt} == {201}
        assert verify(place).faults == []
    note("D06", n=n * 2, what="pictures deleted or flipped, all named, all refilled, no other named")


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_the_sweep_takes_true_orphans_and_nothing_else(world: World, tmp_path: Path) -> None:
    """D07: bytes kept, then killed before the row; later the phone sends again, or never."""
    phone, store, db = world.phone("lin"), world.house.store, world.house.db
    body = phone.interview(phone.samples()[0], photos=True)
    phone.post(phone.op(body))
    live = [photo["sha256"] for photo in body["photos"]]
    assert {phone.put(sha256) for sha256 in live} == {201}
    n = rounds(5, 200)
    for number in range(n):
        source = tmp_path / "left"
        source.write_bytes(random.Random(number).randbytes(100))
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        store.keep(f"1/202611/{sha256}", source, sha256)
    assert sweep.sweep_orphans(db, store, utcnow()) == 0
    assert sweep.sweep_orphans(db, store, utcnow() + timedelta(days=8)) == n
    assert sorted(key.rpartition("/")[2] for key, _ in store.list()) == sorted(set(live))
    note("D07", n=n, what="orphans swept; live files removed: 0")


def test_a_migration_that_is_killed_leaves_the_old_database_or_the_new_one(tmp_path: Path) -> None:
    """D08: kill -9 at random moments of an upgrade from the first release's tables; a backup was made before."""
    rng, n = random.Random(8), rounds(1, 20)
    ends = []
    for number in range(n):
        live = LiveService(tmp_path / f"data{number}")
        old = Database(f"sqlite:///{live.data / 'ruhu.sqlite3'}")
        migrate(old, "0007_inspections")
        old.close()
        process = live.run("migrate")
        time.sleep(rng.uniform(0.5, 3.0))
        process.send_signal(SIGKILL)
        process.wait()
        db = Database(f"sqlite:///{live.data / 'ruhu.sqlite3'}")
        ends.append(current_revision(db))
        assert ends[-1] == "0007_inspections" or not is_behind(db)
        db.close()
        assert live.run("migrate").wait(timeout=60) == 0, live.log.read_text()[-1500:]
        db = Database(f"sqlite:///{live.data / 'ruhu.sqlite3'}")
        assert not is_behind(db)
        db.close()
        sets = [path for path in (live.data / "backups").iterdir() if not path.name.startswith(".")]
        assert sets
    note("D08", n=n, what=f"migrations killed; {ends.count('0007_inspections')} before their commit")


def test_a_long_export_and_twenty_writers_never_meet_a_locked_database(service: LiveService) -> None:
    """D10."""
    house = service.house()
    phones = [phone_of(service, 1000)]
    phones += [
        type(phones[0])(service.url, phones[0].token, phones[0].spki, random.Random(1000 + each), timeout=60)
        for each in range(1, 20)
    ]
    with house.db.read() as session:
        session.connection().exec_driver_sql("select count(*) from op, op")  # a reader that holds its look open
        threads = []
        for phone in phones:
            for _ in range(rounds(2, 500)):
                phone.seal()
            threads.append(threading.Thread(target=phone.drain))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status for phone in phones for status in phone.ledger.statuses} <= {200, 503}
    assert all(faults(house, phone.ledger) == [] and not phone.ledger.waiting for phone in phones)
    house.close()
    note("D10", n=sum(len(phone.ledger.sealed) for phone in phones), what="writes by 20 clients beside an open reader")


def test_a_graceful_stop_answers_what_it_has_begun(furnished: LiveService) -> None:
    """SIGTERM under load: it ends by itself, and every answer that left was true."""
    furnished.start()
    phone, over = phone_of(furnished, 1100), threading.Event()

    def work() -> None:
        while not over.is_set():
            phone.seal()
            phone.send(phone.ledger.waiting[:5])

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(1)
    status = furnished.stop(SIGTERM)
    over.set()
    worker.join()
    house = furnished.house()
    assert status in (0, -SIGTERM)  # the server ends what it has begun, then hands the signal on
    assert len(phone.ledger.receipts) > 0
    assert faults(house, phone.ledger) == []
    house.close()


def test_postgresql_restarting_under_load_loses_no_receipt(tmp_path: Path) -> None:
    """D11: stop -m immediate (its kill -9), start again; the service reconnects by itself."""
    with durable_postgres(tmp_path) as server:
        url = server.create(f"d11_{uuid.uuid4().hex[:8]}")
        live = LiveService(tmp_path / "data", database_url=url, env={"RUHU_DEVICE_QUOTA": "0"})
        house = live.house()
        migrate(house.db)
        server.settle(house)
        live.start()
        phone, n = phone_of(live, 1110), rounds(1, 100)
        for _ in range(n):
            over = threading.Event()

            def work(over: threading.Event = over) -> None:
                while not over.is_set():
                    phone.seal()
                    phone.send(phone.ledger.waiting[:5])

            worker = threading.Thread(target=work)
            worker.start()
            time.sleep(0.7)
            server.restart()
            time.sleep(0.3)
            over.set()
            worker.join()
            phone.drain()
            assert phone.ledger.waiting == []
            assert faults(house, phone.ledger) == []
        assert not set(phone.ledger.statuses) - {200, 503}
        house.close()
        live.stop()
    note("D11", n=n, what=f"restarts under load, {len(phone.ledger.receipts)} receipts")
