"""The cases that both twins run (the phone's side: pwa/test/domain/form.test.ts)."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.survey.questionnaires.expressions import ARITY, parse
from app.survey.questionnaires.paths import Place
from app.survey.questionnaires.rules import fill, validate, walk
from app.survey.questionnaires.state import Form, State, compute, load, pointer
from app.survey.questionnaires.tables import FORMS
from app.survey.questionnaires.values import FUNCTIONS, to_text
from tests.rooms.questionnaires.forms_at_hand import TORTURE, TOWNS, built_in, compiled

CASES = Path(__file__).resolve().parents[2] / "contracts" / "cases"


def read(name: str) -> Any:
    return json.loads((CASES / name).read_text("utf-8"))


def form_of_cases(name: str) -> Form:
    return load((CASES / f"form_{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", FORMS)
def test_the_compiled_forms_of_the_cases_are_those_that_are_published(name: str) -> None:
    assert form_of_cases(name).data == built_in(name).data


def test_the_compiled_torture_form_is_up_to_date() -> None:
    assert form_of_cases("torture").data == json.loads(compiled(TORTURE, TOWNS).json)


@pytest.mark.parametrize("case", read("form_expressions.json")["cases"], ids=lambda case: case["name"])
def test_an_expression_means_what_the_case_says(case: dict[str, Any]) -> None:
    form = form_of_cases("torture")
    repeats = {path for path, node in form.by_path.items() if node.kind == "repeat"}
    here = tuple(step for step in case["at"] if isinstance(step, str))

    tree = parse(case["xpath"], Place("data", here, form.by_path.keys(), repeats)).tree
    state = State(form, case["answers"], "2026-11-24")

    assert tree == case["tree"]
    assert to_text(state.evaluate(tree, tuple(case["at"]))) == case["text"]


@pytest.mark.parametrize("case", read("form_cases.json"), ids=lambda case: case["name"])
def test_a_record_is_judged_as_the_case_says(case: dict[str, Any]) -> None:
    state = compute(form_of_cases(case["form"]), case["answers"], case["today"])
    wrong = validate(state)

    if not case.get("more_errors"):
        assert [[reason.pointer, reason.code] for reason in wrong] == case["errors"]
    assert {at: r.zh for r in wrong for at in case.get("messages", {}) if r.pointer == at} == case.get("messages", {})
    for at, text in case["values"].items():
        assert state.value(_place(at)) == text, at
    assert [at for at in case.get("hidden", []) if state.relevant(_place(at))] == []
    assert _warnings(state) == case["notes"]


def test_the_list_of_functions_is_closed_and_whole() -> None:
    written_as_nodes = {"if", "today", "jr:choice-name", "pulldata", "indexed-repeat", "position"}
    assert set(ARITY) == set(FUNCTIONS) | written_as_nodes


def _place(at: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in at.split("/")[1:])


def _warnings(state: State) -> list[str]:
    return [
        fill(state, node.item["label"]["zh"], at)
        for node, at in walk(state)
        if node.kind == "note" and isinstance(node.item["label"]["zh"], list) and state.relevant(at) and pointer(at)
    ]
