"""A long sheet is read in slices, and nobody can tell it from the same sheet read whole."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.registry.households import guard, slices
from app.registry.households.guard import Refused, look_over
from app.registry.households.read_child import rows_of
from app.registry.households.slices import slices_of
from app.registry.households.workbook import wall_seconds
from tests.rooms.households.test_hostile_workbooks import _good, _pack, _sheet

ROWS = 3000


def a_long_book(path: Path, *, shared: bool) -> Path:
    """Numbers, dates, words, blank rows, and merged cells: one within a slice, one over many of them."""
    book = xlsxwriter.Workbook(path, {"constant_memory": not shared})
    sheet = book.add_worksheet("名册")
    book.add_worksheet("说明").write(0, 0, "别的表")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(ROWS):
        if row % 50 == 7:
            continue
        sheet.write(row, 1, f"某{row}")
        sheet.write(row, 2, row / 4)
        sheet.write_datetime(row, 3, _a_day(row), day)
        if row % 3:
            sheet.write(row, 5, "同一句话")
    if shared:
        sheet.merge_range(10, 0, 12, 0, "三行合并")
        sheet.merge_range(100, 0, 2900, 0, "长合并")
    book.close()
    return path


def _a_day(row: int) -> Any:
    from datetime import datetime, timedelta

    return datetime(2017, 1, 1) + timedelta(days=row)


def rows_in(path: Path) -> list[tuple[int, list[Any]]]:
    return list(rows_of(path, look_over(path)))


@pytest.mark.parametrize("shared", [True, False], ids=["shared words and merges", "inline words"])
def test_sliced_and_whole_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    path = a_long_book(tmp_path / "long.xlsx", shared=shared)
    whole = rows_in(path)
    monkeypatch.setattr(guard, "LONG", 1000)
    monkeypatch.setattr(guard, "PIECE", 4096)
    monkeypatch.setattr(slices, "PIECE", 4096)
    monkeypatch.setattr(slices, "SLICE", 40_000)

    parts = list(slices_of(path, look_over(path).tails))
    sliced = rows_in(path)

    assert len(parts) > 3
    assert sliced[1:] == whole[1:]
    assert sliced[0] == (ROWS, ["名册"])
    assert whole[-1][0] == ROWS
    assert (whole[1 + 2850][1][0] == "长合并") is shared


def test_a_sheet_whose_rows_are_not_numbered_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"".join(b"<row><c><v>%d</v></c></row>" % number for number in range(500))
    path = _pack(tmp_path / "unnumbered.xlsx", _good(tmp_path) | {"xl/worksheets/sheet1.xml": _sheet(rows)})
    monkeypatch.setattr(guard, "LONG", 100)
    monkeypatch.setattr(slices, "SLICE", 1000)

    assert list(slices_of(path, look_over(path).tails)) == [path]
    assert [row[1] for row in rows_in(path)[1:]] == [[float(number)] for number in range(500)]


def test_a_row_that_loses_its_number_between_slices_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting on from a wrong place would put people into the wrong rows of the report."""
    rows = [b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 400)]
    rows[200:] = [b"<row><c><v>1</v></c></row>"] * 300
    path = _pack(tmp_path / "half.xlsx", _good(tmp_path) | {"xl/worksheets/sheet1.xml": _sheet(b"".join(rows))})
    for room, name, value in ((guard, "LONG", 100), (slices, "SLICE", 2000), (slices, "PIECE", 512)):
        monkeypatch.setattr(room, name, value)

    with pytest.raises(Refused, match="broken"):
        rows_in(path)


def test_a_larger_file_has_more_time_because_the_reader_waits_for_the_importer() -> None:
    assert wall_seconds(0) == 90
    assert wall_seconds(20 << 20) == 90 + 20 * 12
