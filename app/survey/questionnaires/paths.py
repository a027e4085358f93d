"""Paths of an expression: questions, rows of a repeat under a condition, rows of a list or table.

`${x}` has already been resolved to a path by pyxform. What a path means is settled here, at publishing: a place in
the form, a condition on rows (`["where", path, n, condition]`) or a lookup (`["rows", list, column, condition]`), so
that the evaluators walk no XPath. Whatever engines disagree on is refused with what to write instead.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = Any
"""A JSON value: literal string or number, or [name, *operands]."""
Path = tuple[str, ...]
COUNTING = {"+", "-", "*", "div", "mod", "neg", "number", "int", "round", "position", "count", "sum", "min", "max"}


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
    path: Path
    """The item that carries the expression."""
    leaves: Collection[Path]
    repeats: Collection[Path]
    groups: Collection[Path] = ()
    columns: Collection[str] = ()
    """Columns of the choice list, inside a choice filter."""
    tables: Collection[str] = ()
    """Choice lists and CSV tables that `instance()` may name."""
    lists: Mapping[Path, str] = field(default_factory=dict)
    """The choice list of each select."""


class Paths:
    """The part of the parser that reads paths; tokens are `self.tokens` from `self.at`."""

    tokens: list[tuple[str, str]]
    at: int
    place: Place
    reads: set[Path]
    frames: list[Path | None]
    """Conditions that are being read, the innermost last: the repeat whose rows they judge, None for a list's."""

    def peek(self, ahead: int = 0) -> str | None:
        """The text of the next token."""
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else None

    def take(self) -> tuple[str, str]:
        """The next token."""
        if self.at >= len(self.tokens):
            raise ExpressionFault("表达式没有写完", "the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> None:
        """The next token must be this."""
        kind, got = self.take()
        if got != text or kind == "string":
            raise ExpressionFault(f"这里应为“{text}”,写成了“{got}”", f"expected “{text}”, found “{got}”")

    def expression(self, floor: int) -> Tree:
        """An expression of operators binding more strongly than `floor`."""
        raise NotImplementedError

    def is_yes_no(self, tree: Tree) -> bool:
        """Whether a tree's result is a truth value."""
        raise NotImplementedError

    def literal(self) -> str:
        """A string literal."""
        kind, text = self.take()
        if kind != "string":
            raise ExpressionFault(f"“{text}”处要直接写文字", f"a literal text is needed at “{text}”")
        return text[1:-1]

    def path(self, text: str) -> Tree:
        """A path whose first token has been taken (`current()` as one)."""
        if text == "." and self.peek() != "/":
            return self.itself()
        if text == "/":
            return self.absolute()
        if text in (".", "..", "current()"):
            return self.relative(text)
        return self.bare(text)

    def itself(self) -> Tree:
        if self.frames:
            raise ExpressionFault("[条件] 里的 . 要写成 ./题目", "inside [a condition] write ./question, not . alone")
        return ["."]

    def absolute(self) -> Tree:
        kind, root = self.take()
        if kind != "name" or root != self.place.root or self.peek() != "/":
            raise ExpressionFault("路径不在本问卷里", "the path leads outside this form")
        self.take()
        return self.walk((), 0)

    def relative(self, first: str) -> Tree:
        """From the question (`current()`), or inside a condition on rows from the row."""
        inside = bool(self.frames) and first != "current()"
        base = self.frames[-1] if inside else self.place.path
        if base is None:
            return self.column(first)
        where, deepest = list(base), len(base)
        if first == "..":
            where.pop()
            deepest = len(where)
        while self.peek() == "/" and self.peek(1) in ("..", "."):
            self.take()
            if self.take()[1] == "..":
                if not where:
                    raise ExpressionFault("路径不在本问卷里", "the path leads outside this form")
                where.pop()
                deepest = min(deepest, len(where))
        if self.peek() != "/":
            tree = (
                ["."] if tuple(where) == base == self.place.path else self.ref(tuple(where), self.bound(base[:deepest]))
            )
        else:
            self.take()
            tree = self.walk(tuple(where), self.bound(base[:deepest]))
        rows = any(frame is not None for frame in self.frames)
        return ["outer", tree] if rows and not inside else tree

    def bare(self, name: str) -> Tree:
        if self.frames:
            if self.frames[-1] is None:
                return ["col", name]
            self.at -= 1
            return self.walk(self.frames[-1], self.bound(self.frames[-1]))
        if self.peek() != "/" and name in self.place.columns:
            return ["col", name]
        raise ExpressionFault(
            f"没有“{name}”,题目要写成 ${{名称}}", f"there is no “{name}”; write a question as ${{name}}"
        )

    def column(self, first: str) -> Tree:
        """`./name` inside a condition on a list."""
        if first != "." or self.peek() != "/":
            raise ExpressionFault("这里要写选项表的列名", "a column of the list is meant here")
        self.take()
        return ["col", self.take()[1]]

    def bound(self, kept: Path) -> int:
        """How many repeats on the way keep the row in which we stand."""
        return sum(1 for repeat in self.place.repeats if kept[: len(repeat)] == repeat)

    def walk(self, where: Path, bound: int) -> Tree:
        """Steps downwards, the first token being a name; a condition may stand at a repeat."""
        condition: Tree = None
        while True:
            kind, step = self.take()
            if kind != "name":
                raise ExpressionFault(f"路径里的“{step}”看不懂", f"cannot read “{step}” in a path")
            where = (*where, step)
            while self.peek() == "[":
                if condition is not None or where not in self.place.repeats:
                    raise ExpressionFault(
                        "[条件] 只能写在重复组后面,且只写一个", "one condition in brackets, and only after a repeat"
                    )
                condition = self.condition(where)
            if self.peek() != "/":
                break
            self.take()
        if any(frame is not None and where[: len(frame)] == frame for frame in self.frames) and bound == 0:
            raise ExpressionFault(
                "[条件] 里写本行的题目用 ./题目", "inside a condition write a question of the row as ./question"
            )
        found = self.ref(where, bound)
        return found if condition is None else ["where", "/".join(where), 0, condition]

    def condition(self, repeat: Path | None) -> Tree:
        """What stands in brackets; a number means the row of that number."""
        self.expect("[")
        self.frames.append(repeat)
        tree = self.expression(0)
        self.frames.pop()
        self.expect("]")
        if self.is_yes_no(tree):
            return tree
        if repeat is not None and (isinstance(tree, int | float) or (isinstance(tree, list) and tree[0] in COUNTING)):
            return ["=", ["position"], tree]
        raise ExpressionFault("[条件] 要写成比较或行号", "a condition in brackets is a comparison or a row number")

    def instance(self) -> Tree:
        """`instance('list')/root/item[condition]/column`; the name has been taken."""
        self.expect("(")
        name = self.literal()
        self.known_table(name)
        for text in (")", "/", "root", "/", "item"):
            self.expect(text)
        condition = self.condition(None) if self.peek() == "[" else ["true"]
        if self.peek() != "/":
            return ["rows", name, "", condition]
        self.take()
        return ["rows", name, self.take()[1], condition]

    def known_table(self, name: str) -> None:
        """Raises when there is no such list or table."""
        if name not in self.place.tables:
            raise ExpressionFault(f"没有选项表或 CSV“{name}”", f"there is no list or CSV table “{name}”")

    def ref(self, path: Path, bound: int) -> Tree:
        """The answer (or answers) at a place of the form."""
        if path not in self.place.leaves and path not in self.place.repeats:
            raise ExpressionFault(f"没有题目“{'/'.join(path)}”", f"there is no question “{'/'.join(path)}”")
        self.reads.add(path)
        name = "/".join(path)
        return ["ref", name, bound] if self.through(path) else ["ref", name]

    def through(self, path: Path) -> int:
        """How many repeats a path runs through."""
        return sum(1 for repeat in self.place.repeats if path[: len(repeat)] == repeat)
