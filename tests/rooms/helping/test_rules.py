"""When a helper's visit is due."""

from datetime import date

import pytest

from app.findings.helping.rules import Pair, VisitFacts, in_effect, is_gift_only, standing

MAY = date(2017, 5, 1)


def visit(op: str, day: date = MAY, met: bool = True, **more: object) -> VisitFacts:
    return VisitFacts(op, day, met, **more)  # type: ignore[arg-type]


def test_a_household_never_visited_is_due_now() -> None:
    assert standing([]).is_due(MAY)
    assert standing([]).due_on is None


@pytest.mark.parametrize(
    ("visits", "due"),
    [
        ([visit("a")], date(2017, 5, 31)),
        ([visit("a", next_visit_on=date(2017, 5, 10))], date(2017, 5, 10)),
        ([visit("a", next_visit_on=date(2017, 8, 1))], date(2017, 5, 31)),
        ([visit("a", next_visit_on=MAY)], date(2017, 5, 31)),
        ([visit("a"), visit("b", date(2017, 5, 20), met=False)], date(2017, 5, 31)),
        ([visit("b", date(2017, 5, 20)), visit("a")], date(2017, 6, 19)),
    ],
    ids=["interval", "promised sooner", "promised later", "promised the same day", "nobody met", "order is no matter"],
)
def test_the_next_visit_is_due_after_thirty_days_or_when_promised(visits: list[VisitFacts], due: date) -> None:
    assert standing(visits).due_on == due


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
