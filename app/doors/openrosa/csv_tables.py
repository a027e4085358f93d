"""Answers as the rows of ODK Central's tables: groups joined to their questions by a dash, a position in four columns,
a repeat as a table of its own, a picture by the name that its file has under `media/`. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.survey.photos.queries import PhotoState
from app.survey.questionnaires.state import LEAVES, Form, Node

POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")
TAIL = ("KEY", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "ReviewState", "DeviceID", "FormVersion")
ENDINGS = {
    "audio/mpeg": "mp3", "audio/amr": "amr", "audio/ogg": "ogg", "audio/flac": "flac", "audio/webm": "webm",
    "audio/wav": "wav", "audio/mp4": "m4a", "audio/aac": "aac",
}  # fmt: skip

Names = Mapping[str, str]
"""Photo id → the name of its file."""


def media_name(photo: PhotoState) -> str:
    """A picture leaves as a fresh JPEG, whatever it came as. Two phones may use one id: the digest keeps them apart."""
    return f"{photo.photo_id}-{photo.sha256[:12]}.{ENDINGS.get(photo.type, 'jpg')}"


def repeats_of(form: Form) -> dict[str, Node]:
    """Name → repeat, each a table of its own."""
    return {path[-1]: node for path, node in form.by_path.items() if node.kind == "repeat"}


def heads(nodes: tuple[Node, ...], under: str = "") -> list[str]:
    """The names of the columns of these questions."""
    found: list[str] = []
    for node in nodes:
        if node.kind == "group":
            found += heads(node.children, f"{under}{node.name}-")
        elif node.kind == "geopoint":
            found += [f"{under}{node.name}-{part}" for part in POINT]
        elif node.kind in LEAVES:
            found.append(f"{under}{node.name}")
    return found


def cells(nodes: tuple[Node, ...], answers: dict[str, Any], names: Names) -> list[str]:
    """One record's or one row's answers in the order of `heads`."""
    found: list[str] = []
    for node in nodes:
        value = answers.get(node.name)
        text = value if isinstance(value, str) else ""
        if node.kind == "group":
            found += cells(node.children, value if isinstance(value, dict) else {}, names)
        elif node.kind == "geopoint":
            found += (text.split() + [""] * 4)[:4]
        elif node.kind in LEAVES:
            found.append(names.get(text, text))
    return found


def rows(
    nodes: tuple[Node, ...], answers: dict[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[Node, dict[str, Any], int, tuple[str, ...]]]:
    """Every row of every repeat: the repeat, the row, its place and the path of the repeat."""
    for node in nodes:
        value = answers.get(node.name)
        if node.kind == "group" and isinstance(value, dict):
            yield from rows(node.children, value, (*path, node.name))
        elif node.kind == "repeat" and isinstance(value, list):
            for at, row in enumerate(value, 1):
                yield node, row if isinstance(row, dict) else {}, at, (*path, node.name)
