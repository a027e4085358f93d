"""Disks that fill, and disks whose power goes: a small tmpfs, and an ext4 image that is copied as it is in a moment."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _require_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk of so many megabytes in memory."""
    _require_root()
    place.mkdir(parents=True)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=False
    ).returncode:
        pytest.skip("tmpfs mounts are not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@contextmanager
def cuttable_disk(folder: Path, megabytes: int = 256) -> Iterator[Path]:
    """An ext4 file system in an image, mounted at `folder/disk`; the image lies on a shelf that can be frozen."""
    _require_root()
    if not shutil.which("mkfs.ext4") or not shutil.which("fsfreeze"):
        pytest.skip("a power cut needs mkfs.ext4 and fsfreeze")
    folder.mkdir(parents=True, exist_ok=True)
    shelf = _ext4(folder / "shelf.img", folder / "shelf", megabytes * 2 + 32)
    with shelf as place, _ext4(place / "disk.img", folder / "disk", megabytes) as disk:
        yield disk


@contextmanager
def _ext4(image: Path, place: Path, megabytes: int) -> Iterator[Path]:
    """A new file system in an image file."""
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes * 2**20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=False).returncode:
        pytest.skip("loop mounts are not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@contextmanager
def after_the_cut(folder: Path, number: int) -> Iterator[Path]:
    """The disk as it is in this moment, mounted again: what only memory knew is gone.

    While the copy is made the shelf is frozen: no write reaches the image, so the copy is one moment. A copy of an
    image that is being written holds early blocks of an early and late blocks of a later moment (decision 0070).
    """
    copy, there = folder / f"cut{number}.img", folder / f"cut{number}"
    subprocess.run(["fsfreeze", "--freeze", str(folder / "shelf")], check=True)
    try:
        subprocess.run(["cp", "--sparse=always", str(folder / "shelf" / "disk.img"), str(copy)], check=True)
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", str(folder / "shelf")], check=True)
    there.mkdir()
    subprocess.run(["mount", "-o", "loop", str(copy), str(there)], check=True)
    try:
        yield there
    finally:
        subprocess.run(["umount", "--lazy", str(there)], check=False)
        copy.unlink()


def fill(place: Path) -> Path:
    """Take all the room that is left."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:  # a buffer would try its rest once more when it is closed, and fail
        try:
            while file.write(b"\0" * 2**20):
                pass
        except OSError:
            pass
    return ballast
