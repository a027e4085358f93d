"""From the XForm that pyxform makes to the JSON form: structure, words and rules.

The XML is read rather than pyxform's internal JSON because there `${x}` is already a path, and so that XForms
from elsewhere can come in by the same door. The order of the primary instance is the order of the form.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from app.survey.questionnaires.expressions import is_yes_no, parse
from app.survey.questionnaires.paths import ExpressionFault, Place, Tree

X = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"
ORX = "{http://openrosa.org/xforms}"
Path = tuple[str, ...]
Item = dict[str, Any]
TYPES = {
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "geopoint": "geopoint",
    "string": "text",
}
CONTROLS = {"select1": "select_one", "select": "select_multiple", "rank": "rank", "range": "range",
            "trigger": "acknowledge"}  # fmt: skip
SEED = re.compile(r"\s*once\(\s*random\(\s*\)\s*\)\s*")
"""The one use of chance: a hidden number that `start` draws and the record keeps."""
SHUFFLED = re.compile(r"randomize\((.*),([^,\]]*)\)", re.DOTALL)
PRELOADS = {("timestamp", "start"): "start", ("timestamp", "end"): "end", ("date", "today"): "today"}


@dataclass(frozen=True)
class RuleFault:
    """A rule or control that cannot be compiled, by the question's name."""

    name: str
    zh: str
    en: str
    column: str = ""


@dataclass
class Compiled:
    """The form without its settings, and what the rules read (for the order and the lints)."""

    items: list[Item] = field(default_factory=list)
    by_path: dict[Path, Item] = field(default_factory=dict)
    reads: dict[Path, set[Path]] = field(default_factory=dict)
    faults: list[RuleFault] = field(default_factory=list)


def compile_xform(xml: str, tables: Collection[str] = ()) -> Compiled:
    """Items, rules and faults of an XForm; `tables` are the CSV files at hand."""
    return _Compiler(ET.fromstring(xml), tables).run()


def split_path(nodeset: str) -> Path:
    """`/data/a/b` as ("a", "b")."""
    return tuple(nodeset.strip().split("/")[2:])


class _Compiler:
    def __init__(self, root: ET.Element, tables: Collection[str]) -> None:
        model = root.find(f".//{X}model")
        body = next(e for e in root if e.tag.endswith("}body"))
        instance = model.find(f"{X}instance") if model is not None else None
        if model is None or instance is None:
            raise ValueError("an XForm without model or instance")
        self.root = instance[0]
        self.root_name = self.root.tag.rpartition("}")[2]
        self.binds = {split_path(b.get("nodeset", "")): b for b in model.findall(f"{X}bind")}
        self.words = self._itext(model)
        self.controls: dict[Path, ET.Element] = {}
        self.repeats: dict[Path, ET.Element] = {}
        self._controls(body)
        self.leaves: set[Path] = set()
        self.groups: set[Path] = set()
        self._places(self.root, ())
        self.tables = {i.get("id", "") for i in model.findall(f"{X}instance") if not i.get("src")} | set(tables)
        self.lists = {path: name for path, control in self.controls.items() if (name := _list_of(control))}
        self.out = Compiled()

    def run(self) -> Compiled:
        self.out.items = list(self._items(self.root, ()))
        return self.out

    def _itext(self, model: ET.Element) -> dict[str, dict[str, ET.Element]]:
        """Words by language and id; guidance has its id with `#guidance`."""
        words: dict[str, dict[str, ET.Element]] = {}
        for translation in model.iter(f"{X}translation"):
            code = translation.get("lang", "").rpartition("(")[2].rstrip(")")
            found = words[code] = {}
            for text in translation.findall(f"{X}text"):
                for value in text.findall(f"{X}value"):
                    form = value.get("form", "")
                    if form in ("", "guidance"):
                        found[text.get("id", "") + (f"#{form}" if form else "")] = value
        return words

    def _controls(self, element: ET.Element) -> None:
        for child in element:
            if child.tag == f"{X}repeat":
                self.repeats[split_path(child.get("nodeset", ""))] = child
            elif child.get("ref") and child.tag not in (f"{X}label", f"{X}hint", f"{X}value"):
                self.controls[split_path(child.get("ref", ""))] = child
            self._controls(child)

    def _children(self, node: ET.Element) -> Iterator[tuple[str, ET.Element]]:
        seen: set[str] = set()
        for child in node:
            name = child.tag.rpartition("}")[2]
            if name not in seen:  # a repeat stands twice: as template and as first row
                seen.add(name)
                yield name, child

    def _places(self, node: ET.Element, path: Path) -> None:
        for name, child in self._children(node):
            here = (*path, name)
            if len(child) or here in self.repeats:
                self.groups.add(here)
                self._places(child, here)
            else:
                self.leaves.add(here)

    def _items(self, node: ET.Element, path: Path) -> Iterator[Item]:
        for name, child in self._children(node):
            here = (*path, name)
            if here == ("meta",):
                if any(grand == "audit" for grand, _ in self._children(child)):
                    yield {"kind": "audit", "name": "audit"}
                continue
            item = self._item(here, child)
            self.out.by_path[here] = item
            if here in self.groups:
                item["items"] = list(self._items(child, here))
            yield item

    def _item(self, path: Path, node: ET.Element) -> Item:
        control, bind = self.controls.get(path), self.binds.get(path)
        item: Item = {"kind": self._kind(path, control, bind), "name": path[-1]}
        if control is not None:
            self._describe(item, path, control)
        if bind is not None:
            self._rules(item, path, bind)
        default = (node.text or "").strip()
        if default and path in self.leaves:
            item["default"] = default
        return item

    def _kind(self, path: Path, control: ET.Element | None, bind: ET.Element | None) -> str:
        if path in self.repeats:
            return "repeat"
        if path in self.groups:
            return "group"
        kind = bind.get("type", "string") if bind is not None else "string"
        if control is None:
            return self._silent_kind(path, bind)
        tag = control.tag.rpartition("}")[2]
        if tag == "input" and kind == "string" and bind is not None and bind.get("readonly"):
            return "note"
        if tag == "input" and kind in TYPES:
            return TYPES[kind]
        media = control.get("mediatype", "").partition("/")[0]
        if tag == "upload" and media in ("image", "audio"):
            return media
        if tag not in CONTROLS:
            self._fault(path, f"题型 {tag}/{kind} 不支持", f"the control {tag}/{kind} is not supported", "type")
        return CONTROLS.get(tag, "text")

    def _silent_kind(self, path: Path, bind: ET.Element | None) -> str:
        if bind is None:
            return "hidden"
        if bind.get("calculate"):
            return "hidden" if SEED.fullmatch(bind.get("calculate", "")) else "calculate"
        preload = (bind.get(f"{JR}preload", ""), bind.get(f"{JR}preloadParams", ""))
        if preload[0] and preload not in PRELOADS:
            self._fault(path, f"自动填写“{preload[0]}”暂不支持", f"the preload “{preload[0]}” is not supported")
        return PRELOADS.get(preload, "hidden")

    def _describe(self, item: Item, path: Path, control: ET.Element) -> None:
        for tag in ("label", "hint"):
            element = control.find(f"{X}{tag}")
            if element is not None:
                text = self._text(path, element.get("ref", ""))
                if text:
                    item[tag] = text
                guidance = self._text(path, element.get("ref", ""), "#guidance") if tag == "hint" else None
                if guidance:
                    item["guidance"] = guidance
        if item["kind"] == "range":
            item["range"] = self._range(path, control)
        count = self.repeats[path].get(f"{JR}count") if path in self.repeats else None
        if count:
            item["count"] = self._tree(path, count, column="repeat_count", depends=True)
        appearance = control.get("appearance")
        if appearance:
            item["appearance"] = appearance
        itemset = control.find(f"{X}itemset")
        if itemset is not None:
            self._itemset(item, path, itemset.get("nodeset", ""))

    def _range(self, path: Path, control: ET.Element) -> dict[str, Any]:
        numbers = {name: float(control.get(name, "1")) for name in ("start", "end", "step")}
        bounds: dict[str, Any] = {name: int(n) if n == int(n) else n for name, n in numbers.items()}
        bind = self.binds.get(path)
        return {**bounds, "whole": True} if bind is not None and bind.get("type") == "int" else bounds

    def _itemset(self, item: Item, path: Path, nodeset: str) -> None:
        shuffled = SHUFFLED.fullmatch(nodeset.strip())
        if shuffled:
            nodeset = shuffled[1]
            item["shuffle"] = self._tree(path, shuffled[2], column="parameters")
        head, bracket, tail = nodeset.partition("[")
        name = head.partition("instance('")[2].partition("')")[0]
        if not name or not head.endswith("/root/item"):
            zh, en = "选项表写法暂不支持", "this way of naming a choice list is not supported"
            self._fault(path, zh, en, "type")
            return
        item["list"] = name
        if bracket:
            tree = self._tree(path, tail.rstrip().removesuffix("]"), column="choice_filter", columns=True)
            if tree is not None:
                item["filter"] = tree

    def _rules(self, item: Item, path: Path, bind: ET.Element) -> None:
        for source, target in (("relevant", "relevant"), ("constraint", "constraint"), ("required", "required")):
            text = bind.get(source)
            if text is None or text.strip() == "false()":
                continue
            if target == "required" and text.strip() == "true()":
                item[target] = True
                continue
            tree = self._tree(path, text, column=source, depends=target == "relevant")
            if tree is not None and not is_yes_no(tree):
                self._fault(path, f"{source} 要写成比较", f"{source} must be a comparison", source)
            item[target] = tree
        rule = bind.get("calculate", "")
        if SEED.fullmatch(rule):
            item["seed"] = True
        elif rule:
            item["calculation"] = self._tree(path, rule, column="calculation", depends=True)
        for source, target in (("constraintMsg", "message"), ("requiredMsg", "needed")):
            message = bind.get(f"{JR}{source}")
            if message:
                words = self._text(path, message) if message.startswith("jr:itext") else {"zh": message, "en": message}
                if words:
                    item[target] = words
        if bind.get(f"{ORX}max-pixels"):
            item["max_pixels"] = int(bind.get(f"{ORX}max-pixels", "1600"))
        if bind.get("readonly") and item["kind"] not in ("note", "calculate"):
            item["readonly"] = True

    def _tree(self, path: Path, text: str, *, column: str, depends: bool = False, columns: bool = False) -> Tree:
        names = _Anything() if columns else ()
        repeats = set(self.repeats)
        place = Place(self.root_name, path, self.leaves, repeats, self.groups, names, self.tables, self.lists)
        try:
            parsed = parse(text, place)
        except ExpressionFault as fault:
            self._fault(path, fault.zh, fault.en, column)
            return None
        if depends:
            self.out.reads.setdefault(path, set()).update(parsed.reads)
        return parsed.tree

    def _text(self, path: Path, ref: str, form: str = "") -> dict[str, Any]:
        key = ref.partition("jr:itext('")[2].partition("')")[0] + form
        found = {code: self._parts(path, texts[key]) for code, texts in self.words.items() if key in texts}
        spare = next((parts for parts in found.values() if parts not in ("", "-")), "")
        # pyxform writes "-" where a language has no words: the other language stands in.
        return {code: parts if parts not in ("", "-") else spare for code, parts in found.items()} if spare else {}

    def _parts(self, path: Path, value: ET.Element) -> Any:
        parts: list[Any] = [value.text or ""]
        for output in value:
            parts.append({"value": self._tree(path, output.get("value", ""), column="label")})
            parts.append(output.tail or "")
        if len(parts) == 1:
            return parts[0].strip()
        parts[0], parts[-1] = parts[0].lstrip(), parts[-1].rstrip()
        return [part for part in parts if part != ""]

    def _fault(self, path: Path, zh: str, en: str, column: str = "") -> None:
        self.out.faults.append(RuleFault(path[-1], zh, en, column))


def _list_of(control: ET.Element) -> str:
    """The choice list of a control, "" when it has none."""
    itemset = control.find(f"{X}itemset")
    found = re.search(r"instance\('([^']+)'\)", itemset.get("nodeset", "")) if itemset is not None else None
    return found[1] if found else ""


class _Anything:
    """Every bare name is a column of the choice list; the compiler checks the list's columns afterwards."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
