"""What a place in a record is called: from a pointer to the question's own words, and the reasons of a hold in words.

A pointer comes from whoever sent the record, so it may name nothing; then its last step stands for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.doors.desk.words import Voice
from app.survey.questionnaires.queries import get_form
from app.survey.questionnaires.state import Form
from app.survey.records.models import Op
from app.survey.records.rules import SealedOp, read_body

ANSWERS = "#/answers"
LONGEST_VALUE = 40


class Questions:
    """The questions of one form in one language; without a form nothing has a name."""

    def __init__(self, form: Form | None, lang: str) -> None:
        self._form = form
        self._lang = lang

    def find(self, pointer: str) -> str:
        """The question at a pointer (`/section/name`, rows left out), or an empty text."""
        path = tuple(step for step in pointer.split("/") if step and not step.isdecimal())
        node = self._form.by_path.get(path) if self._form else None
        label = node.item.get("label") if node else None
        if not label:
            return ""
        words = label.get(self._lang) or label.get("zh") or ""
        return words if isinstance(words, str) else "".join(p if isinstance(p, str) else "…" for p in words)

    def name(self, pointer: str) -> str:
        """The question at a pointer, else the pointer's last step."""
        return self.find(pointer) or pointer.rstrip("/").rpartition("/")[2] or pointer


def questions_of(session: Session, op: Op, lang: str) -> Questions:
    """The questions of the form version that a record names."""
    found = get_form(session, op.form_id, op.form_version) if op.form_id and op.form_version else None
    return Questions(found.form if found else None, lang)


def reason_words(op: Op, questions: Questions, voice: Voice) -> list[str]:
    """Why a record was held: the question, what is wrong with its answer, and what was received."""
    answers = read_body(SealedOp(op.op_id, op.dev_seq, op.digest, op.body)).answers if op.reasons else None
    return [_words(reason, answers, questions, voice) for reason in op.reasons]


def _words(reason: Mapping[str, Any], answers: Any, questions: Questions, voice: Voice) -> str:
    words = str(reason.get(voice.lang) or reason.get("zh") or reason.get("code"))
    pointer = str(reason.get("pointer") or "")
    if not pointer.startswith(ANSWERS + "/"):
        return words
    place = pointer.removeprefix(ANSWERS)
    value = _value(answers, place)
    if value:
        return voice("reason_given", question=questions.name(place), reason=words, value=value)
    return voice("reason_at", question=questions.name(place), reason=words)


def _value(answers: Any, place: str) -> str:
    """The text at a pointer, shortened; nothing where there is none."""
    found = answers
    for step in place.split("/")[1:]:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        return ""
    text = "".join(letter if letter.isprintable() else "�" for letter in str(found))
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
