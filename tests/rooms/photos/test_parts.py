"""The size of the part file is the truth, one writer at a time, and nothing else is remembered."""

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest

from app.kernel.problems import Busy, NotFound
from app.survey.photos.parts import LIFETIME_SECONDS, PartLocked, PartName, Parts
from app.survey.photos.problems import StoreFull
from app.survey.photos.rules import MAX_BYTES

LIN, WANG = uuid4(), uuid4()
NAME = PartName("ab" * 32, 1000)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "uploads")


def test_a_second_creation_resumes_the_first(parts: Parts) -> None:
    assert parts.create(LIN, NAME) == 0
    part = parts.lock(LIN, NAME)
    part.append(b"x" * 400)
    part.close()

    assert parts.create(LIN, NAME) == 400
    assert parts.size(LIN, NAME) == 400


def test_every_account_has_parts_of_its_own(parts: Parts) -> None:
    parts.create(LIN, NAME)

    assert parts.size(WANG, NAME) is None
    with pytest.raises(NotFound):
        parts.lock(WANG, NAME)


def test_two_writers_never_meet(parts: Parts) -> None:
    parts.create(LIN, NAME)
    first = parts.lock(LIN, NAME)

    with pytest.raises(PartLocked):
        parts.lock(LIN, NAME)

    first.close()
    parts.lock(LIN, NAME).close()


def test_a_part_that_ended_while_somebody_came_in_is_gone(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened before the other writer removed it, locked after: the name no longer means this file."""
    parts.create(LIN, NAME)
    opened = os.open

    def open_late(path: Path, flags: int) -> int:
        descriptor = opened(path, flags)
        Path(path).unlink()
        return descriptor

    monkeypatch.setattr("app.survey.photos.parts.os.open", open_late)

    with pytest.raises(NotFound):
        parts.lock(LIN, NAME)


@pytest.mark.parametrize(
    "text",
    ["", "x", "ab" * 32, "ab" * 32 + ".", "AB" * 32 + ".1", "ab" * 32 + ".01", "ab" * 32 + f".{MAX_BYTES + 1}",
     "../" + "ab" * 32 + ".1", "ab" * 32 + ".-1"],
)  # fmt: skip
def test_a_name_that_is_none_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        PartName.parse(text)


def test_a_name_is_read_back(parts: Parts) -> None:
    assert PartName.parse(str(NAME)) == NAME


def test_unfinished_uploads_of_one_account_have_a_limit(parts: Parts) -> None:
    for number in range(10):
        parts.create(LIN, PartName(f"{number:064x}", 20_000_000))

    with pytest.raises(Busy) as refusal:
        parts.create(LIN, NAME)

    assert refusal.value.retry_after
    assert parts.create(WANG, NAME) == 0


def test_a_week_of_silence_ends_a_part(parts: Parts) -> None:
    parts.create(LIN, NAME)
    parts.create(LIN, PartName("cd" * 32, 5))
    old = time.time() - LIFETIME_SECONDS - 1
    os.utime(parts.root / LIN.hex / str(NAME), (old, old))

    assert parts.sweep(now=time.time() + 3601) == 1

    assert parts.size(LIN, NAME) is None
    assert parts.size(LIN, PartName("cd" * 32, 5)) == 0


def test_bytes_of_one_request_lie_on_disk_only_while_they_are_needed(parts: Parts) -> None:
    with parts.hold(b"abc") as path:
        assert path.read_bytes() == b"abc"

    assert list(parts.root.iterdir()) == []


def test_a_part_that_was_swept_under_a_writer_is_not_made_again(parts: Parts) -> None:
    parts.create(LIN, NAME)
    part = parts.lock(LIN, NAME)
    part.path.unlink()

    with pytest.raises(StoreFull):
        part.append(b"the middle of a picture")

    part.close()
    assert parts.size(LIN, NAME) is None
