"""Files for spreadsheets: what comes from outside stays text, numbers stay numbers, Chinese stays Chinese (S13)."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kernel.cells import safe, safe_row
from app.papers.exports.sheets import BOM, Column, Sheet, csv_bytes, sheet_csv, sheet_name, workbook

PLANTED = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u3000=1+1", "\xa0=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "=cmd|' /c calc'!A0", '=HYPERLINK("http://evil.example","x")',
    "+５", "-１", " -5",
]  # fmt: skip
HARMLESS = ["马示例", "", "-5", "+3.5", "3", "'=1+1", '"=1+1', "a=b", "1-2", "10-12", "－".join("ab")]


@pytest.mark.parametrize("text", PLANTED)
def test_a_name_that_begins_like_a_formula_becomes_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_and_numbers_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("text", PLANTED)
def test_a_whole_row_is_guarded_wherever_the_text_stands(text: str) -> None:
    for row in ([text, "b", 1], ["a", text, None], ["a", 2, text]):
        assert safe_row(row) == [f"'{text}" if cell == text else cell for cell in row]
    assert safe_row(HARMLESS) == HARMLESS


def sheet_of(names: list[str]) -> Sheet:
    columns = [Column("县区"), Column("户数", "count"), Column("比率", "rate")]
    return Sheet("三项", columns, [(name, 9, "90.00") for name in names], ["=注", "n 在每个百分比旁边"])


def test_no_cell_of_a_csv_begins_like_a_formula_and_all_come_back() -> None:
    data = sheet_csv(sheet_of(PLANTED))

    assert data.startswith(BOM)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["县区", "户数", "比率"]
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in PLANTED]
    assert rows[1][1:] == ["9", "90.00"]


CELLS = st.one_of(
    st.none(), st.integers(-9, 9), st.text(max_size=6), st.sampled_from([*PLANTED, *HARMLESS, "\x00", ","])
)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=4))
@example([["a", "b\x00c"]])
@example([["", ""], [""], []])
def test_the_quick_way_to_write_a_line_writes_what_the_slow_one_does(rows: list[list[Any]]) -> None:
    slow = io.StringIO(newline="")
    csv.writer(slow).writerows([safe_row(row) for row in rows])

    quick = b"".join(csv_bytes(["a"], rows)).removeprefix(BOM + b"a\r\n")

    assert quick == slow.getvalue().encode("utf-8", "replace")


def test_a_workbook_types_its_cells_and_runs_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([sheet_of(PLANTED)], "说明")))

    paper, notes = book.worksheets
    assert (paper.title, notes.title) == ("三项", "说明")
    for row, text in enumerate(PLANTED, 2):
        name, count, rate = (paper.cell(row, column) for column in (1, 2, 3))
        assert name.data_type == "s"
        assert str(name.value).replace("_x000D_", "\r") == f"'{text}"
        assert (count.value, count.data_type, rate.value, rate.number_format) == (9, "n", 90, "0.00")
    assert notes["A1"].value == "'=注"


def test_what_is_not_known_is_an_empty_cell_and_no_zero() -> None:
    sheet = Sheet("x", [Column("a"), Column("b", "rate")], [(None, None), ("", "0.00")])
    paper = openpyxl.load_workbook(io.BytesIO(workbook([sheet], "说明"))).worksheets[0]
    assert (paper["A2"].value, paper["B2"].value, paper["B3"].value) == (None, None, 0)


def test_the_head_leaves_before_the_first_row_is_asked_for() -> None:
    def never() -> object:
        raise AssertionError("asked too early")
        yield ["x"]

    assert next(csv_bytes(["a", "b"], never())) == BOM + b"a,b\r\n"  # type: ignore[arg-type]


def test_a_sheet_has_a_name_that_excel_takes() -> None:
    assert sheet_name("a/b:c*d?e[f]g\\h'i") == "a_b_c_d_e_f_g_h_i"
    assert len(sheet_name("县" * 40)) == 31
    assert sheet_name("") == "_"
