"""Workbooks as offices make them, built for a test: invented people, real habits."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from app.registry.households.id_numbers import check_character

REQUIRED = ["县区", "乡镇", "村", "村代码", "户编号", "户主姓名", "户属性状态"]
PERSON = ["姓名", "与户主关系", "出生日期", "证件号码"]
HEADERS = [*REQUIRED, *PERSON]
VILLAGE = ["永宁县", "杨和镇", "惠丰村", "640121101201"]


def id_number(serial: int, *, born: str = "19700101", place: str = "640121") -> str:
    """A number with a right check character that belongs to nobody."""
    first = f"{place}{born}{serial:03d}"
    return first + check_character(first)


def home(
    no: Any = "A001", head: str = "马一", status: str = "未脱贫", village: Sequence[Any] = VILLAGE, **person: Any
) -> list[Any]:
    """A first row: household columns and its head as a member."""
    return [
        *village, no, head, status,
        person.get("name", head), person.get("relation", "户主"), person.get("birth"), person.get("number"),
    ]  # fmt: skip


def member(name: str, relation: str = "子女", birth: Any = None, number: Any = None) -> list[Any]:
    """A further row: the person alone."""
    return [None] * len(REQUIRED) + [name, relation, birth, number]


def write_book(
    path: Path,
    rows: Sequence[Sequence[Any]],
    headers: Sequence[str] = HEADERS,
    *,
    titles: int = 0,
    left: int = 0,
    dress: Callable[[Any, Any], None] | None = None,
) -> Path:
    """Write one: `titles` rows above the header, `left` empty columns, `dress(book, sheet)` for the rest."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Sheet1")
    for number in range(titles):
        sheet.write(number, left, "建档立卡户信息表")
    sheet.write_row(titles, left, headers)
    for number, row in enumerate(rows, titles + 1):
        for column, value in enumerate(row, left):
            if value is not None:
                sheet.write(number, column, value)
    if dress:
        dress(book, sheet)
    book.close()
    return path
