"""A form means here what it means to the ODK engine; where it does not, the difference is meant and has its reason.

Every run compares both twins with the engine's kept verdicts; the nightly run asks the engine itself, about the same
cases and thousands more. RUHU_ORACLE_EACH says how many cases a form gets then.
"""

import os
from collections import Counter

import pytest

from app.survey.questionnaires.expressions import ARITY
from app.survey.questionnaires.native import compile_judge
from app.survey.questionnaires.rules import CHECKS, walked
from app.survey.questionnaires.tables import FORMS
from tests.rooms.questionnaires import oracle
from tests.rooms.questionnaires.corpus import CORPUS
from tests.rooms.questionnaires.node_twin import ask_phone, ask_server

EACH = int(os.environ.get("RUHU_ORACLE_EACH", "40"))
nightly = pytest.mark.skipif(os.environ.get("RUHU_NIGHTLY") != "1", reason="asks the engine itself: RUHU_NIGHTLY=1")


def differences(cases: list[oracle.Case]) -> tuple[int, list[oracle.Difference]]:
    checks, found = 0, []
    for case in cases:
        said = oracle.ours(case.subject, case.answers, case.today)
        compared, differs = oracle.compare(case, said)
        checks += compared
        found += differs
    return checks, found


def test_the_server_says_what_the_engine_said_of_the_kept_cases() -> None:
    cases = list(oracle.kept_cases())

    checks, found = differences(cases)

    print(
        f"\n{len(cases)} kept cases of {len(oracle.subjects())} forms, {checks} checks, {len(found)} meant differences"
    )
    assert [each for each in found if each.reason is None] == []
    assert {case.subject.name for case in cases} == set(oracle.subjects())
    assert len(oracle.subjects()) >= 60


def test_every_meant_difference_is_still_there() -> None:
    _, found = differences(list(oracle.kept_cases()))

    assert set(Counter(each.reason for each in found)) == set(oracle.REASONS)


def test_the_phone_and_the_compiled_function_say_what_the_server_says_of_the_kept_cases() -> None:
    cases = list(oracle.kept_cases())
    known = {name: subject.form for name, subject in oracle.subjects().items()}
    requests = [{"form": case.subject.name, "today": case.today, "answers": case.answers} for case in cases]

    phone = ask_phone(known, requests)

    assert [p for p, r in zip(phone, requests, strict=True) if p != ask_server(known, r)] == []
    judges = {name: compile_judge(form, CHECKS) for name, form in known.items()}
    for case in cases:
        judge = judges[case.subject.name]
        assert judge is not None
        assert judge(case.answers, case.today) == walked(case.subject.form, case.answers, case.today)


def test_the_corpus_covers_every_function_and_the_five_forms() -> None:
    covered = {function for sample in CORPUS for function in sample.covers}

    assert set(ARITY) - covered - {"position"} == set()
    assert set(FORMS) <= set(oracle.subjects())


@nightly
def test_the_engine_still_says_what_was_kept() -> None:
    kept = list(oracle.kept_cases())

    fresh = oracle.asked([(case.subject, case.today, case.answers) for case in kept])

    for old, new in zip(kept, fresh, strict=True):
        offered = {at: text for at, text in new.engine["offered"].items() if at in old.engine["offered"]}
        assert {**new.engine, "offered": offered} == old.engine, old.subject.name


@nightly
def test_the_engine_and_the_server_agree_on_thousands_of_fresh_cases() -> None:
    cases = oracle.asked(oracle.draw_cases("nightly", EACH))

    checks, found = differences(cases)

    print(f"\n{len(cases)} fresh cases, {checks} checks, {Counter(each.reason for each in found)}")
    assert [each for each in found if each.reason is None][:5] == []
