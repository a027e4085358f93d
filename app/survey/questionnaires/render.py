"""An answered record in words, for the desk: by section, question by question, in both languages.

Reads with the version that the answers were given to. Shows calculations and register data that have a name,
warnings that were on the phone's screen, and photos by id. Judges nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from app.survey.questionnaires.rules import choices, fill, fits
from app.survey.questionnaires.state import Answers, Form, Location, Node, Published, State, compute, form_of, pointer

FILED = {"zh": "登记信息", "en": "From the register"}
SILENT = frozenset(["start", "end", "today", "audit"])


@dataclass(frozen=True)
class Line:
    """One question with its answer. `photo_id` for images; `is_warning` for a soft check that was shown."""

    pointer: str
    name: str
    kind: str
    label: dict[str, str]
    value: str
    text: dict[str, str]
    photo_id: str | None = None
    is_warning: bool = False
    row: int | None = None
    """Row number in its repeat, from 1."""


@dataclass(frozen=True)
class Section:
    """One page of the questionnaire."""

    name: str
    label: dict[str, str]
    lines: list[Line] = field(default_factory=list)


def render(form: Form | Published, answers: Answers, *, today: str = "") -> list[Section]:
    """Sections with at least one line, in the order of the form.

    `answers` as `check` let them through; `today` is the day of filling in, for forms that ask for it.
    """
    known = form_of(form)
    state = compute(known, answers, today)
    filed = Section("", FILED)
    sections = [filed]
    for node in known.nodes:
        if node.kind == "group":
            section = Section(node.name, _words(state, node.item.get("label"), (node.name,)))
            _collect(state, node, (node.name,), section.lines)
            sections.append(section)
        elif node.kind in ("hidden", "calculate"):
            _collect(state, node, (node.name,), filed.lines)
    return [section for section in sections if section.lines]


def _collect(state: State, node: Node, location: Location, lines: list[Line]) -> None:
    if not state.relevant(location):
        return
    if node.kind == "repeat":
        for row in range(state.count_rows(location)):
            for child in node.children:
                _collect(state, child, (*location, row, child.name), lines)
        return
    if node.kind != "group" and node.kind not in SILENT:
        line = _line(state, node, location)
        if line is not None:
            lines.append(line)
    for child in node.children:
        _collect(state, child, (*location, child.name), lines)


def _line(state: State, node: Node, location: Location) -> Line | None:
    label = node.item.get("label")
    value = state.value(location)
    rows = state.rows_of(location)
    row = rows[-1] + 1 if rows else None
    if node.kind == "note":
        # A note with values in it is a warning about this household; a fixed text is the same for everybody.
        spoken = label is not None and isinstance(label["zh"], list)
        words = _words(state, label, location)
        return Line(pointer(location), node.name, "note", words, "", words, None, True, row) if spoken else None
    if not value or label is None:
        return None
    photo = value if node.kind == "image" else None
    words = _answer(state, node, location, value)
    return Line(
        pointer(location), node.name, node.kind, _words(state, label, location), value, words, photo, False, row
    )


def _answer(state: State, node: Node, location: Location, value: str) -> dict[str, str]:
    if node.kind in ("select_one", "select_multiple"):
        labels: dict[str, dict[str, Any]] = {c["value"]: c["label"] for c in choices(state, node, location)}
        chosen = value.split(" ") if node.kind == "select_multiple" else [value]
        return {
            lang: joint.join(str(labels.get(word, {}).get(lang, word)) for word in chosen)
            for lang, joint in (("zh", "、"), ("en", ", "))
        }
    if node.kind == "geopoint" and fits("geopoint", value):  # a held record may hold anything
        parts = value.split(" ")
        near = f" ±{float(parts[3]):.0f} m" if len(parts) == 4 else ""
        return dict.fromkeys(("zh", "en"), f"{parts[0]}, {parts[1]}{near}")
    if node.kind == "image":
        return {"zh": "照片", "en": "Photo"}
    return {"zh": value, "en": value}


def _words(state: State, text: dict[str, Any] | None, location: Location) -> dict[str, str]:
    return {lang: fill(state, text[lang], location) if text else "" for lang in ("zh", "en")}
