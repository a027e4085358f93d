"""Uploads in parts: the truth is the size of the part file, nothing is written about it anywhere else.

A part belongs to one account and is named by its digest and length, so a second creation resumes the first, and a
service killed in mid upload (kill -9) knows exactly what it has. One writer at a time, by a lock on the file that
dies with its process; a newer request knocks, and the older one gives way with all that came: it may be a line that
died without a word. A part never outlives a week of silence; what is in it was never promised to anybody.
"""

import fcntl
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.kernel.db.wound import strike_if_disk
from app.kernel.problems import Busy, NotFound, Problem
from app.survey.photos.problems import StoreFull
from app.survey.photos.rules import MAX_BYTES, is_digest
from app.survey.photos.store import require_space

QUOTA_BYTES = 200_000_000
"""What one account's unfinished uploads may come to, counted at their announced lengths."""

LIFETIME_SECONDS = 7 * 86400
_SWEEP_EVERY = 3600
_NAME = re.compile(r"([0-9a-f]{64})\.([0-9]{1,8})", re.ASCII)


class PartLocked(Problem):
    """Another request is writing this part."""

    status = 423
    slug = "upload-locked"
    title_zh = "这张照片正在上传"
    title_en = "This photo is being uploaded just now"
    retry = "later"


class WrongOffset(Problem):
    """The bytes offered do not begin where the part ends; ask where it ends and go on from there."""

    status = 409
    slug = "upload-offset"
    title_zh = "续传位置不对"
    title_en = "The upload continues elsewhere"
    retry = "later"


@dataclass(frozen=True)
class PartName:
    """`<sha256>.<length>`: which content an upload is to become."""

    sha256: str
    length: int

    def __str__(self) -> str:
        return f"{self.sha256}.{self.length}"

    @classmethod
    def parse(cls, text: str) -> "PartName":
        """The name in an address, or NotFound."""
        found = _NAME.fullmatch(text)
        if found is None or not is_digest(found[1]) or int(found[2]) > MAX_BYTES or str(int(found[2])) != found[2]:
            raise NotFound("没有这个上传。", "There is no such upload.")
        return cls(found[1], int(found[2]))


class Part:
    """An upload whose lock is held."""

    def __init__(self, path: Path, descriptor: int, knock: Path) -> None:
        self.path = path
        self._knock = knock
        self._lock = descriptor
        self._write: int | None = None

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return os.fstat(self._lock).st_size

    @property
    def is_asked_for(self) -> bool:
        """Whether a newer request wants this part."""
        return self._knock.exists()

    def append(self, data: bytes) -> None:
        """Write all of it at the end; StoreFull keeps what had room."""
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._writer(), view) :]
        except OSError as error:
            raise StoreFull("照片还在手机上,稍后自动续传。", "The upload goes on later by itself.") from error

    def cut_back(self, size: int) -> None:
        """Take back what came after `size`: those bytes changed on their way."""
        os.ftruncate(self._writer(), size)

    def _writer(self) -> int:
        """The file opened for appending: this very file, never a new one under its name."""
        if self._write is None:
            self._write = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            if not os.path.samestat(os.fstat(self._write), os.fstat(self._lock)):
                raise FileNotFoundError(self.path.name)
        return self._write

    def sync(self) -> None:
        """Make the bytes survive a power cut."""
        try:
            os.fsync(self._lock)
        except OSError as error:
            strike_if_disk(error)
            raise

    def discard(self) -> None:
        """Forget the part: it is kept elsewhere, or it is worthless."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the next writer in."""
        if self._write is not None:
            os.close(self._write)
        os.close(self._lock)


class Parts:
    """The folder of unfinished uploads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._swept = 0.0
        self._turn = threading.Lock()

    def _path(self, account_id: UUID, name: PartName) -> Path:
        return self.root / account_id.hex / str(name)

    def create(self, account_id: UUID, name: PartName) -> int:
        """Begin or resume; returns the bytes already here. Raises Busy over quota, StoreFull."""
        path = self._path(account_id, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sweep()
        with self._turn:
            if path.exists():
                return path.stat().st_size
            require_space(self.root)
            others = sum(PartName.parse(other.name).length for other in path.parent.iterdir())
            if others + name.length > QUOTA_BYTES:
                raise Busy("未传完的照片太多,请等前面的传完。", "Finish earlier uploads first.", retry_after=60)
            path.touch(mode=0o600)
        return 0

    def size(self, account_id: UUID, name: PartName) -> int | None:
        """Bytes already here, or None when nothing was begun."""
        try:
            return self._path(account_id, name).stat().st_size
        except FileNotFoundError:
            return None

    def _knock(self, account_id: UUID, name: PartName) -> Path:
        return self.root / "knocks" / f"{account_id.hex}.{name}"

    def knock(self, account_id: UUID, name: PartName) -> None:
        """Ask whoever writes this part to give way."""
        path = self._knock(account_id, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)

    def lock(self, account_id: UUID, name: PartName) -> Part:
        """The part for this writer alone; NotFound, or PartLocked at once. The caller closes it."""
        path, knock = self._path(account_id, name), self._knock(account_id, name)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise NotFound("没有这个上传,请重新开始。", "There is no such upload; begin anew.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not path.exists() or not os.path.samestat(path.stat(), os.fstat(descriptor)):
                raise NotFound("这个上传已经结束。", "This upload has ended.")
        except BlockingIOError:
            os.close(descriptor)
            raise PartLocked("请稍候,上一次上传还没有断开。", "The earlier upload is still open; wait.") from None
        except BaseException:
            os.close(descriptor)
            raise
        knock.unlink(missing_ok=True)
        return Part(path, descriptor, knock)

    @contextmanager
    def hold(self, data: bytes) -> Iterator[Path]:
        """A fsynced file with these bytes, gone when the block ends."""
        require_space(self._made_root())
        path = self.root / f"put-{secrets.token_hex(16)}"
        try:
            _write_synced(path, data)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _made_root(self) -> Path:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.root

    def sweep(self, *, now: float | None = None) -> int:
        """Remove what nobody has touched for a week; looks at most once an hour. Returns how many went."""
        now = time.time() if now is None else now
        if now - self._swept < _SWEEP_EVERY:
            return 0
        self._swept = now
        gone = 0
        for path in (*self.root.glob("*/*"), *self.root.glob("put-*")):
            try:
                if now - path.stat().st_mtime > LIFETIME_SECONDS:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue
        return gone


def _write_synced(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        strike_if_disk(error)
        raise StoreFull("照片还在手机上,稍后自动重传。", "The photo goes again later by itself.") from error
