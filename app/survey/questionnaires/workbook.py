"""A questionnaire's workbook as plain rows of text, read where it can do no harm.

An XLSX of five kilobytes can ask for gigabytes or abort the parser, so the zip is judged first and the parsing
happens in a child process with bounded memory and time (scale-security B). Nothing of the file is executed; of
formulas only the stored results are seen.
"""

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

MAX_BYTES = 10_000_000
MAX_UNPACKED = 50_000_000
MAX_MEMBERS = 200
MAX_RATIO = 100
MAX_ROWS, MAX_COLUMNS = 20_000, 200
SECONDS = 20
MEMORY = 400_000_000
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
SHEETS = ("survey", "choices", "settings", "prefill", "help")


@dataclass(frozen=True)
class SheetFault:
    """One reason against a workbook (or one warning): the sheet, its row as Excel counts (0: none) and the words."""

    sheet: str
    row: int
    zh: str
    en: str


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
    _guard(content)
    child = [sys.executable, "-I", "-c", CHILD, str(MEMORY), str(SECONDS), *SHEETS]
    try:
        done = subprocess.run(child, input=content, capture_output=True, timeout=SECONDS + 10, check=False)
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbook("读这个文件太久,已停止", "Reading this file took too long; stopped") from None
    if done.returncode != 0:
        raise UnreadableWorkbook("这个 Excel 文件打不开或已损坏", "This Excel file cannot be opened or is damaged")
    return _shape(json.loads(done.stdout))


def from_tables(tables: dict[str, list[list[str]]]) -> Workbook:
    """A workbook from rows of text, the header first: what the reading child returns."""
    return _shape(tables)


def _guard(content: bytes) -> None:
    too_big = UnreadableWorkbook("文件太大或内容异常,没有打开", "The file is too large or abnormal; it was not opened")
    if len(content) > MAX_BYTES:
        raise too_big
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
                raise too_big
            for member in members:
                if member.file_size > MAX_RATIO * max(member.compress_size, 1000):
                    raise too_big
                _judge_part(archive, member, too_big)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise UnreadableWorkbook("这不是 .xlsx 文件", "This is not an .xlsx file") from error


def _judge_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, too_big: UnreadableWorkbook) -> None:
    if not member.filename.endswith((".xml", ".rels")):
        return
    with archive.open(member) as stream:
        part = stream.read(MAX_UNPACKED + 1)
    if len(part) > MAX_UNPACKED or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise too_big
    if "worksheets/" in member.filename:
        for letters, digits in REFERENCE.findall(part):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            if column > MAX_COLUMNS or int(digits) > MAX_ROWS:
                raise too_big


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


# The child stands alone (-I): it sees bytes on standard input and answers rows of text, nothing else.
CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
import io, json
from python_calamine import CalamineWorkbook

def text(cell):
    if isinstance(cell, float) and cell == int(cell) and abs(cell) < 1e15:
        return str(int(cell))
    return cell if isinstance(cell, str) else ("yes" if cell else "no") if isinstance(cell, bool) else str(cell)

book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
out = {}
for name in book.sheet_names:
    if name.strip().lower() in sys.argv[3:]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        out[name.strip().lower()] = [[text(cell) for cell in row] for row in rows]
sys.stdout.buffer.write(json.dumps(out).encode())
"""


def plain(value: Any) -> str:
    """A cell for a message: shortened, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"
