"""The server's judgement of what a phone sent."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.survey.questionnaires.rules import Checked, check, fits, leaves, start
from tests.rooms.questionnaires.forms_at_hand import built_in, torture_form

CASES = Path(__file__).resolve().parents[2] / "contracts" / "cases" / "form_cases.json"
TODAY = date(2026, 11, 24)


def household() -> dict[str, Any]:
    """A poor household whose answers are all in order."""
    answers: dict[str, Any] = copy.deepcopy(json.loads(CASES.read_text("utf-8"))[0]["answers"])
    return answers


def judged(answers: Any, form_id: str = "q1_poor") -> Checked:
    return check(built_in(form_id), answers, fill_date=TODAY, received_on=TODAY)


def test_a_forged_calculation_is_made_again_and_told() -> None:
    answers = household()
    answers["income"]["inc_pc"] = "9999"

    checked = judged(answers)

    assert checked.answers["income"]["inc_pc"] == "2700"
    assert ("/income/inc_pc", "9999", "2700") in checked.differences
    assert checked.errors == []


def test_a_phone_that_calculated_alike_makes_no_difference() -> None:
    checked = judged(judged(household()).answers)

    assert checked.differences == []


def test_an_answer_to_a_hidden_question_is_dropped_and_told() -> None:
    answers = household()
    answers["main"]["exit_year"] = "2016"
    answers["residence"]["living"] = "let"

    checked = judged(answers)

    assert "exit_year" not in checked.answers["main"]
    assert set(checked.dropped) >= {"/main/exit_year", "/residence/living"}
    assert checked.errors == []


def test_rows_of_a_hidden_repeat_go_as_a_whole() -> None:
    answers = {"g": {"a": "x", "town": "t1", "village": "v1", "yes": "0", "r": [{"x": "a"}, {"x": "b"}]}}

    checked = check(torture_form(), answers, fill_date=TODAY, received_on=TODAY)

    assert "r" not in checked.answers["g"]
    assert {"/g/r/0/x", "/g/r/1/x"} <= set(checked.dropped)


def test_g4_one_zero_too_many_is_caught_live_and_in_batch() -> None:
    """R52: members 4, wage 5000, operating 1800, social 2000, project 2000; the handbook says 20000."""
    answers = household()
    answers["filed_subsidy"] = "2000"
    answers["income"]["hb_subsidy"] = "20000"

    checked = judged(answers)

    assert [(e.pointer, e.code) for e in checked.errors] == [("/income/income_recheck", "required")]
    assert checked.answers["income"]["off_hb_subsidy"] == "10"
    assert checked.answers["income"]["t_filed_subsidy"] == "2,000"


def test_a_late_upload_is_judged_on_the_day_of_the_visit() -> None:
    answers = {"g": {"a": "x", "town": "t1", "village": "v1", "d": "2026-11-20"}}
    form = torture_form()

    at_the_door = check(form, answers, fill_date=date(2026, 11, 19), received_on=TODAY)
    next_day = check(form, answers, fill_date=date(2026, 11, 20), received_on=TODAY)

    assert [e.pointer for e in at_the_door.errors] == ["/g/d"]
    assert next_day.errors == []


def test_a_clock_that_runs_ahead_cannot_reach_into_the_future() -> None:
    answers = {"g": {"a": "x", "town": "t1", "village": "v1", "d": "2027-01-01"}}

    checked = check(torture_form(), answers, fill_date=date(2027, 1, 2), received_on=TODAY)

    assert [(e.pointer, e.code) for e in checked.errors] == [("/g/d", "constraint")]


def test_without_a_day_of_filling_the_day_of_receipt_counts() -> None:
    answers = {"g": {"a": "x", "town": "t1", "village": "v1", "d": "2026-11-24"}}

    assert check(torture_form(), answers, fill_date=None, received_on=TODAY).errors == []


def test_leaves_are_typed_rows_with_their_row_in_a_repeat() -> None:
    answers = household()
    answers["close"] = {
        "issues": [
            {"issue_type": "house", "issue_sev": "mid", "issue_text": "屋顶漏雨,雨天接水"},
            {"issue_type": "edu", "issue_sev": "low", "issue_text": "孩子缺课两周没人管"},
        ]
    }

    rows = {(leaf.path, leaf.index): leaf for leaf in judged(answers).leaves()}

    assert (rows[("satisfaction/sat_team", 0)].text, rows[("satisfaction/sat_team", 0)].number) == ("5", None)
    assert (rows[("income/inc_oper", 0)].kind, rows[("income/inc_oper", 0)].number) == ("integer", 1800.0)
    assert rows[("income/inc_pc", 0)].number == 2700.0
    assert rows[("close/issues/issue_type", 1)].text == "edu"
    assert ("main/notice", 0) not in rows


def test_leaves_of_nothing_are_none() -> None:
    assert leaves(built_in("q1_poor"), {}) == []


def test_a_new_interview_starts_with_register_and_defaults() -> None:
    source = {
        "sample": {"sample_id": "2017-1-A1.640104-P.7", "round": "2017-1"},
        "household": {"unit": "640104001201-0001", "size": "4", "status": "non_poor", "cause": "因病"},
    }

    answers = start(built_in("q1_poor"), source, today="2026-11-24", now="2026-11-24T01:02:03.456Z")

    assert answers["hh_id"] == "640104001201-0001"
    assert answers["main"] == {"hh_size": "4", "cause_main": "illness"}
    assert answers["cover"] == {"attempt_no": "1"}


FITS = {
    "integer": (["0", "-3", "007", "9" * 15], ["", "1.0", "1e3", "+1", "٣", "9" * 16, "1\n", " 1"]),
    "decimal": (["0.5", "-3", "1.25"], [".5", "1.", "1,5", "NaN", "1e3"]),
    "date": (["2026-11-24", "2024-02-29"], ["2026-02-29", "2026-13-01", "26-1-1", "0000-01-01", "2026-11-24T00:00"]),
    "time": (["08:30", "23:59:59", "08:30:00.000+08:00"], ["24:00", "8:30", "08:60"]),
    "start": (["2026-11-24T01:02:03.456Z", "2026-11-24T09:02:03+08:00"], ["2026-11-24", "2026-11-24 01:02:03"]),
    "geopoint": (
        ["38.4872 106.2309 1110.5 8.2", "38 106"],
        ["38.4872", "91 0 0 0", "0 181 0 0", "0 0 0 -1", "a b c d"],
    ),
    "image": (["0192f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6"], ["photo.jpg", "0192f3a4"]),
    "acknowledge": (["OK"], ["ok", "1"]),
}


@pytest.mark.parametrize(("kind", "good", "bad"), [(kind, *lists) for kind, lists in FITS.items()], ids=FITS.keys())
def test_a_text_is_one_of_its_kind_or_not(kind: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not fits(kind, text)] == []
    assert [text for text in bad if fits(kind, text)] == []


def test_a_select_multiple_names_each_choice_once() -> None:
    answers = household()
    answers["help"]["helper_did"] = "policy policy"

    assert [(e.pointer, e.code) for e in judged(answers).errors] == [("/help/helper_did", "choice")]
