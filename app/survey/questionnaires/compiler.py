"""Publishing's judge: a workbook becomes one JSON form, or a list of reasons by sheet row.

Everything that could go wrong in a village is refused here: an unknown function or control, a circular rule, a
rule that compares with a choice that does not exist. The result depends on the workbook alone.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.survey.questionnaires.columns import check_columns, columns_read
from app.survey.questionnaires.expressions import walk
from app.survey.questionnaires.files import CsvTable, read_files
from app.survey.questionnaires.paths import Tree
from app.survey.questionnaires.sheets import Sheets, check_sheets, read_help, read_prefill, type_of
from app.survey.questionnaires.subset import PLAIN, TEXTS
from app.survey.questionnaires.workbook import (
    Row,
    SheetFault,
    UnreadableWorkbook,
    Workbook,
    plain,
    read_workbook,
)
from app.survey.questionnaires.xform import Compiled, Item, Path, compile_xform

FORMAT = 1
EMPTY_GROUP = re.compile(
    r"<group\b[^>]*(?:/>|>\s*(?:<label\b[^>]*/>|<label\b[^>]*>(?:(?!</label>).)*</label>)?\s*</group>)\s*", re.DOTALL
)
NUMBERS = {"integer", "decimal"}
ARITHMETIC = {"+", "-", "*", "div", "mod", "neg", "sum", "min", "max", "round"}


class FormRefused(Exception):
    """The workbook cannot be published; every fault has its sheet row."""

    def __init__(self, faults: list[SheetFault]) -> None:
        super().__init__("; ".join(f"{f.sheet} {f.row}: {f.en}" for f in faults))
        self.faults = faults


@dataclass(frozen=True)
class CompiledForm:
    """What publishing stores: the JSON text (its digest is the form's), the XForm and the doubts."""

    form_id: str
    version: str
    title_zh: str
    title_en: str
    json: str
    sha256: str
    xml: str
    warnings: list[SheetFault]


def compile_bytes(content: bytes, media: Mapping[str, bytes] | None = None) -> CompiledForm:
    """Compile an .xlsx and the CSV files that came with it. Raises FormRefused."""
    try:
        workbook = read_workbook(content)
    except UnreadableWorkbook as error:
        raise FormRefused([error.fault]) from error
    return compile_workbook(workbook, media)


def compile_workbook(workbook: Workbook, media: Mapping[str, bytes] | None = None) -> CompiledForm:
    """Compile rows that have been read. Raises FormRefused."""
    files, faults = read_files(media or {})
    sheets = check_sheets(workbook, files)
    sheets.faults += faults
    if sheets.faults:
        raise _refusal([*sheets.faults, *_further(sheets, files)])
    xml = _to_xform(sheets)
    compiled = compile_xform(xml, files)
    sheets.faults += _in_sheet(sheets, compiled)
    _stop_if_faulty(sheets)
    for path, item in compiled.by_path.items():
        _label_silent(sheets, item)
        _lint(sheets, compiled, path, item)
    columns = columns_read(compiled)
    check_columns(sheets, columns)
    order = _order(sheets, compiled)
    sections = {item["name"] for item in compiled.items if item["kind"] == "group"}
    pointers = {path[-1]: "/" + "/".join(path) for path in compiled.by_path}
    title, kind = _title(sheets), sheets.settings.get("record_kind", "interview")
    form = {
        "format": FORMAT,
        "id": sheets.settings["form_id"],
        "version": sheets.settings["version"],
        "title": title,
        **({} if kind == "interview" else {"kind": kind}),
        "items": compiled.items,
        "choices": _choices(sheets, compiled, columns),
        **({"tables": tables} if (tables := _tables(sheets, columns)) else {}),
        "order": ["/" + "/".join(path) for path in order],
        "prefill": read_prefill(sheets, pointers.get),
        "help": read_help(sheets, sections),
    }
    _stop_if_faulty(sheets)
    text = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
    return CompiledForm(
        sheets.settings["form_id"],
        sheets.settings["version"],
        title["zh"],
        title["en"],
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        xml,
        sheets.warnings,
    )  # fmt: skip


def _stop_if_faulty(sheets: Sheets) -> None:
    if sheets.faults:
        raise _refusal(sheets.faults)


def _refusal(faults: list[SheetFault]) -> FormRefused:
    return FormRefused(sorted(faults, key=lambda f: (f.sheet != "settings", f.sheet != "survey", f.row)))


def _in_sheet(sheets: Sheets, compiled: Compiled) -> list[SheetFault]:
    """What is wrong with rules, at their rows."""
    return [
        SheetFault("survey", sheets.row_of(fault.name), fault.zh, fault.en, fault.column) for fault in compiled.faults
    ]


def _further(sheets: Sheets, files: Mapping[str, CsvTable]) -> list[SheetFault]:
    """Faulty rules besides faulty rows, so that an author mends all at once; none where rows spoil the whole form."""
    if any(fault.sheet != "survey" or not fault.row for fault in sheets.faults):
        return []
    known = {fault.row for fault in sheets.faults}
    try:
        return [fault for fault in _in_sheet(sheets, compile_xform(_to_xform(sheets), files)) if fault.row not in known]
    except FormRefused:
        return []


def _title(sheets: Sheets) -> dict[str, str]:
    zh = sheets.settings["form_title"]
    return {"zh": zh, "en": sheets.settings.get("title_en", zh)}


def _to_xform(sheets: Sheets) -> str:
    from pyxform.errors import PyXFormError  # 60 MiB with what they bring, and publishing is rare
    from pyxform.xls2xform import convert

    columns = PLAIN | {f"{c}::{tag}" for c in TEXTS for tag in sheets.languages.values()}
    survey = sheets.workbook.sheet("survey")
    used = {type_of(row)[1] for row in survey} | set(re.findall(r"instance\('([^']+)'\)", _rules_text(survey)))
    settings = {key: sheets.settings[key] for key in ("form_id", "version", "form_title")}
    rows = [_as_xlsform(row, columns) for row in survey]
    choices = [dict(row.cells) for row in sheets.workbook.sheet("choices") if row.get("list_name") in used]
    book: dict[str, list[dict[str, str]]] = {
        "survey": rows,
        "survey_header": _header(rows),
        "choices": choices,
        "choices_header": _header(choices),
        "settings": [{**settings, "default_language": sheets.languages["zh"]}],
    }
    try:
        result = convert(book, validate=False)
    except PyXFormError as error:
        found = re.search(r"\[row : (\d+)\]", str(error))
        number = survey[int(found[1]) - 2].number if found and int(found[1]) - 2 < len(survey) else 0
        zh = f"XLSForm 转换没有通过:{plain(error)}"
        raise FormRefused([SheetFault("survey", number, zh, " ".join(str(error).split()))]) from error
    return _without_empty_groups(str(result.xform))


def _without_empty_groups(xml: str) -> str:
    """A group of calculations alone shows nothing, and Collect refuses a group without children; its rules stay."""
    while (fewer := EMPTY_GROUP.sub("", xml)) != xml:
        xml = fewer
    return xml


def _header(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Every column that is used: left to itself, pyxform looks for columns in the first hundred rows alone."""
    return [dict.fromkeys((name for row in rows for name in row), "")]


def _rules_text(survey: list[Row]) -> str:
    return " ".join(text for row in survey for text in row.cells.values())


def _as_xlsform(row: Row, columns: set[str]) -> dict[str, str]:
    kind, choices = type_of(row)
    cells = {name: text for name, text in row.cells.items() if name in columns}
    if kind in ("calculate", "hidden"):  # a label of a calculate is ours, for the desk: pyxform would show it
        cells = {name: text for name, text in cells.items() if not name.startswith(("label::", "hint::"))}
    return {**cells, "type": f"{kind} {choices}".strip()}


def _label_silent(sheets: Sheets, item: Item) -> None:
    row = sheets.rows.get(item["name"])
    if row is not None and item["kind"] in ("calculate", "hidden"):
        label = sheets.text(row, "label")
        if label:
            item["label"] = label


def _choices(sheets: Sheets, compiled: Compiled, columns: dict[str, set[str]]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    asked = (item["list"] for item in compiled.by_path.values() if "list" in item)
    looked_up = (name for name in columns if name not in sheets.files)
    for name in dict.fromkeys([*asked, *looked_up]):
        read = sorted(columns.get(name, set()) - {"name", "label", ""})
        out[name] = []
        for row in sheets.lists.get(name, []):
            choice: dict[str, Any] = {"value": row.get("name"), "label": sheets.text(row, "label")}
            if read:
                choice["columns"] = {column: row.get(column) for column in read}
            out[name].append(choice)
    return out


def _tables(sheets: Sheets, columns: dict[str, set[str]]) -> dict[str, Any]:
    """CSV files that rules only look things up in, with the columns that they read."""
    out = {}
    for name, read in columns.items():
        if name in sheets.files and name not in sheets.lists:
            table = sheets.files[name]
            kept = [at for at, column in enumerate(table.columns) if column in read]
            out[name] = {
                "columns": [table.columns[at] for at in kept],
                "rows": [[row[at] for at in kept] for row in table.rows],
            }
    return out


def _order(sheets: Sheets, compiled: Compiled) -> list[Path]:
    """Items with a rule, each after all that its rule reads; a circle is refused."""
    ruled = [p for p, item in compiled.by_path.items() if {"relevant", "calculation", "count"} & item.keys()]
    order: list[Path] = []
    state: dict[Path, int] = {}

    def visit(path: Path, trail: list[Path]) -> None:
        if state.get(path) == 2:
            return
        if state.get(path) == 1:
            names = " → ".join(p[-1] for p in [*trail[trail.index(path) :], path])
            sheets.refuse(
                "survey",
                sheets.row_of(path[-1]),
                f"规则互相引用成了圈:{names}",
                f"the rules go round in a circle: {names}",
            )
            return
        state[path] = 1
        for read in sorted(compiled.reads.get(path, ())):
            for depth in range(1, len(read) + 1):
                if read[:depth] in ruled_set and read[:depth] != path[:depth]:
                    visit(read[:depth], [*trail, path])
            if read[: len(path)] == path:  # itself, or something inside what it hides
                visit(path, [*trail, path])
        for depth in range(1, len(path)):
            if path[:depth] in ruled_set:
                visit(path[:depth], [*trail, path])
        state[path] = 2
        order.append(path)

    ruled_set = set(ruled)
    for path in ruled:
        visit(path, [])
    return order


def _lint(sheets: Sheets, compiled: Compiled, path: Path, item: Item) -> None:
    rules = [item[key] for key in ("relevant", "constraint", "calculation", "filter", "required") if key in item]
    for tree in rules:
        walk(tree, lambda node: _lint_choice(sheets, compiled, path, node))
    calculation = item.get("calculation")
    if isinstance(calculation, list) and calculation[0] != "if":
        for name in _bare_numbers(compiled, calculation, False):
            sheets.warn(
                "survey", sheets.row_of(path[-1]), f"{name} 可能空着,结果会是空;可用 coalesce(${{{name}}}, 0)",
                f"{name} may be blank and blank the result; consider coalesce(${{{name}}}, 0)",
            )  # fmt: skip


def _bare_numbers(compiled: Compiled, tree: Tree, inside: bool) -> list[str]:
    """Optional questions that stand in arithmetic without coalesce or if."""
    if not isinstance(tree, list) or tree[0] in ("coalesce", "if"):
        return []
    if tree[0] == "ref":
        item = compiled.by_path.get(tuple(tree[1].split("/")), {})
        return [item["name"]] if inside and item.get("kind") in NUMBERS and item.get("required") is not True else []
    return [n for t in tree[1:] for n in _bare_numbers(compiled, t, inside or tree[0] in ARITHMETIC)]


def _lint_choice(sheets: Sheets, compiled: Compiled, path: Path, node: list[Tree]) -> None:
    """A select compared with a value that is not among its choices can never be true: a misspelling."""
    if node[0] not in ("=", "!=", "selected"):
        return
    for left, right in ((node[1], node[2]), (node[2], node[1])):
        if not isinstance(left, list) or left[0] not in ("ref", ".") or not isinstance(right, str) or right == "":
            continue
        item = compiled.by_path.get(tuple(left[1].split("/")) if left[0] == "ref" else path, {})
        values = [row.get("name") for row in sheets.lists.get(item.get("list", ""), [])]
        if values and right not in values:
            zh = f"“{plain(right)}”不是 {item['name']} 的选项"
            sheets.refuse("survey", sheets.row_of(path[-1]), zh, f"“{plain(right)}” is no choice of {item['name']}")
