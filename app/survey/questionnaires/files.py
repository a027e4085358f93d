"""CSV files that come with a workbook: lists to choose from and tables to look things up in, offline.

They are compiled into the form's JSON, because a phone in a valley has nothing else, and kept beside the workbook for
other XLSForm tools. A file is text of at most 2 MB and 20,000 rows; UTF-8, or what Excel writes in China (GB 18030).
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.survey.questionnaires.workbook import SheetFault, plain

NAME = re.compile(r"([A-Za-z][A-Za-z0-9_\-]{0,59})\.csv")
COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,59}|label::.{1,40}")
MAX_BYTES = 2_000_000
MAX_ROWS = 20_000


@dataclass(frozen=True)
class CsvTable:
    """Rows of text under their columns; `file` is the name under which forms know it."""

    file: str
    columns: list[str]
    rows: list[list[str]]


def read_files(media: Mapping[str, bytes]) -> tuple[dict[str, CsvTable], list[SheetFault]]:
    """Tables by the name that `instance()` uses (the file's without .csv), and what is wrong with the files."""
    tables: dict[str, CsvTable] = {}
    faults: list[SheetFault] = []
    for file, content in media.items():
        named = NAME.fullmatch(file)
        if named is None:
            faults.append(SheetFault(plain(file), 0, "文件名要用英文字母,以 .csv 结尾", "name the file name.csv"))
            continue
        found = _read(file, content)
        if isinstance(found, SheetFault):
            faults.append(found)
        else:
            tables[named[1]] = found
    return tables, faults


def _read(file: str, content: bytes) -> CsvTable | SheetFault:
    if len(content) > MAX_BYTES:
        return SheetFault(file, 0, "CSV 文件不超过 2 MB", "a CSV file stays under 2 MB")
    text = _decoded(content)
    if text is None or "\x00" in text:
        return SheetFault(file, 0, "读不懂这个 CSV,请存成 UTF-8", "the CSV cannot be read; save it as UTF-8")
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error:
        return SheetFault(file, 0, "这不是 CSV 文件", "this is no CSV file")
    lines = [line for line in lines if any(line)]
    head = lines[0] if lines else []
    if not head or len(set(head)) != len(head) or not all(COLUMN.fullmatch(name) for name in head):
        return SheetFault(
            file, 1, "第一行要写列名,用英文字母,不能重复", "the first row names the columns, in letters, none twice"
        )
    if len(lines) > MAX_ROWS + 1:
        return SheetFault(file, 0, f"CSV 不超过{MAX_ROWS}行", f"a CSV has at most {MAX_ROWS} rows")
    return CsvTable(file, head, [(line + [""] * len(head))[: len(head)] for line in lines[1:]])


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
