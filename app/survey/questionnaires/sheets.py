"""What a workbook must be before it is compiled, told by sheet row.

The checks stand before pyxform because its messages are English and some of its tolerance hurts in the field: a
label missing in one language, a question outside every section, a choice that no rule can ever meet.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.survey.questionnaires.files import CsvTable
from app.survey.questionnaires.references import unknown_references
from app.survey.questionnaires.subset import (
    APPEARANCES,
    ASKED,
    BLOCKS,
    COLUMNS_INSTEAD,
    FILE_SELECTS,
    OURS,
    PARAMETERS,
    PLAIN,
    SELECTS,
    SILENT,
    SPELLINGS,
    TEXTS,
    TYPES_INSTEAD,
)
from app.survey.questionnaires.workbook import Row, SheetFault, Workbook, plain

LANGUAGES = ("zh", "en")
KINDS = ("interview", "visit_log", "record", "look_back")
"""What a form's record is on the wire (contract, `kind`)."""
SOURCE = re.compile(
    r"(sample|household|account|round|place|issue)\.[a-z_]{1,40}|clock\.(today|in_[1-9][0-9]{0,2}_days)"
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
VALUE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


@dataclass
class Sheets:
    """The workbook in the words of XLSForm, with the rows by question name."""

    workbook: Workbook
    languages: dict[str, str] = field(default_factory=dict)
    """Language code to its full tag, for example zh: 中文 (zh)."""
    faults: list[SheetFault] = field(default_factory=list)
    warnings: list[SheetFault] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, CsvTable] = field(default_factory=dict)
    """CSV tables by the name that `instance()` uses."""

    def refuse(self, sheet: str, row: int, zh: str, en: str, column: str = "") -> None:
        """Note a reason not to publish."""
        self.faults.append(SheetFault(sheet, row, zh, en, column))

    def warn(self, sheet: str, row: int, zh: str, en: str, column: str = "") -> None:
        """Note a doubt; it does not stop publishing."""
        self.warnings.append(SheetFault(sheet, row, zh, en, column))

    def row_of(self, name: str) -> int:
        """The sheet row of a question, 0 when it has none."""
        row = self.rows.get(name)
        return row.number if row else 0

    def text(self, row: Row, column: str) -> dict[str, str]:
        """A translated column of one row by language code; a missing language takes the other's words."""
        found = {code: row.get(f"{column}::{tag}") for code, tag in self.languages.items()}
        spare = next((text for text in found.values() if text), "")
        return {code: text or spare for code, text in found.items()} if spare else {}


def type_of(row: Row) -> tuple[str, str]:
    """(kind, choice list) of a survey row, with the usual spellings made one."""
    words = row.get("type").split()
    two = " ".join(words[:2])
    if two in SPELLINGS:
        return SPELLINGS[two], " ".join(words[2:])
    kind = words[0] if words else ""
    return SPELLINGS.get(kind, kind), " ".join(words[1:])


def check_sheets(workbook: Workbook, files: dict[str, CsvTable] | None = None) -> Sheets:
    """Judge all sheets; faults and warnings are in the result, in the order of the rows."""
    sheets = Sheets(workbook, files=files or {})
    if not workbook.sheet("survey"):
        sheets.refuse("survey", 0, "没有 survey 表或表是空的", "there is no survey sheet, or it is empty")
        return sheets
    _check_settings(sheets)
    _find_languages(sheets)
    _check_columns(sheets)
    _check_choices(sheets)
    blocks: list[tuple[str, Row]] = []
    for row in workbook.sheet("survey"):
        for check in (_check_type, _check_name, _check_words, _check_rules, _check_look):
            check(sheets, row)
        _check_blocks(sheets, row, blocks)
    for _, row in blocks:
        sheets.refuse("survey", row.number, "这一组没有结束行", "this group or repeat has no end row")
    sheets.faults += unknown_references(workbook)
    return sheets


def _check_settings(sheets: Sheets) -> None:
    rows = sheets.workbook.sheet("settings")
    sheets.settings = dict(rows[0].cells) if rows else {}
    form_id, version = sheets.settings.get("form_id", ""), sheets.settings.get("version", "")
    if not NAME.fullmatch(form_id):
        sheets.refuse(
            "settings", 2, "form_id 要用英文字母、数字和下划线", "form_id: letters, digits and underscores only"
        )
    if not re.fullmatch(r"[0-9]{1,20}", version):
        sheets.refuse(
            "settings", 2, "version 要写成数字,例如 2026112401", "version must be digits, for example 2026112401"
        )
    if sheets.settings.get("record_kind", "interview") not in KINDS:
        sheets.refuse(
            "settings", 2, f"record_kind 只能是 {'、'.join(KINDS)}", f"record_kind must be one of {', '.join(KINDS)}"
        )
    if not sheets.settings.get("form_title"):
        sheets.refuse("settings", 2, "form_title 没有填", "form_title is missing")


def _find_languages(sheets: Sheets) -> None:
    for code in LANGUAGES:
        tags = [h[7:] for h in sheets.workbook.headers["survey"] if h.startswith("label::") and h.endswith(f"({code})")]
        if len(tags) != 1:
            sheets.refuse(
                "survey", 1, f"缺少 {code} 语言的 label 列,例如 label::中文 (zh)",
                f"there must be one label column for {code}, for example label::English (en)",
            )  # fmt: skip
        else:
            sheets.languages[code] = tags[0]


def _check_columns(sheets: Sheets) -> None:
    known = PLAIN | OURS | set(COLUMNS_INSTEAD)
    known |= {f"{column}::{tag}" for column in TEXTS for tag in sheets.languages.values()}
    for header in sheets.workbook.headers["survey"]:
        if header not in known:
            sheets.warn("survey", 1, f"“{plain(header)}”列不使用", f"column “{plain(header)}” is not used")


def _check_choices(sheets: Sheets) -> None:
    seen: set[tuple[str, str]] = set()
    for row in sheets.workbook.sheet("choices"):
        name, value = row.get("list_name"), row.get("name")
        if not name or not VALUE.fullmatch(value):
            sheets.refuse(
                "choices", row.number, "选项要有 list_name,name 要用字母、数字、下划线",
                "a choice needs list_name, and a name of letters, digits and underscores",
            )  # fmt: skip
            continue
        if (name, value) in seen:
            sheets.refuse("choices", row.number, f"选项 {value} 重复", f"the choice {value} is there twice")
        seen.add((name, value))
        _both_languages(sheets, "choices", row, "label")
        sheets.lists.setdefault(name, []).append(row)


def _both_languages(sheets: Sheets, sheet: str, row: Row, column: str) -> None:
    for code, tag in sheets.languages.items():
        if not row.get(f"{column}::{tag}"):
            sheets.refuse(
                sheet, row.number, f"{column} 缺少 {code} 语言", f"{column} is missing in {code}", f"{column}::{tag}"
            )


def _check_type(sheets: Sheets, row: Row) -> None:
    kind, rest = type_of(row)
    if kind in FILE_SELECTS:
        _check_file(sheets, row, rest)
    elif kind in SELECTS:
        if rest not in sheets.lists:
            zh = f"选项表里没有“{plain(rest)}”"
            sheets.refuse("survey", row.number, zh, f"there is no choice list “{plain(rest)}”", "type")
    elif kind not in ASKED | SILENT | BLOCKS or rest:
        given = plain(row.get("type"))
        zh, en = TYPES_INSTEAD.get(kind, ("", ""))
        sheets.refuse(
            "survey", row.number, f"题型“{given}”不支持{';' + zh if zh else ''}",
            f"the type “{given}” is not supported{'; ' + en if en else ''}", "type",
        )  # fmt: skip


def _check_file(sheets: Sheets, row: Row, file: str) -> None:
    """The choices of a CSV file become a list, with its label in both languages or one for both."""
    stem = file.removesuffix(".csv")
    table = sheets.files.get(stem)
    if table is None or not file.endswith(".csv"):
        zh = f"没有附上 CSV 文件“{plain(file)}”"
        sheets.refuse("survey", row.number, zh, f"the CSV file “{plain(file)}” was not handed in", "type")
        return
    if stem in sheets.lists and sheets.lists[stem] and sheets.lists[stem][0].number:
        return
    rows = [Row(at, dict(zip(table.columns, line, strict=True))) for at, line in enumerate(table.rows, start=2)]
    seen: set[str] = set()
    for line in rows:
        value = line.get("name")
        if not VALUE.fullmatch(value) or value in seen:
            zh, en = f"name“{plain(value)}”不能用或重复", f"the name “{plain(value)}” cannot be used or is there twice"
            sheets.refuse(table.file, line.number, zh, en, "name")
        seen.add(value)
        for tag in sheets.languages.values():
            line.cells.setdefault(f"label::{tag}", line.get("label") or value)
    sheets.lists[stem] = rows


def _check_name(sheets: Sheets, row: Row) -> None:
    kind, _ = type_of(row)
    if kind in ("end_group", "end_repeat"):
        return
    name = row.get("name")
    if not NAME.fullmatch(name):
        sheets.refuse(
            "survey",
            row.number,
            "name 要用英文字母、数字和下划线,以字母开头",
            "name: letters, digits and underscores, a letter first",
        )
    elif name in sheets.rows:
        first = sheets.rows[name].number
        sheets.refuse(
            "survey", row.number, f"name “{name}”与第{first}行重复", f"the name “{name}” is already used in row {first}"
        )
    else:
        sheets.rows[name] = row


def _check_words(sheets: Sheets, row: Row) -> None:
    kind, _ = type_of(row)
    if kind in ASKED | SELECTS | set(FILE_SELECTS) | {"begin_group", "begin_repeat"}:
        _both_languages(sheets, "survey", row, "label")
    for column in sorted(TEXTS - {"label"}):
        given = [code for code, tag in sheets.languages.items() if row.get(f"{column}::{tag}")]
        if len(given) == 1:
            sheets.warn(
                "survey", row.number, f"{column} 只有一种语言", f"{column} is there in one language only", column
            )
    if row.get("constraint") and not sheets.text(row, "constraint_message"):
        zh, en = "限制条件没有提示语", "the constraint has no message"
        sheets.warn("survey", row.number, zh, en, "constraint_message")


def _check_rules(sheets: Sheets, row: Row) -> None:
    kind, _ = type_of(row)
    for column, (zh, en) in COLUMNS_INSTEAD.items():
        if row.get(column):
            sheets.refuse("survey", row.number, f"{column} 不支持;{zh}", f"{column} is not supported; {en}", column)
    if bool(row.get("calculation")) != (kind == "calculate"):
        zh, en = "calculation 只能、也必须写在 calculate 行", "calculation belongs to calculate rows, and only there"
        sheets.refuse("survey", row.number, zh, en, "calculation")
    if "${" in row.get("default") or "(" in row.get("default"):
        zh, en = "default 只能是固定值", "a default must be a fixed value"
        sheets.refuse(
            "survey", row.number, f"{zh};要填当天,写在 prefill 表", f"{en}; the day goes into prefill", "default"
        )
    if row.get("required") not in ("", "yes", "no", "true", "false", "true()", "false()") and kind in SILENT:
        zh, en = "不显示的题不能必填", "what is not shown cannot be required"
        sheets.refuse("survey", row.number, zh, en, "required")
    if row.get("repeat_count") and kind != "begin_repeat":
        zh, en = "repeat_count 只能写在 begin_repeat 行", "repeat_count belongs to begin_repeat rows"
        sheets.refuse("survey", row.number, zh, en, "repeat_count")


def parameters_of(row: Row) -> dict[str, str]:
    """The row's parameters, `a=b` separated by spaces, commas or semicolons."""
    return dict(re.findall(r"([\w-]+)\s*=\s*([^\s,;]+)", row.get("parameters")))


def _check_look(sheets: Sheets, row: Row) -> None:
    kind, _ = type_of(row)
    kind = FILE_SELECTS.get(kind, kind)
    given = parameters_of(row)
    for name in sorted(set(given) - PARAMETERS.get(kind, set())):
        zh, en = f"{kind} 没有参数 {plain(name)}", f"{kind} has no parameter {plain(name)}"
        sheets.refuse("survey", row.number, zh, en, "parameters")
    if given.get("randomize") == "true" and "seed" not in given:
        zh = "打乱选项要留下种子:加一行 calculate seed = once(random()),这里写 seed=${seed}"
        en = "a shuffle keeps its seed: add calculate seed = once(random()) and write seed=${seed} here"
        sheets.refuse("survey", row.number, zh, en, "parameters")
    if kind == "range" and not _is_range(given):
        zh, en = "range 要 start < end,step 大于 0 且整除", "a range needs start < end and a step that divides it"
        sheets.refuse("survey", row.number, zh, en, "parameters")
    for word in row.get("appearance").split():
        if word not in APPEARANCES:
            zh, en = f"外观“{plain(word)}”在这里不起作用", f"the appearance “{plain(word)}” does nothing here"
            sheets.warn("survey", row.number, zh, en, "appearance")


def _is_range(given: dict[str, str]) -> bool:
    """Whether start, end and step make at least one step and at most a thousand."""
    texts = [given.get("start", "1"), given.get("end", "10"), given.get("step", "1")]
    if not all(re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text) for text in texts):
        return False
    start, end, step = (float(text) for text in texts)
    steps = (end - start) / step if step > 0 else 0
    return start < end and 1 <= steps <= 1000 and abs(steps - round(steps)) < 1e-9


def _check_blocks(sheets: Sheets, row: Row, blocks: list[tuple[str, Row]]) -> None:
    kind, _ = type_of(row)
    if kind in ("begin_group", "begin_repeat"):
        if kind == "begin_repeat" and any(k == "begin_repeat" for k, _ in blocks):
            sheets.refuse("survey", row.number, "重复组里不能再有重复组", "a repeat inside a repeat is not supported")
        if kind == "begin_repeat" and not blocks:
            sheets.refuse("survey", row.number, "重复组要放在某个部分里", "a repeat must stand inside a section")
        blocks.append((kind, row))
    elif kind in ("end_group", "end_repeat"):
        if not blocks or blocks[-1][0] != kind.replace("end", "begin"):
            sheets.refuse("survey", row.number, "结束行没有对应的开始行", "this end row has no begin row")
        else:
            blocks.pop()
    elif kind not in SILENT and not blocks:
        sheets.refuse(
            "survey",
            row.number,
            "题目要放在某个部分(begin_group)里",
            "a question must stand inside a section (begin_group)",
        )


def split_pairs(text: str) -> Iterator[tuple[str, str]]:
    """`a=b; c=d` as pairs."""
    for piece in text.split(";"):
        left, sign, right = piece.partition("=")
        if sign:
            yield left.strip(), right.strip()


def read_prefill(sheets: Sheets, pointer_of: Callable[[str], str | None]) -> list[dict[str, object]]:
    """The prefill sheet; `pointer_of` gives a question's pointer or None."""
    found: list[dict[str, object]] = []
    for row in sheets.workbook.sheet("prefill"):
        pointer = pointer_of(row.get("question"))
        sources = row.get("from").split()
        if pointer is None:
            given = plain(row.get("question"))
            sheets.refuse("prefill", row.number, f"没有题目“{given}”", f"there is no question “{given}”")
        if not sources or not all(SOURCE.fullmatch(source) for source in sources):
            sheets.refuse(
                "prefill", row.number, "from 要写成 household.…、sample.…、account.…、clock.today 等",
                "from must be household.…, sample.…, account.…, clock.today or the like",
            )  # fmt: skip
        entry: dict[str, object] = {"to": pointer or "", "from": sources, "show": row.get("show") == "yes"}
        pairs = dict(split_pairs(row.get("map")))
        if pairs:
            entry["map"] = pairs
        found.append(entry)
    return found


def read_help(sheets: Sheets, sections: set[str]) -> list[dict[str, object]]:
    """The help sheet: rules for the inspector, whole or by section."""
    found: list[dict[str, object]] = []
    for row in sheets.workbook.sheet("help"):
        section = row.get("section")
        if section and section not in sections:
            sheets.refuse("help", row.number, f"没有部分“{plain(section)}”", f"there is no section “{plain(section)}”")
        entry: dict[str, object] = {"text": {"zh": row.get("zh"), "en": row.get("en")}}
        found.append({"section": section, **entry} if section else entry)
    return found
