"""A form with answers: what is relevant and what is calculated; twin of pwa/src/domain/form/state.ts.

A location is a tuple of names with row numbers after a repeat's name: ("close", "issues", 0, "issue_text").
Nothing here reads the clock: the day of filling in is an argument.
"""

import copy
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from app.survey.questionnaires.lists import Listed, equality, list_rows
from app.survey.questionnaires.values import BLANK, FUNCTIONS, Value, calculate, compare, to_number, to_text, to_truth

Answers = dict[str, Any]
Location = tuple[str | int, ...]
LEAVES = frozenset(
    ["text", "integer", "decimal", "date", "time", "select_one", "select_multiple", "rank", "range", "acknowledge",
     "geopoint", "image", "audio", "calculate", "hidden", "start", "end", "today"]
)  # fmt: skip
MAX_ROWS = 200
"""The most rows of a repeat."""
COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])
ARITHMETIC = frozenset(["+", "-", "*", "div", "mod"])


class Published(Protocol):
    """A stored version: anything that carries the form's JSON text."""

    @property
    def json(self) -> str:
        """The compiled form as JSON text."""


@dataclass(frozen=True, slots=True)
class Node:
    """One item of the form at its path."""

    item: dict[str, Any]
    path: tuple[str, ...]
    children: tuple["Node", ...]
    kind: str
    name: str
    repeats: int
    """How many repeats the path runs through, itself included."""


@dataclass(frozen=True)
class Form:
    """A compiled form, indexed. Never changed after loading."""

    data: dict[str, Any]
    nodes: tuple[Node, ...]
    by_path: dict[tuple[str, ...], Node] = field(repr=False)
    rules: tuple[Node, ...] = field(repr=False)
    """Items with a rule, in the order in which they must be settled."""
    lists: dict[str, Listed] = field(default_factory=dict, repr=False)
    """Choice lists and CSV tables that have been looked into."""
    made: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was made from the form once, on first use (the compiled judgement)."""

    @property
    def form_id(self) -> str:
        """The form's id."""
        return str(self.data["id"])

    @property
    def version(self) -> str:
        """The form's version."""
        return str(self.data["version"])

    def listed(self, name: str) -> Listed:
        """A choice list or CSV table for lookups."""
        found = self.lists.get(name)
        if found is None:
            found = self.lists[name] = Listed(list_rows(self.data, name))
        return found

    @property
    def kind(self) -> str:
        """What its record is on the wire: interview, visit_log, record or look_back."""
        return str(self.data.get("kind", "interview"))


@lru_cache(maxsize=64)
def load(text: str) -> Form:
    """The form of a stored JSON text; kept, since versions never change."""
    return index(json.loads(text))


def form_of(source: Form | Published) -> Form:
    """A form, or the form of a stored version."""
    return source if isinstance(source, Form) else load(source.json)


def index(data: dict[str, Any]) -> Form:
    """A form from its JSON value."""
    by_path: dict[tuple[str, ...], Node] = {}

    def node(item: dict[str, Any], above: tuple[str, ...], repeats: int) -> Node:
        path = (*above, item["name"])
        repeats += item["kind"] == "repeat"
        children = tuple(node(child, path, repeats) for child in item.get("items", ()))
        made = by_path[path] = Node(item, path, children, item["kind"], item["name"], repeats)
        return made

    nodes = tuple(node(item, (), 0) for item in data["items"])
    rules = tuple(by_path[tuple(text[1:].split("/"))] for text in data["order"])
    return Form(data, nodes, by_path, rules)


def pointer(location: Location) -> str:
    """The JSON Pointer of a location inside `answers`."""
    return "".join(f"/{step}" for step in location)


def path_of(location: Location) -> tuple[str, ...]:
    """The location's path without rows."""
    return tuple(step for step in location if isinstance(step, str))


def leaf(answers: Answers, location: Location) -> str:
    """The text at a location; "" when absent, blank or no text."""
    found: Any = answers
    for step in location:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
        if found is None:
            return ""
    return found if isinstance(found, str) and found.strip(BLANK) else ""


@dataclass
class State:
    """Answers with their calculations, and what is not relevant."""

    form: Form
    answers: Answers
    today: str
    off: set[Location] = field(default_factory=set)
    _row: dict[str, str] = field(default_factory=dict)
    """The row of a list that a condition judges."""
    _outer: Location | None = None
    """Where the whole expression stands, while a condition on rows of a repeat is judged."""

    def relevant(self, location: Location) -> bool:
        """Whether the item and all above it are to be asked."""
        off = self.off
        if not off or location in off:
            return not off
        return not any(location[:end] in off for end in range(1, len(location)))

    def value(self, location: Location) -> str:
        """The answer or calculation, "" when blank or not relevant."""
        return leaf(self.answers, location) if self.relevant(location) else ""

    def places(self, path: tuple[str, ...], rows: tuple[int, ...] = ()) -> Iterator[Location]:
        """Every location of a path; `rows` fixes the rows of its first repeats."""
        if not self.form.by_path[path].repeats:
            yield path
            return
        yield from self._places(path, 0, (), self.answers, rows)

    def _places(
        self, path: tuple[str, ...], at: int, location: Location, found: Any, rows: tuple[int, ...]
    ) -> Iterator[Location]:
        if at == len(path):
            yield location
            return
        here = (*location, path[at])
        inside = found.get(path[at]) if isinstance(found, dict) else None
        if self.form.by_path[path[: at + 1]].kind != "repeat":
            yield from self._places(path, at + 1, here, inside, rows)
            return
        if at + 1 == len(path):  # the repeat itself, with all its rows
            yield here
            return
        count = len(inside) if isinstance(inside, list) else 0
        for row in (rows[0],) if rows else range(count):
            inner = inside[row] if isinstance(inside, list) and row < count else None
            yield from self._places(path, at + 1, (*here, row), inner, rows[1:])

    def rows_of(self, location: Location) -> tuple[int, ...]:
        """The rows in which a location stands."""
        return tuple(step for step in location if isinstance(step, int))

    def count_rows(self, location: Location) -> int:
        """How many rows a repeat has."""
        found: Any = self.answers
        for step in location:
            found = found.get(step) if isinstance(found, dict) else None
        return len(found) if isinstance(found, list) else 0

    def evaluate(self, tree: Any, location: Location) -> Value:
        """The value of an expression that stands at a location."""
        if isinstance(tree, str):
            return tree
        if isinstance(tree, int | float):
            return float(tree)
        name = tree[0]
        if name == "ref":
            return self._ref(tree, location)
        if name == ".":
            return self.value(location)
        if name in COMPARISONS:
            return compare(name, self.evaluate(tree[1], location), self.evaluate(tree[2], location))
        if name in ARITHMETIC:
            left, right = self.evaluate(tree[1], location), self.evaluate(tree[2], location)
            return calculate(name, to_number(left), to_number(right))
        return self._special(name, tree, location)

    def _special(self, name: str, tree: list[Any], location: Location) -> Value:
        if name == "and":
            return self.holds(tree[1], location) and self.holds(tree[2], location)
        if name == "or":
            return self.holds(tree[1], location) or self.holds(tree[2], location)
        if name == "if":
            return self.evaluate(tree[2] if self.holds(tree[1], location) else tree[3], location)
        if name == "col":
            return self._row.get(tree[1], "")
        if name in ("rows", "where", "outer"):
            return self._lookup(name, tree, location)
        if name == "neg":
            return -to_number(self.evaluate(tree[1], location))
        if name == "today":
            return self.today
        if name == "position":
            rows = self.rows_of(location)
            return float(rows[-1] + 1) if rows else float("nan")
        return FUNCTIONS[name]([self.evaluate(operand, location) for operand in tree[1:]])

    def holds(self, tree: Any, location: Location) -> bool:
        """Whether a rule holds at a location."""
        return to_truth(self.evaluate(tree, location))

    def _lookup(self, name: str, tree: list[Any], location: Location) -> Value:
        if name == "outer":
            return self.evaluate(tree[1], location if self._outer is None else self._outer)
        if name == "where":
            return self._where(tuple(tree[1].split("/")), tree[3], location)
        listed = self.form.listed(tree[1])
        return [listed.rows[at].get(tree[2], "") for at in self.matching(listed, tree[3], location)]

    def _where(self, path: tuple[str, ...], condition: Any, location: Location) -> Value:
        """Relevant answers at `path` in the rows of its repeat in which the condition holds."""
        ends = [end for end in range(1, len(path) + 1) if self.form.by_path[path[:end]].kind == "repeat"]
        repeat, inner = path[: ends[-1]], path[ends[-1] :]
        known, self._outer = self._outer, location if self._outer is None else self._outer
        rows: list[Location] = [(*repeat, row) for row in range(self.count_rows(repeat))]
        rows = [row for row in rows if self.relevant(row) and self.holds(condition, row)]
        self._outer = known
        places = [row + inner for row in rows]
        return [leaf(self.answers, place) if inner else "" for place in places if self.relevant(place)]

    def matching(self, listed: Listed, condition: Any, location: Location) -> Iterable[int]:
        """Numbers of the rows of a list in which a condition holds."""
        chosen: Iterable[int] = range(len(listed.rows))
        split = equality(condition)
        if split is not None:
            wanted = self.evaluate(split.value, location)
            if isinstance(wanted, str):
                chosen, condition = listed.index(split.column).get(wanted, ()), split.rest
        if condition is None:
            return chosen
        known = self._row
        found = []
        for at in chosen:
            self._row = listed.rows[at]
            if self.holds(condition, location):
                found.append(at)
        self._row = known
        return found

    def _ref(self, tree: list[Any], location: Location) -> Value:
        path = tuple(tree[1].split("/"))
        if len(tree) < 3:
            return self.value(path)
        node = self.form.by_path[path]
        bound = self.rows_of(location)[: tree[2]]
        found = [place for place in self.places(path, bound) if self.relevant(place)]
        if node.kind == "repeat":  # only its number of rows has a meaning
            return [""] * sum(self.count_rows(place) for place in found)
        if tree[2] >= node.repeats:
            return self.value(found[0]) if found else ""
        return [leaf(self.answers, place) for place in found]


def compute(form: Form, answers: Answers, today: str) -> State:
    """Relevance and calculations for answers that have the form's shape; the argument is not changed."""
    state = State(form, copy.deepcopy(answers), today)
    for node in form.rules:
        item = node.item
        for location in list(state.places(node.path)):
            if "count" in item:
                _set_rows(state, location, item["count"])
            above = state.relevant(location[:-1])
            if "relevant" in item and not (above and state.holds(item["relevant"], location)):
                state.off.add(location)
            if "calculation" in item:
                shown = state.relevant(location)
                put(state.answers, location, to_text(state.evaluate(item["calculation"], location)) if shown else "")
    return state


def _set_rows(state: State, location: Location, count: Any) -> None:
    """Give a counted repeat its number of rows; answers in rows beyond it are not looked at."""
    wanted = to_number(state.evaluate(count, location))
    number = int(min(max(wanted, 0.0), float(MAX_ROWS))) if not math.isnan(wanted) else 0
    above: Any = state.answers
    for step in location[:-1]:
        above = above.setdefault(step, {}) if number else above.get(step, {})
    rows = above.get(location[-1], [])[:number]
    rows += [{} for _ in range(number - len(rows))]
    if rows:
        above[location[-1]] = rows
    else:
        above.pop(location[-1], None)


def put(answers: Answers, location: Location, text: str) -> None:
    """Write a text at a location, making the groups on the way; "" takes it away."""
    found: Any = answers
    for step in location[:-1]:
        if isinstance(step, int):
            found = found[step]
            continue
        if step not in found:
            if not text:
                return
            found[step] = {}
        found = found[step]
    if text:
        found[location[-1]] = text
    else:
        found.pop(location[-1], None)
