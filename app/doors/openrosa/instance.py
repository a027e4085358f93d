"""A submission's XML as answers, and as the op that keeps it.

The body that we seal for another client depends on its XML alone, so the same submission sent again is the same op.
It carries the XML as it came. A picture's id follows from submission and file name: pictures may come in later posts
without the sealed body changing. A document type (and with it every entity) is refused before it is read.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from app.kernel.problems import Malformed
from app.survey.questionnaires.state import LEAVES, Form, Node
from app.survey.records.rules import SealedOp

MAX_XML = 2 * 2**20
MAX_DEPTH = 20
IDS = uuid.UUID("5f0c8a52-7d0b-4f1e-9a53-0d6a4c7be1f1")
"""Name space of the ids that are derived here."""


class NoSubmission(Malformed):
    """What came is no submission; nothing was kept."""

    status = 400
    slug = "no-submission"
    title_zh = "收到的不是一份提交"
    title_en = "This is no submission"


@dataclass(frozen=True)
class Instance:
    """A submission: which form, which one, and its XML."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    root: Element
    xml: str

    @property
    def op_id(self) -> uuid.UUID:
        """The instanceID as the op's id."""
        return op_id_of(self.instance_id)


@dataclass(frozen=True)
class Attachment:
    """A file that an answer names."""

    name: str
    pointer: str
    photo_id: uuid.UUID


class _Tree(TreeBuilder):
    """Elements, and no document type: without one there are no entities to expand."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError("doctype")


def op_id_of(instance_id: str) -> uuid.UUID:
    """`uuid:…` gives that UUID; any other text a UUID derived from it."""
    try:
        return uuid.UUID(instance_id.removeprefix("uuid:"))
    except ValueError:
        return uuid.uuid5(IDS, instance_id)


def read_instance(raw: bytes) -> Instance:
    """The submission in these bytes, or NoSubmission."""
    if len(raw) > MAX_XML:
        raise NoSubmission("提交的文字部分超过 2 MB。", "The XML is larger than 2 MiB.")
    try:
        text = raw.decode("utf-8-sig")
        parser = XMLParser(target=_Tree())
        parser.feed(text.encode())
        root = parser.close()
    except (ValueError, ParseError) as error:
        raise NoSubmission("XML 读不懂,没有保存。", "The XML cannot be read; nothing was kept.") from error
    meta = next((child for child in root if _name(child) == "meta"), None)
    found = {_name(each): (each.text or "").strip() for each in meta} if meta is not None else {}
    if not found.get("instanceID") or not root.get("id") or _depth(root) > MAX_DEPTH:
        raise NoSubmission("缺少 instanceID 或问卷编号。", "It has no instanceID or no form id.")
    return Instance(
        str(root.get("id")),
        str(root.get("version") or ""),
        found["instanceID"],
        found.get("deprecatedID", ""),
        root,
        text,
    )


def _depth(element: Element) -> int:
    level, deepest = [element], 0
    while level and deepest <= MAX_DEPTH:
        level, deepest = [child for each in level for child in each], deepest + 1
    return deepest


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def answers_of(form: Form, instance: Instance) -> tuple[dict[str, Any], list[Attachment]]:
    """Answers in the shape of the contract, and the files that they name."""
    files: list[Attachment] = []
    return _group(form.nodes, instance.root, "", instance.op_id, files), files


def _group(
    nodes: tuple[Node, ...], element: Element, under: str, op_id: uuid.UUID, files: list[Attachment]
) -> dict[str, Any]:
    there: dict[str, list[Element]] = {}
    for child in element:
        there.setdefault(_name(child), []).append(child)
    out: dict[str, Any] = {}
    for node in nodes:
        found = there.get(node.name, [])
        pointer = f"{under}/{node.name}"
        if not found:
            continue
        if node.kind == "group":
            inside = _group(node.children, found[0], pointer, op_id, files)
            if inside:
                out[node.name] = inside
        elif node.kind == "repeat":
            out[node.name] = [
                _group(node.children, row, f"{pointer}/{at}", op_id, files) for at, row in enumerate(found)
            ]
        elif node.kind in LEAVES and (found[0].text or "").strip():
            out[node.name] = _leaf(node, found[0].text or "", pointer, op_id, files)
    return out


def _leaf(node: Node, text: str, pointer: str, op_id: uuid.UUID, files: list[Attachment]) -> str:
    if node.kind not in ("image", "audio"):
        return text
    name = text.strip()
    attachment = Attachment(name, pointer, uuid.uuid5(op_id, name))
    files.append(attachment)
    return str(attachment.photo_id)


def seal(instance: Instance, form: Form | None) -> tuple[SealedOp, list[Attachment]]:
    """The op of a submission. Of a form that nobody published it keeps the XML, and will be held."""
    answers, files = answers_of(form, instance) if form else ({}, [])
    about = _about(form, answers) if form else {}
    body: dict[str, Any] = {
        "kind": form.kind if form else "interview",
        "form_id": instance.form_id,
        "form_version": instance.version,
        **about,
        "answers": answers,
        "photos": [],
        "started_at": _first(form, answers, "start"),
        "finished_at": _first(form, answers, "end"),
        "corrects": str(op_id_of(instance.deprecated_id)) if instance.deprecated_id else None,
        "app_version": "openrosa",
        "openrosa": {"instance_id": instance.instance_id, "xml": instance.xml},
    }
    sealed = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    # Number 0: these clients do not count their submissions, so nothing can be missed by number.
    return SealedOp(instance.op_id, 0, hashlib.sha256(sealed).hexdigest(), sealed), files


SUBJECTS = {"sample_id": "sample.sample_id", "household": "household.unit", "place": "place.county_code"}
"""What the record is about → the register's datum that a form asks for by prefill."""


def subject_pointers(form: Form) -> dict[str, str]:
    """`sample_id household place round` → the question that holds it, where the form has one."""
    found: dict[str, str] = {}
    for entry in form.data.get("prefill", []):
        for key, source in (*SUBJECTS.items(), ("round", "round.code"), ("round", "sample.round")):
            if source in entry["from"]:
                found.setdefault(key, entry["to"])
    return found


def _about(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """Sample, else household, else place: the first that the answers name."""
    pointers = subject_pointers(form)
    named = {key: value for key, at in pointers.items() if isinstance(value := value_at(answers, at), str)}
    about = next(({key: named[key].strip()} for key in SUBJECTS if key in named), {})
    if "sample_id" not in about and "round" in named:
        about["round"] = named["round"].strip()
    return about


def value_at(answers: Mapping[str, Any], pointer: str) -> Any:
    """The answer at a pointer outside repeats, or None."""
    found: Any = answers
    for step in pointer.split("/")[1:]:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _first(form: Form | None, answers: Mapping[str, Any], kind: str) -> str | None:
    """The first `start` or `end` of the form."""
    if form is None:
        return None
    names = (node.name for node in form.nodes if node.kind == kind)
    return next((str(answers[name]) for name in names if name in answers), None)
