"""The parent's side of reading a workbook: start the child, take its rows, say plainly when it failed.

Rows stream; the sheet is never held here. The child is gone when the iterator ends, is closed or runs too long.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.registry.households.guard import MAX_FILE
from app.registry.households.problems import WORKBOOK_WORDS, UnreadableWorkbook

WALL_SECONDS, WALL_SECONDS_A_MEGABYTE = 90, 12
"""How long a reading may take, most of which the child waits for us: a small server may be busy with other things."""
ROOT = Path(__file__).resolve().parents[3]

Row = tuple[int, list[Any]]


class Rows:
    """The sheet's height (for progress) and its rows, each with its number in Excel."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines = process.stdout
        first = self._next()
        if first is None:
            raise UnreadableWorkbook("died")
        self.height = int(first["rows"])
        self.sheet = str(first["sheet"])

    def _next(self) -> Any:
        assert self._lines is not None
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            return None
        value = json.loads(line)
        if isinstance(value, dict) and "refused" in value:
            code = str(value["refused"])
            raise UnreadableWorkbook(code if code in WORKBOOK_WORDS else "broken")
        return value

    def __iter__(self) -> Iterator[Row]:
        while (batch := self._next()) is not None:
            yield from batch
        if self._process.wait() != 0:
            raise UnreadableWorkbook("died")


def wall_seconds(size: int) -> int:
    """Seconds that a workbook of so many bytes may take."""
    return WALL_SECONDS + WALL_SECONDS_A_MEGABYTE * (size >> 20)


@contextmanager
def open_rows(path: Path) -> Generator[Rows, None, None]:
    """The first sheet's rows, read in a bounded child; UnreadableWorkbook for whatever goes wrong there."""
    if path.stat().st_size > MAX_FILE:
        raise UnreadableWorkbook("too_large")
    process = subprocess.Popen(
        [sys.executable, "-m", "app.registry.households.read_child", str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": os.defpath},
    )
    clock = threading.Timer(wall_seconds(path.stat().st_size), process.kill)
    clock.daemon = True
    clock.start()
    try:
        yield Rows(process)
    finally:
        clock.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
