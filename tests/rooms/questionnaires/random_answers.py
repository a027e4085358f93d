"""Random answers: mostly what an inspector could have given, with every trap mixed in.

Seeded, so that a disagreement can be looked at again.
"""

import random
from typing import Any

from app.survey.questionnaires.rules import validate
from app.survey.questionnaires.shape import shape
from app.survey.questionnaires.state import Form, Node, compute, path_of, put

ODD = [
    "", " ", "\u3000", "0", "-0", "1e5", "+3", " 3 ", "3.", ".5", "-.5", "٣", "３", "1\n", "9" * 15, "9" * 16,
    "0.1", "1.005", "NaN", "Infinity", "true", "𠮷野家", "𠮷" * 501, "一二三四五六", "a  b", "1 1", "none none",
    "2026-02-29", "2024-02-29", "0001-01-01", "0000-01-01", "2026-11-24", "constructor", "__proto__", "toString",
    "'", '"', "<b>", "é", "e\u0301", "38.47 106.23", "38.47 106.23 0 5", "91 0 0 0", "38.47 106.23 0 -1",
    "38.47  106.23", "OK", "12:30", "24:00", "12:30:60", "2026-11-24T08:00:00.000Z", "2026-11-24T08:00:00+08:00",
    "𠮷𠮷", "𠮷" * 300,
    "0" * 400, "1" * 400,
]  # fmt: skip
INTEGERS = ["0", "1", "2", "3", "4", "5", "6", "12", "20", "21", "200", "1000", "2000", "2014", "2016", "2020", "4000",
            "5000", "20000", "99999", "100000", "300000", "1000000", "1000001", "-1", "-300000"]  # fmt: skip
UUIDS = ["0192f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6", "0192F3A4-5B6C-4D7E-8F90-A1B2C3D4E5F6", "not-a-uuid"]
INSTANTS = ["2026-11-24T01:02:03.456Z", "2026-11-24T09:02:03+08:00"]
PLACES = ["38.4872 106.2309 1110.5 8.2", "38.4872 106.2309 0 0", "-90 180 0 0", "38.4872"]


def random_answers(form: Form, rng: random.Random, oddity: float | None = None) -> dict[str, Any]:
    """Answers of the form's shape; about one in twelve is odd, about one in ten is left out."""
    return _group(form, form.nodes, rng, rng.choice([0.0, 0.02, 0.1, 0.4]) if oddity is None else oddity)


def plausible_answers(form: Form, rng: random.Random, today: str) -> dict[str, Any]:
    """Answers that mostly pass: what is wrong is answered anew until nothing is, or patience ends."""
    answers = _group(form, form.nodes, rng, oddity=0.0)
    for _ in range(25):
        wrong = validate(compute(form, shape(form, answers).answers, today))
        for reason in wrong:
            steps: list[str | int] = [int(s) if s.isdigit() else s for s in reason.pointer.split("/")[1:]]
            put(answers, tuple(steps), _leaf(form, form.by_path[path_of(tuple(steps))], rng, 0.0))
        if not wrong:
            break
    return answers


def _group(form: Form, nodes: tuple[Node, ...], rng: random.Random, oddity: float) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for node in nodes:
        if node.kind == "group":
            if rng.random() > 0.02:
                out[node.name] = _group(form, node.children, rng, oddity)
        elif node.kind == "repeat":
            if rng.random() > 0.3:
                out[node.name] = [_group(form, node.children, rng, oddity) for _ in range(rng.randrange(4))]
        elif node.kind not in ("note", "audit") and rng.random() > 0.1:
            out[node.name] = _leaf(form, node, rng, oddity)
    return out


def _leaf(form: Form, node: Node, rng: random.Random, oddity: float) -> str:
    if rng.random() < oddity:
        return rng.choice(ODD)
    if node.name == "contact_result" and rng.random() < 0.8:
        return "completed"
    if "list" in node.item:
        values = [choice["value"] for choice in form.data["choices"][node.item["list"]]]
        if node.kind == "select_one":
            return str(rng.choice(values))
        if node.kind == "rank" and rng.random() < 0.8:
            return " ".join(rng.sample(values, k=len(values)))
        return " ".join(rng.sample(values, k=min(len(values), rng.choice([1, 1, 1, 2, 3, 4]))))
    if node.kind == "range" and rng.random() < 0.8:
        return rng.choice(["0", "1", "2", "3", "4", "0.25", "0.5", "10", "11", "0.3"])
    if node.kind in ("integer", "decimal", "calculate") or node.name.startswith("filed_"):
        return rng.choice(INTEGERS)
    pools = {
        "image": UUIDS,
        "audio": UUIDS,
        "geopoint": PLACES,
        "date": ["2026-11-24", "2017-05-19", "2017-05-20", "2026-02-30"],
        "acknowledge": ["OK"],
        "time": ["08:30", "23:59:59"],
        "start": INSTANTS,
        "end": INSTANTS,
        "today": ["2026-11-24"],
    }
    return rng.choice(
        pools.get(node.kind, ["石桥村", "ab-12", "家里没人,邻居说去县城了", "短", "水管冻裂,三天没水,村里还没修"])
    )


def random_tree(form: Form, rng: random.Random, depth: int) -> Any:
    """A random expression over the form's questions, far stranger than an author would write."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([_reference, _reference, _literal, _literal])(form, rng)
    name, count = rng.choice(SHAPES)
    if name == "regex":
        return [
            "regex",
            random_tree(form, rng, depth - 1),
            rng.choice(["(?:[0-9]{1,4})", "(?:[^\\n\\r\\u2028\\u2029]+)"]),
        ]
    return [name, *(random_tree(form, rng, depth - 1) for _ in range(count))]


def _reference(form: Form, rng: random.Random) -> Any:
    path = rng.choice([path for path, node in form.by_path.items() if node.kind not in ("group", "note", "audit")])
    through = sum(1 for end in range(1, len(path) + 1) if form.by_path[path[:end]].kind == "repeat")
    return ["ref", "/".join(path), rng.randrange(through + 1)] if through else ["ref", "/".join(path)]


def _literal(form: Form, rng: random.Random) -> Any:
    return rng.choice([0, 1, 2, 0.5, 10, 1000000, "", "a", "1", "none", "𠮷", "2026-11-24", " 7 ", "9" * 15])


SHAPES = [
    *((name, 2) for name in ("and", "or", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "contains",
                             "starts-with", "ends-with", "selected", "selected-at", "coalesce", "concat", "min", "max",
                             "sum", "round", "join", "regex", "substr")),
    *((name, 1) for name in ("neg", "abs", "boolean", "count", "count-non-empty", "count-selected", "date",
                             "int", "normalize-space", "not", "number", "string", "string-length", "round",
                             "boolean-from-string", "sqrt")),
    *((name, 2) for name in ("pow", "substring-after", "substring-before")), ("translate", 3),
    ("if", 3), ("substr", 3), ("join", 3), ("today", 0), ("true", 0), ("false", 0), ("position", 0),
]  # fmt: skip
