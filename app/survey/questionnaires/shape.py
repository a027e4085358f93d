"""The shape gate: any JSON at all becomes answers of the form's shape and reasons, never an exception.

It stands before the twin, because rules may only meet texts where texts belong. What does not fit is left out and
named; what the form does not know is dropped and named apart. Rows of a repeat keep their numbers: a row that is
no object becomes an empty one. Texts that no database holds (lone surrogates, NUL) are no answers.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.survey.questionnaires.state import LEAVES, MAX_ROWS, Answers, Form, Location, Node, pointer

MAX_TEXT = 20_000
SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_REASONS = 100


class Reason(NamedTuple):
    """Why an answer cannot stand: where (JSON Pointer inside `answers`), which kind, and the words."""

    pointer: str
    code: str
    zh: str
    en: str


@dataclass
class Shaped:
    """Answers that have the form's shape, what did not fit, and what was dropped as unknown."""

    answers: Answers
    reasons: list[Reason] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def shape(form: Form, value: Any) -> Shaped:
    """Fit a JSON value to the form. Never raises, whatever the value is. What fits already is not copied."""
    plan = form.made.get("plan")
    if plan is None:
        plan = form.made["plan"] = _plan(form.nodes)
    if type(value) is dict and _is_tidy(plan, value):
        return Shaped(value)
    shaped = Shaped({})
    if isinstance(value, dict):
        shaped.answers = _group(shaped, form.nodes, value, ())
    else:
        _misfit(shaped, (), "答案应是一组题目", "answers must be an object")
    return shaped


Plan = dict[str, Any]
"""By name: None for a text, a plan for a group, a list of one plan for a repeat."""


def _plan(nodes: tuple[Node, ...]) -> Plan:
    plan: Plan = {node.name: None for node in nodes if node.kind in LEAVES}
    for node in nodes:
        if node.kind in ("group", "repeat"):
            inside = _plan(node.children)
            plan[node.name] = [inside] if node.kind == "repeat" else inside
    return plan


def _is_tidy(plan: Plan, value: dict[Any, Any]) -> bool:
    """Whether nothing has to be left out, named or dropped: nearly every record that our own phone seals."""
    for name, inside in value.items():
        wanted = plan.get(name, False)
        if wanted is None:
            if type(inside) is not str or not inside or len(inside) > MAX_TEXT:
                return False
            if "\x00" in inside or not (inside.isascii() or SURROGATE.search(inside) is None):
                return False
        elif type(wanted) is dict:
            if type(inside) is not dict or not _is_tidy(wanted, inside):
                return False
        elif (
            type(wanted) is not list
            or type(inside) is not list
            or len(inside) > MAX_ROWS
            or not all(type(row) is dict and _is_tidy(wanted[0], row) for row in inside)
        ):
            return False
    return True


def _group(shaped: Shaped, nodes: tuple[Node, ...], value: dict[Any, Any], location: Location) -> Answers:
    out: Answers = {}
    known = {node.name for node in nodes if node.kind in LEAVES or node.kind in ("group", "repeat")}
    for name in value:
        if name not in known and len(shaped.unknown) < MAX_REASONS:
            shaped.unknown.append(pointer(location) + "/" + _printable(str(name)))
    for node in nodes:
        if node.name in known and node.name in value:
            fitted = _item(shaped, node, value[node.name], (*location, node.name))
            if fitted is not None:
                out[node.name] = fitted
    return out


def _item(shaped: Shaped, node: Node, value: Any, location: Location) -> Any:
    if node.kind == "group":
        if isinstance(value, dict):
            return _group(shaped, node.children, value, location)
        return _misfit(shaped, location, "这一部分应是一组题目", "this section must be an object")
    if node.kind == "repeat":
        return _rows(shaped, node, value, location)
    if not isinstance(value, str):
        return _misfit(shaped, location, "答案应是文字", "an answer must be a text")
    if len(value) > MAX_TEXT:
        return _misfit(shaped, location, "答案太长", "the answer is too long")
    if "\x00" in value or SURROGATE.search(value):
        return _misfit(shaped, location, "答案里有无法保存的字符", "the answer holds characters that cannot be kept")
    return value if value else None


def _rows(shaped: Shaped, node: Node, value: Any, location: Location) -> Any:
    if not isinstance(value, list):
        return _misfit(shaped, location, "重复组应是一列", "a repeat must be an array")
    if len(value) > MAX_ROWS:
        _misfit(shaped, location, f"最多{MAX_ROWS}项", f"at most {MAX_ROWS} rows")
    out: list[Answers] = []
    for number, row in enumerate(value[:MAX_ROWS]):
        here = (*location, number)
        if isinstance(row, dict):
            out.append(_group(shaped, node.children, row, here))
        else:
            _misfit(shaped, here, "每一项应是一组题目", "each row must be an object")
            out.append({})
    return out


def _misfit(shaped: Shaped, location: Location, zh: str, en: str) -> None:
    if len(shaped.reasons) < MAX_REASONS:
        shaped.reasons.append(Reason(pointer(location), "shape", zh, en))


def _printable(name: str) -> str:
    """An unknown name, fit for a log or a page: short, well-formed, escaped as in a JSON Pointer."""
    kept = name[:60].encode("utf-8", "backslashreplace").decode().replace("\x00", "")
    return kept.replace("~", "~0").replace("/", "~1")
