"""XPath of a questionnaire becomes a small tree; the list of functions is closed.

`${x}` has already been resolved to a path by pyxform. A path becomes `["ref", "group/name"]`, or
`["ref", path, n]` when it runs through repeats of which the first n rows are those we stand in. Anything outside
the subset is refused here, at publishing, because a phone in a village cannot report it.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from app.survey.questionnaires.patterns import PatternFault, plain_pattern

Tree = Any
"""A JSON value: literal string or number, or [name, *operands]."""

ARITY: dict[str, tuple[int, int]] = {
    "abs": (1, 1), "boolean": (1, 1), "ceiling": (1, 1), "coalesce": (1, 9), "concat": (1, 30),
    "contains": (2, 2), "count": (1, 1), "count-non-empty": (1, 1), "count-selected": (1, 1), "date": (1, 1),
    "ends-with": (2, 2), "false": (0, 0), "floor": (1, 1), "if": (3, 3), "int": (1, 1), "join": (2, 9),
    "max": (1, 9), "min": (1, 9), "normalize-space": (1, 1), "not": (1, 1), "number": (1, 1),
    "position": (1, 1), "regex": (2, 2), "round": (1, 2), "selected": (2, 2), "selected-at": (2, 2),
    "starts-with": (2, 2), "string": (1, 1), "string-length": (1, 1), "substr": (2, 3), "sum": (1, 9),
    "today": (0, 0), "true": (0, 0),
}  # fmt: skip
"""Every function an author may use, with the fewest and the most arguments. The evaluators know exactly these."""

BINDING = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
YES_NO = {"and", "or", "=", "!=", "<", "<=", ">", ">=", "not", "true", "false", "boolean", "selected", "contains",
          "starts-with", "ends-with", "regex"}  # fmt: skip

TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<string>"[^"]*"|'[^']*')
        |(?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)|(?P<op>\.\.|!=|<=|>=|[-+*/=<>()\[\],.|@$]))""",
    re.VERBOSE,
)
MAX_LENGTH = 4000
MAX_DEPTH = 60


class ExpressionFault(Exception):
    """Why an expression is refused, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Place:
    """Where an expression stands and what there is to refer to."""

    root: str
    """Name of the instance's root element, the first step of every absolute path."""
    path: tuple[str, ...]
    """The item that carries the expression."""
    leaves: Collection[tuple[str, ...]]
    repeats: Collection[tuple[str, ...]]
    groups: Collection[tuple[str, ...]] = ()
    columns: Collection[str] = ()
    """Columns of the choice list, inside a choice filter."""


@dataclass
class Parsed:
    """A tree and the paths that it reads."""

    tree: Tree
    reads: set[tuple[str, ...]] = field(default_factory=set)


def parse(text: str, place: Place) -> Parsed:
    """The tree of one expression. Raises ExpressionFault."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(
            f"表达式太长(最多{MAX_LENGTH}字符)", f"the expression is too long (at most {MAX_LENGTH} characters)"
        )
    parser = _Parser(_tokens(text), place)
    tree = parser.expression(0)
    if parser.peek() is not None:
        raise ExpressionFault(f"“{parser.peek()}”处看不懂", f"cannot read on at “{parser.peek()}”")
    return Parsed(tree, parser.reads)


def is_yes_no(tree: Tree) -> bool:
    """Whether the tree's own result is a truth value, so that no engine has to guess what blank means."""
    if not isinstance(tree, list):
        return False
    if tree[0] == "if":
        return is_yes_no(tree[2]) and is_yes_no(tree[3])
    return tree[0] in YES_NO


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ExpressionFault(f"“{text[at : at + 12]}”处看不懂", f"cannot read “{text[at : at + 12]}”")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


class _Parser:
    """Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: list[tuple[str, str]], place: Place) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.place = place
        self.reads: set[tuple[str, ...]] = set()

    def peek(self) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise ExpressionFault("表达式没有写完", "the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> None:
        kind, got = self.take()
        if got != text or kind == "string":
            raise ExpressionFault(f"这里应为“{text}”,写成了“{got}”", f"expected “{text}”, found “{got}”")

    def expression(self, floor: int) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionFault("表达式嵌套太深", "the expression is nested too deeply")
        left = self.operand()
        while True:
            operator = self.peek()
            if operator not in BINDING or self.tokens[self.at][0] == "string" or BINDING[operator] <= floor:
                break
            self.take()
            right = self.expression(BINDING[operator])
            if operator in ("and", "or"):
                self.yes_no(left)
                self.yes_no(right)
            left = [operator, left, right]
        self.depth -= 1
        return left

    def yes_no(self, tree: Tree) -> None:
        if not is_yes_no(tree):
            raise ExpressionFault(
                "“是否”的地方要写成比较,例如 ${x} = '1' 或 ${x} != ''",
                "where yes or no is meant, write a comparison such as ${x} = '1' or ${x} != ''",
            )

    def operand(self) -> Tree:
        kind, text = self.take()
        if kind == "number":
            if len(text) > 15:  # beyond this the twins' numbers are no longer exact
                raise ExpressionFault("数字太长(最多15位)", "the number is too long (at most 15 digits)")
            return int(text) if text.isdigit() else float(text)
        if kind == "string":
            return text[1:-1]
        if text == "-":
            return ["neg", self.expression(7)]
        if text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if kind == "name" and self.peek() == "(":
            return self.call(text)
        if kind == "name" or text in (".", "..", "/"):
            return self.path(kind, text)
        raise ExpressionFault(f"“{text}”处看不懂", f"cannot read on at “{text}”")

    def call(self, name: str) -> Tree:
        self.expect("(")
        if name == "current":
            self.expect(")")
            return self.path("name", "current()")
        if name == "position" and self.peek() == "..":
            return self.position()
        if name not in ARITY or name == "position":
            raise ExpressionFault(f"函数 {name}() 不在可用的函数里", f"the function {name}() is not in the list")
        operands: list[Tree] = []
        while self.peek() != ")":
            if operands:
                self.expect(",")
            operands.append(self.expression(0))
        self.expect(")")
        fewest, most = ARITY[name]
        if not fewest <= len(operands) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}–{most}"
            raise ExpressionFault(
                f"函数 {name}() 要{wanted}个参数,写了{len(operands)}个",
                f"{name}() takes {wanted} arguments, not {len(operands)}",
            )
        if name in ("not", "if"):
            self.yes_no(operands[0])
        if name == "regex":
            operands[1] = self.pattern(operands[1])
        return [name, *operands]

    def position(self) -> Tree:
        self.expect("..")
        self.expect(")")
        if not any(self.place.path[: len(r)] == r for r in self.place.repeats):
            raise ExpressionFault("position(..) 只能用在重复组里", "position(..) only has a meaning inside a repeat")
        return ["position"]

    def pattern(self, operand: Tree) -> str:
        if not isinstance(operand, str):
            raise ExpressionFault("regex() 的格式要直接写成文字", "the pattern of regex() must be a literal")
        try:
            return plain_pattern(operand)
        except PatternFault as fault:
            raise ExpressionFault(fault.zh, fault.en) from fault

    def path(self, kind: str, text: str) -> Tree:
        steps = self.steps(kind, text)
        if steps == ["."] or steps == ["current()", "."]:
            return ["."]
        if steps[0] == "/":
            if len(steps) < 2 or steps[1] != self.place.root:
                raise ExpressionFault("路径不在本问卷里", "the path leads outside this form")
            return self.ref(tuple(steps[2:]), 0)
        if steps[0] not in (".", "..", "current()"):
            if len(steps) == 1 and steps[0] in self.place.columns:
                return ["col", steps[0]]
            raise ExpressionFault(
                f"没有“{steps[0]}”,题目要写成 ${{名称}}", f"there is no “{steps[0]}”; write a question as ${{name}}"
            )
        return self.relative(steps)

    def relative(self, steps: list[str]) -> Tree:
        where = list(self.place.path)
        deepest = len(where)
        for step in steps:
            if step == "..":
                if not where:
                    raise ExpressionFault("路径不在本问卷里", "the path leads outside this form")
                where.pop()
                deepest = min(deepest, len(where))
            elif step not in (".", "current()"):
                where.append(step)
        kept = self.place.path[:deepest]
        bound = sum(1 for r in self.place.repeats if kept[: len(r)] == r)
        return self.ref(tuple(where), bound)

    def steps(self, kind: str, text: str) -> list[str]:
        steps = [text]
        if text != "/" and self.peek() != "/":
            return steps
        if text != "/":
            self.take()
        while True:
            kind, step = self.take()
            if kind != "name" and step not in (".", ".."):
                raise ExpressionFault(f"路径里的“{step}”看不懂", f"cannot read “{step}” in a path")
            steps.append(step)
            if self.peek() != "/":
                break
            self.take()
        if self.peek() == "[":
            raise ExpressionFault(
                "路径里的 [条件] 暂不支持", "conditions in brackets within a path are not supported yet"
            )
        return steps

    def ref(self, path: tuple[str, ...], bound: int) -> Tree:
        if path not in self.place.leaves and path not in self.place.repeats:
            raise ExpressionFault(f"没有题目“{'/'.join(path)}”", f"there is no question “{'/'.join(path)}”")
        self.reads.add(path)
        through = sum(1 for r in self.place.repeats if path[: len(r)] == r)
        name = "/".join(path)
        return ["ref", name, bound] if through else ["ref", name]


def walk(tree: Tree, visit: Callable[[list[Tree]], None]) -> None:
    """Call `visit` on every node of a tree, literals left out."""
    if isinstance(tree, list):
        visit(tree)
        for operand in tree[1:]:
            walk(operand, visit)
