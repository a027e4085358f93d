"""A backup is whole or refused, goes back on either database, and makes phones send again what it lacks."""

import gzip
import json
import random
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from app.doors.web.house import House
from app.kernel import audit
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.migrate import migrate
from app.kernel.db.snapshot import one_look, read_lines, shapes_of
from app.kernel.keys import Keys
from app.survey.photos.store import FolderStore
from app.upkeep.backup import BadBackup, FolderTaken, make_backup, migrate_after_backup, read_backup
from app.upkeep.restore import restore
from tests.cast import World, house_at
from tests.drills.report import note, rounds
from tests.postgres import Postgres


@pytest.fixture
def visited(world: World) -> World:
    """A world with a few visits and their photos."""
    phone = world.phone("lin")
    for sample in phone.samples()[:3]:
        body = phone.interview(sample, photos=True)
        phone.post(phone.op(body))
        assert phone.put(body["photos"][0]["sha256"]) == 201
    return world


def dump(db: Database) -> dict[str, list[bytes]]:
    """Every row of every table, in the words of a backup."""
    with one_look(db) as connection:
        return {shape.name: list(read_lines(connection, shape)) for shape in shapes_of(connection)}


def empty_place(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'back.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"b_{uuid.uuid4().hex[:12]}")


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
def test_a_set_goes_back_onto_either_database_row_for_row(
    visited: World, tmp_path: Path, onto: str, request: pytest.FixtureRequest
) -> None:
    house = visited.house
    before = dump(house.db)
    made = make_backup(house.db, house.store, house.keys, tmp_path / "set")
    assert made.photos == 3
    assert made.missing == []

    url, store = empty_place(onto, tmp_path, request), FolderStore(tmp_path / "new-store")
    done = restore(url, store, house.keys, tmp_path / "set")

    db = Database(url)
    after = dump(db)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"meta", "audit", "county_seq"}  # the new epoch, and the line that says so
    with db.read() as session:
        assert audit.epoch(session) == done.epoch
        assert audit.first_broken(session, HOME) is None
    assert sorted(key for key, _ in store.list()) == sorted(key for key, _ in house.store.list())
    db.close()


def test_the_set_can_be_checked_without_us(visited: World, tmp_path: Path) -> None:
    house = visited.house
    make_backup(house.db, house.store, house.keys, tmp_path / "set")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "set", check=True)
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text())
    columns = next(table["columns"] for table in manifest["tables"] if table["name"] == "op")
    with gzip.open(tmp_path / "set" / "tables" / "op.jsonl.gz") as lines:
        row = dict(zip([name for name, _ in columns], json.loads(lines.readline()), strict=True))
    assert row["state"] == "stored"


def test_no_key_and_no_secret_is_in_a_set(visited: World, tmp_path: Path) -> None:
    make_backup(visited.house.db, visited.house.store, visited.house.keys, tmp_path / "set")
    names = [path.name for path in (tmp_path / "set").rglob("*")]
    assert not [name for name in names if "secret" in name or "key" in name]


def test_a_set_is_never_written_over_anything(visited: World, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine").touch()
    with pytest.raises(FolderTaken):
        make_backup(visited.house.db, visited.house.store, visited.house.keys, tmp_path / "set")
    assert (tmp_path / "set" / "mine").exists()


def test_the_next_set_takes_no_room_for_the_same_pictures(visited: World, tmp_path: Path) -> None:
    house = visited.house
    make_backup(house.db, house.store, house.keys, tmp_path / "one")
    make_backup(house.db, house.store, house.keys, tmp_path / "two", link_to=tmp_path / "one")
    photos = [path for path in (tmp_path / "two" / "photos").rglob("*") if path.is_file()]
    assert len(photos) == 3
    assert {path.stat().st_nlink for path in photos} == {2}


def test_a_picture_that_is_not_there_is_named_and_the_rest_is_kept(visited: World, tmp_path: Path) -> None:
    house = visited.house
    key, _ = next(iter(house.store.list()))
    (Path(house.settings.store_url) / key).unlink()
    made = make_backup(house.db, house.store, house.keys, tmp_path / "set")
    assert made.missing == [key]
    assert read_backup(tmp_path / "set", house.keys)["photos_missing"] == [key]


def _spoil(folder: Path, rng: random.Random) -> str:
    """One fault of a kind that a disk or a hand makes."""
    path = rng.choice(sorted(each for each in folder.rglob("*") if each.is_file() and each.name != "SHA256SUMS"))
    data = bytearray(path.read_bytes())
    kind = rng.choice(["cut", "flip", "gone", "empty"])
    if kind == "gone":
        path.unlink()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut":
        path.write_bytes(data[: rng.randrange(len(data))])
    else:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
    return f"{kind} {path.relative_to(folder)}"


def test_a_spoilt_set_is_refused_and_the_live_data_stay(visited: World, tmp_path: Path) -> None:
    """D05: cut, flipped, missing, empty, or another installation's keys."""
    house = visited.house
    make_backup(house.db, house.store, house.keys, tmp_path / "set")
    before, rng = dump(house.db), random.Random(5)
    with pytest.raises(BadBackup):
        restore(house.db.url, house.store, Keys(b"another secret"), tmp_path / "set")
    turns = rounds(12, 100)
    for number in range(turns):
        spoilt = tmp_path / f"spoilt{number}"
        shutil.copytree(tmp_path / "set", spoilt)
        what = _spoil(spoilt, rng)
        with pytest.raises(BadBackup):
            restore(house.db.url, house.store, house.keys, spoilt)
        print(f"refused: {what}")
        shutil.rmtree(spoilt)
    assert dump(house.db) == before
    row = "D05-sqlite" if house.db.is_sqlite else "D05-postgresql"
    note(row, n=turns, what="sets cut, flipped, emptied or short of a file: all refused, data as before")


def test_after_a_restore_a_phone_sees_a_new_life_and_sends_again_what_was_lost(visited: World, tmp_path: Path) -> None:
    """D03 in small: backup, one more visit, restore; the phone refills, nothing is doubled."""
    house, phone = visited.house, visited.phone("lin")
    make_backup(house.db, house.store, house.keys, tmp_path / "set")
    cursor = phone.package()["cursor"]
    later = phone.op(phone.interview(phone.samples()[5]))
    receipt = phone.post(later)[0]["receipt"]
    house.db.close()

    restore(house.db.url, house.store, house.keys, tmp_path / "set")

    again = house_at(house.db.url, house.settings.data)
    visited.app.state.house = again
    package = phone.package()
    assert package["epoch"] != json.loads(receipt["text"])["epoch"]
    answer = visited.client.get(f"/api/v1/sync/changes?cursor={cursor}", headers=phone.headers).json()
    assert (answer["reset"], len(answer["changes"])) == (True, 3)
    fresh = phone.post(later)[0]
    assert fresh["state"] == "stored"
    assert json.loads(fresh["receipt"]["text"])["epoch"] == package["epoch"]
    assert visited.satisfaction()["team"]["n"] == 4
    again.close()


def test_a_live_database_is_kept_under_another_name(visited: World, tmp_path: Path) -> None:
    house = visited.house
    make_backup(house.db, house.store, house.keys, tmp_path / "set")
    house.db.close()
    done = restore(house.db.url, house.store, house.keys, tmp_path / "set")
    assert done.former
    if house.db.is_sqlite:
        former = Database(f"sqlite:///{done.former}")
        assert len(dump(former)["op"]) == 3
        former.close()
    else:
        with house.db.read() as session:
            count = session.connection().exec_driver_sql(f'select count(*) from "{done.former}".op').scalar()
        assert count == 3


def test_before_a_migration_the_database_is_backed_up_and_only_then(house: House, tmp_path: Path) -> None:
    """D08: the set of an older revision can be restored by this program."""
    data = house.settings.data
    assert migrate_after_backup(house.db, house.keys, data) is None
    old = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    migrate(old, "0007_inspections")

    folder = migrate_after_backup(old, house.keys, data)

    assert folder is not None
    assert read_backup(folder, house.keys)["revision"] == "0007_inspections"
    old.close()
    url = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    restore(url, house.store, house.keys, folder)
    assert migrate_after_backup(Database(url), house.keys, data) is None
