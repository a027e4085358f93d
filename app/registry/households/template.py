"""The workbooks we hand out: the empty template with its example and notes, and the report of an import.

What came from outside is written as text that no Excel takes for a formula (`kernel.cells`).
"""

import io
from collections.abc import Sequence
from typing import Any

from app.kernel.cells import safe
from app.registry.households.columns import COLUMNS, NUMBER_KEYS
from app.registry.households.id_numbers import check_character
from app.registry.households.notes import ImportReport, Note

_ROWS_FORMATTED = 2000

NOTES = (
    (
        "一行一人。户的各列写在该户第一行,也可以每行重复。",
        "One row per person; household columns on its first row or on all.",
    ),
    (
        "★ 为必填列。列的顺序可以变,列名不能改;多出的列会保留、显示,不参与计算。",
        "★ = required. Order is free, names are not; further columns are kept.",
    ),
    (
        "村代码为国家统计局12位统计用区划代码;村代码、户编号、证件号码、电话列已设为“文本”,请勿改成数值。",
        "Village code: 12 digits. Code columns are text; leave them so.",
    ),
    (
        "户属性状态只填:未脱贫、已脱贫、非贫困。已脱贫户请填脱贫年度。",
        "Status: 未脱贫, 已脱贫 or 非贫困. Exited households need the year.",
    ),
    (
        "收入和补助按元填写,全年数,只填数字。",
        "Incomes and subsidies: yuan a year, figures alone.",
    ),
    (
        "证件号码在库中加密保存,页面只显示前6位和后4位。没有证件的人请留空。",
        "ID numbers are stored encrypted and shown as first 6 + last 4.",
    ),
    (
        "户编号是再次导入时认户的依据,请勿改动。名册里没有的老户会保留并标记日期。",
        "The household number identifies a household when imported again.",
    ),
    (
        "贫困户名册按县导出;非贫困户名册按村导出,用同一格式。",
        "Poor households by county; non-poor ones by village, in the same layout.",
    ),
    (
        "第一个工作表才会被读取;“示例”和本页不会被导入。",
        "Only the first sheet is read.",
    ),
)


def _new_book(buffer: io.BytesIO) -> Any:
    import xlsxwriter  # some MiB that a service without such a download does not carry

    return xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def template_workbook() -> bytes:
    """The template: an empty register, a sheet with an example, a sheet of notes."""
    buffer = io.BytesIO()
    book = _new_book(buffer)
    book.set_properties({"title": "建档立卡户名册", "author": "Ruhu 入户"})
    _register_sheet(book, "户名册", [])
    _register_sheet(book, "示例", example_rows())
    notes = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    notes.set_column(0, 0, 70, wrap)
    notes.set_column(1, 1, 60, wrap)
    for row, (zh, en) in enumerate(NOTES):
        notes.write_row(row, 0, [zh, en])
    book.close()
    return buffer.getvalue()


def _register_sheet(book: Any, name: str, rows: Sequence[dict[str, Any]]) -> None:
    sheet = book.add_worksheet(name)
    text = book.add_format({"num_format": "@"})
    must = book.add_format({"bold": True, "bg_color": "#8a4b14", "font_color": "#ffffff", "border": 1, "locked": True})
    may = book.add_format({"bold": True, "bg_color": "#e4e0d8", "font_color": "#1d1c1a", "border": 1, "locked": True})
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, max(10, 2 * len(column.header) + 4), None if column.key in NUMBER_KEYS else text)
        sheet.write(0, index, ("★" if column.required else "") + column.header, must if column.required else may)
        choices = {"status": ["未脱贫", "已脱贫", "非贫困"], "resettled": ["是", "否"]}.get(column.key)
        if choices:
            sheet.data_validation(1, index, _ROWS_FORMATTED, index, {"validate": "list", "source": choices})
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for index, column in enumerate(COLUMNS):
            value = row.get(column.key)
            if isinstance(value, str):
                sheet.write_string(number, index, value, text)
            elif value is not None:
                sheet.write_number(number, index, value)


def example_rows() -> list[dict[str, Any]]:
    """One poor household of two and one non-poor one; the people are invented."""
    home = {"county": "永宁县", "town": "示例镇", "village": "示例村", "village_code": "640121999201"}
    poor = home | {
        "office_no": "示例0001", "head_name": "马示例", "status": "已脱贫", "exit_year": "2016",
        "hh_attr": "一般贫困户", "cause": "缺技术", "resettled": "是", "site": "示例安置点", "helper_name": "王示例",
        "helper_unit": "示例单位",
        "helper_phone": "09510000000", "task_force": "示例村驻村工作队", "name": "马示例", "relation": "户主",
        "birth_on": "1975-03-08", "id_number": _invented("64012119750308001"), "income_wage": 18000,
        "income_oper": 6000, "income_prop": 0, "income_transfer": 2400, "subsidy": 2400, "lon": 106.25, "lat": 38.28,
    }  # fmt: skip
    wife = {"name": "李示例", "relation": "配偶", "birth_on": "1977-11-20", "id_number": _invented("64012119771120002")}
    other = home | {
        "office_no": "示例1001", "head_name": "张示例", "status": "非贫困", "name": "张示例", "relation": "户主",
        "birth_on": "1968-06-01", "id_number": _invented("64012119680601003"),
    }  # fmt: skip
    return [poor, wife, other]


def _invented(first17: str) -> str:
    return first17 + check_character(first17)


def report_workbook(report: ImportReport) -> bytes:
    """Errors and warnings on a sheet each, by row of the file that was sent."""
    buffer = io.BytesIO()
    book = _new_book(buffer)
    _notes_sheet(book, "错误 Errors", report.errors, report.error_count)
    _notes_sheet(book, "提醒 Warnings", report.warnings, report.warning_count)
    if report.left_out:
        sheet = book.add_worksheet("未导入的户 Left out")
        sheet.write_row(0, 0, ["行 Row", "户编号 Household no."], book.add_format({"bold": True}))
        for number, (row, office_no) in enumerate(report.left_out, 1):
            sheet.write_number(number, 0, row)
            sheet.write_string(number, 1, safe(office_no))
    book.close()
    return buffer.getvalue()


def _notes_sheet(book: Any, name: str, notes: Sequence[Note], count: int) -> None:
    sheet = book.add_worksheet(name)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(
        0, 0, ["行 Row", "列 Column", "代码 Flag", "说明与改法", "What and how"], book.add_format({"bold": True})
    )
    sheet.set_column(1, 2, 14, wrap)
    sheet.set_column(3, 4, 60, wrap)
    sheet.freeze_panes(1, 0)
    for number, note in enumerate(notes, 1):
        sheet.write_number(number, 0, note.row)
        for index, text in enumerate((note.column, note.flag, note.zh, note.en), 1):
            sheet.write_string(number, index, safe(text))
    if count > len(notes):
        sheet.write_string(len(notes) + 1, 3, f"共{count}条,同类超过300条的未全部列出。")
