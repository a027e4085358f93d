"""Cells, columns, ID numbers, words: the pure rules by their tables."""

import datetime
import io
import re
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.cells import safe
from app.registry.households.cells import _clean, clean, day, text_of, whole_year, yuan
from app.registry.households.columns import COLUMNS, find_layout, key_of
from app.registry.households.id_numbers import PROVINCES, check, check_character, mask, mask_in
from app.registry.households.notes import MESSAGES, ImportReport, Note
from app.registry.households.problems import WORKBOOK_WORDS
from app.registry.households.rules import ATTRIBUTES, CAUSES
from app.registry.households.template import report_workbook, template_workbook

TODAY = datetime.date(2017, 9, 30)
ANY_CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)


@pytest.mark.parametrize(
    ("number", "fault", "doubts"),
    [
        ("11010519491231002X", None, ()),
        ("11010519491231002x", None, ()),
        ("110105 19491231 002X", None, ()),
        ("11010519491231002X43", None, ()),
        ("11010519491231002X43B1", None, ()),
        ("110105194912310021", "id_check", ()),
        ("110105194902300021", "id_date", ()),
        ("110105209912310021", "id_date", ()),
        ("110105491231002", "id_old", ()),
        ("1.10105E+17", "id_spoiled", ()),
        ("1101051949123100", "id_shape", ()),
        ("护照G1234567", "id_shape", ()),
    ],
)
def test_an_id_number_is_judged_by_shape_date_and_check_character(
    number: str, fault: str | None, doubts: tuple[str, ...]
) -> None:
    found = check(number, TODAY)
    assert (found.fault, found.doubts) == (fault, doubts)
    assert (found.number is None) == (fault is not None)


def _number(place: str, born: str) -> str:
    first = f"{place}{born}001"
    return first + check_character(first)


@pytest.mark.parametrize(
    ("place", "born", "doubts"),
    [
        ("640104", "19700101", ("id_place_newer",)),
        ("640181", "19991231", ("id_place_newer",)),
        ("640104", "20100101", ()),
        ("640121", "19700101", ()),
        ("990101", "19700101", ("id_place",)),
        ("640121", "18800101", ("id_age",)),
    ],
)
def test_the_place_and_the_age_are_only_doubts(place: str, born: str, doubts: tuple[str, ...]) -> None:
    assert check(_number(place, born), TODAY).doubts == doubts


def test_every_single_slip_of_a_digit_is_found() -> None:
    right = "64012119700101001" + check_character("64012119700101001")
    for place in (14, 15, 16):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert (check(wrong, TODAY).fault is None) == (wrong == right)


def test_the_province_codes_are_those_in_use() -> None:
    assert len(PROVINCES) == 31 + 2 + 1 + 1 + 1  # mainland; 71 and 83 (Taiwan), 81, 82; 91 (foreigners)


def test_a_mask_keeps_six_and_four() -> None:
    assert mask("11010519491231002X") == "110105********002X"
    assert mask_in("户主11010519491231002X,电话13900000001") == "户主110105********002X,电话13900000001"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (1234.5, 1235),
        (1234.4, 1234),
        ("¥2,000", 2000),
        ("-300", -300),
        ("1.5万元", 15000),
        ("", None),
        (None, None),
        (0, 0),
    ],
)
def test_amounts_are_whole_yuan_half_up(written: Any, amount: int | None) -> None:
    assert yuan(written) == amount


@pytest.mark.parametrize("written", ["约2000", "2000-3000", "1e5", "999999999999", "二千"])
def test_what_is_no_amount_is_not_guessed(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        yuan(written)


@pytest.mark.parametrize("written", ["1990-02-30", "1990-13-01", "昨天", "99999999", "0", -5, "1990-1-2-3"])
def test_what_is_no_date_is_not_guessed(written: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        day(written)


def test_a_number_that_may_be_january_or_october_is_a_year_alone() -> None:
    assert day(1990.1) == (datetime.date(1990, 1, 1), False)
    assert day("1990.10") == (datetime.date(1990, 10, 1), False)


@pytest.mark.parametrize(("written", "year"), [(2016, 2016), ("2016年", 2016), ("2016-12-31", 2016), ("2016.12", 2016)])
def test_a_year_is_read_from_a_year_or_a_date(written: Any, year: int) -> None:
    assert whole_year(written) == year


@given(ANY_CELL)
@settings(max_examples=400)
def test_no_cell_breaks_a_reader(cell: Any) -> None:
    """Whatever stands in a cell is read, blank or refused with ValueError: nothing else comes out."""
    text_of(cell)
    for read in (yuan, day, whole_year):
        try:
            read(cell)
        except (ValueError, OverflowError):
            continue
    if isinstance(cell, str):
        check(cell, TODAY)
        assert clean(clean(cell)) == clean(cell) or "'" in cell


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("★县区", "county"), ("县(市、区)", "county"), ("村 代 码", "village_code"),
        ("工资性收入(元/年)", "income_wage"),
        ("户属性状态(必填)", "status"), ("公民身份号码", "id_number"), ("户主身份证号", None),
        ("备注", None), (2016, None),
    ],
)  # fmt: skip
def test_headers_are_known_by_what_they_mean(header: Any, key: str | None) -> None:
    assert key_of(header) == key


def test_no_other_name_is_claimed_by_two_columns() -> None:
    names = [name for column in COLUMNS for name in (column.header, *column.also)]
    assert len(names) == len(set(names))


def test_the_header_is_the_first_row_with_the_most_known_names() -> None:
    rows: list[tuple[int, list[Any]]] = [
        (1, ["户主姓名一览"]),
        (2, ["县区", "乡镇", "村", "户主姓名"]),
        (4, ["县区", "乡镇", "村", "村代码", "户编号", "户主姓名", "户属性状态"]),
        (5, ["永宁县", "杨和镇", "惠丰村", "640121101201", "A1", "户主", "未脱贫"]),
    ]
    layout = find_layout(rows)
    assert layout is not None
    assert (layout.row, layout.missing) == (4, [])


# --- words -------------------------------------------------------------------------------------------------------
def test_every_sentence_has_both_languages_and_ends() -> None:
    for code, words in MESSAGES.items():
        assert words.zh.endswith("。"), code
        assert words.en.endswith((".", "?")), code
        assert set(re.findall(r"{\w+}", words.en)) <= set(re.findall(r"{\w+}", words.zh)), code
    assert all(zh.endswith("。") and en.endswith(".") for zh, en in WORKBOOK_WORDS.values())


def test_the_codes_of_attribute_and_cause_are_those_of_the_questionnaire() -> None:
    from pathlib import Path

    import app.survey.questionnaires as room

    choices = (Path(room.__file__).parent / "forms" / "choices.md").read_text(encoding="utf-8")
    for name, terms in (("hh_attr", ATTRIBUTES), ("cause", CAUSES)):
        assert set(re.findall(rf"^\| {name} \| (\w+) \|", choices, re.MULTILINE)) == set(terms)


# --- workbooks we hand out ---------------------------------------------------------------------------------------
def test_the_template_has_the_contract_s_headers_and_nothing_to_import() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    first = book.worksheets[0]
    headers = [cell.value for cell in first[1]]
    assert headers[:7] == ["★县区", "★乡镇", "★村", "★村代码", "★户编号", "★户主姓名", "★户属性状态"]
    assert first.max_row == 1
    assert [sheet.title for sheet in book.worksheets] == ["户名册", "示例", "填写说明"]
    assert first.column_dimensions["D"].number_format == "@" or book.worksheets[1]["D2"].number_format == "@"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_we_write_begins_like_a_formula(start: str) -> None:
    assert safe(f"{start}cmd|' /c calc'!A0").startswith("'")


def test_the_error_report_runs_nothing() -> None:
    note = Note(3, '=HYPERLINK("http://evil.example")', "status", "error", "@SUM(1)。", "-1.", "")
    report = ImportReport("x.xlsx", "0" * 64, errors=[note], error_count=1, left_out=[(3, "=1+1")])
    book = openpyxl.load_workbook(io.BytesIO(report_workbook(report)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)
    assert book.worksheets[2]["B2"].value == "'=1+1"


def test_the_quick_look_at_a_cell_says_what_the_whole_rule_says() -> None:
    """Most cells need no mending and are told from the others without going through all of the rule."""
    for code in (*range(0xD800), *range(0xE000, 0x10000), 0x20000):
        text = f"张{chr(code)}a"
        assert clean(text) == _clean.__wrapped__(text), hex(code)
