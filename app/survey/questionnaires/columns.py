"""Which columns of which list or table the rules read: only these travel to the phone, and none may be missing."""

from collections.abc import Iterator

from app.survey.questionnaires.paths import Tree
from app.survey.questionnaires.sheets import Sheets
from app.survey.questionnaires.xform import Compiled, Item

RULES = ("relevant", "constraint", "calculation", "required", "filter", "count", "shuffle")
WORDS = ("label", "hint", "guidance", "message", "needed")
ALWAYS = {"name", "label", ""}


def columns_read(compiled: Compiled) -> dict[str, set[str]]:
    """Columns by list or table; a list that is looked into without a column has an empty set."""
    found: dict[str, set[str]] = {}
    for item in compiled.by_path.values():
        if "filter" in item:
            found.setdefault(item["list"], set())
        for tree in _trees(item):
            _read(tree, item.get("list", ""), found)
    return found


def check_columns(sheets: Sheets, columns: dict[str, set[str]]) -> None:
    """Refuse columns that a list or table does not have, at the first row that names the list."""
    for name, read in columns.items():
        table = sheets.files.get(name)
        there = set(table.columns) if table else {c for row in sheets.lists.get(name, []) for c in row.cells} | ALWAYS
        for column in sorted(read - there - {""}):
            zh, en = f"选项表里没有“{column}”列", f"the choices have no column “{column}”"
            sheets.refuse("survey", _row_of(sheets, name, column), zh, en, "choice_filter")


def _row_of(sheets: Sheets, name: str, column: str) -> int:
    rows = sheets.workbook.sheet("survey")
    for row in rows:
        cells = " ".join(row.cells.values())
        if column in cells and (name in cells or column in row.get("choice_filter")):
            return row.number
    return 0


def _trees(item: Item) -> Iterator[Tree]:
    yield from (item[key] for key in RULES if key in item)
    for key in WORDS:
        for template in item.get(key, {}).values():
            if isinstance(template, list):
                yield from (part["value"] for part in template if isinstance(part, dict))


def _read(tree: Tree, listed: str, found: dict[str, set[str]]) -> None:
    if not isinstance(tree, list):
        return
    if tree[0] == "col":
        found.setdefault(listed, set()).add(tree[1])
    elif tree[0] == "rows":
        found.setdefault(tree[1], set()).add(tree[2])
        _read(tree[3], tree[1], found)
    else:
        for operand in tree[1:]:
            _read(operand, listed, found)
