"""A table on its way into a file: typed columns, rows, and the notes that belong to it. Pure.

The same sheet becomes CSV (UTF-8 with a byte-order mark, so that Excel reads the Chinese) and XLSX (numbers are
numbers, everything else is typed as text).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.cells import BETWEEN, is_harmless, safe, safe_row

BOM = b"\xef\xbb\xbf"
ROWS_A_CHUNK = 400

Cell = str | int | None
"""Numbers with decimals come as decided text, such as `90.00`; the column says that they are numbers."""


@dataclass(frozen=True)
class Column:
    """One column; `kind`: text, count (a whole number) or rate (two decimals)."""

    title: str
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """One table with what a reader has to know of it."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The lines of a CSV in chunks; the head leaves at once."""
    yield BOM + _lines([head])
    batch: list[Sequence[Cell]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_A_CHUNK:
            yield _lines(batch)
            batch = []
    if batch:
        yield _lines(batch)


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        line = plain_line(row)
        if line is None:
            writer.writerow(safe_row(row))
        else:
            text.write(line)
    return text.getvalue().encode("utf-8", "replace")


_QUOTED = re.compile(r'[",\r\n]')


def plain_line(row: Sequence[Cell]) -> str | None:
    """The line of a row of texts none of which needs quotes or a guard, as most are; None: not such a row."""
    try:
        joined = BETWEEN.join(row)  # type: ignore[arg-type]
    except TypeError:
        return None
    if len(row) < 2 or joined.count(BETWEEN) != len(row) - 1 or _QUOTED.search(joined) or not is_harmless(joined):
        return None
    return joined.replace(BETWEEN, ",") + "\r\n"


def sheet_csv(sheet: Sheet) -> bytes:
    """One sheet as a CSV file; its notes stay with the page and the workbook."""
    return b"".join(csv_bytes([column.title for column in sheet.columns], sheet.rows))


def workbook(sheets: Sequence[Sheet], notes_name: str) -> bytes:
    """All sheets in one XLSX, and a last sheet with the notes."""
    import xlsxwriter  # some MiB that a service without such a download does not carry

    buffer = io.BytesIO()
    options = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, {**options, "strings_to_numbers": False})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "count": book.add_format({"num_format": "0"}),
        "rate": book.add_format({"num_format": "0.00"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet_name(sheet.name)), sheet, formats)
    notes = [note for sheet in sheets for note in sheet.notes]
    if notes:
        paper = book.add_worksheet(sheet_name(notes_name))
        paper.set_column(0, 0, 100, formats["wrap"])
        for number, note in enumerate(dict.fromkeys(notes)):
            paper.write_string(number, 0, safe(note), formats["wrap"])
    book.close()
    return buffer.getvalue()


def _write_sheet(paper: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    for index, column in enumerate(sheet.columns):
        paper.set_column(index, index, max(10, min(40, 2 * len(column.title) + 2)))
        paper.write_string(0, index, column.title, formats["head"])
    paper.freeze_panes(1, 0)
    for number, row in enumerate(sheet.rows, 1):
        for index, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(paper, number, index, cell, column.kind, formats)


def _write_cell(paper: Any, row: int, index: int, cell: Cell, kind: str, formats: dict[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if kind in ("count", "rate"):
        paper.write_number(row, index, float(cell), formats[kind])
    else:
        paper.write_string(row, index, safe(str(cell)), formats["text"])


def sheet_name(name: str) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\ ."""
    return "".join("_" if sign in "[]:*?/\\'" else sign for sign in name)[:31] or "_"
