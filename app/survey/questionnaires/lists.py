"""Choice lists and CSV tables as rows that rules look things up in, with an index by column.

A list of 1,200 villages is asked at every tap for those of one township: an equality is answered from the index, and
only what is left is judged row by row. Twin of pwa/src/domain/form/lists.ts.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

ListRow = dict[str, str]


@dataclass(frozen=True)
class Listed:
    """Rows of a list by column name; `name` and `label` (the Chinese words) of a choice are columns too."""

    rows: list[ListRow]
    indexes: dict[str, dict[str, list[int]]] = field(default_factory=dict, repr=False)

    def index(self, column: str) -> dict[str, list[int]]:
        """Row numbers by the text of a column."""
        found = self.indexes.get(column)
        if found is None:
            found = {}
            for at, row in enumerate(self.rows):
                found.setdefault(row.get(column, ""), []).append(at)
            self.indexes[column] = found
        return found


class Equality(NamedTuple):
    """A condition `column = value and rest` in which the value does not depend on the row."""

    column: str
    value: Any
    rest: Any


def list_rows(data: dict[str, Any], name: str) -> list[ListRow]:
    """The rows of a choice list or table of a compiled form."""
    if name in data["choices"]:
        return [
            {**choice.get("columns", {}), "name": choice["value"], "label": _words(choice["label"]["zh"])}
            for choice in data["choices"][name]
        ]
    table = data["tables"][name]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _words(template: Any) -> str:
    return template if isinstance(template, str) else ""


def equality(tree: Any) -> Equality | None:
    """The first equality of a condition that an index can answer; its rest is None when nothing is left."""
    if not isinstance(tree, list):
        return None
    if tree[0] == "=":
        for column, value in ((tree[1], tree[2]), (tree[2], tree[1])):
            if isinstance(column, list) and column[0] == "col" and not reads_row(value):
                return Equality(column[1], value, None)
    if tree[0] == "and":
        for first, other in ((tree[1], tree[2]), (tree[2], tree[1])):
            split = equality(first)
            if split is not None:
                return Equality(split.column, split.value, _both(split.rest, other))
    return None


def _both(rest: Any, other: Any) -> Any:
    return other if rest is None else ["and", rest, other]


def reads_row(tree: Any) -> bool:
    """Whether a tree reads the row that a condition judges (a lookup inside it has rows of its own)."""
    if not isinstance(tree, list):
        return False
    if tree[0] in ("col", "rows"):
        return True
    return any(reads_row(operand) for operand in tree[1:])
