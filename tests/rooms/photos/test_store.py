"""A store proves that it has the bytes before anybody is told so."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from app.kernel.db.wound import PROCESS, DiskFailed
from app.survey.photos import store as stores
from app.survey.photos.problems import StoreFailed, StoreFull
from app.survey.photos.store import BucketStore, FolderStore, Store, open_store
from tests.pictures import digest

DATA = b"the bytes of a picture"
KEY = f"3/201705/{digest(DATA)}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FolderStore(tmp_path / "store") if request.param == "folder" else BucketStore(MemoryStore())


def test_what_is_kept_can_be_read(store: Store, source: Path) -> None:
    assert store.get(KEY) is None

    store.keep(KEY, source, digest(DATA))

    assert store.get(KEY) == DATA
    store.ping()


def test_a_part_can_be_read(store: Store, source: Path) -> None:
    assert store.part(KEY, 0, 3) is None

    store.keep(KEY, source, digest(DATA))

    assert [store.part(KEY, 0, 3), store.part(KEY, 4, len(DATA))] == [DATA[:3], DATA[4:]]


def test_keeping_twice_changes_nothing(store: Store, source: Path) -> None:
    store.keep(KEY, source, digest(DATA))
    store.keep(KEY, source, digest(DATA))

    assert store.get(KEY) == DATA


def test_bytes_that_went_wrong_are_healed_by_the_copy_that_comes(store: Store, source: Path) -> None:
    store.put(KEY, b"the bytes of a pickles")

    store.keep(KEY, source, digest(DATA))

    assert store.get(KEY) == DATA


def test_a_derived_picture_may_be_written_again(store: Store) -> None:
    store.put(KEY + ".thumb", b"first")
    store.put(KEY + ".thumb", b"second")

    assert store.get(KEY + ".thumb") == b"second"


@pytest.mark.parametrize("key", ["../../etc/passwd", "3/201705/../x", "/etc/passwd", "3/2017/" + "a" * 64, ""])
def test_a_key_that_is_none_reaches_no_file(tmp_path: Path, key: str) -> None:
    store = FolderStore(tmp_path)

    with pytest.raises(ValueError, match="not a key"):
        store.get(key)


def test_an_original_is_written_once_and_for_reading_only(tmp_path: Path, source: Path) -> None:
    FolderStore(tmp_path / "store").keep(KEY, source, digest(DATA))

    kept = tmp_path / "store" / KEY
    assert stat.S_IMODE(kept.stat().st_mode) == 0o440
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_bytes_names_and_folders_are_forced_to_disk_in_that_order(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another volume the copy is fsynced, then renamed, then the folder is fsynced."""
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append(f"fsync {kind}")
        fsync(descriptor)

    def watched_replace(old: Any, new: Any) -> None:
        seen.append("rename")
        replace(old, new)

    def other_volume(_old: Any, _new: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(stores.os, "fsync", watched_fsync)
    monkeypatch.setattr(stores.os, "replace", watched_replace)
    monkeypatch.setattr(stores.os, "link", other_volume)

    FolderStore(tmp_path / "store").keep(KEY, source, digest(DATA))

    assert seen == ["fsync folder", "fsync folder", "fsync file", "rename", "fsync folder"]


@pytest.fixture
def healed() -> Iterator[None]:
    """What a failed disk does to this process ends with the test."""
    yield
    PROCESS.is_open = False


@pytest.mark.usefixtures("healed")
def test_a_failing_fsync_promises_nothing_any_more(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(stores.os, "fsync", broken)

    with pytest.raises(StoreFailed):
        FolderStore(tmp_path / "store").keep(KEY, source, digest(DATA))
    with pytest.raises(DiskFailed):
        PROCESS.require_none()


def test_a_copy_that_differs_is_not_kept(tmp_path: Path, source: Path) -> None:
    store = BucketStore(MemoryStore())

    with pytest.raises(StoreFailed):
        store.keep(KEY, source, "00" * 32)

    assert store.get(KEY) is None


def test_a_bucket_that_loses_an_object_is_found_out(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The put is answered well, the object is not there: read back by HEAD, so nothing is promised."""
    monkeypatch.setattr(stores.obstore, "put", lambda *_args, **_options: None)

    with pytest.raises(StoreFailed):
        BucketStore(MemoryStore()).keep(KEY, source, digest(DATA))


def test_an_s3_address_opens_a_bucket() -> None:
    assert isinstance(open_store("s3://pictures/ruhu"), BucketStore)


def test_a_path_or_a_file_address_opens_a_folder(tmp_path: Path) -> None:
    for url in (str(tmp_path / "a"), f"file://{tmp_path / 'b'}"):
        assert isinstance(open_store(url), FolderStore)
        open_store(url).ping()


@pytest.mark.parametrize(
    ("total", "free", "is_full"),
    [
        (100 * 2**30, 2**30, False),
        (100 * 2**30, 2**30 - 1, True),
        (64 * 2**20, 8 * 2**20, False),
        (64 * 2**20, 6 * 2**20, True),
    ],
    ids=["a GiB left", "less than a GiB left", "a small disk with room", "a small disk nearly full"],
)
def test_pictures_stop_before_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, free: int, is_full: bool
) -> None:
    usage = type(stores.shutil.disk_usage(tmp_path))(total, total - free, free)
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _folder: usage)

    if is_full:
        with pytest.raises(StoreFull):
            stores.require_space(tmp_path)
    else:
        stores.require_space(tmp_path)
