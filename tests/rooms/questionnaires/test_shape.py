"""Any JSON at all becomes answers and reasons: the gate never raises, and what passes never crashes the rules."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.survey.questionnaires.render import render
from app.survey.questionnaires.rules import check, leaves
from app.survey.questionnaires.shape import MAX_ROWS, shape
from app.survey.questionnaires.state import Form, Node, compute
from tests.rooms.questionnaires.forms_at_hand import built_in, torture_form

DAY = date(2026, 11, 24)
TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def near(nodes: tuple[Node, ...]) -> st.SearchStrategy[Any]:
    """Values that almost have the form's shape: known names with anything in them."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for node in nodes:
        if node.kind == "group":
            fields[node.name] = near(node.children) | JSON
        elif node.kind == "repeat":
            fields[node.name] = st.lists(near(node.children) | JSON, max_size=3) | JSON
        elif "list" in node.item:
            fields[node.name] = st.sampled_from(["1", "0", "completed", "v1", "t1", "none crack", "9"]) | JSON
        else:
            fields[node.name] = st.sampled_from(["1", "-3", "2026-11-24", "1 2 3 4", "a", ""]) | JSON
    return st.fixed_dictionaries({}, optional=fields)


def judge(form: Form, value: Any) -> None:
    checked = check(form, value, fill_date=DAY, received_on=DAY)
    text = json.dumps([checked.answers, [list(e) for e in checked.errors], checked.dropped], ensure_ascii=False)
    text.encode("utf-8")  # what is kept and shown can be written down
    assert "\\u0000" not in text
    again = check(form, checked.answers, fill_date=DAY, received_on=DAY)
    assert again.answers == checked.answers  # what counts is stable
    assert again.differences == []
    leaves(form, checked.answers)
    render(form, checked.answers, today=DAY.isoformat())


EVERY = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


@settings(EVERY, max_examples=2000)
@given(values=st.lists(JSON, min_size=5, max_size=5))
def test_ten_thousand_shapes_of_any_json_become_answers_and_reasons(values: list[Any]) -> None:
    for value in values:
        shaped = shape(torture_form(), value)
        assert isinstance(shaped.answers, dict)
        compute(torture_form(), shaped.answers, DAY.isoformat())


@settings(EVERY, max_examples=600)
@given(value=near(torture_form().nodes))
def test_what_almost_is_a_record_never_raises_on_the_way_to_the_desk(value: Any) -> None:
    judge(torture_form(), value)


@settings(EVERY, max_examples=150)
@given(value=near(built_in("q1_poor").nodes))
def test_what_almost_is_a_record_of_q1_never_raises(value: Any) -> None:
    judge(built_in("q1_poor"), value)


MISFITS = {
    "a text for the answers": ("x", [""]),
    "nothing": (None, [""]),
    "a list for the answers": ([{}], [""]),
    "a text where a section belongs": ({"g": "x"}, ["/g"]),
    "a number where a text belongs": ({"g": {"a": 5}}, ["/g/a"]),
    "an object where a repeat belongs": ({"g": {"r": {"x": "a"}}}, ["/g/r"]),
    "a text where a row belongs": ({"g": {"r": ["x", {"x": "a"}]}}, ["/g/r/0"]),
    "a missing row": ({"g": {"r": [None, {"x": 1}]}}, ["/g/r/0", "/g/r/1/x"]),
    "a lone surrogate": ({"g": {"a": "\ud800"}}, ["/g/a"]),
    "a NUL": ({"g": {"a": "a\x00b"}}, ["/g/a"]),
    "a text without end": ({"g": {"a": "a" * 20_001}}, ["/g/a"]),
}


@pytest.mark.parametrize(("value", "pointers"), MISFITS.values(), ids=MISFITS.keys())
def test_what_does_not_fit_is_named_where_it_stands(value: Any, pointers: list[str]) -> None:
    shaped = shape(torture_form(), value)

    assert [(reason.pointer, reason.code) for reason in shaped.reasons] == [(at, "shape") for at in pointers]


def test_a_row_that_is_none_stays_as_an_empty_one_so_that_the_others_keep_their_numbers() -> None:
    shaped = shape(torture_form(), {"g": {"r": [None, {"x": "b"}]}})

    assert shaped.answers == {"g": {"r": [{}, {"x": "b"}]}}


def test_too_many_rows_are_cut_and_told() -> None:
    shaped = shape(torture_form(), {"g": {"r": [{}] * (MAX_ROWS + 1)}})

    assert len(shaped.answers["g"]["r"]) == MAX_ROWS
    assert [reason.pointer for reason in shaped.reasons] == ["/g/r"]


def test_reasons_do_not_grow_with_what_is_sent() -> None:
    shaped = shape(torture_form(), {"g": {"r": [1] * 150}, **{f"k{n}": "" for n in range(500)}})

    assert len(shaped.reasons) == 100
    assert len(shaped.unknown) == 100


def test_unknown_keys_are_dropped_and_told_apart() -> None:
    checked = check(torture_form(), {"g": {"a": "x", "b/c": "1"}, "__proto__": {}}, fill_date=DAY, received_on=DAY)

    assert "/g/b~1c" in checked.dropped
    assert "/__proto__" in checked.dropped
    assert [e for e in checked.errors if e.code == "shape"] == []
