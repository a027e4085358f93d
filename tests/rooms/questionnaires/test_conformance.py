"""docs/forms-conformance.md is written from the tests' own data: what of XLSForm runs here, and what holds it.

RUHU_WRITE_DOCS=1 writes the page anew; otherwise it must be up to date.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.survey.questionnaires.expressions import ARITY, INSTEAD
from app.survey.questionnaires.subset import (
    APPEARANCES,
    ASKED,
    COLUMNS_INSTEAD,
    FILE_SELECTS,
    PARAMETERS,
    SELECTS,
    SILENT,
    TYPES_INSTEAD,
)
from tests.rooms.questionnaires import oracle
from tests.rooms.questionnaires.corpus import CORPUS

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "forms-conformance.md"
CASES = ROOT / "tests" / "contracts" / "cases" / "form_expressions.json"
PATHS = ("operators", "division", "comparisons", "logic", "dates", "conditions", "instance")
CONTROLS = "tests/browser/test_controls.py"


def nodes_of(tree: object) -> Iterator[str]:
    """Names of all functions in a tree."""
    if isinstance(tree, list) and tree:
        yield str(tree[0])
        for operand in tree[1:]:
            yield from nodes_of(operand)


@cache
def asked_of() -> Counter[str]:
    """How many kept cases of the engine each form has."""
    return Counter(case.subject.name for case in oracle.kept_cases())


def functions() -> list[str]:
    """One line a function: arguments, forms of the corpus, cases of the engine, cases that both twins run."""
    shared = Counter(
        name for case in json.loads(CASES.read_text("utf-8"))["cases"] for name in set(nodes_of(case["tree"]))
    )
    lines = ["| function | arguments | forms | asked of the engine | shared cases |", "|---|---|---|---|---|"]
    for name, (fewest, most) in sorted(ARITY.items()):
        forms = [sample.name for sample in CORPUS if uses(sample.survey, name)]
        asked = sum(asked_of()[form] for form in forms)
        count = str(fewest) if fewest == most else f"{fewest}–{most}"
        lines.append(f"| `{name}()` | {count} | {len(forms)} | {asked} | {shared[name] or ''} |")
    for name in PATHS:
        lines.append(f"| {name} | | 1 | {asked_of()[f'function {name}']} | |")
    return lines


def uses(survey: list[list[str]], function: str) -> bool:
    """Whether a rule of the form calls a function."""
    call = re.compile(rf"(?<![\w:-]){re.escape(function)}\(")
    return any(call.search(cell) for row in survey for cell in row)


def types() -> list[str]:
    """One line a type: forms of the corpus, cases of the engine, its parameters."""
    lines = ["| type | parameters | forms | asked of the engine |", "|---|---|---|---|"]
    for kind in [
        *sorted(ASKED),
        *sorted(SELECTS),
        *sorted(FILE_SELECTS),
        "begin_group",
        "begin_repeat",
        *sorted(SILENT),
    ]:
        forms = [each.name for each in CORPUS if any(row[0].split()[:1] == [kind] for row in each.survey)]
        asked = sum(asked_of()[form] for form in forms)
        given = " ".join(f"`{name}`" for name in sorted(PARAMETERS.get(kind, ())))
        lines.append(f"| {kind} | {given} | {len(forms)} | {asked} |")
    return lines


def differences() -> list[str]:
    """One line a meant difference, and how often the kept cases show it."""
    seen: Counter[str | None] = Counter()
    for case in oracle.kept_cases():
        said = oracle.ours(case.subject, case.answers, case.today)
        seen.update(each.reason for each in oracle.compare(case, said)[1])
    lines = ["| what | here | engine | why | kept cases |", "|---|---|---|---|---|"]
    for name, reason in oracle.REASONS.items():
        lines.append(f"| {reason.what} | {reason.ours} | {reason.engine} | {reason.why} | {seen[name]} |")
    return lines


def refused() -> list[str]:
    """What publishing refuses by name, and what to write instead."""
    told = [
        *((f"type {name}", instead) for name, instead in TYPES_INSTEAD.items()),
        *((f"column {name}", instead) for name, instead in COLUMNS_INSTEAD.items()),
        *((f"{name}()", instead) for name, instead in INSTEAD.items() if name not in ARITY),
    ]
    return ["| refused | 改写 | instead |", "|---|---|---|", *(f"| {what} | {zh} | {en} |" for what, (zh, en) in told)]


def page() -> str:
    """The whole page."""
    checks = 0
    cases = list(oracle.kept_cases())
    for case in cases:
        checks += oracle.compare(case, oracle.ours(case.subject, case.answers, case.today))[0]
    appearances = " ".join(f"`{each}`" for each in sorted(APPEARANCES))
    held = f"{len(cases)} kept cases of {len(oracle.subjects())} forms (the five of the house among them), {checks:,}"
    parts = [
        HEAD.format(engine=oracle.engine_version(), held=held),
        "\n".join(["## Functions", "", *functions(), ""]),
        "\n".join(["## Types", "", *types(), "", f"Appearances: {appearances}.", LOOKS, ""]),
        "\n".join(["## Where the engine says something else", "", ON_PURPOSE, "", *differences(), "", NOT_COMPARED]),
        "\n".join(["## Refused, and what to write instead", "", *refused(), ""]),
    ]
    return "\n".join(parts)


HEAD = """# What of XLSForm runs here

Written by tests/rooms/questionnaires/test_conformance.py (`RUHU_WRITE_DOCS=1`), from the lists that publishing enforces
and the cases that the tests run. Everything that is not named here is refused at publishing.

Held against {engine}:
{held} checks in every run:
whether a question is shown, required, within its constraint, with which words; every calculation; every note; what a
filtered or shuffled list offers. `make nightly` asks the engine itself, 40 random cases a form. Server, phone and the
server's compiled function say the same of all of them.
"""
LOOKS = "How they look and are answered on the phone is walked in tests/browser/test_controls.py."
ON_PURPOSE = (
    "Each on purpose; a difference without its line here fails the tests, and so does a line without its difference."
)
NOT_COMPARED = """Not compared, because the engine cannot be asked: a time without seconds (the engine wants
`08:30:00.000`, the phone keeps `08:30`), whole numbers beyond 32 bits (blank there, kept here to 15 digits), answers
of a wrong type or outside the list (cannot be entered there, refused here), the text of a day that never was
(`2026-02-29` in a text question stops the engine), a text as the seed of a shuffled list (hashed there, 0 here),
patterns that are not anchored (refused here).
"""


def test_the_page_says_what_the_tests_hold() -> None:
    written = page()
    if os.environ.get("RUHU_WRITE_DOCS") == "1":
        PAGE.write_text(written, "utf-8")

    assert PAGE.read_text("utf-8") == written, "run this test with RUHU_WRITE_DOCS=1"


def test_every_function_and_type_has_a_form_that_the_engine_was_asked_about() -> None:
    cells = [line.strip("| ").split(" | ") for line in [*functions()[2:], *types()[2:]]]

    assert [row[0] for row in cells if "0" in row[-2:]] == []
