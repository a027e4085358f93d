"""The register file's columns (contract, the register file): names, other names in use, and where the header row is.

Pure. Title rows, merged or not, stand above; a header may be two rows high. A column nobody knows is kept and shown;
ethnicity and bank accounts are known and not taken over (domain §3.4).
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from app.registry.households.cells import text_of

SEARCH_ROWS = 40


class Column(NamedTuple):
    """One known column: our key, its header, whether it must be there, other headers seen for it, longest text."""

    key: str
    header: str
    required: bool
    also: tuple[str, ...]
    limit: int = 200


COLUMNS = (
    Column(
        "county", "县区", True, ("县(区)", "县(市、区)", "县市区", "县(市)区", "区县", "县", "县名称", "所在县区"), 40
    ),
    Column("town", "乡镇", True, ("乡(镇)", "乡镇(街道)", "镇", "乡", "乡镇名称", "所在乡镇"), 60),
    Column("village", "村", True, ("行政村", "村名", "村(社区)", "行政村名称", "村名称", "所在村"), 60),
    Column("village_code", "村代码", True, ("行政村代码", "村编码", "村码", "行政村编码", "统计用区划代码"), 20),
    Column("office_no", "户编号", True, ("户编码", "户号", "贫困户编号", "建档立卡户编号", "户代码"), 64),
    Column("head_name", "户主姓名", True, ("户主", "户主名称"), 40),
    Column("status", "户属性状态", True, ("脱贫属性", "脱贫状态", "户状态", "户属性(状态)", "贫困状态"), 20),
    Column("exit_year", "脱贫年度", False, ("脱贫年份", "脱贫时间", "脱贫年"), 20),
    Column("hh_attr", "贫困户属性", False, ("户类型", "贫困属性", "贫困户类型"), 40),
    Column("cause", "主要致贫原因", False, ("致贫原因", "主要致贫因素"), 40),
    Column("resettled", "易地搬迁", False, ("是否易地搬迁", "是否易地搬迁户", "易地扶贫搬迁", "易地搬迁户"), 20),
    Column("site", "安置点", False, ("安置点名称", "安置地", "搬迁安置点"), 80),
    Column(
        "helper_name", "帮扶责任人", False, ("帮扶人", "帮扶人姓名", "帮扶责任人姓名", "帮扶干部", "结对帮扶责任人"), 40
    ),
    Column("helper_unit", "帮扶人单位", False, ("帮扶单位", "帮扶责任人单位", "帮扶人工作单位"), 80),
    Column("helper_phone", "帮扶人电话", False, ("帮扶责任人电话", "帮扶人联系电话", "帮扶责任人联系电话"), 40),
    Column("task_force", "驻村工作队", False, ("驻村工作队名称", "工作队"), 120),
    Column("name", "姓名", False, ("成员姓名", "家庭成员姓名", "家庭成员"), 40),
    Column("relation", "与户主关系", False, ("与户主的关系", "家庭关系", "关系"), 40),
    Column("birth_on", "出生日期", False, ("出生年月日", "出生年月", "出生时间"), 40),
    Column(
        "id_number",
        "证件号码",
        False,
        ("身份证号", "身份证号码", "公民身份号码", "证件号", "居民身份证号码", "身份证"),
        40,
    ),
    Column("income_wage", "工资性收入", False, ("工资收入", "务工收入")),
    Column("income_oper", "经营性收入", False, ("经营收入", "家庭经营性收入", "生产经营性收入", "经营净收入")),
    Column("income_prop", "财产性收入", False, ("财产收入", "财产净收入")),
    Column("income_transfer", "转移性收入", False, ("转移收入", "转移净收入")),
    Column("subsidy", "政策性补助台账", False, ("政策性补助", "政策性补助金额", "政策性补助台账金额")),
    Column("lon", "村经度", False, ("经度",)),
    Column("lat", "村纬度", False, ("纬度",)),
)
BY_KEY = {column.key: column for column in COLUMNS}
PERSON_KEYS = ("name", "relation", "birth_on", "id_number")
INCOME_KEYS = ("income_wage", "income_oper", "income_prop", "income_transfer")
NUMBER_KEYS = frozenset({*INCOME_KEYS, "subsidy", "lon", "lat"})

_NOT_TAKEN = re.compile(r"民族|银行|卡号|一卡通|账号|帐号|开户")
_MARKS = re.compile(r"[★☆*※:\s]+")
_TAIL = re.compile(r"\([^()]*\)$")


def _fold(header: str) -> str:
    return _MARKS.sub("", header)


_KNOWN = {_fold(name): column.key for column in COLUMNS for name in (column.header, *column.also)}


def key_of(value: Any) -> str | None:
    """The column meant by a header cell, or None; units and notes in brackets behind the name are ignored."""
    return _key_of(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _key_of(header: str) -> str | None:
    name = _fold(text_of(header))
    return _KNOWN.get(name) or _KNOWN.get(_TAIL.sub("", name))


@dataclass
class Layout:
    """Where the columns stand: index → key for known ones, index → header for kept ones."""

    row: int
    known: dict[int, str] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    not_taken: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Required headers that are not there."""
        return [column.header for column in COLUMNS if column.required and column.key not in self.known.values()]

    def is_header(self, cells: list[Any]) -> bool:
        """A header row repeated further down, as printed tables have it on every page."""
        first = islice(self.known, 4)  # they name themselves in a header; a row of data stops here
        if not any(index < len(cells) and cells[index] is not None for index in first):
            return False
        hits = 0
        for seen, (index, key) in enumerate(self.known.items()):
            hits += index < len(cells) and key_of(cells[index]) == key
            if seen == 3 and not hits:
                return False
        return hits >= 3 and hits * 2 >= len(self.known)


def find_layout(rows: list[tuple[int, list[Any]]]) -> Layout | None:
    """The header among the first rows: the first with the most known names, at least three; None without one.

    Where a cell of it is blank, the name one or two rows above counts: headers may be two rows high.
    """
    best: tuple[int, int, int] | None = None
    for place in range(len(rows)):
        for height in (1, 2, 3):
            if place - height + 1 < 0 or rows[place][0] - rows[place - height + 1][0] != height - 1:
                break
            layout = _layout(rows[place - height + 1 : place + 1])
            score = len(layout.known) - len(layout.doubled)
            own = sum(1 for cell in rows[place][1] if key_of(cell))
            if score >= 3 and own and (best is None or score > best[0]):
                best = (score, place, height)
    if best is None:
        return None
    _, place, height = best
    return _layout(rows[place - height + 1 : place + 1])


def _layout(band: list[tuple[int, list[Any]]]) -> Layout:
    layout = Layout(band[-1][0])
    taken: set[str] = set()
    for index in range(max(len(cells) for _, cells in band)):
        header = _header_at(band, index)
        key = key_of(header)
        if key and key not in taken:
            layout.known[index] = key
            taken.add(key)
        elif key:
            layout.doubled.append(BY_KEY[key].header)
        elif header and _NOT_TAKEN.search(header):
            layout.not_taken.append(header)
        elif header and header not in layout.kept.values():
            layout.kept[index] = header
    return layout


def _header_at(band: list[tuple[int, list[Any]]], index: int) -> str:
    """The lowest text of the band in this column; above the lowest row a title spread over columns does not count."""
    for _, cells in reversed(band):
        text = text_of(cells[index])[:60] if index < len(cells) else ""
        if text and (cells is band[-1][1] or sum(1 for cell in cells if cell == cells[index]) == 1):
            return text
    return ""
