"""Registers as they really come: every case is one habit of an office, and what the desk makes of it."""

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import select

from app.registry.households.models import Household, Member
from app.registry.households.notes import ImportReport
from app.registry.households.problems import NotARegister
from app.registry.households.service import import_register
from app.registry.places import Village
from tests.rooms.households.books import HEADERS, REQUIRED, VILLAGE, home, id_number, member
from tests.rooms.households.conftest import Desk


def _households(desk: Desk) -> list[Household]:
    with desk.db.read() as session:
        return list(session.exec(select(Household).order_by(Household.unit)))  # type: ignore[arg-type]


def _members(desk: Desk) -> list[Member]:
    with desk.db.read() as session:
        return list(session.exec(select(Member).order_by(Member.unit, Member.no)))  # type: ignore[arg-type]


def _codes(report: ImportReport) -> set[str]:
    return {note.code for note in (*report.errors, *report.warnings)}


def _only(desk: Desk, report: ImportReport) -> Household:
    assert report.imported, [note.zh for note in report.errors]
    (household,) = _households(desk)
    return household


# --- what is read without a word ---------------------------------------------------------------------------------
def test_title_rows_above_the_header_are_skipped(small_desk: Desk) -> None:
    report = small_desk.imports([home()], titles=3)
    assert _only(small_desk, report).unit == "640121101201-0001"


def test_a_merged_title_and_empty_columns_on_the_left_do_not_hide_the_header(small_desk: Desk) -> None:
    report = small_desk.imports(
        [home()], titles=2, left=2, dress=lambda _b, sheet: sheet.merge_range("C1:M1", "永宁县2017年建档立卡户")
    )
    assert _only(small_desk, report).head_name == "马一"


def test_a_header_of_two_rows_is_put_together(small_desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["建档立卡户信息表"])
    sheet.append([*REQUIRED, "家庭成员", None, None, None])
    sheet.append([None] * len(REQUIRED) + ["姓名", "与户主关系", "性别", "证件号码"])
    sheet.append([*VILLAGE, "A001", "马一", "未脱贫", "马一", "户主", "男", id_number(1)])
    sheet.merge_cells("A1:K1")
    for column in range(1, len(REQUIRED) + 1):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    sheet.merge_cells("H2:K2")
    book.save(tmp_path / "two.xlsx")

    report = import_register(small_desk.db, small_desk.keys, tmp_path / "two.xlsx", "wang.fang")

    household = _only(small_desk, report)
    assert (household.size, household.extra) == (1, '{"性别": "男"}')


def test_header_names_with_stars_spaces_and_breaks_are_known(small_desk: Desk) -> None:
    headers = [
        "★ 县 区",
        "*乡镇",
        "村\n",
        "村 代码(12位)",
        "户编号",
        "★户主姓名",
        "户属性状态(必填)",
        "姓名",
        "与户主关系",
    ]
    report = small_desk.imports([home()[:9]], headers)
    assert _only(small_desk, report).size == 1


def test_other_names_in_use_are_known(small_desk: Desk) -> None:
    headers = [
        "县(市、区)",
        "乡(镇)",
        "行政村",
        "行政村代码",
        "户编码",
        "户主",
        "脱贫属性",
        "家庭成员姓名",
        "关系",
        "出生年月",
        "身份证号码",
    ]
    report = small_desk.imports([home(number=id_number(2))], headers)
    assert _only(small_desk, report).size == 1


def test_full_width_digits_and_letters_are_plain_ones(small_desk: Desk) -> None:
    def wide(text: str) -> str:
        return "".join(chr(ord(letter) + 0xFEE0) for letter in text)

    place = ["永宁县", "杨和镇", "惠丰村", wide("640121101201")]
    report = small_desk.imports([home(wide("A001"), village=place, number=wide(id_number(3)))])

    household = _only(small_desk, report)
    assert (household.office_no, household.unit) == ("A001", "640121101201-0001")
    assert _members(small_desk)[0].id_index == small_desk.keys.index(id_number(3))


def test_spaces_inside_chinese_names_and_invisible_characters_go(small_desk: Desk) -> None:
    report = small_desk.imports([home(head="马 一\u200b", name=" 马 一")])
    household = _only(small_desk, report)
    assert (household.head_name, _codes(report)) == ("马一", set())


def test_a_village_code_stored_as_a_number_is_read(small_desk: Desk) -> None:
    report = small_desk.imports([home(village=["永宁县", "杨和镇", "惠丰村", 640121101201])])
    assert _only(small_desk, report).village_code == "640121101201"


def test_numbers_stored_as_text_are_amounts(small_desk: Desk) -> None:
    headers = [*HEADERS, "工资性收入(元)", "经营性收入", "政策性补助台账"]
    report = small_desk.imports([[*home(), "12,000", " 1.5万 ", "800元"], member("马二")], headers)
    household = _only(small_desk, report)
    assert (household.income_wage, household.income_oper, household.subsidy) == (12_000, 15_000, 800)
    assert household.income_pc == 13_500


def test_a_dash_for_nothing_is_blank(small_desk: Desk) -> None:
    report = small_desk.imports([[*home(), "—", "/"]], [*HEADERS, "工资性收入", "帮扶责任人"])
    household = _only(small_desk, report)
    assert (household.income_wage, household.helper_name) == (None, "")


@pytest.mark.parametrize(
    "birth",
    [
        32875,
        "1990-01-02",
        19900102,
        "19900102",
        "1990.1.2",
        "1990/1/2",
        "1990年1月2日",
        "１９９０－１－２",
        datetime.date(1990, 1, 2),
    ],
    ids=str,
)
def test_a_date_is_read_however_it_was_written(small_desk: Desk, birth: Any) -> None:
    def dress(book: Any, sheet: Any) -> None:
        if isinstance(birth, datetime.date):
            sheet.write_datetime(1, 9, birth, book.add_format({"num_format": "yyyy-mm-dd"}))

    report = small_desk.imports([home(birth=None if isinstance(birth, datetime.date) else birth)], dress=dress)

    assert report.imported, [note.zh for note in report.errors]
    assert _members(small_desk)[0].birth_on == datetime.date(1990, 1, 2)


def test_a_birth_of_year_and_month_stands_for_its_first_day(small_desk: Desk) -> None:
    report = small_desk.imports([home(birth="1990年5月")])
    assert _members(small_desk)[0].birth_on == datetime.date(1990, 5, 1)
    assert _codes(report) == {"birth_inexact"}


def test_household_columns_repeated_on_every_row_make_one_household(small_desk: Desk) -> None:
    report = small_desk.imports([home(), home(name="马二", relation="子女"), home(name="马三", relation="子女")])
    assert _only(small_desk, report).size == 3


def test_cells_merged_down_a_household_count_for_all_its_rows(small_desk: Desk) -> None:
    def dress(_book: Any, sheet: Any) -> None:
        for column, text in enumerate([*VILLAGE, "A001", "马一", "未脱贫"]):
            sheet.merge_range(1, column, 2, column, text)

    report = small_desk.imports([home(), member("马二")], dress=dress)
    assert _only(small_desk, report).size == 2


def test_a_village_merged_down_its_households_counts_for_each(small_desk: Desk) -> None:
    def dress(_book: Any, sheet: Any) -> None:
        for column, text in enumerate(VILLAGE):
            sheet.merge_range(1, column, 3, column, text)

    bare: list[Any] = [None] * 4
    rows = [home("A1", "马一"), home("A2", "马二", village=bare), home("A3", "马三", village=bare)]
    report = small_desk.imports(rows, dress=dress)

    assert report.imported
    assert [household.unit[-4:] for household in _households(small_desk)] == ["0001", "0002", "0003"]


def test_blank_rows_printed_headers_and_totals_are_skipped(small_desk: Desk) -> None:
    rows = [
        home("A1", "马一"),
        [],
        list(HEADERS),
        home("A2", "马二"),
        ["合计", None, None, None, None, "2户"],
        ["填表人:王五"],
    ]
    report = small_desk.imports(rows)
    assert (report.households, _codes(report)) == (2, {"skipped_total"})


def test_a_household_torn_apart_by_sorting_is_put_together(small_desk: Desk) -> None:
    rows = [home("A1", "马一"), home("A2", "马二"), home("A1", "马一", name="马小一", relation="子女")]
    report = small_desk.imports(rows)
    assert [household.size for household in _households(small_desk)] == [2, 1]
    assert _codes(report) == {"apart"}


def test_columns_nobody_knows_are_kept_and_those_not_wanted_are_not(small_desk: Desk) -> None:
    headers = [*HEADERS, "备注", "民族", "银行卡号", "户主身份证"]
    report = small_desk.imports([[*home(), "低保已核", "回族", "6222020200112233", id_number(5)]], headers)
    household = _only(small_desk, report)
    assert household.extra == f'{{"备注": "低保已核", "户主身份证": "{id_number(5)[:6]}********{id_number(5)[-4:]}"}}'
    assert report.not_taken == ["民族", "银行卡号"]


def test_a_list_without_member_names_counts_its_head(small_desk: Desk) -> None:
    row = [*VILLAGE, "N001", "张三", "非贫困", id_number(6)]
    report = small_desk.imports([row], [*REQUIRED, "身份证号"])
    household = _only(small_desk, report)
    assert (household.status, household.size, _members(small_desk)[0].relation) == ("non_poor", 1, "户主")


def test_a_list_of_heads_alone_has_no_size(small_desk: Desk) -> None:
    report = small_desk.imports([[*VILLAGE, "N001", "张三", "非贫困"]], REQUIRED)
    assert (_only(small_desk, report).size, _codes(report)) == (0, {"no_members"})


def test_only_the_first_sheet_is_read(small_desk: Desk) -> None:
    def dress(book: Any, _sheet: Any) -> None:
        other = book.add_worksheet("旧表")
        other.write_row(0, 0, HEADERS)
        other.write_row(1, 0, home("B1", "王五")[:9])

    assert small_desk.imports([home()], dress=dress).households == 1


def test_hidden_rows_and_formulas_with_their_values_count(small_desk: Desk) -> None:
    def dress(_book: Any, sheet: Any) -> None:
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.write_formula(1, 11, "=A1", None, 9000)

    report = small_desk.imports([home()], [*HEADERS, "工资性收入"], dress=dress)
    assert _only(small_desk, report).income_wage == 9000


def test_a_disability_certificate_is_known_by_its_first_18_characters(small_desk: Desk) -> None:
    report = small_desk.imports([home(number=id_number(7) + "43"), home("A2", "马二", number=id_number(7))])
    assert _codes(report) == {"id_twice"}


# --- what is taken with a warning --------------------------------------------------------------------------------
def test_two_households_with_one_id_number_are_kept_and_flagged(small_desk: Desk) -> None:
    report = small_desk.imports([home("A1", "马一", number=id_number(1)), home("A2", "马二", number=id_number(1))])
    assert report.imported
    (note,) = report.warnings
    assert (note.row, note.code, note.flag) == (3, "id_twice", "F11")


def test_the_same_person_twice_in_a_household_is_taken_once(small_desk: Desk) -> None:
    report = small_desk.imports([home(number=id_number(1)), member("马一", "户主", None, id_number(1))])
    assert (_only(small_desk, report).size, _codes(report)) == (1, {"same_person"})


def test_one_number_under_two_names_in_a_household_is_flagged(small_desk: Desk) -> None:
    report = small_desk.imports([home(number=id_number(1)), member("马二", "子女", None, id_number(1))])
    assert (_only(small_desk, report).size, _codes(report)) == (2, {"id_twice_inside"})


def test_a_helper_of_six_households_is_kept_and_flagged_and_one_of_five_is_not(small_desk: Desk) -> None:
    headers = [*HEADERS, "帮扶责任人", "帮扶人电话"]
    five = [[*home(f"A{n}", f"马{n}"), "王刚", "13900000001"] for n in range(5)]
    assert _codes(small_desk.imports(five, headers)) == set()

    report = small_desk.imports([*five, [*home("A5", "马五"), "王刚", 13900000001]], headers)

    assert report.imported
    (note,) = report.warnings
    assert (note.row, note.code, note.flag) == (7, "helper_six", "F09")
    assert "王刚" not in note.zh + note.en


def test_two_helpers_of_one_name_are_two_persons(small_desk: Desk) -> None:
    rows = [[*home(f"A{n}", f"马{n}"), "王刚", f"1390000000{n % 2}"] for n in range(8)]
    assert _codes(small_desk.imports(rows, [*HEADERS, "帮扶责任人", "帮扶人电话"])) == set()


def test_a_place_code_newer_than_the_birth_is_only_a_word(small_desk: Desk) -> None:
    report = small_desk.imports([home(number=id_number(1, place="640104"))])
    assert report.imported
    assert _codes(report) == {"id_place_newer"}


def test_one_village_code_under_two_names_keeps_the_first(small_desk: Desk) -> None:
    other = ["永宁县", "杨和镇", "惠丰新村", "640121101201"]
    report = small_desk.imports([home("A1", "马一"), home("A2", "马二", village=other)])
    assert _codes(report) == {"village_name"}
    with small_desk.db.read() as session:
        assert session.exec(select(Village.name)).one() == "惠丰村"


def test_swapped_coordinates_are_not_used(small_desk: Desk) -> None:
    report = small_desk.imports([[*home(), 38.28, 106.25]], [*HEADERS, "村经度", "村纬度"])
    assert _codes(report) == {"point_odd"}
    with small_desk.db.read() as session:
        assert session.exec(select(Village.lon)).one() is None


def test_zeros_lost_in_one_row_do_not_make_a_second_household(small_desk: Desk) -> None:
    rows = [home("0012", "马一"), home("B1", "马二"), home(12, "马一", name="马小一", relation="子女")]
    report = small_desk.imports(rows)
    assert [household.office_no for household in _households(small_desk)] == ["0012", "B1"]
    assert "zeros_lost" in _codes(report)


# --- what stops the import ---------------------------------------------------------------------------------------
FAULTS: list[tuple[str, list[list[Any]], list[str] | None, tuple[int, str, str]]] = [
    ("a household number of 18 digits stored as a number",
     [home(640121101201000100)], None, (2, "户编号", "destroyed")),
    ("an ID number stored as a number", [home(number=640121197001010017)], None, (2, "证件号码", "destroyed")),
    ("an unknown column with a destroyed number",
     [[*home(), 6222020200112233445]], [*HEADERS, "存折"], (2, "存折", "destroyed")),
    ("an ID number in scientific notation", [home(number="6.40121E+17")], None, (2, "证件号码", "id_spoiled")),
    ("an ID number one digit short", [home(number=id_number(1)[:17])], None, (2, "证件号码", "id_shape")),
    ("an old ID number", [home(number="640121700101001")], None, (2, "证件号码", "id_old")),
    ("a wrong check character", [home(number="110105194912310021")], None, (2, "证件号码", "id_check")),
    ("a birth that never was", [home(number="640121199002300012")], None, (2, "证件号码", "id_date")),
    ("a birth in words", [home(birth="马年")], None, (2, "出生日期", "birth")),
    ("a birth in the future", [home(birth="2999-01-01")], None, (2, "出生日期", "birth_range")),
    ("a village code of 9 digits", [home(village=[*VILLAGE[:3], "640121101"])], None, (2, "村代码", "village_code")),
    ("a county of elsewhere", [home(village=[*VILLAGE[:3], "640522101201"])], None, (2, "村代码", "county_unknown")),
    ("a county that its code denies", [home(village=["贺兰县", *VILLAGE[1:]])], None, (2, "县区", "county_mismatch")),
    ("an unknown status", [home(status="贫困")], None, (2, "户属性状态", "status")),
    ("a head that is missing", [home(head="", name="马一")], None, (2, "户主姓名", "required")),
    ("a village that is missing", [home("A1"), home("A2", "马二", village=[None] * 4)], None, (3, "县区", "required")),
    ("one household number for two heads",
     [home("A1", "马一"), home("A1", "马二")], None, (3, "户编号", "double_office_no")),
    ("a head without a number", [home("A1", "马一"), home(None, "马二")], None, (3, "户编号", "no_office_no")),
    ("members before any household", [member("马二"), home("A1", "马一")], None, (2, "户编号", "no_office_no")),
    ("a member without a name", [home(), member("", "子女", "1990-01-02")], None, (3, "姓名", "member_nameless")),
    ("two statuses in one household",
     [home(), home(status="已脱贫", name="马二")], None, (3, "户属性状态", "conflict")),
    ("an income in words", [[*home(), "不多"]], [*HEADERS, "工资性收入"], (2, "工资性收入", "amount")),
    ("a year of exit in words",
     [[*home(status="已脱贫"), "去年"]], [*HEADERS, "脱贫年度"], (2, "脱贫年度", "exit_year")),
    ("a resettlement of maybe", [[*home(), "待定"]], [*HEADERS, "易地搬迁"], (2, "易地搬迁", "yes_no")),
    ("a name too long", [home(head="马" * 41)], None, (2, "户主姓名", "too_long")),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "headers", "fault"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_is_named_by_row_and_column_and_nothing_is_imported(
    small_desk: Desk, rows: list[list[Any]], headers: list[str] | None, fault: tuple[int, str, str]
) -> None:
    report = small_desk.imports(rows, headers)

    assert not report.imported
    assert fault in [(note.row, note.column, note.code) for note in report.errors]
    assert _households(small_desk) == []


def test_rows_are_counted_as_excel_shows_them(small_desk: Desk) -> None:
    report = small_desk.imports([home("A1", "马一"), [], [], home("A2", "马二", status="?")], titles=4)
    assert [note.row for note in report.errors] == [9]


def test_every_fault_has_a_way_out_in_both_languages_and_no_personal_data(small_desk: Desk) -> None:
    number = "110105194912310021"
    report = small_desk.imports([home(head="尤素福", number=number), home("A1", "马二", status="?")])
    for note in (*report.errors, *report.warnings):
        assert note.zh.endswith("。")
        assert note.en
    assert number not in report.to_json()
    assert "尤素福" not in report.to_json()


def test_a_sheet_without_a_header_is_not_a_register(small_desk: Desk) -> None:
    with pytest.raises(NotARegister, match="No header"):
        small_desk.imports([["a", "b"]], ["x", "y"])


def test_a_register_without_village_codes_names_the_column(small_desk: Desk) -> None:
    headers = [header for header in HEADERS if header != "村代码"]
    with pytest.raises(NotARegister) as refusal:
        small_desk.imports([home()], headers)
    assert "村代码" in refusal.value.zh


def test_a_column_that_stands_twice_is_named(small_desk: Desk) -> None:
    with pytest.raises(NotARegister) as refusal:
        small_desk.imports([home()], [*HEADERS, "户主姓名"])
    assert "户主姓名" in refusal.value.zh


def test_a_register_without_households_says_so(small_desk: Desk) -> None:
    with pytest.raises(NotARegister, match="no household"):
        small_desk.imports([])
