"""Python source of one form's rules: expression trees as typed Python expressions.

Every tree has a type that is known beforehand (T text, N number, B yes or no, L texts of rows, V any of them), so most
conversions of XPath cost nothing at run time. Only names that this module makes and literals by repr() enter the
source; texts of authors never do. What it does not know raises Unsupported, and the walker of state.py does the work.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from app.survey.questionnaires.lists import Listed, equality
from app.survey.questionnaires.state import ARITHMETIC, COMPARISONS, Form, Node
from app.survey.questionnaires.values import FUNCTIONS

RESULTS = {
    **dict.fromkeys(["abs", "count", "count-non-empty", "count-selected", "int", "max", "min",
                     "number", "pow", "round", "sqrt", "string-length", "sum"], "N"),
    **dict.fromkeys(["boolean", "boolean-from-string", "contains", "ends-with", "false", "not", "regex", "selected",
                     "starts-with", "true"], "B"),
    **dict.fromkeys(["concat", "date", "format-date", "join", "normalize-space", "selected-at", "string", "substr",
                     "substring-after", "substring-before", "translate"], "T"),
    "coalesce": "V",
}  # fmt: skip


class Unsupported(Exception):
    """The walker has to do it."""


class Code(NamedTuple):
    """A Python expression and the type of its value."""

    text: str
    type: str


@dataclass(frozen=True)
class Where:
    """Where an expression stands: its item, the loop variable of its row, and the surroundings of a condition."""

    node: Node
    row: str | None = None
    outer: "Where | None" = None
    cells: str | None = None


class Expressions:
    """Expressions of one form; `value` and `shown` name what the statements have settled before."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.names: dict[str, Any] = {}
        self.loops = 0

    def value(self, node: Node, row: str | None) -> str:
        """The answer of an item, "" when it is not relevant."""
        raise NotImplementedError

    def shown(self, node: Node, row: str | None) -> str:
        """Whether an item is relevant."""
        raise NotImplementedError

    def rows(self, repeat: Node) -> str:
        """How many rows a repeat has."""
        raise NotImplementedError

    def repeat_of(self, node: Node) -> Node | None:
        """The repeat in which an item stands (itself, when it is one)."""
        for end in range(len(node.path), 0, -1):
            found = self.form.by_path[node.path[:end]]
            if found.kind == "repeat":
                return found
        return None

    def keep(self, name: str, value: Any) -> str:
        """Give the source a constant."""
        self.names[name] = value
        return name

    def loop(self) -> str:
        """A fresh loop variable."""
        self.loops += 1
        return f"j{self.loops}"

    def text(self, tree: Any, at: Where) -> str:
        """A tree as text."""
        code = self.code(tree, at)
        return (
            code.text
            if code.type == "T"
            else f"number_text({code.text})"
            if code.type == "N"
            else f"to_text({code.text})"
        )

    def number(self, tree: Any, at: Where) -> str:
        """A tree as a number."""
        if isinstance(tree, list) and tree[0] == "if":
            return f"({self.number(tree[2], at)} if {self.truth(tree[1], at)} else {self.number(tree[3], at)})"
        if isinstance(tree, list) and tree[0] == "coalesce" and len(tree) == 3:
            first = self.code(tree[1], at)
            if first.type == "T" and first.text.isidentifier():
                return f"(to_n({first.text}) if {first.text} else {self.number(tree[2], at)})"
        code = self.code(tree, at)
        return (
            code.text if code.type == "N" else f"to_n({code.text})" if code.type == "T" else f"to_number({code.text})"
        )

    def truth(self, tree: Any, at: Where) -> str:
        """A tree as yes or no."""
        code = self.code(tree, at)
        if code.type == "B":
            return code.text
        return f"({code.text} != '')" if code.type == "T" else f"to_truth({code.text})"

    def code(self, tree: Any, at: Where) -> Code:
        """A tree as it is."""
        if isinstance(tree, str):
            return Code(repr(tree), "T")
        if isinstance(tree, bool) or not isinstance(tree, list | int | float):
            raise Unsupported
        if not isinstance(tree, list):
            return Code(repr(float(tree)), "N")
        name = tree[0]
        if name in COMPARISONS:
            return self.comparison(name, tree, at)
        if name in ARITHMETIC:
            left, right = self.number(tree[1], at), self.number(tree[2], at)
            return Code(f"({left} {name} {right})" if name in "+-*" else f"calculate({name!r}, {left}, {right})", "N")
        written = WRITTEN.get(name)
        return written(self, tree, at) if written else self.call(name, tree, at)

    def comparison(self, name: str, tree: Any, at: Where) -> Code:
        left, right = self.code(tree[1], at), self.code(tree[2], at)
        kinds = {left.type, right.type}
        if kinds & {"L", "V"}:
            return Code(f"compare({name!r}, {left.text}, {right.text})", "B")
        sign = "==" if name == "=" else name
        if name in ("=", "!=") and "B" in kinds:
            return Code(f"({self.truth(tree[1], at)} {sign} {self.truth(tree[2], at)})", "B")
        if name in ("=", "!=") and kinds == {"T"}:
            return Code(f"({left.text} {sign} {right.text})", "B")
        return Code(f"({self.number(tree[1], at)} {sign} {self.number(tree[2], at)})", "B")

    def call(self, name: str, tree: Any, at: Where) -> Code:
        if name not in FUNCTIONS:
            raise Unsupported
        if name == "not":
            return Code(f"(not {self.truth(tree[1], at)})", "B")
        if name in ("true", "false"):
            return Code(name.title(), "B")
        operands = [self.code(operand, at) for operand in tree[1:]]
        if name == "selected" and operands[0].type == operands[1].type == "T":
            return Code(f"chosen({operands[0].text}, {operands[1].text})", "B")
        if name == "string-length" and operands[0].type == "T":
            return Code(f"float(len({operands[0].text}))", "N")
        function = self.keep("f_" + name.replace("-", "_"), FUNCTIONS[name])
        return Code(f"{function}([{', '.join(code.text for code in operands)}])", RESULTS[name])

    def _ref(self, tree: Any, at: Where) -> Code:
        node = self.form.by_path[tuple(tree[1].split("/"))]
        repeat = self.repeat_of(node)
        if repeat is None:
            return Code(self.value(node, None), "T")
        if len(tree) < 3 or (tree[2] and at.row is None):
            raise Unsupported
        if node is repeat:
            return Code(f"([''] * {self.rows(repeat)} if {self.shown(node, None)} else [])", "L")
        if tree[2]:
            return Code(self.value(node, at.row), "T")
        row = self.loop()
        condition = f" if {self.shown(node, row)}"
        return Code(f"[{self.value(node, row)} for {row} in range({self.rows(repeat)}){condition}]", "L")

    def _self(self, tree: Any, at: Where) -> Code:
        return Code(self.value(at.node, at.row), "T")

    def _and(self, tree: Any, at: Where) -> Code:
        return Code(f"({self.truth(tree[1], at)} and {self.truth(tree[2], at)})", "B")

    def _or(self, tree: Any, at: Where) -> Code:
        return Code(f"({self.truth(tree[1], at)} or {self.truth(tree[2], at)})", "B")

    def _if(self, tree: Any, at: Where) -> Code:
        yes, no = self.code(tree[2], at), self.code(tree[3], at)
        return Code(
            f"({yes.text} if {self.truth(tree[1], at)} else {no.text})", yes.type if yes.type == no.type else "V"
        )

    def _neg(self, tree: Any, at: Where) -> Code:
        return Code(f"(-{self.number(tree[1], at)})", "N")

    def _today(self, tree: Any, at: Where) -> Code:
        return Code("today", "T")

    def _position(self, tree: Any, at: Where) -> Code:
        return Code(f"float({at.row} + 1)" if at.row else "NAN", "N")

    def _col(self, tree: Any, at: Where) -> Code:
        if at.cells is None:
            raise Unsupported
        return Code(f"{at.cells}.get({tree[1]!r}, '')", "T")

    def _outer(self, tree: Any, at: Where) -> Code:
        return self.code(tree[1], at.outer or at)

    def _where(self, tree: Any, at: Where) -> Code:
        node = self.form.by_path[tuple(tree[1].split("/"))]
        repeat = self.repeat_of(node)
        if repeat is None:
            raise Unsupported
        row = self.loop()
        inside = Where(repeat, row, at.outer or at, at.cells)
        conditions = [self.shown(repeat, None), self.truth(tree[3], inside), self.shown(node, row)]
        value = "''" if node is repeat else self.value(node, row)
        tests = " and ".join(text for text in conditions if text != "True") or "True"
        return Code(f"[{value} for {row} in range({self.rows(repeat)}) if {tests}]", "L")

    def _rows(self, tree: Any, at: Where) -> Code:
        cells, source, condition = self.matching(tree[1], tree[3], at)
        return Code(f"[{cells}.get({tree[2]!r}, '') for {cells} in {source}{condition}]", "L")

    def matching(self, name: str, condition: Any, at: Where) -> tuple[str, str, str]:
        """(loop variable, rows to look at, ` if …`) for the rows of a list in which a condition holds."""
        listed = self.form.listed(name)
        cells = self.loop()
        inside = replace(at, cells=cells)
        split = equality(condition)
        if split is not None:
            value = self.code(split.value, at)
            if value.type == "T":
                index = self.keep(f"by_{len(self.names)}", rows_by(listed, split.column))
                rest = f" if {self.truth(split.rest, inside)}" if split.rest is not None else ""
                return cells, f"{index}.get({value.text}, ())", rest
        return cells, self.keep(f"rows_{len(self.names)}", listed.rows), f" if {self.truth(condition, inside)}"


WRITTEN: dict[str, Callable[[Expressions, Any, Where], Code]] = {
    "ref": Expressions._ref, ".": Expressions._self, "and": Expressions._and, "or": Expressions._or,
    "if": Expressions._if, "neg": Expressions._neg, "today": Expressions._today, "position": Expressions._position,
    "col": Expressions._col, "outer": Expressions._outer, "where": Expressions._where, "rows": Expressions._rows,
}  # fmt: skip
"""Nodes that are no plain functions."""


def rows_by(listed: Listed, column: str) -> dict[str, list[dict[str, str]]]:
    """Rows of a list by the text of a column."""
    return {text: [listed.rows[at] for at in found] for text, found in listed.index(column).items()}
