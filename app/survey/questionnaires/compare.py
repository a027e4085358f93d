"""What a new version of a questionnaire changes against an older one, question by question.

Questions are the same when their path is the same; a question that moved to another section is gone and new, because
answers are filed under paths. Labels, kinds, choices and rules are compared; the order of questions is not.
"""

from dataclasses import dataclass, field
from typing import Any

from app.survey.questionnaires.state import Form, Node

RULES = ("relevant", "constraint", "calculation", "required", "filter", "count")


@dataclass(frozen=True)
class Change:
    """One question whose meaning may have changed: which aspects (`kind label choices` or a rule's name)."""

    path: str
    label: dict[str, str]
    aspects: tuple[str, ...]
    choices_gone: tuple[str, ...] = ()
    choices_new: tuple[str, ...] = ()


@dataclass(frozen=True)
class Differences:
    """Added, removed and changed questions, in the order of their form."""

    added: list[Change] = field(default_factory=list)
    removed: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def differences(old: Form, new: Form) -> Differences:
    """What `new` changes against `old`."""
    before, after = _asked(old), _asked(new)
    return Differences(
        [Change(path, words(node), ()) for path, node in after.items() if path not in before],
        [Change(path, words(node), ()) for path, node in before.items() if path not in after],
        [
            change
            for path, node in after.items()
            if path in before and (change := _change(old, new, before[path], node)) is not None
        ],
    )


def _asked(form: Form) -> dict[str, Node]:
    return {"/".join(path): node for path, node in form.by_path.items() if node.kind not in ("group", "repeat")}


def _change(old: Form, new: Form, before: Node, after: Node) -> Change | None:
    aspects = [] if before.kind == after.kind else ["kind"]
    if words(before) != words(after):
        aspects.append("label")
    was, now = choices_of(old, before), choices_of(new, after)
    if was != now:
        aspects.append("choices")
    aspects += [rule for rule in RULES if before.item.get(rule) != after.item.get(rule)]
    if not aspects:
        return None
    gone = tuple(value for value in was if value not in now)
    fresh = tuple(value for value in now if value not in was)
    return Change("/".join(after.path), words(after), tuple(aspects), gone, fresh)


def choices_of(form: Form, node: Node) -> dict[str, Any]:
    """Value → label of a question's choices."""
    return {each["value"]: each["label"] for each in form.data["choices"].get(node.item.get("list", ""), [])}


def words(node: Node) -> dict[str, str]:
    """The question's label as plain text; a value in it shows as …"""
    label = node.item.get("label") or {}
    return {lang: _text(label.get(lang, "")) or node.name for lang in ("zh", "en")}


def _text(template: Any) -> str:
    if isinstance(template, str):
        return template
    return "".join(part if isinstance(part, str) else "…" for part in template)
