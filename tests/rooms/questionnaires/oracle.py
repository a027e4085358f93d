"""The ODK engine beside our evaluators: the same answers entered into both, and what each says of them.

The engine (`@getodk/xforms-engine`, in Node, tests/oracle_node) is the judge of what an XForm means. Its verdicts are
kept in oracle_answers.jsonl, one case a line, so that every run compares with them without installing it; the nightly
run asks the engine itself, about those cases and many more. `python -m tests.rooms.questionnaires.oracle` asks it
anew and writes the file.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.survey.questionnaires.compiler import compile_bytes
from app.survey.questionnaires.rules import choices, fill, fits, validate, walk
from app.survey.questionnaires.shape import shape
from app.survey.questionnaires.state import (
    LEAVES,
    Answers,
    Form,
    Location,
    Node,
    State,
    compute,
    load,
    path_of,
    pointer,
    put,
)
from app.survey.questionnaires.tables import FORMS, builtin_workbook
from app.survey.questionnaires.values import BLANK
from hatch_build import npm_command
from tests.rooms.questionnaires.corpus import CORPUS
from tests.rooms.questionnaires.random_answers import plausible_answers, random_answers

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parents[1] / "oracle_node"
KEPT = HERE / "oracle_answers.jsonl"
DAYS = ["2026-11-24", "2017-05-20", "2024-02-29"]
TYPED = frozenset(["calculate", "start", "end", "today", "audit", "note"])
"""Kinds that nobody types into."""
UNENTERED = ("", "-0", "2026-02-29")
"""The engine stops with an error at a text that looks like a day that never was; minus nought is nobody's answer."""
SEEDS = ["7", "123456789", "0.4837", "1", "2147483646", "99999999999"]
DECIMALS = ["0.1", "1.005", "2.5", "-2.5", "0.5", "-0.5", "3.14159", "100.25", "-7", "0", "0.015", "1234.5678"]


@dataclass(frozen=True)
class Subject:
    """A form that both are asked about."""

    name: str
    form: Form
    xml: str
    media: dict[str, str]
    sha256: str


@cache
def subjects() -> dict[str, Subject]:
    """The five, and the corpus with its torture form."""
    found = {}
    for form_id in FORMS:
        made = compile_bytes(builtin_workbook(form_id))
        found[form_id] = Subject(form_id, load(made.json), made.xml, {}, made.sha256)
    for each in CORPUS:
        media = {name: content.decode() for name, content in each.media.items()}
        found[each.name] = Subject(each.name, each.form, each.compiled.xml, media, each.compiled.sha256)
    return found


MOST_ROWS = 12
"""Rows of a counted repeat: the engine makes a million when it is told to, ours stop at 200."""


def entered(form: Form, rng: random.Random, today: str) -> Answers:
    """Random answers that a client of the engine can enter: right types, offered choices, not too many rows."""
    while True:
        answers = _drawn(form, rng, today)
        state = compute(form, answers, today)
        if all(state.count_rows(at) <= MOST_ROWS for node, at in walk(state) if node.kind == "repeat"):
            return answers


def _drawn(form: Form, rng: random.Random, today: str) -> Answers:
    answers = _well_chosen(form, rng, today)
    for path, node in form.by_path.items():
        if node.item.get("seed"):
            put(answers, path, rng.choice(SEEDS))
        if node.kind == "decimal" and not node.repeats and rng.random() < 0.5:
            put(answers, path, rng.choice(DECIMALS))
    return answers


def _well_chosen(form: Form, rng: random.Random, today: str) -> Answers:
    counted = any("count" in node.item for node in form.by_path.values())
    plausible = not counted and rng.random() < 0.3
    rough = plausible_answers(form, rng, today) if plausible else random_answers(form, rng, rng.choice([0.0, 0.1, 0.5]))
    answers = shape(form, rough).answers
    for _ in range(20):
        state = compute(form, answers, today)
        wrong = [reason.pointer for reason in validate(state) if reason.code in ("type", "choice")]
        if not wrong:
            break
        for at in wrong:
            put(answers, _location(at), "")
    return _kept(compute(form, answers, today), form.nodes, answers, ())


def _kept(state: State, nodes: tuple[Node, ...], answers: Answers, above: Location) -> Answers:
    """Without what nobody types. Answers to what is hidden stay: they were given before something hid them."""
    out: Answers = {}
    for node in nodes:
        given, here = answers.get(node.name), (*above, node.name)
        if node.kind == "repeat" and isinstance(given, list):
            rows = given[: state.count_rows(here)]
            out[node.name] = [_kept(state, node.children, row, (*here, at)) for at, row in enumerate(rows)]
        elif node.kind == "group" and isinstance(given, dict):
            out[node.name] = _kept(state, node.children, given, here)
        elif isinstance(given, str) and node.kind in LEAVES - TYPED and _can_be_typed(state.form, node, given):
            out[node.name] = _as_typed(state.form, node, given)
    return out


def _can_be_typed(form: Form, node: Node, text: str) -> bool:
    if "list" in node.item:
        listed = {choice["value"] for choice in form.data["choices"][node.item["list"]]}
        return set(text.split(" ")) <= listed
    return text.strip(BLANK) == text and text not in UNENTERED and fits(node.kind, text)


def _as_typed(form: Form, node: Node, text: str) -> str:
    """The engine keeps ticked options in the order of their list, whatever the order of ticking; a time has minutes."""
    if node.kind == "time":
        return text[:5]
    if node.kind in ("integer", "decimal") and not -(2**31) <= float(text) < 2**31:
        return "1"
    if node.kind != "select_multiple":
        return text
    listed = [choice["value"] for choice in form.data["choices"][node.item["list"]]]
    return " ".join(sorted(text.split(" "), key=listed.index))


def _location(at: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in at.split("/")[1:])


def request(subject: Subject, answers: Answers, today: str) -> dict[str, Any]:
    """What the engine is told: rows of every repeat, then the answers in the form's order (a time with seconds)."""
    state = compute(subject.form, answers, today)
    rows, sets = [], []
    for node, at in walk(state):
        if node.kind == "repeat":
            rows.append([pointer(at), state.count_rows(at)])
        elif node.kind in LEAVES and node.kind not in TYPED:
            text = _sent(answers, at)
            if text or "default" in node.item:
                sets.append([pointer(at), f"{text}:00.000" if text and node.kind == "time" else text])
    return {"form": subject.name, "today": today, "rows": rows, "sets": sets}


def _sent(answers: Answers, at: tuple[str | int, ...]) -> str:
    found: Any = answers
    for step in at:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return found if isinstance(found, str) else ""


def ours(subject: Subject, answers: Answers, today: str) -> dict[str, Any]:
    """Our server's verdict in the engine's words."""
    state = compute(subject.form, answers, today)
    said: dict[str, Any] = {"nodes": 0, "hidden": [], "values": {}, "errors": [], "notes": [], "offered": {}}
    for node, at in walk(state):
        said["nodes"] += 1
        if node.kind == "audit":
            continue
        here = pointer(at)
        if not state.relevant(at):
            if len(at) == 1 or state.relevant(at[:-1]):
                said["hidden"].append(here)
        elif node.kind == "note":
            said["notes"].append([here, fill(state, node.item["label"]["zh"], at)])
        elif node.kind in LEAVES:
            if node.kind == "calculate" and (text := state.value(at)):
                said["values"][here] = text
            if {"filter", "shuffle"} & node.item.keys():
                said["offered"][here] = " ".join(each["value"] for each in choices(state, node, at))
    said["errors"] = [[reason.pointer, reason.code, reason.zh] for reason in validate(state)]
    return said


def ask_engine(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The engine's verdicts, in the order of the requests."""
    node = node_environment()
    asked = {each["form"]: subjects()[each["form"]] for each in requests}
    lines = [json.dumps({"define": s.name, "xml": s.xml, "media": s.media}) for s in asked.values()]
    lines += [json.dumps(each) for each in requests]
    done = subprocess.run(
        ["node", str(ENGINE / "ask.mjs")],
        input="\n".join(lines).encode() + b"\n",
        capture_output=True,
        check=False,
        env={**node, "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@cache
def node_environment() -> dict[str, str]:
    """The environment with node and the engine installed from its lock."""
    npm, environment = npm_command()
    if not (ENGINE / "node_modules" / "@getodk").is_dir():
        subprocess.run([*npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=ENGINE, env=environment, check=True)
    return environment


@dataclass(frozen=True)
class Reason:
    """A difference that is meant: what, ours, the engine's, and why."""

    what: str
    ours: str
    engine: str
    why: str


REASONS = {
    "nothing to add": Reason(
        "`sum()` of no rows", "0", "blank", "XPath 1.0 §4.4: the sum of an empty node-set is 0; a total of nothing is 0"
    ),
    "hidden rows": Reason(
        "`count()`, `max()` over a repeat or question that is hidden", "left out", "counted, or blank for all",
        "what is not asked is no answer, so it neither counts nor blanks the rest",
    ),
    "division by zero": Reason(
        "`x div 0`", "blank", "Infinity", "JSON and a villager's form have no Infinity; a blank is seen and asked about"
    ),
    "digits as typed": Reason(
        "a decimal question read as text", "2016", "2016.0", "the answer is kept byte for byte as it was typed"
    ),
    "amounts as texts": Reason(
        "`${whole} = ${decimal}` of one amount", "true", "false",
        "the engine compares the texts 21 and 21.0; whoever writes = means the amount",
    ),
    "rare characters": Reason(
        "`string-length()`, `substr()` of characters beyond U+FFFF, as in some names", "𠮷 is 1", "𠮷 is 2",
        "a character is what a reader sees as one; 500 characters are 500 of them",
    ),
}  # fmt: skip
HIDDEN_ROWS = {("torture", "/g/rows"), ("torture", "/g/biggest"), ("a repeat that is hidden", "/g/c")}


@dataclass(frozen=True)
class Case:
    """Answers to a form on a day, and what the engine said of them."""

    subject: Subject
    today: str
    answers: Answers
    engine: dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing on which the two disagree, with its reason or none."""

    form: str
    part: str
    at: str
    ours: str
    engine: str
    reason: str | None


def compare(case: Case, said: dict[str, Any]) -> tuple[int, list[Difference]]:
    """How many things were compared, and what differs."""
    subject, engine = case.subject, case.engine
    if "failed" in engine:
        return 1, [Difference(subject.name, "failed", "", "", engine["failed"], None)]
    checks, found = said["nodes"], []  # whether each of them is shown
    for part in ("hidden", "errors", "notes", "values", "offered"):
        ours_, theirs = _told(part, said[part]), _told(part, engine[part])
        if part == "offered":
            theirs = {at: text for at, text in theirs.items() if at in ours_}
        for at in sorted(ours_.keys() | theirs.keys()):
            checks += 1
            a, b = ours_.get(at, ""), theirs.get(at, "")
            if a != b and not (part == "errors" and b == b.partition(":")[0] + ":" and a.startswith(b)):
                found.append(Difference(subject.name, part, at, a, b, _reason(case, part, at, a, b)))
    return checks, found


def _told(part: str, said: Any) -> dict[str, str]:
    if isinstance(said, dict):
        return said
    if part == "hidden":
        return dict.fromkeys(said, "hidden")
    if part == "errors":
        return {at: f"{code}:{words.strip()}" for at, code, words in said}
    return {at: words.strip() for at, words in said}


def _reason(case: Case, part: str, at: str, ours_: str, engine: str) -> str | None:
    subject = case.subject
    if part == "errors" and any(ord(char) > 0xFFFF for char in _sent(case.answers, _location(at))):
        return "rare characters"
    if part in ("errors", "notes") and engine.replace(".0", "") == ours_:
        return "digits as typed"
    if part != "values":
        return None
    tree = subject.form.by_path[path_of(_location(at))].item.get("calculation")
    rule = json.dumps(tree)
    if (subject.name, at) in HIDDEN_ROWS:
        return "hidden rows"
    if ours_ == "0" and engine == "" and '"sum"' in rule:
        return "nothing to add"
    if ours_ == "" and engine.lstrip("-") == "Infinity" and '"div"' in rule:
        return "division by zero"
    if _compares_amounts(subject.form, tree):
        return "amounts as texts"
    return "digits as typed" if engine == ours_ + ".0" else None


def _compares_amounts(form: Form, tree: Any) -> bool:
    """Two questions told equal or not, one of them a decimal."""
    if not isinstance(tree, list) or tree[0] not in ("=", "!="):
        return False
    sides = [side for side in tree[1:] if isinstance(side, list) and side[0] == "ref"]
    return len(sides) == 2 and "decimal" in {form.by_path[tuple(side[1].split("/"))].kind for side in sides}


TOLD: list[tuple[str, Answers]] = [
    ("function division", {"g": {"n": "7", "m": "0"}}),
    ("function comparisons", {"g": {"n": "21", "m": "21"}}),
    ("type text", {"g": {"a": "𠮷𠮷𠮷"}}),
]
"""Cases that chance rarely draws."""


def draw_cases(seed: str, each: int) -> list[tuple[Subject, str, Answers]]:
    """Random answers to every form; the five get three times as many."""
    drawn = [(subjects()[name], DAYS[0], answers) for name, answers in TOLD]
    for subject in subjects().values():
        rng = random.Random(f"{seed} {subject.name}")
        for _ in range(each * (3 if subject.name in FORMS else 1)):
            today = rng.choice(DAYS)
            drawn.append((subject, today, entered(subject.form, rng, today)))
    return drawn


def asked(drawn: list[tuple[Subject, str, Answers]]) -> list[Case]:
    """The cases with the engine's verdicts."""
    said = ask_engine([request(subject, answers, today) for subject, today, answers in drawn])
    return [Case(*one, verdict) for one, verdict in zip(drawn, said, strict=True)]


def kept_cases() -> Iterator[Case]:
    """The cases that were asked and written down. Raises when a form has changed since."""
    for line in KEPT.read_text("utf-8").splitlines()[1:]:
        told = json.loads(line)
        subject = subjects()[told["form"]]
        assert told["sha256"] == subject.sha256[:12], f"{subject.name} changed: python -m {__spec__.name}"
        yield Case(subject, told["today"], told["answers"], told["engine"])


def engine_version() -> str:
    """Name and version of the engine, by the lock."""
    lock = json.loads((ENGINE / "package-lock.json").read_text("utf-8"))
    return f"@getodk/xforms-engine {lock['packages']['node_modules/@getodk/xforms-engine']['version']}"


def write_kept(each: int = 6) -> None:
    """Ask the engine anew and write what it said."""
    lines = [json.dumps({"engine": engine_version(), "seed": "kept"})]
    for case in asked(draw_cases("kept", each)):
        offered = ours(case.subject, case.answers, case.today)["offered"]
        engine = {**case.engine}
        engine["offered"] = {at: text for at, text in engine.get("offered", {}).items() if at in offered}
        told = {"form": case.subject.name, "sha256": case.subject.sha256[:12], "today": case.today}
        lines.append(json.dumps({**told, "answers": case.answers, "engine": engine}, ensure_ascii=False))
    KEPT.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    write_kept(*map(int, sys.argv[1:]))
