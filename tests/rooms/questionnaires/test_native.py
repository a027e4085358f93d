"""The compiled function of a form says what walking its rules says, on any answers."""

import random

import pytest

from app.survey.questionnaires.native import compile_judge
from app.survey.questionnaires.rules import CHECKS, walked
from app.survey.questionnaires.shape import shape
from app.survey.questionnaires.state import index
from app.survey.questionnaires.tables import FORMS
from tests.rooms.questionnaires.corpus import CORPUS
from tests.rooms.questionnaires.forms_at_hand import built_in, torture_form
from tests.rooms.questionnaires.random_answers import plausible_answers, random_answers, random_tree

DAYS = ["2026-11-24", "2017-05-20"]


@pytest.mark.parametrize("form_id", FORMS)
def test_the_function_of_a_form_of_the_house_says_what_the_walk_says(form_id: str) -> None:
    form = built_in(form_id)
    judge = compile_judge(form, CHECKS)
    assert judge is not None
    rng = random.Random(f"native {form_id}")

    for number in range(120):
        answers = plausible_answers(form, rng, DAYS[0]) if number % 10 == 0 else random_answers(form, rng)
        fitted = shape(form, answers).answers
        assert judge(fitted, DAYS[number % 2]) == walked(form, fitted, DAYS[number % 2])


def test_every_form_of_the_corpus_has_a_function_that_says_what_the_walk_says() -> None:
    rng = random.Random("native corpus")
    for sample in CORPUS:
        form = sample.form
        judge = compile_judge(form, CHECKS)
        assert judge is not None, sample.name
        for number in range(12):
            fitted = shape(form, random_answers(form, rng)).answers
            assert judge(fitted, DAYS[number % 2]) == walked(form, fitted, DAYS[number % 2]), sample.name


def test_any_expression_at_all_is_written_or_left_to_the_walk() -> None:
    """Far stranger trees than an author writes: as constraint, calculation and condition of a small form."""
    rng = random.Random("native trees")
    written = 0
    for _ in range(150):
        data = {**torture_form().data, "order": ["/c", "/t"]}
        data["items"] = [
            *data["items"],
            {"kind": "calculate", "name": "c", "calculation": random_tree(torture_form(), rng, 4)},
            {"kind": "text", "name": "t", "relevant": random_tree(torture_form(), rng, 3)},
        ]
        form = index({**data, "order": [*torture_form().data["order"], "/c", "/t"]})
        judge = compile_judge(form, CHECKS)
        if judge is None:
            continue
        written += 1
        fitted = shape(form, random_answers(form, rng)).answers
        assert judge(fitted, DAYS[0]) == walked(form, fitted, DAYS[0])
    assert written > 100


def test_a_tree_too_deep_to_write_is_walked() -> None:
    tree: object = 1
    for _ in range(90):
        tree = ["+", tree, ["neg", tree if isinstance(tree, int) else 1]]
    for _ in range(3):
        tree = ["if", ["=", ["ref", "nowhere"], 1], tree, tree]
    form = index(
        {**torture_form().data, "items": [{"kind": "calculate", "name": "c", "calculation": tree}], "order": ["/c"]}
    )

    assert compile_judge(form, CHECKS) is None
