"""An archive that leaves while it is written."""

import io
import os
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from app.doors.web.zips import Member, zip_stream
from app.survey.photos.problems import StoreFailed


def test_an_archive_leaves_while_it_is_written_and_is_never_whole_in_memory() -> None:
    alive: list[int] = []

    def files() -> Iterator[Member]:
        for at in range(40):
            alive.append(at)
            yield Member(f"media/{at}.jpg", [os.urandom(2**20)], is_packed=at % 2 == 0)

    tracemalloc.start()
    size, largest = 0, 0
    for piece in zip_stream(files()):
        size, largest = size + len(piece), max(largest, len(piece))
        assert size > (len(alive) - 1) * 2**20, "nothing is fetched before what came earlier has left"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 40 * 2**20
    assert largest < 2 * 2**20
    assert peak < 8 * 2**20


def test_an_archive_that_broke_is_not_taken_for_whole() -> None:
    def broken() -> Iterator[bytes]:
        yield b"first"
        raise StoreFailed("照片没有取到。", "The picture could not be had.")

    pieces: list[bytes] = []
    with pytest.raises(StoreFailed):
        pieces.extend(zip_stream([Member("a", [b"x"]), Member("b", broken())]))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
