"""What is wrong with answers, what of them counts, and how they are read: the server's judgement.

`check` is the only way in for answers from outside: shape gate first, then the same rules that the phone ran.
Calculations are made again, what is hidden or unknown is dropped, and every difference is told. Never raises on
account of what was sent. Messages are those of the form; twin of pwa/src/domain/form/index.ts.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, cast

from app.survey.questionnaires.native import Judge, compile_judge
from app.survey.questionnaires.shape import Reason, shape
from app.survey.questionnaires.shuffle import seed_of, shuffled
from app.survey.questionnaires.state import (
    LEAVES,
    Answers,
    Form,
    Location,
    Node,
    Published,
    State,
    compute,
    form_of,
    leaf,
    path_of,
    pointer,
    put,
)
from app.survey.questionnaires.values import BLANK, NUMBER, day_number, day_text, to_number, to_text

UNASKED = frozenset(["group", "repeat", "note", "calculate", "hidden", "audit"])
CHOOSING = frozenset(["select_one", "select_multiple", "rank"])
INTEGER = re.compile(r"-?[0-9]{1,15}")
DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
REQUIRED = ("请回答这一题", "Please answer this question")
CHOICE = ("请从所列选项中选择", "Please choose from the listed options")
CONSTRAINT = ("这个答案不在允许范围内", "This answer is not allowed")
TYPE = {
    "integer": ("请填整数", "Please enter a whole number"),
    "decimal": ("请填数字", "Please enter a number"),
    "date": ("日期应为 年-月-日", "A date is year-month-day"),
    "time": ("时间应为 时:分", "A time is hours:minutes"),
    "geopoint": ("位置格式不对", "The position is not readable"),
    "image": ("照片编号不对", "The photo id is not readable"),
    "audio": ("录音编号不对", "The recording's id is not readable"),
    "range": ("请在所给范围内选一个数", "Please choose a number within the range"),
    "acknowledge": ("确认格式不对", "The confirmation is not readable"),
}
RANK = ("请给每个选项都排上名次", "Please give every option its place")
INSTANT = ("时间格式不对", "The instant is not readable")


class Difference(NamedTuple):
    """A calculation that came out differently here; the server's counts (contract)."""

    pointer: str
    phone: str
    server: str


@dataclass(frozen=True)
class Leaf:
    """One answer as a typed row: path without rows, row number in its repeat (0 outside), kind, text, number."""

    path: str
    index: int
    kind: str
    text: str
    number: float | None


@dataclass(frozen=True)
class Checked:
    """The judgement: answers that count, errors in the order of the form, differences, and what was dropped."""

    answers: Answers
    errors: list[Reason] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    """Pointers of answers that the form does not know or does not ask in this case."""
    form: Form | None = field(default=None, repr=False)

    def leaves(self) -> list[Leaf]:
        """The answers that count as typed rows."""
        return leaves(self.form, self.answers) if self.form else []


def check(form: Form | Published, answers: Any, *, fill_date: date | None, received_on: date) -> Checked:
    """Judge any JSON value as answers of a form.

    `fill_date` is the local day of filling in; None or a day after `received_on` counts as `received_on`, so that
    a late upload is judged as it was at the door and a wrong clock cannot reach into the future.
    """
    known = form_of(form)
    today = received_on if fill_date is None or fill_date > received_on else fill_date
    shaped = shape(known, answers)
    counts, reasons, differences, unasked = _judge_of(known)(shaped.answers, today.isoformat())
    return Checked(counts, [*shaped.reasons, *reasons], differences, [*shaped.unknown, *unasked], known)


def walked(form: Form, answers: Answers, today: str) -> tuple[Answers, list[Reason], list[Difference], list[str]]:
    """The judgement by walking the rules: what the compiled function must say too."""
    state = compute(form, answers, today)
    return prune(state), validate(state), _differences(state, answers), _not_asked(state)


def _judge_of(form: Form) -> Judge:
    """The form's compiled function, or the walk where it cannot be written as one."""
    found = form.made.get("judge")
    if found is None:
        made = compile_judge(form, CHECKS)
        found = form.made["judge"] = made or (lambda answers, today: walked(form, answers, today))
    return cast(Judge, found)


def wrong_type(at: str, kind: str) -> Reason:
    """The reason for a text that is none of its kind."""
    return Reason(at, "type", *TYPE.get(kind, INSTANT))


def walk(state: State) -> Iterator[tuple[Node, Location]]:
    """Every item at every place, in the order of the form."""
    for node in state.form.nodes:
        yield from _walk(state, node, (node.name,))


def _walk(state: State, node: Node, location: Location) -> Iterator[tuple[Node, Location]]:
    yield node, location
    if node.kind == "repeat":
        for row in range(state.count_rows(location)):
            for child in node.children:
                yield from _walk(state, child, (*location, row, child.name))
    else:
        for child in node.children:
            yield from _walk(state, child, (*location, child.name))


def validate(state: State) -> list[Reason]:
    """All that is wrong with the relevant answers, in the order of the form."""
    found = (problem(state, node, location) for node, location in walk(state))
    return [reason for reason in found if reason is not None]


def problem(state: State, node: Node, location: Location) -> Reason | None:
    """What is wrong with one answer: required, type, choice or constraint; None when nothing is."""
    if node.kind in UNASKED or not state.relevant(location):
        return None
    item, text = node.item, state.value(location)
    at = pointer(location)
    if not text:
        rule = item.get("required")
        needed = rule is True or (rule is not None and state.holds(rule, location))
        return Reason(at, "required", *_said(state, item.get("needed"), location, REQUIRED)) if needed else None
    if not fits(node.kind, text) or (node.kind == "range" and not in_range(item["range"], text)):
        return wrong_type(at, node.kind)
    if node.kind in CHOOSING and not _listed(state, node, location, text):
        return Reason(at, "choice", *(RANK if node.kind == "rank" else CHOICE))
    if "constraint" in item and not state.holds(item["constraint"], location):
        return Reason(at, "constraint", *_said(state, item.get("message"), location, CONSTRAINT))
    return None


def _said(state: State, words: dict[str, Any] | None, location: Location, ours: tuple[str, str]) -> tuple[str, str]:
    if not words:
        return ours
    return fill(state, words["zh"], location), fill(state, words["en"], location)


def in_range(bounds: dict[str, Any], text: str) -> bool:
    """Whether a number stands on a step of a range, both ends included."""
    number = float(text)
    start, end, step = float(bounds["start"]), float(bounds["end"]), float(bounds["step"])
    if not start <= number <= end or (bounds.get("whole") and not INTEGER.fullmatch(text)):
        return False
    steps = (number - start) / step
    return abs(steps - math.floor(steps + 0.5)) < 1e-9


def fits(kind: str, text: str) -> bool:
    """Whether a text is one of its kind; selects are judged by their list."""
    if kind == "integer":
        return INTEGER.fullmatch(text) is not None
    if kind in ("decimal", "range"):
        return DECIMAL.fullmatch(text) is not None
    if kind in ("date", "today"):
        return day_number(text) is not None
    if kind == "time":
        return _is_time(text)
    if kind in ("start", "end"):
        return text[10:11] == "T" and day_number(text[:10]) is not None and _is_time(text[11:])
    if kind == "geopoint":
        return _is_position(text)
    if kind in ("image", "audio"):
        return UUID.fullmatch(text) is not None
    return kind != "acknowledge" or text == "OK"


def _is_time(text: str) -> bool:
    match = TIME.fullmatch(text)
    return match is not None and int(match[1]) < 24 and int(match[2]) < 60 and int(match[3] or 0) < 60


def _is_position(text: str) -> bool:
    parts = text.split(" ")
    if not 2 <= len(parts) <= 4 or not all(NUMBER.fullmatch(part) and len(part) <= 30 for part in parts):
        return False
    numbers = [float(part) for part in parts]
    return abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and (len(numbers) < 4 or numbers[3] >= 0)


def choices(state: State, node: Node, location: Location) -> list[dict[str, Any]]:
    """The choices offered at a place, in the order in which they are shown."""
    offered: list[dict[str, Any]] = state.form.data["choices"][node.item["list"]]
    tree = node.item.get("filter")
    if tree is not None:
        offered = [offered[at] for at in state.matching(state.form.listed(node.item["list"]), tree, location)]
    seed = node.item.get("shuffle")
    return offered if seed is None else shuffled(offered, to_number(state.evaluate(seed, location)))


def _listed(state: State, node: Node, location: Location, text: str) -> bool:
    offered = {choice["value"] for choice in choices(state, node, location)}
    if node.kind == "select_one":
        return text in offered
    chosen = text.split(" ")
    if node.kind == "rank" and len(chosen) != len(offered):
        return False
    return len(set(chosen)) == len(chosen) and all(word in offered for word in chosen)


def fill(state: State, template: Any, location: Location) -> str:
    """A label or message with its values filled in."""
    if isinstance(template, str):
        return template
    return "".join(p if isinstance(p, str) else to_text(state.evaluate(p["value"], location)) for p in template)


def prune(state: State) -> Answers:
    """The answers that count: relevant ones and calculations, without blanks; rows keep their numbers."""
    return _pruned(state, state.form.nodes, ())


def _pruned(state: State, nodes: tuple[Node, ...], above: Location) -> Answers:
    out: Answers = {}
    for node in nodes:
        here = (*above, node.name)
        if not state.relevant(here):
            continue
        if node.kind == "group":
            inside = _pruned(state, node.children, here)
            if inside:
                out[node.name] = inside
        elif node.kind == "repeat":
            count = state.count_rows(here)
            if count:
                out[node.name] = [_pruned(state, node.children, (*here, row)) for row in range(count)]
        elif node.kind in LEAVES:
            text = state.value(here)
            if text:
                out[node.name] = text
    return out


def _differences(state: State, sent: Answers) -> list[Difference]:
    found = []
    for node, location in walk(state):
        if node.kind == "calculate":
            phone, server = leaf(sent, location), state.value(location)
            if phone != server:
                found.append(Difference(pointer(location), phone, server))
    return found


def _not_asked(state: State) -> list[str]:
    return [
        pointer(location)
        for node, location in walk(state)
        if node.kind in LEAVES and node.kind != "calculate"
        and leaf(state.answers, location) and not state.relevant(location)
    ]  # fmt: skip


def leaves(form: Form | Published, answers: Answers) -> list[Leaf]:
    """Typed rows of answers that `check` let through; number for integers, decimals and calculated numbers."""
    known = form_of(form)
    state = State(known, answers, "")
    rows: list[Leaf] = []
    for node, location in walk(state):
        text = leaf(answers, location) if node.kind in LEAVES else ""
        if text:
            numeric = node.kind in ("integer", "decimal", "range", "calculate") and NUMBER.fullmatch(text)
            at = state.rows_of(location)
            rows.append(
                Leaf("/".join(node.path), at[-1] if at else 0, node.kind, text, float(text) if numeric else None)
            )
    return rows


def start(form: Form | Published, source: dict[str, dict[str, Any]], *, today: str, now: str) -> Answers:
    """Answers of a new record: defaults, what the register knows, `start` and `today`; as on the phone.

    `source` has `sample` and `household` as in the package, and what else is at hand (`account`, `round`, `place`,
    `issue`); `now` is RFC 3339.
    """
    known = form_of(form)
    answers: Answers = {}
    clock = {"start": now, "today": today}
    for path, node in known.by_path.items():
        text = clock.get(node.kind, node.item.get("default", ""))
        if node.item.get("seed"):
            text = str(seed_of(now, node.name, _whose(source)))
        if text and not node.repeats:
            put(answers, path, text)
    for rule in known.data["prefill"]:
        text = filed_value(known, rule, source, today)
        if text:
            put(answers, tuple(rule["to"][1:].split("/")), text)
    return answers


def _whose(source: dict[str, dict[str, Any]]) -> str:
    """What tells two records of one moment apart."""
    for part, name in (("sample", "sample_id"), ("household", "unit"), ("account", "account")):
        text = source.get(part, {}).get(name)
        if isinstance(text, str) and text:
            return text
    return ""


def filed_value(form: Form, rule: dict[str, Any], source: dict[str, dict[str, Any]], today: str = "") -> str:
    """What the register (or the calendar) gives for a question, "" when nothing that the question could hold."""
    for place in rule["from"]:
        part, _, name = place.partition(".")
        raw = _calendar(name, today) if part == "clock" else source.get(part, {}).get(name)
        text = raw.strip(BLANK) if isinstance(raw, str) else ""
        if text:
            return _fitting(form, rule, text)
    return ""


def _calendar(name: str, today: str) -> str:
    """`today`, or `in_30_days` counted from it."""
    days = day_number(today)
    ahead = 0 if name == "today" else int(name.split("_")[1])
    return "" if days is None else day_text(days + ahead)


def _fitting(form: Form, rule: dict[str, Any], text: str) -> str:
    node = form.by_path[tuple(rule["to"][1:].split("/"))]
    text = rule.get("map", {}).get(text, text)
    if "list" not in node.item:
        return text if fits(node.kind, text) else ""
    for choice in form.data["choices"][node.item["list"]]:
        if text in (choice["value"], choice["label"]["zh"]):
            return str(choice["value"])
    return ""


CHECKS: dict[str, Any] = {
    "Reason": Reason, "Difference": Difference, "fits": fits, "in_range": in_range, "wrong_type": wrong_type,
    "REQUIRED": REQUIRED, "CHOICE": CHOICE, "RANK": RANK, "CONSTRAINT": CONSTRAINT,
}  # fmt: skip
"""What the compiled function needs of this module."""

__all__ = ["Checked", "Difference", "Leaf", "Reason", "check", "leaves", "path_of", "prune", "start", "validate"]
