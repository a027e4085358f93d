"""What was receipted is there: kill -9 at any step, and a battery pulled out of the server. R03 and R04.

A power cut needs root for a loop mount: an ext4 image holds the data folder (and PostgreSQL's), everything is stopped
dead, and the image as it is in that moment is what a disk would have. A test stays in one transaction's sight: the
promises are noted before the stop, so each of them must be on the copy.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.kernel.db.migrate import migrate
from app.registry.people.models import Role
from tests.drills.cut import after_the_cut, cuttable_disk
from tests.drills.kill import LiveService
from tests.drills.postgres import DurablePostgres, frozen, postgres_on
from tests.drills.promises import Ledger, Phone, broken_promises, changed_receipts, working
from tests.drills.report import IS_NIGHT, note, rounds
from tests.photo_world import Person, PhotoWorld

STEPS = ("write,pwrite64,writev", "fsync,fdatasync", "rename,renameat2,link,linkat", "sendto,sendmsg")
"""Where the kernel kills the service: while it writes a page or a picture, syncs, renames, or answers."""


def _settled(live: LiveService) -> Person:
    """A migrated folder with one inspector."""
    house = live.house()
    migrate(house.db)
    lin = PhotoWorld(house).person(Role.INSPECTOR, "640104")
    house.close()
    return lin


def _kill_at(live: LiveService, calls: str, nth: int) -> subprocess.Popen[bytes]:
    """Have the kernel kill the service at the n-th of these calls from now on (it counts for each thread)."""
    assert live.process is not None
    inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:signal=SIGKILL:when={nth}"]
    with live.log.open("ab") as log:
        return subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", *inject, "-p", str(live.process.pid)], stdout=log, stderr=log
        )


def test_no_receipt_and_no_photo_is_lost_by_kill_minus_nine(tmp_path: Path) -> None:
    """R03: three phones send records and photos, the service is killed at random and at chosen steps, and again."""
    live = LiveService(tmp_path / "data")
    lin, ledger, rng = _settled(live), Ledger(), random.Random(1)
    kills, traced, slowest = rounds(5, 2000), 0, 0.0
    for kill in range(kills):
        slowest = max(slowest, live.start())
        phones = [Phone(live, lin, ledger, seed=kill * 10 + place) for place in range(3)]
        tracer = None
        if shutil.which("strace") and kill % 5:
            tracer = _kill_at(live, STEPS[kill % 5 - 1], rng.randrange(1, 12))
            time.sleep(0.4)
        over, threads = working(phones, ledger, rng.uniform(0.1, 1.5), most=5)
        traced += live.process is not None and live.process.poll() is not None
        live.stop()
        over.set()
        for thread in threads:
            thread.join()
        if tracer is not None:
            tracer.wait(timeout=20)

    receipts, kept = ledger.promised()
    assert slowest < (10 if IS_NIGHT else 60)
    assert len(receipts) >= kills
    assert ledger.faults == []
    assert broken_promises(live, ledger, receipts, kept) == []
    live.start()
    assert changed_receipts(live, lin, ledger, receipts) == []
    live.stop()
    what = f"kills ({traced} at a chosen call); {len(receipts)} receipts and {len(kept)} photos promised, 0 lost"
    note("R03", n=kills, what=f"{what}; ready again in {slowest:.1f} s at most")


def _database_fault(live: LiveService) -> str:
    """What SQLite finds wrong with its file; nothing when it is whole."""
    house = live.house()
    try:
        with house.db.read() as session:
            said = [row[0] for row in session.connection().exec_driver_sql("PRAGMA integrity_check")]
    except DatabaseError as error:
        return str(error.orig)
    finally:
        house.close()
    return "" if said == ["ok"] else "\n".join(said)


def test_no_receipt_and_no_photo_is_lost_when_the_current_goes(tmp_path: Path) -> None:
    """R04 on SQLite: whatever was promised before the cut is on the disk as it is then."""
    with cuttable_disk(tmp_path) as disk:
        live = LiveService(disk / "data")
        live.log = tmp_path / "log"
        lin, ledger, rng, cuts = _settled(live), Ledger(), random.Random(2), rounds(2, 200)
        for number in range(cuts):
            live.start()
            phones = [Phone(live, lin, ledger, seed=number * 10 + place) for place in range(2)]
            over, threads = working(phones, ledger, rng.uniform(0.1, 1.5))
            receipts, kept = ledger.promised()
            live.send(signal.SIGSTOP)
            with after_the_cut(tmp_path, number) as there:
                live.stop()
                over.set()
                for thread in threads:
                    thread.join()
                copy = LiveService(there / "data")
                assert _database_fault(copy) == ""
                assert broken_promises(copy, ledger, receipts, kept) == []
        assert len(receipts) + len(kept) >= cuts
    note("R04-sqlite", n=cuts, what=f"power cuts on SQLite; {len(receipts)} receipts and {len(kept)} photos, 0 lost")


@contextmanager
def _cut_postgres() -> Iterator[tuple[Path, DurablePostgres, LiveService]]:
    """PostgreSQL and the photo folder on one disk whose current can go; its path must be short for the socket."""
    folder = Path(tempfile.mkdtemp(prefix="ruhu-cut-"))
    folder.chmod(0o755)
    try:
        with cuttable_disk(folder, 512) as disk:
            disk.chmod(0o755)
            with postgres_on(disk / "pg") as server:
                live = LiveService(disk / "data", database_url=server.create("ruhu"))
                live.log = folder / "log"
                yield folder, server, live
                live.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_postgresql_keeps_every_receipt_when_the_current_goes() -> None:
    """R04 on PostgreSQL: its files, the service and its photos are stopped in one moment."""
    with _cut_postgres() as (folder, server, live):
        lin, ledger, rng, cuts = _settled(live), Ledger(), random.Random(3), rounds(1, 200)
        for number in range(cuts):
            live.start()
            phones = [Phone(live, lin, ledger, seed=5000 + number * 10 + place) for place in range(2)]
            over, threads = working(phones, ledger, rng.uniform(0.1, 1.5))
            receipts, kept = ledger.promised()
            live.send(signal.SIGSTOP)
            with frozen(server), after_the_cut(folder, number) as there:
                live.stop()
                over.set()
                for thread in threads:
                    thread.join()
                with postgres_on(there / "pg") as revived:
                    copy = LiveService(there / "data", database_url=revived.url("ruhu"))
                    assert broken_promises(copy, ledger, receipts, kept) == []
        assert len(receipts) + len(kept) >= cuts
    note("R04-pg", n=cuts, what=f"power cuts on PostgreSQL; {len(receipts)} receipts and {len(kept)} photos, 0 lost")
