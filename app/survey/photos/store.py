"""Where the bytes of pictures lie: a folder, or a bucket that speaks S3. Nothing else in the house knows which.

`keep` returns only when the bytes are proven to be there: in a folder after fsync of the file and of its folder,
in a bucket after the object was read back by HEAD. obstore's own folder store writes without fsync, so the folder
is done by hand here. An object that exists with the right bytes is left alone; one whose bytes went wrong is
healed by the copy that came. Originals are never deleted from here.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from app.kernel.db.wound import strike_if_disk
from app.survey.photos.problems import NoRoom, StoreFailed, StoreFull

_KEY = re.compile(r"[0-9]+/[0-9]{6}/[0-9a-f]{64}(\.view|\.thumb)?", re.ASCII)
_CHUNK = 2**18
_SPARE = 2**30
_LAST = 2**26


class Store(Protocol):
    """What a keeper of bytes must do."""

    def keep(self, key: str, source: Path, sha256: str) -> None:
        """Make the file's bytes durable under the key; the caller has fsynced the file and keeps it."""

    def put(self, key: str, data: bytes) -> None:
        """Write something that can be made again; no promise about power cuts."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None."""

    def part(self, key: str, start: int, end: int) -> bytes | None:
        """The bytes from `start` up to `end`, or None."""

    def list(self) -> Iterator[tuple[str, float]]:
        """Every key with the instant (Unix seconds) at which it was last written."""

    def set_aside(self, key: str, day: str) -> None:
        """Move an object to the trash of a day (YYYYMMDD)."""

    def take_back(self, key: str, day: str) -> None:
        """Move it back."""

    def empty_trash(self, before: str) -> int:
        """Delete the trash of days before this one; how many objects went."""

    def ping(self) -> None:
        """Raise StoreFailed unless the store answers."""


def open_store(url: str) -> Store:
    """A folder's path, or `s3://bucket/prefix` (credentials and endpoint as the AWS tools read them)."""
    if url.startswith("s3://"):
        parts = urlsplit(url)
        return BucketStore(S3Store(parts.netloc, prefix=parts.path.strip("/") or None))
    return FolderStore(Path(url.removeprefix("file://")))


def digest_of(path: Path) -> str:
    """SHA-256 of a file in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_space(folder: Path) -> None:
    """Refuse pictures while less than 1 GiB or a tenth of the disk is free, whichever is less (reliability §3)."""
    usage = shutil.disk_usage(folder)
    if usage.free < min(_SPARE, usage.total // 10):
        raise StoreFull(
            "照片还在手机上,腾出空间后会自动补传;记录不受影响。",
            "Photos stay on the phone and go later by themselves; records are not affected.",
        )


def require_space_for_records(folder: Path) -> None:
    """Refuse records later than pictures: while less than 64 MiB or a fiftieth of the disk is free, the less of both.

    What is left then keeps sign-in, decisions and the way out open.
    """
    usage = shutil.disk_usage(folder)
    if usage.free < min(_LAST, usage.total // 50):
        raise NoRoom(
            "服务器存储空间不足,记录没有保存;记录都在手机上,稍后会自动重发。",
            "The server is out of storage; nothing was kept. Records stay on the phone and go later by themselves.",
            retry_after=60,
        )


class FolderStore:
    """Files below one folder of a local disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._proven: set[Path] = set()
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of this store")
        return self.root / key

    def keep(self, key: str, source: Path, sha256: str) -> None:
        target = self._path(key)
        try:
            self._make_folder(target.parent)
            if not target.exists() or digest_of(target) != sha256:
                self._place(source, target, sha256)
            os.utime(target)  # young again: no sweep takes it for a leftover
            sync_folder(target.parent)  # also for what a process left that died before this line
        except OSError as error:
            strike_if_disk(error)
            raise _failed() from error

    def _make_folder(self, folder: Path) -> None:
        """The folder, with its own name durable (proven once in the life of this process)."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder not in self._proven:
            sync_folder(folder.parent)
            sync_folder(self.root)
            self._proven.add(folder)

    def _place(self, source: Path, target: Path, sha256: str) -> None:
        """Link where the volume is the same, copy where it is not; the name appears only with whole bytes."""
        fresh = target.with_name(f"{target.name}.{secrets.token_hex(6)}.new")
        try:
            try:
                os.link(source, fresh)
            except OSError:
                if _copy_synced(source, fresh) != sha256:
                    raise OSError("the copy differs from its source") from None
            os.chmod(fresh, 0o440)
            os.replace(fresh, target)
        finally:
            fresh.unlink(missing_ok=True)

    def put(self, key: str, data: bytes) -> None:
        target = self._path(key)
        fresh = target.with_name(f"{target.name}.{secrets.token_hex(6)}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.write_bytes(data)
            os.replace(fresh, target)
        except OSError as error:
            raise _failed() from error
        finally:
            fresh.unlink(missing_ok=True)

    def get(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed() from error

    def part(self, key: str, start: int, end: int) -> bytes | None:
        try:
            with self._path(key).open("rb") as file:
                file.seek(start)
                return file.read(end - start)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed() from error

    def list(self) -> Iterator[tuple[str, float]]:
        for folder in sorted(self.root.glob("[0-9]*/[0-9]*")):
            for entry in os.scandir(folder):
                key = f"{folder.parent.name}/{folder.name}/{entry.name}"
                if _KEY.fullmatch(key):
                    yield key, entry.stat().st_mtime

    def _trash(self, key: str, day: str) -> Path:
        return self.root / "trash" / day / key.replace("/", "_")

    def set_aside(self, key: str, day: str) -> None:
        there = self._trash(key, day)
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self._path(key), there)

    def take_back(self, key: str, day: str) -> None:
        os.replace(self._trash(key, day), self._path(key))

    def empty_trash(self, before: str) -> int:
        gone = 0
        for folder in self.root.glob("trash/[0-9]*"):
            if folder.name < before:
                gone += sum(1 for _ in folder.iterdir())
                shutil.rmtree(folder)
        return gone

    def ping(self) -> None:
        if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            raise _failed()


class BucketStore:
    """Objects in a bucket, over obstore. Create-only is a guard and not the lock: some servers ignore it."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def keep(self, key: str, source: Path, sha256: str) -> None:
        data = source.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _failed()
        try:
            try:
                obstore.put(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                if self.get(key) != data:
                    obstore.put(self._store, key, data, use_multipart=False)
            if obstore.head(self._store, key)["size"] != len(data):
                raise _failed()
        except (BaseError, OSError) as error:
            raise _failed() from error

    def put(self, key: str, data: bytes) -> None:
        try:
            obstore.put(self._store, key, data, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _failed() from error

    def get(self, key: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _failed() from error

    def part(self, key: str, start: int, end: int) -> bytes | None:
        try:
            return bytes(obstore.get_range(self._store, key, start=start, end=end))
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _failed() from error

    def list(self) -> Iterator[tuple[str, float]]:
        for page in obstore.list(self._store, chunk_size=1000):
            for item in page:
                if _KEY.fullmatch(item["path"]):
                    yield item["path"], item["last_modified"].timestamp()

    def set_aside(self, key: str, day: str) -> None:
        obstore.copy(self._store, key, f"trash/{day}/{key}")
        obstore.delete(self._store, key)

    def take_back(self, key: str, day: str) -> None:
        obstore.copy(self._store, f"trash/{day}/{key}", key)
        obstore.delete(self._store, f"trash/{day}/{key}")

    def empty_trash(self, before: str) -> int:
        old = [
            item["path"]
            for page in obstore.list(self._store, prefix="trash", chunk_size=1000)
            for item in page
            if item["path"].split("/")[1] < before
        ]
        for path in old:
            obstore.delete(self._store, path)
        return len(old)

    def ping(self) -> None:
        try:
            obstore.head(self._store, "ping")
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _failed() from error


def _copy_synced(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _failed() -> StoreFailed:
    return StoreFailed(
        "照片还在手机上,稍后会自动重传。", "The photo is still on the phone and will be sent again by itself."
    )
