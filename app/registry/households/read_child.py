"""The child process that opens a workbook, so that a bad one cannot take the service with it.

`python -m app.registry.households.read_child FILE` binds itself first (memory, processor time, no files written, no
core dump: it would hold ID numbers), then prints JSON lines: `{"rows": n, "sheet": name}`, then `[first_row, [row, …]]`
in sheet order with Excel's row numbers; cells are null, text, number or true/false, dates are ISO text, blanks at a
row's end are cut. A merged cell gives its value to every row and column it covers. It ends with exit code 0, or with
`{"refused": code}` and 3. Whatever else happens (the parser may abort) is a refusal too: `workbook.py` says so.
"""

import datetime
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from app.registry.households.guard import MAX_CELLS, Looked, Refused, look_over
from app.registry.households.slices import slices_of

MEMORY = 400 * 1024 * 1024
SECONDS, SECONDS_A_MEGABYTE = 20, 2
BATCH = 200
MAX_MERGES = 100_000


def bind(megabytes: int = 0) -> None:
    """Limits of this process, with time for a file of so many megabytes; they hold whatever the parser does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seconds = SECONDS + SECONDS_A_MEGABYTE * megabytes
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def rows_of(path: Path, looked: Looked) -> Iterator[tuple[int, list[Any]]]:
    """Every row of the first sheet that is not blank, with its number in Excel; the first item is the extent."""
    merges: _Merges | None = None
    for part in slices_of(path, looked.tails):
        with _open(part) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            if sheet.start is not None and sheet.height * sheet.total_width > MAX_CELLS:
                raise Refused("far_cell")
            if merges is None:
                yield max(looked.rows, sheet.total_height if sheet.start else 0), [sheet.name]
                merges = _Merges(sheet.merged_cell_ranges or ())
            if sheet.start is not None:
                yield from _rows(sheet, merges)


def _open(part: Path | IO[bytes]) -> Any:
    import python_calamine

    book = python_calamine.CalamineWorkbook
    return book.from_path(part) if isinstance(part, Path) else book.from_filelike(part)


def _rows(sheet: Any, merges: "_Merges") -> Iterator[tuple[int, list[Any]]]:
    first, left = sheet.start[0], [None] * sheet.start[1]
    for index, cells in enumerate(sheet.iter_rows()):
        if index < first:
            continue
        row = merges.fill(index, left + [_plain(cell) for cell in cells])
        while row and row[-1] is None:
            row.pop()
        if row:
            yield index + 1, row


class _Merges:
    """Merged ranges by the row on which they begin, and those open at the row being read."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._waiting = sorted(ranges, reverse=True)
        if len(self._waiting) > MAX_MERGES:
            raise Refused("too_many_merges")
        self._open: list[tuple[int, int, int, Any]] = []

    def fill(self, index: int, row: list[Any]) -> list[Any]:
        while self._waiting and self._waiting[-1][0][0] <= index:
            (_, left), (bottom, right) = self._waiting.pop()
            value = row[left] if left < len(row) else None
            if value is not None:
                self._open.append((bottom, left, right, value))
        if self._open:
            self._open = [merge for merge in self._open if merge[0] >= index]
            for _, left, right, value in self._open:
                for column in range(left, min(right + 1, len(row))):
                    if row[column] is None:
                        row[column] = value
        return row


def _plain(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return cell


def main(path: str) -> int:
    """Print the rows; the exit code tells whether they are all there."""
    bind(Path(path).stat().st_size >> 20)
    try:
        rows = rows_of(Path(path), look_over(Path(path)))
        height, (sheet,) = next(rows)
        print(json.dumps({"rows": height, "sheet": sheet}), flush=True)
        batch: list[tuple[int, list[Any]]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                print(json.dumps(batch, ensure_ascii=False))
                batch = []
        print(json.dumps(batch, ensure_ascii=False))
    except Refused as refusal:
        print(json.dumps({"refused": refusal.code}), flush=True)
        return 3
    except MemoryError:
        print(json.dumps({"refused": "too_large_inside"}), flush=True)
        return 3
    except Exception:  # the parser's own words may quote the file, so they are not repeated
        print(json.dumps({"refused": "broken"}), flush=True)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
