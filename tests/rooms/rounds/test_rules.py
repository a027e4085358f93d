"""Sample ids, outcome codes and the opening rule; the phone runs the same file of cases."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.clock import parse_instant, rfc3339
from app.survey.rounds import rules
from app.survey.rounds.rules import Doorstep, Outcome, SampleRef, SampleState

CASES = json.loads((Path(__file__).parents[2] / "contracts" / "cases" / "opening_rule.json").read_text("utf-8"))
TZ = ZoneInfo(CASES["tz"])
DRAWN_AT = datetime(2017, 5, 20, tzinfo=UTC)


def instant(text: str) -> datetime:
    moment = parse_instant(text)
    assert moment is not None
    return moment


def doorstep(row: dict[str, Any]) -> Doorstep:
    return Doorstep(
        op_id=row["op_id"],
        started_at=instant(row["started_at"]),
        result=row.get("contact_result"),
        where=row.get("met_where"),
        why=row.get("no_such_why"),
        outcome=row.get("outcome"),
        corrects=row.get("corrects"),
        held=row.get("held", False),
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=[case["name"] for case in CASES["cases"]])
def test_the_opening_rule(case: dict[str, Any]) -> None:
    outcomes = [rules.outcome_of([doorstep(row) for row in rank], TZ) for rank in case["ranks"]]

    walked = rules.standings(case["n"], instant(case["drawn_at"]), outcomes)

    assert [
        {"state": s.state.value, "code": o.code, "opened_at": s.opened_at and rfc3339(s.opened_at)}
        for s, o in zip(walked, outcomes, strict=True)
    ] == [
        # at a door that was not open the code is nobody's business: only the state is compared
        {**expected, "code": o.code if expected["state"] == "reserve" else expected["code"]}
        for expected, o in zip(case["expect"], outcomes, strict=True)
    ]


ANY_OUTCOME = st.one_of(
    st.just(Outcome()),
    st.builds(
        Outcome,
        code=st.sampled_from(["attempt", "R1", *rules.ENDS]),
        at=st.integers(0, 10_000).map(lambda minutes: DRAWN_AT + timedelta(minutes=minutes)),
        op_id=st.just("x"),
    ),
)


@given(st.integers(1, 5), st.lists(ANY_OUTCOME, max_size=20))
def test_opened_ranks_are_a_prefix_and_never_hold_more_than_n(n: int, outcomes: list[Outcome]) -> None:
    walked = rules.standings(n, DRAWN_AT, outcomes)

    states = [standing.state for standing in walked]
    opened = [state != SampleState.RESERVE for state in states]
    assert opened == sorted(opened, reverse=True)
    assert sum(state in (SampleState.OPEN, SampleState.COMPLETED) for state in states) <= n
    assert all((standing.opened_at is None) == (standing.state == SampleState.RESERVE) for standing in walked)
    assert all(opened[: min(n, len(outcomes))])


@given(st.integers(1, 5), st.lists(ANY_OUTCOME, max_size=20))
def test_a_reserve_opens_the_moment_enough_ranks_before_it_have_ended(n: int, outcomes: list[Outcome]) -> None:
    """Played in time: with only the endings up to opened_at known, the rank is open; just before, it is not."""
    walked = rules.standings(n, DRAWN_AT, outcomes)

    for rank, standing in enumerate(walked, start=1):
        if rank <= n or standing.opened_at is None:
            continue
        before = [o for o in outcomes[: rank - 1] if o.end and o.end != SampleState.COMPLETED and o.at]
        assert sum(o.at <= standing.opened_at for o in before if o.at) >= rank - n
        assert sum(o.at < standing.opened_at for o in before if o.at) < rank - n


def test_a_sample_id_says_draw_stratum_and_rank() -> None:
    sample = rules.parse_sample_id("2017.1-A1-A2.640104-P.7")

    assert sample == SampleRef("2017.1-A1-A2", "640104", "poor", 7)
    assert (str(sample), sample.round, sample.stratum) == ("2017.1-A1-A2.640104-P.7", "2017.1-A1", "640104-P")


@pytest.mark.parametrize(
    "text",
    ["", "2017-1-A1", "2017-1-A1.640104-P", "2017-1-A1.640104-P.0", "2017-1-A1.640104-P.07", "2017-1-A1.640104-X.7",
     "2017-1.640104-P.7", "2017-1-a1.640104-P.7", "2017-1-A1.640104-P.7\n", "2017-1-A1.64010４-P.7", None, 7, ["x"],
     "A" * 200 + "-A1.640104-P.7"],
)  # fmt: skip
def test_anything_else_is_no_sample_id(text: object) -> None:
    assert rules.parse_sample_id(text) is None


@pytest.mark.parametrize(
    ("code", "good"),
    [("2017-1", True), ("2018Q3", True), ("A" * 56, True), ("A" * 57, False), ("2017 1", False), ("a", False),
     ("", False), ("第一轮", False), (None, False)],
)  # fmt: skip
def test_round_codes_leave_room_for_the_attempt(code: object, good: bool) -> None:
    assert rules.is_round_code(code) is good


@pytest.mark.parametrize(
    ("local", "part"), [("00:00", 0), ("11:59", 0), ("12:00", 1), ("17:59", 1), ("18:00", 2), ("23:59", 2)]
)
def test_the_day_has_three_parts_where_people_live(local: str, part: int) -> None:
    moment = datetime.fromisoformat(f"2017-05-21T{local}:00+08:00")

    assert rules.part_of_day(moment, TZ) == part


@pytest.mark.parametrize("code", ["", "C9", "attempt", "n4"])
def test_an_unknown_office_code_ends_nothing(code: str) -> None:
    assert rules.doorstep_code(Doorstep("a", DRAWN_AT, result="completed", outcome=code)) is None
