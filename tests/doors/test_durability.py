"""What was receipted is there: kill -9 at any moment, and a battery pulled out of the server.

Few rounds in a working day, many by night (RUHU_NIGHTLY=1). The power cut needs root for a loop mount: an ext4 image
holds the data folder, the service is stopped dead, the image as it is in that moment is what a disk would have.
"""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.kernel.db.migrate import migrate
from app.registry.people.models import Role
from tests.ledger import Ledger, Phone, Service, broken_promises, changed_receipts, working
from tests.photo_world import Person, PhotoWorld

IS_NIGHT = os.environ.get("RUHU_NIGHTLY") == "1"
KILLS = 100 if IS_NIGHT else 2
CUTS = 50 if IS_NIGHT else 2


def _settled(data: Path) -> tuple[Service, Person]:
    """A migrated folder with one inspector."""
    service = Service(data)
    house = service.house()
    migrate(house.db)
    lin = PhotoWorld(house).person(Role.INSPECTOR, "640104")
    house.close()
    return service, lin


def test_no_receipt_and_no_photo_is_lost_by_kill_minus_nine(tmp_path: Path) -> None:
    """Three phones send records and photos, the service is killed at random moments and started again."""
    service, lin = _settled(tmp_path / "data")
    ledger, rng = Ledger(), random.Random(1)

    for kill in range(KILLS):
        ready = service.start()
        assert ready < (10 if IS_NIGHT else 60)
        phones = [Phone(service, lin, ledger, seed=kill * 10 + place) for place in range(3)]
        over, threads = working(phones, ledger, rng.uniform(0.1, 1.5))
        service.stop()
        over.set()
        for thread in threads:
            thread.join()

    receipts, kept = ledger.promised()
    assert len(receipts) >= KILLS
    assert ledger.faults == []
    assert broken_promises(service, ledger, receipts, kept) == []
    service.start()
    assert changed_receipts(service, lin, ledger, receipts) == []
    service.stop()
    print(f"kill -9: {KILLS} kills, {len(receipts)} receipts and {len(kept)} photos promised, 0 lost")


def _database_fault(data: Path) -> str:
    """What SQLite finds wrong with its file; nothing when it is whole."""
    house = Service(data).house()
    try:
        with house.db.read() as session:
            said = [row[0] for row in session.connection().exec_driver_sql("PRAGMA integrity_check")]
    except DatabaseError as error:
        return str(error.orig)
    finally:
        house.close()
    return "" if said == ["ok"] else "\n".join(said)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An ext4 file system in an image file, mounted; the image lies beside it."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("a power cut needs root and mkfs.ext4 for a loop mount")
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(2**28)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=False).returncode:
        pytest.skip("loop mounts are not allowed here")
    yield place
    for mounted in (*tmp_path.glob("cut*/"), place):
        subprocess.run(["umount", "--lazy", str(mounted)], check=False, stderr=subprocess.DEVNULL)


def _copied(image: Path, number: int) -> Path:
    """The disk as it is in this moment: what reached it, and nothing that only memory knew."""
    copy = image.with_name(f"cut{number}.img")
    subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
    return copy


@contextmanager
def _mounted(copy: Path) -> Iterator[Path]:
    """The current is back: mounting replays the file system's journal."""
    there = copy.with_suffix("")
    there.mkdir()
    subprocess.run(["mount", "-o", "loop", str(copy), str(there)], check=True)
    yield there
    subprocess.run(["umount", str(there)], check=True)
    copy.unlink()


def test_no_receipt_and_no_photo_is_lost_when_the_current_goes(disk: Path) -> None:
    """Two phones at work, the service stopped dead: whatever was promised before is on the disk as it is then."""
    service, lin = _settled(disk / "data")
    service.data.parent.chmod(0o755)
    ledger, rng = Ledger(), random.Random(2)
    promised = 0

    for number in range(CUTS):
        service.start()
        phones = [Phone(service, lin, ledger, seed=number * 10 + place) for place in range(2)]
        over, threads = working(phones, ledger, rng.uniform(0.1, 1.5))
        receipts, kept = ledger.promised()
        service.stop(signal.SIGSTOP)
        copy = _copied(disk.with_suffix(".img"), number)
        service.stop()
        over.set()
        for thread in threads:
            thread.join()
        with _mounted(copy) as there:
            assert _database_fault(there / "data") == ""
            assert broken_promises(Service(there / "data"), ledger, receipts, kept) == []
        promised = len(receipts) + len(kept)

    assert promised >= CUTS
    print(f"power cut: {CUTS} cuts, {promised} promises, 0 lost")
