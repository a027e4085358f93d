"""XPath of a questionnaire becomes a small tree; the list of functions is closed.

A path becomes `["ref", "group/name"]`, or `["ref", path, n]` when it runs through repeats of which the first n rows
are those we stand in (paths.py). Anything outside the subset is refused here, at publishing, with what to write
instead, because a phone in a village cannot report it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from app.survey.questionnaires.paths import ExpressionFault, Paths, Place, Tree
from app.survey.questionnaires.patterns import PatternFault, plain_pattern

ARITY: dict[str, tuple[int, int]] = {
    "abs": (1, 1), "boolean": (1, 1), "coalesce": (2, 2), "concat": (1, 30),
    "contains": (2, 2), "count": (1, 1), "count-non-empty": (1, 1), "count-selected": (1, 1), "date": (1, 1),
    "ends-with": (2, 2), "false": (0, 0), "if": (3, 3), "int": (1, 1), "join": (2, 9),
    "max": (1, 9), "min": (1, 9), "normalize-space": (1, 1), "not": (1, 1), "number": (1, 1),
    "position": (1, 1), "regex": (2, 2), "round": (1, 2), "selected": (2, 2), "selected-at": (2, 2),
    "starts-with": (2, 2), "string": (1, 1), "string-length": (1, 1), "substr": (2, 3), "sum": (1, 1),
    "today": (0, 0), "true": (0, 0),
    "boolean-from-string": (1, 1), "format-date": (2, 2), "pow": (2, 2), "sqrt": (1, 1), "substring-after": (2, 2),
    "substring-before": (2, 2), "translate": (3, 3),
    "indexed-repeat": (3, 3), "jr:choice-name": (2, 2), "pulldata": (4, 4),
}  # fmt: skip
"""Every function an author may use, with the fewest and the most arguments (`instance()` and `current()` are paths)."""

INSTEAD = {
    "floor": ("用 int(${x})(不会是负数时),ODK Collect 没有 floor()",
              "use int(${x}) where it cannot be negative; ODK Collect has no floor()"),
    "ceiling": ("用 int(${x} + 0.999)(按小数位数写),ODK Collect 没有 ceiling()",
                "use int(${x} + 0.999), with as many digits as the answers have; ODK Collect has no ceiling()"),
    "now": ("用 today(),或加一行 start", "use today(), or a row of type start"),
    "random": ("只能写成 calculate 行的 once(random()),作打乱选项的种子", "only as once(random()) in a calculate row"),
    "uuid": ("记录本来就有编号", "every record has an id already"),
    "once": ("只能写成 once(random())", "only as once(random())"),
    "substring": ("用 substr(文字, 起, 止),从 0 数起", "use substr(text, from, to), counted from 0"),
    "format-date-time": ("用 format-date()", "use format-date()"),
    "decimal-date-time": ("日期可以直接相减,结果是天数", "dates can be subtracted; the result is days"),
    "date-time": ("用 date()", "use date()"),
    "last": ("用 count(${重复组})", "use count(${repeat})"),
    "checklist": ("用 and、or 写明", "write it out with and, or"),
    "weighted-checklist": ("用加法写明", "write it out as a sum"),
    "randomize": (
        "写在 parameters:randomize=true, seed=${种子}",
        "write it in parameters: randomize=true, seed=${seed}",
    ),
    "position": ("", ""),
}  # fmt: skip
"""What to write instead of some functions that are not in the list."""

BINDING = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
MANY = {"count": 0, "count-non-empty": 0, "sum": 0, "min": 0, "max": 0, "concat": 0, "join": 1}
"""Functions that take the answers of all rows, and as which operand, the last; elsewhere Collect stops at two rows."""
YES_NO = {"and", "or", "=", "!=", "<", "<=", ">", ">=", "not", "true", "false", "boolean", "selected", "contains",
          "starts-with", "ends-with", "regex", "boolean-from-string"}  # fmt: skip

TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<string>"[^"]*"|'[^']*')
        |(?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)|(?P<op>\.\.|!=|<=|>=|[-+*/=<>()\[\],.|@$]))""",
    re.VERBOSE,
)
MAX_LENGTH = 4000
MAX_DEPTH = 60
MAX_TREE = 100
"""How deep a tree may be: a chain of 100 sums is; the evaluators descend it by recursion."""


@dataclass
class Parsed:
    """A tree and the paths that it reads."""

    tree: Tree
    reads: set[tuple[str, ...]] = field(default_factory=set)


def parse(text: str, place: Place) -> Parsed:
    """The tree of one expression. Raises ExpressionFault."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(
            f"表达式太长(最多{MAX_LENGTH}字符)", f"the expression is too long (at most {MAX_LENGTH} characters)"
        )
    parser = _Parser(_tokens(text), place)
    tree = parser.one(parser.expression(0))
    if parser.peek() is not None:
        raise ExpressionFault(f"“{parser.peek()}”处看不懂", f"cannot read on at “{parser.peek()}”")
    if _depth(tree) > MAX_TREE:
        raise ExpressionFault("表达式嵌套太深", "the expression is nested too deeply")
    return Parsed(tree, parser.reads)


def is_yes_no(tree: Tree) -> bool:
    """Whether the tree's own result is a truth value, so that no engine has to guess what blank means."""
    if not isinstance(tree, list):
        return False
    if tree[0] == "if":
        return is_yes_no(tree[2]) and is_yes_no(tree[3])
    return tree[0] in YES_NO


def _depth(tree: Tree) -> int:
    """Levels of a tree, without recursion."""
    level, depth = [tree], 0
    while level := [operand for node in level if isinstance(node, list) for operand in node[1:]]:
        depth += 1
    return depth


def _is_ref(tree: Tree) -> bool:
    return isinstance(tree, list) and tree[0] == "ref"


def _check_date_format(given: Tree) -> None:
    if not isinstance(given, str) or re.fullmatch(r"(?:%[Yymnde%]|[^%])*", given) is None:
        raise ExpressionFault(
            "format-date 的格式只能用 %Y %y %m %n %d %e", "format-date knows %Y %y %m %n %d %e and plain text"
        )


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ExpressionFault(f"“{text[at : at + 12]}”处看不懂", f"cannot read “{text[at : at + 12]}”")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


class _Parser(Paths):
    """Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: list[tuple[str, str]], place: Place) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.place = place
        self.reads = set()
        self.frames = []

    def is_yes_no(self, tree: Tree) -> bool:
        return is_yes_no(tree)

    def expression(self, floor: int) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionFault("表达式嵌套太深", "the expression is nested too deeply")
        left = self.operand()
        while True:
            operator = self.peek()
            if operator not in BINDING or self.tokens[self.at][0] == "string" or BINDING[operator] <= floor:
                break
            self.take()
            right = self.expression(BINDING[operator])
            self.one(left)
            self.one(right)
            if operator in ("and", "or"):
                self.yes_no(left)
                self.yes_no(right)
            left = [operator, left, right]
        self.depth -= 1
        return left

    def yes_no(self, tree: Tree) -> None:
        if not is_yes_no(tree):
            raise ExpressionFault(
                "“是否”的地方要写成比较,例如 ${x} = '1' 或 ${x} != ''",
                "where yes or no is meant, write a comparison such as ${x} = '1' or ${x} != ''",
            )

    def one(self, tree: Tree) -> Tree:
        """The tree, which must be one value: not the answers of all rows of a repeat we do not stand in."""
        if _is_ref(tree) and len(tree) == 3 and tree[2] < self.through(tuple(tree[1].split("/"))):
            name = tree[1].split("/")[-1]
            raise ExpressionFault(
                f"{name} 在重复组里,不止一个值;用 sum、max、join、indexed-repeat,"
                f"或 count(${{重复组}}[./{name} = '1']) > 0",
                f"{name} stands in a repeat and has many values; use sum, max, join, indexed-repeat, or"
                f" count(${{repeat}}[./{name} = '1']) > 0",
            )
        return tree

    def operand(self) -> Tree:
        kind, text = self.take()
        if kind == "number":
            if len(text) > 15:  # beyond this the twins' numbers are no longer exact
                raise ExpressionFault("数字太长(最多15位)", "the number is too long (at most 15 digits)")
            return int(text) if text.isdigit() else float(text)
        if kind == "string":
            return text[1:-1]
        if text == "-":
            return ["neg", self.one(self.expression(7))]
        if text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if kind == "name" and self.peek() == "(":
            return self.call(text)
        if kind == "name" or text in (".", "..", "/"):
            return self.path(text)
        raise ExpressionFault(f"“{text}”处看不懂", f"cannot read on at “{text}”")

    def call(self, name: str) -> Tree:
        if name == "instance":
            return self.instance()
        self.expect("(")
        if name == "current":
            self.expect(")")
            return self.path("current()")
        if name == "position":
            return self.position()
        if name not in ARITY:
            zh, en = INSTEAD.get(name, ("", ""))
            raise ExpressionFault(
                f"函数 {name}() 不在可用的函数里{';' + zh if zh else ''}",
                f"the function {name}() is not in the list{'; ' + en if en else ''}",
            )
        if name == "jr:choice-name":
            return self.choice_name()
        return self.applied(name, self.operands(name))

    def operands(self, name: str) -> list[Tree]:
        """The operands of a call up to its bracket, as many as the function takes."""
        found: list[Tree] = []
        while self.peek() != ")":
            if found:
                self.expect(",")
            found.append(self.expression(0))
        self.expect(")")
        fewest, most = ARITY[name]
        if not fewest <= len(found) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}–{most}"
            raise ExpressionFault(
                f"函数 {name}() 要{wanted}个参数,写了{len(found)}个",
                f"{name}() takes {wanted} arguments, not {len(found)}",
            )
        return found

    def applied(self, name: str, operands: list[Tree]) -> Tree:
        """The call as a node; what must be literal is, and lookups become what they stand for."""
        if name in ("not", "if"):
            self.yes_no(operands[0])
        if name == "indexed-repeat":
            return self.indexed(operands)
        takes_many = MANY.get(name) == len(operands) - 1
        for operand in operands[: len(operands) - takes_many]:
            self.one(operand)
        if name == "regex":
            operands[1] = self.pattern(operands[1])
        if name == "format-date":
            _check_date_format(operands[1])
        if name == "pulldata":
            return self.pulldata(operands)
        return [name, *operands]

    def position(self) -> Tree:
        """`position(..)` in a repeat; inside a condition `position()` of the row, `position(current()/..)` of ours."""
        rows = bool(self.frames) and self.frames[-1] is not None
        steps = ""
        while self.peek() != ")" or steps == "current(":
            steps += self.take()[1]
        self.expect(")")
        inside = any(self.place.path[: len(r)] == r for r in self.place.repeats)
        if rows and steps == "":
            return ["position"]
        if inside and (steps == "current()/.." or (steps == ".." and not self.frames)):
            return ["outer", ["position"]] if rows else ["position"]
        raise ExpressionFault(
            "position(..) 只能用在重复组里,position() 只能用在重复组的 [条件] 里",
            "position(..) only has a meaning inside a repeat, position() only inside a condition on one",
        )

    def choice_name(self) -> Tree:
        """`jr:choice-name(value, '${question}')`: the Chinese words of a choice."""
        value = self.expression(0)
        self.expect(",")
        steps = [step.strip() for step in self.literal().strip().split("/")]
        self.expect(")")
        path = tuple(steps[2:])
        if steps[:2] != ["", self.place.root] or path not in self.place.lists:
            raise ExpressionFault(
                "jr:choice-name 的第二个参数要写成 '${选择题}'",
                "the second argument of jr:choice-name is '${a select}'",
            )
        return ["rows", self.place.lists[path], "label", ["=", ["col", "name"], value]]

    def pulldata(self, operands: list[Tree]) -> Tree:
        table, wanted, key, value = operands
        if not all(isinstance(text, str) for text in (table, wanted, key)):
            raise ExpressionFault(
                "pulldata 的表名和列名要直接写成文字", "pulldata: table and columns must be literal texts"
            )
        self.known_table(table)
        return ["rows", table, wanted, ["=", ["col", key], ["string", value]]]

    def indexed(self, operands: list[Tree]) -> Tree:
        asked, repeat, row = operands
        if not (_is_ref(asked) and _is_ref(repeat) and asked[1].startswith(repeat[1] + "/")):
            raise ExpressionFault(
                "indexed-repeat 要写成 indexed-repeat(${题目}, ${重复组}, 行号)",
                "write indexed-repeat(${question}, ${repeat}, row number)",
            )
        if any(frame is not None for frame in self.frames):
            raise ExpressionFault("[条件] 里不能用 indexed-repeat", "indexed-repeat cannot stand inside a condition")
        return ["where", asked[1], 0, ["=", ["position"], ["outer", row]]]

    def pattern(self, operand: Tree) -> str:
        if not isinstance(operand, str):
            raise ExpressionFault("regex() 的格式要直接写成文字", "the pattern of regex() must be a literal")
        try:
            return plain_pattern(operand)
        except PatternFault as fault:
            raise ExpressionFault(fault.zh, fault.en) from fault


def walk(tree: Tree, visit: Callable[[list[Tree]], None]) -> None:
    """Call `visit` on every node of a tree, literals left out."""
    if isinstance(tree, list):
        visit(tree)
        for operand in tree[1:]:
            walk(operand, visit)
