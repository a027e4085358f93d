"""docs/indicators.md is written here: every line of the scheme with its source, its tests and a worked example.

RUHU_WRITE_DOCS=1 writes the page anew; otherwise it must be up to date. What it prints has just been computed: an
example whose numbers no longer come out fails before the page is compared.
"""

import ast
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.figures.indicators.assemble import Figures
from app.figures.indicators.catalogue import Indicator
from app.figures.indicators.yc2017 import INDICATORS, SCHEME
from app.kernel import terms
from tests.rooms.indicators.goldens import GOLDEN, Golden
from tests.rooms.indicators.test_counting import CASES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "indicators.md"
READ = ("test_goldens.py", "test_counting.py", "test_incomes.py", "test_round_figures.py")
EXAMPLE = "test_the_worked_example_of_each_line"
CODE = re.compile(r"^(I\d\d)(\.|$)")
ARROWS = {"up": "↑", "down": "↓", "none": "–"}


@pytest.mark.parametrize("code", GOLDEN)
def test_the_worked_example_of_each_line(code: str) -> None:
    golden = GOLDEN[code]
    main = Figures(golden.counties, [code])[code]
    found = next((part for part in main.parts if part.part == golden.part), main) if golden.part else main

    assert (found.numerator, found.denominator) == (golden.numerator, golden.denominator)
    if code != "I05":  # a count of three items, which is no rate
        assert found.rate == golden.rate


def test_every_line_has_an_example_or_waits_for_its_room() -> None:
    assert {code for code, line in INDICATORS.items() if not line.waits_for} == set(GOLDEN)


def test_every_line_names_a_source_that_is_marked_as_notice_public_or_ours() -> None:
    for line in INDICATORS.values():
        for text in (line.source.zh, line.source.en, *(each.source.zh for each in line.benchmarks)):
            assert re.search(r"\[[SPD]\]", text), line.code
        assert line.source.needs, line.code


def named_tests() -> Mapping[str, list[str]]:
    """Code → names of the tests that name it, read from their source."""
    found: dict[str, list[str]] = {code: [] for code in INDICATORS}
    for file in READ:
        for name, codes in named_in(Path(__file__).with_name(file)):
            for code in codes & set(found):
                found[code].append(name)
    return found


def named_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            matches = [CODE.match(text) for text in texts if isinstance(text, str)]
            yield node.name, {match.group(1) for match in matches if match}


def example(code: str, golden: Golden | None) -> str:
    if golden is None:
        return "—"
    part = f" ({INDICATORS[code].part(golden.part).en})" if golden.part else ""  # type: ignore[union-attr]
    rate = "" if code == "I05" else f" = **{golden.rate} %**"
    return f"{golden.name}: {golden.numerator:,}/{golden.denominator:,}{rate}{part}"


def borders_of(line: Indicator) -> list[str]:
    """The border cases of a line and its parts, by their names."""
    return [name for name, (_, cell, _) in CASES.items() if cell.partition(".")[0] == line.code]


def block(line: Indicator, tests: list[str]) -> str:
    borders = borders_of(line)
    names = [f"`{name}`" for name in ([EXAMPLE] if line.code in GOLDEN else []) + tests]
    if borders:
        names.append(f"`test_each_line_of_the_scheme_at_its_borders` ({'; '.join(borders)})")
    rows = [
        ("formula", f"{line.formula_en}<br>{line.formula_zh}"),
        ("left out", f"{line.excluded_en}<br>{line.excluded_zh}" if line.excluded_en else "—"),
        ("good is · target · unit", f"{ARROWS[line.direction]} · {line.target.text() if line.target else 'none'} · "
         f"{terms.label('figure_unit', line.unit.value, 'en')}, {terms.label('figure_stratum', line.stratum, 'en')}"),
        ("beside it", "; ".join(part.en for part in line.parts) or "—"),
        ("published", "; ".join(f"{b.text} {b.en} ({b.source.en})" for b in line.benchmarks) or "—"),
        ("source", f"{line.source.en}<br>{line.source.zh}"),
        ("requirements", ", ".join(line.source.needs)),
        ("worked example", example(line.code, GOLDEN.get(line.code))),
        ("tests", f"waits for the room “{line.waits_for}”" if line.waits_for else "; ".join(names)),
    ]  # fmt: skip
    head = f"## {line.code} {line.zh} · {line.en}\n\n| | |\n|---|---|\n"
    return head + "\n".join(f"| {name} | {text} |" for name, text in rows) + "\n"


def page() -> str:
    tests = named_tests()
    lines = INDICATORS.values()
    short = [
        f"| [{line.code}](#{line.code.lower()}-{anchor(line)}) | {line.zh} {line.en} | "
        f"{ARROWS[line.direction]} | {line.target.text() if line.target else '—'} | "
        f"{example(line.code, GOLDEN.get(line.code))} | {how_many(line, tests[line.code])} |"
        for line in lines
    ]
    table = ["| | indicator | good | target | worked example | tests |", "|---|---|---|---|---|---|", *short]
    return "\n".join([HEAD.format(scheme=SCHEME), *table, "", *(block(line, tests[line.code]) for line in lines)])


def how_many(line: Indicator, tests: list[str]) -> str:
    return "waits" if line.waits_for else str((line.code in GOLDEN) + len(tests) + len(borders_of(line)))


def anchor(line: Indicator) -> str:
    text = f"{line.zh} · {line.en}".lower()
    return "".join(sign for sign in text.replace(" ", "-") if sign.isalnum() or sign in "-_")


HEAD = """# The indicators

Written by tests/rooms/indicators/test_indicators_page.py (`RUHU_WRITE_DOCS=1`) from scheme `{scheme}` and the examples
that the tests compute. [S] is the notice itself, [P] public material, [D] a decision of ours. Rates have two decimals,
half up; every decision is taken on the whole numbers before them. An interval is exact where there is a target (5 % a
side), Wilson's elsewhere (95 %), both over households. G1 … are the golden examples of the trade; the other examples
are made of invented households. What waits for its room prints no figure.
"""


def test_the_page_says_what_the_tests_compute() -> None:
    written = page()
    if os.environ.get("RUHU_WRITE_DOCS") == "1":
        PAGE.write_text(written, "utf-8")

    assert PAGE.read_text("utf-8") == written, "run this test with RUHU_WRITE_DOCS=1"
