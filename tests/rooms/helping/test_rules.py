"""When a helper's visit is due."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.findings.helping.rules import Pair, VisitFacts, in_effect, is_gift_only, standing

CASES = json.loads((Path(__file__).parents[2] / "contracts/cases/visit_due.json").read_text("utf-8"))["cases"]
MAY = date(2017, 5, 1)


def visit(op: str, day: date = MAY, met: bool = True, **more: object) -> VisitFacts:
    return VisitFacts(op, day, met, **more)  # type: ignore[arg-type]


def test_a_household_never_visited_is_due_now() -> None:
    assert standing([], 30).is_due(MAY)
    assert standing([], 30).due_on is None


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_phone_and_server_agree_when_the_next_visit_is_due(case: dict[str, Any]) -> None:
    logs = [
        VisitFacts(
            op_id=log["op_id"],
            visited_on=date.fromisoformat(log["visited_on"]),
            is_met=log["is_met"],
            next_visit_on=date.fromisoformat(log["next_visit_on"]) if log.get("next_visit_on") else None,
            corrects=log.get("corrects"),
            is_held=log.get("is_held", False),
        )
        for log in case["logs"]
    ]
    pair = standing(logs, case["every"])
    days = [each.isoformat() if each else None for each in (pair.visited_on, pair.due_on)]
    assert days == [case["visited_on"], case["due_on"]]


def test_due_counts_days_and_the_day_itself_is_due() -> None:
    pair = Pair(MAY, date(2017, 5, 31))
    assert [pair.days_left(date(2017, 5, day)) for day in (29, 31)] == [2, 0]
    assert pair.days_left(date(2017, 6, 3)) == -3
    assert [pair.is_due(date(2017, 5, day)) for day in (30, 31)] == [False, True]


def test_a_correction_replaces_the_log_it_names_and_a_held_one_replaces_nothing() -> None:
    first, mended = visit("a"), visit("b", date(2017, 5, 3), corrects="a")
    held = visit("c", date(2017, 5, 9), corrects="b", is_held=True)
    assert [each.op_id for each in in_effect([first, mended])] == ["b"]
    assert [each.op_id for each in in_effect([first, mended, held])] == ["b"]


def test_only_a_visit_that_brought_something_and_did_nothing_else_is_gift_only() -> None:
    assert is_gift_only("gift")
    assert not is_gift_only("gift policy")
    assert not is_gift_only("")
