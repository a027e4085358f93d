"""The demo's register as the office would send it: one workbook, a title row, one row a person."""

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from app.demo.people import COUNTIES, Home, Person

HEADERS = (
    *(
        "★县区",
        "★乡镇",
        "★村",
        "★村代码",
        "★户编号",
        "★户主姓名",
        "★户属性状态",
        "脱贫年度",
        "贫困户属性",
        "主要致贫原因",
    ),
    *("易地搬迁", "安置点", "帮扶责任人", "帮扶人单位", "帮扶人电话", "驻村工作队"),
    *("姓名", "与户主关系", "出生日期", "证件号码"),
    *("工资性收入", "经营性收入", "财产性收入", "转移性收入", "政策性补助台账", "村经度", "村纬度"),
)


def write_register(path: Path, title: str, homes: Iterable[Home]) -> None:
    """Write the workbook; text columns as text, so that Excel destroys no long number."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("户名册")
    sheet.write(0, 0, title)
    sheet.write_row(1, 0, HEADERS)
    row = 2
    for home in homes:
        for place, person in enumerate(home.members):
            sheet.write_row(row, 0, _cells(home, person, first=place == 0))
            row += 1
    book.close()


def _cells(home: Home, person: Person, *, first: bool) -> list[str | int | float | None]:
    key: list[str | int | float | None] = [
        COUNTIES[home.county][0], home.town, home.village, home.village_code, home.office_no, home.members[0].name,
    ]  # fmt: skip
    household: list[str | int | float | None] = [
        home.status, home.exit_year, home.attribute, home.cause, "是" if home.resettled else "否",
        "月牙湖安置点" if home.resettled else "", *home.helper, f"{home.village}驻村工作队" if home.attribute else "",
    ]  # fmt: skip
    money: list[str | int | float | None] = [*home.incomes, home.subsidy, *home.point]
    blank_h, blank_m = [None] * len(household), [None] * len(money)
    member: list[str | int | float | None] = [
        person.name, person.relation, person.born_on.isoformat(), person.id_number,
    ]  # fmt: skip
    return [*key, *(household if first else [home.status, *blank_h[1:]]), *member, *(money if first else blank_m)]
