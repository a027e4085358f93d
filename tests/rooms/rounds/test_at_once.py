"""Two people press at the same instant: one is done, the other is refused in words."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from app.kernel.problems import Conflict
from app.registry.people.rules import Actor
from app.survey.rounds import claims, problems, queries
from app.survey.rounds import freeze as freezing
from tests.rooms.rounds.desk import DICE, Desk, Draws, Freeze, frame


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run together; each gives its answer or what it raised."""

    def attempt(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


def test_of_two_seeds_entered_at_once_one_draws_and_the_other_is_refused(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    freezes()

    one, two = at_once(lambda: draws("2017-1", DICE), lambda: draws("2017-1", DICE[::-1]))

    drawn, refused = (one, two) if isinstance(one, dict) else (two, one)
    assert isinstance(refused, problems.AlreadyDrawn)
    with desk.db.read() as session:
        rows = queries.list_samples(session, officer, two_counties)
    listed = [unit for _, both in sorted(drawn["lists"].items()) for part in ("main", "reserve") for unit in both[part]]
    assert [row.unit for row in rows] == listed


def test_of_two_freezes_at_once_one_commits_and_the_other_is_refused(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze
) -> None:
    answers = at_once(freezes, freezes)

    commitments = [answer for answer in answers if isinstance(answer, freezing.Commitment)]
    assert len(commitments) == 1
    assert sum(isinstance(each, problems.FreezeInProgress | problems.AlreadyFrozen) for each in answers) == 1
    assert len(frame(desk, officer, "640104-P")) == commitments[0].strata[1].N


def test_a_freeze_that_ends_while_another_one_claims_is_not_passed_by(
    two_counties: str, freezes: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one has asked what stands, and hesitates for as long as the first may take to be done."""
    del two_counties
    look, others = claims.refuse_covered, list[Future[Any]]()

    def look_and_hesitate(*args: Any, **kwargs: Any) -> None:
        look(*args, **kwargs)
        if not others:
            others.append(pool.submit(freezes))
            wait(others, timeout=2)

    monkeypatch.setattr(claims, "refuse_covered", look_and_hesitate)
    with ThreadPoolExecutor(1) as pool:
        assert isinstance(freezes(), freezing.Commitment)
    assert isinstance(others[0].exception(), problems.FreezeInProgress | problems.AlreadyFrozen)
