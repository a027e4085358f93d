"""A zip that leaves while it is written: of what is inside, nothing is kept but the list of names."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.kernel.clock import utcnow


@dataclass(frozen=True)
class Member:
    """One file of the archive; `is_packed`: its bytes are packed already, deflating them would only cost."""

    name: str
    pieces: Iterable[bytes]
    is_packed: bool = False


class _Pipe:
    """A file that can only be written to; what was written is taken away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing to close."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zip_stream(members: Iterable[Member]) -> Iterator[bytes]:
    """The archive in pieces. A member that raises ends it without its list of names: no reader takes that for whole."""
    pipe, written_at = _Pipe(), utcnow().timetuple()[:6]
    archive = zipfile.ZipFile(pipe, "w")
    for member in members:
        info = zipfile.ZipInfo(member.name, written_at)
        info.compress_type = zipfile.ZIP_STORED if member.is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with archive.open(info, "w") as file:
            for piece in member.pieces:
                file.write(piece)
                if taken := pipe.take():
                    yield taken
        yield pipe.take()
    archive.close()
    yield pipe.take()
