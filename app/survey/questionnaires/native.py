"""A form version as one plain Python function: the whole judgement of a record in straight lines.

Walking the trees costs some milliseconds of CPU a record, which is what an evening of syncing phones is made of. The
function says exactly what rules.py says by walking (a test compares them on random answers of every form); a form
that cannot be written so is walked. Made once per version and process, on first use.
"""

import math
from collections.abc import Callable
from typing import Any

from app.survey.questionnaires import values
from app.survey.questionnaires.native_code import Expressions, Unsupported, Where, rows_by
from app.survey.questionnaires.state import LEAVES, MAX_ROWS, Answers, Form, Node
from app.survey.questionnaires.values import BLANK, SPACE, to_number, words

Judge = Callable[[Answers, str], tuple[Answers, list[Any], list[Any], list[str]]]
"""(answers of the form's shape, today) to (what counts, reasons, differences, pointers of what is not asked)."""
INDENT = "    "


def compile_judge(form: Form, surroundings: dict[str, Any]) -> Judge | None:
    """The function of a form, None when the walker must do it; `surroundings` are the checks that rules.py gives."""
    try:
        writer = _Writer(form)
        source = writer.source()
        scope: dict[str, Any] = {**SCOPE, **surroundings, **writer.names}
        exec(compile(source, f"<form {form.form_id} {form.version}>", "exec"), scope)
    except (Unsupported, SyntaxError, RecursionError, KeyError):
        return None
    judge: Judge = scope["judge"]
    return judge


def to_n(text: str) -> float:
    """A text as a number; most are whole numbers in plain digits, or blank."""
    if not text:
        return math.nan
    return float(text) if text.isdigit() and text.isascii() and len(text) < 300 else to_number(text)


def chosen(text: str, word: str) -> bool:
    """selected()."""
    return word.strip(SPACE) in words(text)


def row_count(number: float) -> int:
    """Rows of a counted repeat."""
    return int(min(max(number, 0.0), float(MAX_ROWS))) if not math.isnan(number) else 0


def settled(text: str) -> str:
    """A calculation's text as an answer: nothing but spaces is blank."""
    return "" if text.isspace() and not text.strip(BLANK) else text


def all_once(text: str, offered: Callable[[str], bool]) -> bool:
    """Whether the chosen words are all offered and none twice."""
    chosen_words = text.split(" ")
    return len(set(chosen_words)) == len(chosen_words) and all(offered(word) for word in chosen_words)


SCOPE = {
    "calculate": values.calculate, "compare": values.compare, "number_text": values.number_text,
    "to_number": values.to_number, "to_text": values.to_text, "to_truth": values.to_truth,
    "BLANK": BLANK, "NAN": math.nan, "NONE": {}, "to_n": to_n, "chosen": chosen,
    "row_count": row_count, "settled": settled, "all_once": all_once,
}  # fmt: skip


class _Writer(Expressions):
    """Statements of the function: what was sent, what is shown and calculated, then the walk in the form's order."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.lines: list[str] = []
        self.ids = {node.path: at for at, node in enumerate(form.by_path.values())}
        self.known: dict[tuple[str, str], str] = {}
        self.open: set[tuple[str, str]] = set()

    def source(self) -> str:
        """The source of the whole module."""
        self.emit(0, "def judge(sent, today):")
        self.emit(1, "reasons, differences, unasked, out = [], [], [], {}")
        for node in self.form.nodes:
            self.read(node, "sent", 1)
        for node in self.form.by_path.values():
            if node.kind == "repeat":
                self.rows(node)
        for node in self.form.by_path.values():
            self.shown(node, "i" if self.repeat_of(node) not in (None, node) else None)
            if node.kind in LEAVES:
                self.value(node, "i" if self.repeat_of(node) else None)
        self.walk(self.form.nodes, None, "out", 1)
        self.emit(1, "return out, reasons, differences, unasked")
        return "\n".join(self.lines) + "\n"

    def emit(self, depth: int, line: str) -> None:
        self.lines.append(INDENT * depth + line)

    def name(self, kind: str, node: Node) -> str:
        return f"{kind}{self.ids[node.path]}"

    def read(self, node: Node, above: str, depth: int) -> None:
        """What was sent: texts into s, groups into g, rows into g as a list."""
        if node.kind == "group":
            self.emit(depth, f"{self.name('g', node)} = {above}.get({node.name!r}) or NONE")
            for child in node.children:
                self.read(child, self.name("g", node), depth)
        elif node.kind == "repeat":
            if node.repeats > 1:
                raise Unsupported
            self.emit(depth, f"{self.name('g', node)} = {above}.get({node.name!r}) or []")
        elif node.kind in LEAVES:
            text = self.name("s", node)
            self.emit(depth, f"{text} = {above}.get({node.name!r}, '')")
            self.emit(depth, f"if {text}.isspace() and not {text}.strip(BLANK): {text} = ''")

    def once(self, what: str, node: Node, make: Callable[[], str]) -> str:
        """Settle something before its first use; a circle is left to the walker."""
        key = (what, "/".join(node.path))
        if key not in self.known:
            if key in self.open:
                raise Unsupported
            self.open.add(key)
            self.known[key] = make()
            self.open.discard(key)
        return self.known[key]

    def above(self, node: Node) -> Node | None:
        return self.form.by_path[node.path[:-1]] if len(node.path) > 1 else None

    def rows(self, repeat: Node) -> str:
        return self.once("rows", repeat, lambda: self._settle_rows(repeat))

    def _settle_rows(self, repeat: Node) -> str:
        sent, count = self.name("g", repeat), self.name("n", repeat)
        if "count" in repeat.item:
            wanted = self.number(repeat.item["count"], Where(repeat))
            self.emit(1, f"{count} = row_count({wanted})")
            self.emit(1, f"{sent} = {sent}[:{count}] + [NONE] * ({count} - len({sent}))")
        else:
            self.emit(1, f"{count} = len({sent})")
        for node in self._inside(repeat):
            if node.kind in LEAVES:
                steps = node.path[len(repeat.path) :]
                cell = "r" + "".join(f".get({step!r}, NONE)" for step in steps[:-1]) + f".get({steps[-1]!r}, '')"
                texts = self.name("s", node)
                self.emit(1, f"{texts} = [{cell} for r in {sent}]")
                self.emit(1, f"{texts} = ['' if t.isspace() and not t.strip(BLANK) else t for t in {texts}]")
        return count

    def _inside(self, node: Node) -> list[Node]:
        return [each for child in node.children for each in [child, *self._inside(child)]]

    def shown(self, node: Node, row: str | None) -> str:
        name = self.once("shown", node, lambda: self._settle_shown(node))
        return f"{name}[{row}]" if name.startswith("O") else name

    def _settle_shown(self, node: Node) -> str:
        above = self.above(node)
        rule = node.item.get("relevant")
        repeat = self.repeat_of(node)
        if rule is None:
            if above is None:
                return "True"
            self.shown(above, "i")
            return self.known[("shown", "/".join(above.path))]
        if repeat in (None, node):
            whole = self.shown(above, None) if above else "True"
            test = self.truth(rule, Where(node))
            name = self.name("o", node)
            self.emit(1, f"{name} = {test}" if whole == "True" else f"{name} = {whole} and {test}")
            return name
        assert repeat is not None
        row = self.loop()
        whole = self.shown(above, row) if above else "True"
        test = self.truth(rule, Where(node, row))
        name = self.name("O", node)
        self.emit(1, f"{name} = [{whole} and {test} for {row} in range({self.rows(repeat)})]")
        return name

    def value(self, node: Node, row: str | None) -> str:
        name = self.once("value", node, lambda: self._settle_value(node))
        return f"{name}[{row}]" if self.repeat_of(node) else name

    def _settle_value(self, node: Node) -> str:
        if node.kind not in LEAVES:
            return "''"
        repeat = self.repeat_of(node)
        row = self.loop() if repeat else None
        if repeat:
            self.rows(repeat)
        shown = self.shown(node, row)
        sent = self.name("s", node) + (f"[{row}]" if repeat else "")
        name = self.name("V" if repeat else "v", node)
        rule = node.item.get("calculation")
        text = sent if rule is None else self.text(rule, Where(node, row))
        if rule is not None:
            text = f"settled({text})"
        elif shown == "True":
            return self.name("s", node)
        given = text if shown == "True" else f"({text} if {shown} else '')"
        self.emit(1, f"{name} = [{given} for {row} in range({self.rows(repeat)})]" if repeat else f"{name} = {given}")
        return name

    def walk(self, nodes: tuple[Node, ...], row: str | None, out: str, depth: int) -> None:
        """Reasons, differences and what counts, item by item in the order of the form."""
        for node in nodes:
            if node.kind == "group":
                inner = self.name("d", node)
                self.emit(depth, f"{inner} = {{}}")
                self.walk(node.children, row, inner, depth)
                self.emit(depth, f"if {inner}: {out}[{node.name!r}] = {inner}")
            elif node.kind == "repeat":
                inner = self.name("d", node)
                self.emit(depth, f"{inner} = []")
                self.emit(depth, f"for i in range({self.rows(node)}):")
                self.emit(depth + 1, "row = {}")
                self.walk(node.children, "i", "row", depth + 1)
                self.emit(depth + 1, f"{inner}.append(row)")
                self.emit(depth, f"if {inner} and {self.shown(node, None)}: {out}[{node.name!r}] = {inner}")
            elif node.kind in LEAVES:
                self.one(node, row, out, depth)

    def one(self, node: Node, row: str | None, out: str, depth: int) -> None:
        value, shown = self.value(node, row), self.shown(node, row)
        sent = self.name("s", node) + (f"[{row}]" if row else "")
        at = self.pointer(node, row)
        if node.kind == "calculate":
            self.emit(depth, f"if {sent} != {value}: differences.append(Difference({at}, {sent}, {value}))")
        elif shown != "True":
            self.emit(depth, f"if {sent} and not {shown}: unasked.append({at})")
        if node.kind in ("calculate", "hidden"):
            self.emit(depth, f"if {value}: {out}[{node.name!r}] = {value}")
            return
        self.emit(depth, f"if {value}:")
        self.emit(depth + 1, f"{out}[{node.name!r}] = {value}")
        for test, reason in self.checks(node, Where(node, row), value, at):
            self.emit(depth + 1, f"{test}: reasons.append({reason})")
        required = node.item.get("required")
        if required is not None:
            test = "" if required is True else f" and {self.truth(required, Where(node, row))}"
            needed = self.reason(node, Where(node, row), at, "required", "needed", "REQUIRED")
            self.emit(depth, f"elif {shown}{test}: reasons.append({needed})")

    def pointer(self, node: Node, row: str | None) -> str:
        if row is None:
            return repr("/" + "/".join(node.path))
        repeat = self.repeat_of(node)
        assert repeat is not None
        head, tail = "/".join(repeat.path), "/".join(node.path[len(repeat.path) :])
        return f"'/{head}/' + str({row}) + '/{tail}'"

    def checks(self, node: Node, at: Where, value: str, pointer: str) -> list[tuple[str, str]]:
        """(if or elif with its test, reason) for a given answer: type, choice, constraint."""
        found: list[tuple[str, str]] = []
        item, kind = node.item, node.kind
        if kind == "range":
            bounds = self.keep(self.name("bounds", node), item["range"])
            found.append(
                (f"not (fits('range', {value}) and in_range({bounds}, {value}))", f"wrong_type({pointer}, 'range')")
            )
        elif kind not in ("text", "select_one", "select_multiple", "rank"):
            found.append((f"not fits({kind!r}, {value})", f"wrong_type({pointer}, {kind!r})"))
        if "list" in item:
            found.append(
                (
                    f"not {self.offered(node, at, value)}",
                    f"Reason({pointer}, 'choice', *{'RANK' if kind == 'rank' else 'CHOICE'})",
                )
            )
        if "constraint" in item:
            test = f"not {self.truth(item['constraint'], at)}"
            found.append((test, self.reason(node, at, pointer, "constraint", "message", "CONSTRAINT")))
        return [(("elif " if n else "if ") + test, reason) for n, (test, reason) in enumerate(found)]

    def offered(self, node: Node, at: Where, value: str) -> str:
        """Whether an answer is among the choices; a filter is asked only about the chosen ones."""
        listed = self.form.listed(node.item["list"])
        rule = node.item.get("filter")
        by_name = self.keep(self.name("named", node), rows_by(listed, "name"))
        word = value if node.kind == "select_one" else self.loop()
        test = f"{word} in {by_name}"
        if rule is not None:
            cells = self.loop()
            inside = Where(at.node, at.row, None, cells)
            test = f"any({self.truth(rule, inside)} for {cells} in {by_name}.get({word}, ()))"
        if node.kind == "select_one":
            return f"({test})"
        many = f"all_once({value}, lambda {word}: {test})"
        if node.kind != "rank":
            return many
        count = str(len(listed.rows))
        if rule is not None:
            cells, source, condition = self.matching(node.item["list"], rule, at)
            count = f"sum(1 for {cells} in {source}{condition})"
        return f"({many} and len({value}.split(' ')) == {count})"

    def reason(self, node: Node, at: Where, pointer: str, code: str, words_of: str, ours: str) -> str:
        said = node.item.get(words_of)
        if not said:
            return f"Reason({pointer}, {code!r}, *{ours})"
        zh, en = (self.words(said[lang], at) for lang in ("zh", "en"))
        return f"Reason({pointer}, {code!r}, {zh}, {en})"

    def words(self, template: Any, at: Where) -> str:
        if isinstance(template, str):
            return repr(template)
        return " + ".join(repr(part) if isinstance(part, str) else self.text(part["value"], at) for part in template)
