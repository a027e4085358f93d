"""Whatever happens to a county's records, in whatever order, its kept facts and sums are those of its records.

A machine accepts, corrects, sends again, holds, releases, voids, reviews and settles as it likes, and after every step
everything is counted from nothing and compared (`assert_in_step`). A few short histories by day, many long ones with
RUHU_NIGHTLY=1; what fails is told as the shortest list of steps.
"""

import os
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from app.doors import intake, settle
from app.findings.inspections.models import Visit
from app.findings.quality.queries import flags_of_record
from app.kernel.problems import Problem
from app.registry.people.rules import Actor
from tests.cast import World, copy_sqlite, house_at, open_world
from tests.postgres import Postgres
from tests.rooms.indicators.test_keeping import assert_in_step
from tests.rooms.indicators.test_twins import draw_covertly, void_the_open_draw

IS_NIGHT = os.environ.get("RUHU_NIGHTLY") == "1"
HISTORIES, STEPS = (120, 30) if IS_NIGHT else (5, 12)
WHY = "电话核实过,两位同志在场"
NewWorld = Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_world(request: pytest.FixtureRequest, tmp_path: Path) -> NewWorld:
    """Opens a world of its own as often as it is asked."""
    is_sqlite = request.param == "sqlite"
    template = request.getfixturevalue("furnished_sqlite" if is_sqlite else "furnished_postgres")
    server: Postgres | None = None if is_sqlite else request.getfixturevalue("postgres")

    @contextmanager
    def opened() -> Iterator[World]:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        url = (
            server.create(f"h_{uuid.uuid4().hex[:16]}", template=template) if server else copy_sqlite(template, folder)
        )
        house = house_at(url, folder / "data")
        yield from open_world(house)
        house.close()

    return opened


class Histories(RuleBasedStateMachine):
    """One county's team, its officer, and a second person."""

    new_world: NewWorld

    @initialize()
    def morning(self) -> None:
        self.stack = ExitStack()
        self.world: World = self.stack.enter_context(self.new_world())
        draw_covertly(self.world)
        self.phone = self.world.phone("lin")
        poor, non_poor = self.phone.samples("poor"), self.phone.samples("non_poor")
        by_unit: dict[str, dict[bool, dict[str, Any]]] = defaultdict(dict)
        for each in poor:
            by_unit[each["household"]["unit"]]["-C1-" not in each["sample_id"]] = each
        self.twins = [both for both in by_unit.values() if len(both) == 2]
        self.doors = [*(sample for both in self.twins[:2] for sample in both.values()), *poor[:9], *non_poor[:5]]
        self.sent: list[dict[str, Any]] = []
        self.held: list[uuid.UUID] = []
        self.judged: list[uuid.UUID] = []
        self.at_door: dict[str, str] = {}
        self._meet(0, [5, 2])

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            with self.stack:
                if hasattr(self, "at_door"):  # any day may end with the word that the open draw was not in order
                    void_the_open_draw(self.world)
                    assert_in_step(self.world)

    def _send(self, sample: dict[str, Any], body: dict[str, Any]) -> None:
        op = self.phone.op(body)
        state = self.phone.post(op)[0]["state"]
        self.sent.append(op)
        if state == "quarantined":
            self.held.append(uuid.UUID(op["op_id"]))
        if '"bad"' in op["body"]:
            self.judged.append(uuid.UUID(op["op_id"]))
        self.at_door[op["op_id"]] = sample["sample_id"]

    def _interview(self, sample: dict[str, Any], code: int, is_bad: bool) -> dict[str, Any]:
        is_poor = sample["stratum"] == "poor"
        body = self.phone.interview(sample, sat={"team": code, "way": code} if is_poor else None)
        if is_bad:
            said = {"exit_judge": "bad", "exit_gap": "house"} if is_poor else {"missed_judge": "bad"}
            body["answers"]["close"] = {**body["answers"].get("close", {}), **said}
        return body

    @rule(place=st.integers(0, 17), code=st.sampled_from([1, 3, 4, 5, 9]), is_bad=st.booleans())
    def an_interview(self, place: int, code: int, is_bad: bool) -> None:
        sample = self.doors[place]
        self._send(sample, self._interview(sample, code, is_bad))

    @rule(place=st.integers(0, 17), result=st.sampled_from(["absent", "away", "refused", "incapable", "no_such"]))
    def nobody_to_speak_to(self, place: int, result: str) -> None:
        sample = self.doors[place]
        self._send(sample, self.phone.door(sample, result))

    @rule(place=st.integers(0, 17))
    def one_that_is_held(self, place: int) -> None:
        body = self.phone.interview(self.doors[place])
        body["answers"].setdefault("main", {})["hh_size"] = "99"
        self._send(self.doors[place], body)

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0), code=st.sampled_from([2, 4, 9]), is_orphan=st.booleans())
    def a_correction(self, at: int, code: int, is_orphan: bool) -> None:
        before = self.sent[at % len(self.sent)]["op_id"]
        sample = next(each for each in self.doors if each["sample_id"] == self.at_door[before])
        corrects = str(uuid.UUID(int=at % 2**64)) if is_orphan else before
        self._send(sample, {**self._interview(sample, code, False), "corrects": corrects})

    @precondition(lambda self: self.sent)
    @rule(is_sure=st.booleans())
    def the_open_draw_is_voided(self, is_sure: bool) -> None:
        if is_sure:
            void_the_open_draw(self.world)

    @rule(place=st.integers(0, 1), codes=st.permutations([2, 5]))
    def one_household_is_met_for_both_draws(self, place: int, codes: list[int]) -> None:
        self._meet(place, codes)

    def _meet(self, place: int, codes: list[int]) -> None:
        for sample, code in zip(self.twins[place].values(), codes, strict=True):
            self._send(sample, self._interview(sample, code, False))

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0))
    def the_same_again(self, at: int) -> None:
        self.phone.post(self.sent[at % len(self.sent)])

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0), what=st.sampled_from([intake.release, intake.void]))
    def the_officer_decides_about_a_held_one(self, at: int, what: Callable[..., None]) -> None:
        op_id = self.held[at % len(self.held)]
        self._at_the_desk(lambda actor, visit: what(self.world.house, actor, visit.county_id, op_id, WHY), op_id)

    @precondition(lambda self: self.judged)
    @rule(at=st.integers(0), verdict=st.sampled_from(["confirmed", "rejected"]))
    def a_second_person_reviews_a_judgement(self, at: int, verdict: str) -> None:
        op_id = self.judged[at % len(self.judged)]
        self._at_the_desk(lambda actor, _: settle.review(self.world.house, actor, op_id, verdict, WHY), op_id)

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0), state=st.sampled_from(["explained", "corrected", "rejected"]))
    def a_doubt_is_settled(self, at: int, state: str) -> None:
        house, op_id = self.world.house, uuid.UUID(self.sent[at % len(self.sent)]["op_id"])

        def first_doubt(actor: Actor, visit: Visit) -> None:
            with house.db.read() as session:
                flags = flags_of_record(session, visit.county_id, op_id)
            if flags:
                settle.settle(house, actor, op_id, flags[0].code, flags[0].reason, state, WHY)

        self._at_the_desk(first_doubt, op_id)

    def _at_the_desk(self, decide: Callable[[Actor, Visit], object], op_id: uuid.UUID) -> None:
        """A refusal of the desk changes nothing, and that is looked at as well."""
        with self.world.house.db.read() as session:
            visit = session.exec(select(Visit).where(Visit.op_id == op_id)).one_or_none()
        try:
            if visit is not None:
                decide(self.world.actor("city"), visit)
        except Problem:
            pass

    @invariant()
    def what_is_kept_is_what_the_records_say(self) -> None:
        if hasattr(self, "world"):
            assert_in_step(self.world)


def test_any_history_keeps_facts_and_sums_in_step(new_world: NewWorld) -> None:
    machine = type("Histories", (Histories,), {"new_world": staticmethod(new_world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, derandomize=not IS_NIGHT, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if IS_NIGHT else [])],
        ),
    )  # fmt: skip
