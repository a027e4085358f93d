"""A questionnaire's workbook as plain rows of text, read where it can do no harm.

An XLSX of five kilobytes can ask for gigabytes or abort the parser, so it is opened only in a child process with
bounded memory and time, behind the register's guard (scale-security B). What comes back is text in rows.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BYTES = 10_000_000
SECONDS = 30
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class SheetFault:
    """One reason against a workbook (or one warning): the sheet, its row as Excel counts (0: none) and the words.

    `column` is the header of the cell, "" where the whole row is meant.
    """

    sheet: str
    row: int
    zh: str
    en: str
    column: str = ""


class UnreadableWorkbook(Exception):
    """The bytes are no workbook that may be opened."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.fault = SheetFault("", 0, zh, en)


@dataclass(frozen=True)
class Row:
    """One row: its number in Excel, and the non-blank cells by header."""

    number: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        """The cell's text, "" when blank."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Workbook:
    """The sheets that matter, each with its headers and rows."""

    headers: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def sheet(self, name: str) -> list[Row]:
        """Rows of a sheet; none when it is absent."""
        return self.rows.get(name, [])


def read_workbook(content: bytes) -> Workbook:
    """The workbook's rows. Raises UnreadableWorkbook with a plain sentence."""
    if len(content) > MAX_BYTES:
        raise UnreadableWorkbook(
            "文件太大,问卷不超过 10 MB", "The file is too large; a questionnaire stays under 10 MB"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        command = [sys.executable, "-m", "app.survey.questionnaires.read_child", str(path)]
        surroundings = {"PYTHONPATH": str(ROOT), "PATH": os.defpath}
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=surroundings)
        except subprocess.TimeoutExpired:
            raise UnreadableWorkbook("读这个文件太久,已停止", "Reading this file took too long; stopped") from None
    if done.returncode != 0:
        raise UnreadableWorkbook(
            "这个文件不是可以安全打开的 .xlsx,没有读取",
            "This file is no .xlsx that can be opened safely; it was not read",
        )
    return _shape(json.loads(done.stdout))


def from_tables(tables: dict[str, list[list[str]]]) -> Workbook:
    """A workbook from rows of text, the header first: what the reading child returns."""
    return _shape(tables)


def _shape(tables: dict[str, list[list[str]]]) -> Workbook:
    headers: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    for name, table in tables.items():
        first = [cell.strip() for cell in table[0]] if table else []
        headers[name] = [cell for cell in first if cell]
        rows[name] = []
        for number, line in enumerate(table[1:], start=2):
            cells = {head: cell.strip() for head, cell in zip(first, line, strict=False) if head and cell.strip()}
            if cells:
                rows[name].append(Row(number, cells))
    return Workbook(headers, rows)


def plain(value: Any) -> str:
    """A cell for a message: shortened, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"
