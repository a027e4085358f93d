"""docs/flags.md is written here: every doubt with its rule, its reasons, when it is asked, and the tests that raise it.

RUHU_WRITE_DOCS=1 writes the page anew; otherwise it must be up to date.
"""

import ast
import os
import re
from pathlib import Path

import app
from app.doors.desk.doubts_words import EVIDENCE, evidence_of
from app.doors.desk.words import Voice
from app.findings.quality.catalogue import FLAGS, Asked
from app.findings.quality.models import Flag
from app.findings.quality.overview import OF_MANY
from app.kernel import terms

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "flags.md"
QUALITY = Path(app.__file__).parent / "findings" / "quality"
READ = ("tests/rooms/quality", "tests/doors", "tests/rooms/households", "tests/rooms/draw")
HEAD = """# Quality flags

Written by tests/rooms/quality/test_flags_page.py (RUHU_WRITE_DOCS=1); rules and sources: domain notes of the trade, as
data in `app/findings/quality/catalogue.py`, thresholds beside each rule.

A flag is a question to a supervisor. It refuses, hides and changes no record; a person other than the record's author
explains, corrects or rejects (页面 `/reviews`, API `/api/v1/reviews` and `/api/v1/flags/{op_id}/{code}`). What many
records show together is looked for every hour, wherever anything came since (decision 0076); when its ground is gone
such a flag lapses by itself. Grave open flags count in I40. `/flags` lists the kinds with their numbers.

What still waits, each for one thing: pauses longer than two minutes are not taken off an interview's time (F05) until
phones report them; loans against a register of loans (F16) and the texts of plans (F17) come with the room of
programmes, which hands its texts to `patterns.repeated_words`; copies are looked for within a county, never across,
because no county may learn from another's records.
"""


def reasons() -> dict[str, list[str]]:
    """Code → reasons, as terms name them."""
    found: dict[str, list[str]] = {flag.code: [] for flag in FLAGS}
    for key in terms.TERMS["doubt"]:
        code, _, reason = key.partition(".")
        found[code].append(reason)
    return found


def named_tests() -> dict[str, list[str]]:
    """Code → tests whose function names the code; a table's name stands for its cases."""
    found: dict[str, list[str]] = {flag.code: [] for flag in FLAGS}
    for folder in READ:
        for path in sorted((ROOT / folder).glob("test_*.py")):
            if path == Path(__file__):
                continue
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    for code in sorted(set(re.findall(r"\bF(?:0[1-9]|1[0-7])\b", ast.unparse(node)))):
                        found[code].append(f"{path.name}::{node.name}")
                    if path.name == "test_field.py" and "flagged" in node.name:
                        found["F13"].append(f"{path.name}::{node.name}")
                elif isinstance(node, ast.AnnAssign | ast.Assign) and path.name == "test_doubts.py":
                    for code in sorted(set(re.findall(r"'(F\d\d)'", ast.unparse(node)))):
                        found[code].append(f"{path.name}::test_each_rule_at_its_border")
    return {code: list(dict.fromkeys(names)) for code, names in found.items()}


def page() -> str:
    lines = [HEAD]
    tests = named_tests()
    for flag in FLAGS:
        asked = ", ".join(terms.label("flag_asked", each, "en") for each in flag.asked)
        lines += [
            f"## {flag.code} {flag.zh} · {flag.en}\n",
            f"{flag.rule_zh}。\n\n{flag.rule_en[0].upper()}{flag.rule_en[1:]}.\n",
            f"- asked {asked}",
            *(
                f"- `{reason}` {terms.label('doubt', f'{flag.code}.{reason}')} · "
                f"{terms.label('doubt', f'{flag.code}.{reason}', 'en')}"
                for reason in reasons()[flag.code]
            ),
            f"- {flag.do_zh} {flag.do_en}",
            f"- tests: {', '.join(tests[flag.code])}\n",
        ]
    return "\n".join(lines)


def test_the_page_is_up_to_date() -> None:
    if os.environ.get("RUHU_WRITE_DOCS") == "1":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_doubt_has_a_test_that_raises_it() -> None:
    assert [code for code, names in named_tests().items() if not names] == []


def test_the_catalogue_says_when_each_is_asked() -> None:
    passed = {code for code, _ in OF_MANY}
    assert {flag.code for flag in FLAGS if Asked.PASS in flag.asked} == passed
    alone = (QUALITY / "doubts.py").read_text(encoding="utf-8")
    assert {flag.code for flag in FLAGS if Asked.RECORD in flag.asked} == set(re.findall(r'Doubt\("(F\d\d)"', alone))
    assert {(code, reason) for code, each in reasons().items() for reason in each} >= OF_MANY


def test_every_number_of_a_doubt_is_told_in_words() -> None:
    """The numbers that rules give and the words that tell them name the same things, in both languages."""
    given: dict[str, set[str]] = {}
    for path in sorted(QUALITY.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for code, reason in re.findall(r'Doubt\(\s*"(F\d\d)", "(\w+)", Severity\.\w+, (?:\{|detail)', text):
            given.setdefault(f"{code}.{reason}", set())
    told = {f"F01.{reason}" for reason in reasons()["F01"] if reason != "village"} | set(given)
    assert set(EVIDENCE) == told
    for said in EVIDENCE.values():
        assert set(re.findall(r"\{(\w+)\}", said.zh)) == set(re.findall(r"\{(\w+)\}", said.en))


def test_spans_and_large_numbers_are_told_as_people_say_them() -> None:
    short = Flag(code="F05", reason="short", severity="high", state="open", detail={"seconds": 207})
    income = Flag(
        code="F16", reason="below_line", severity="mid", state="open", detail={"income": 12951, "line": 29520}
    )

    assert evidence_of(short, Voice("zh")) == "用时3分27秒"
    assert evidence_of(short, Voice("en")) == "it took 3 min 27 s"
    assert evidence_of(income, Voice("zh")) == "人均12,951元,标准是29,520元"
    assert evidence_of(Flag(code="F05", reason="short", detail={}), Voice("zh")) == ""
