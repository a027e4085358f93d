"""Two phones in the field, whatever happens at the doors and in whatever order it arrives: quota and opening rule hold.

Over HTTP, on both databases: each phone keeps the rule by what it knows. What the service then says of every rank is
what the rule says of all doorsteps, however they came in. The same walk over rules alone, longer and shrinking, is in
tests/rooms/quality/test_field.py.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.survey.rounds.rules import Doorstep, SampleState, outcome_of, standings
from tests.cast import ROUND, World
from tests.phone import MORNING, Phone

TZ = ZoneInfo("Asia/Shanghai")
DRAWN = datetime.fromisoformat("2017-05-12T09:00:00+08:00")
N = 10
RESULTS = ["completed", "completed", "absent", "absent", "refused", "no_such"]


@dataclass
class Inspector:
    """A phone, what it has sealed and not sent, and the doorsteps it knows by rank."""

    phone: Phone
    samples: list[dict[str, Any]] = field(default_factory=list)
    unsent: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Doorstep] = field(default_factory=dict)
    rank_of: dict[str, int] = field(default_factory=dict)

    def pulls(self) -> None:
        self.samples = self.phone.samples()
        for sample in self.samples:
            for event in sample["events"]:
                self._know(sample["rank"], event["op_id"], event["started_at"], event["contact_result"])

    def _know(self, rank: int, op_id: str, started_at: str, result: str) -> None:
        why = "dissolved" if result == "no_such" else None
        self.known[op_id] = Doorstep(op_id, datetime.fromisoformat(started_at), result, why=why)
        self.rank_of[op_id] = rank

    def open_ranks(self) -> list[int]:
        states = walk(self, len(self.samples))
        return [rank for rank, state in enumerate(states, start=1) if state is SampleState.OPEN]

    def visits(self, rank: int, result: str, at: datetime) -> None:
        sample = self.samples[rank - 1]
        is_met = result == "completed"
        body = self.phone.interview(sample, started=at) if is_met else self.phone.door(sample, result, started=at)
        op = self.phone.op(body)
        self.unsent.append(op)
        self._know(rank, op["op_id"], at.isoformat(), result)

    def sends(self, rng: random.Random) -> None:
        rng.shuffle(self.unsent)
        while self.unsent:
            batch = [self.unsent.pop() for _ in range(min(len(self.unsent), rng.randint(1, 4)))]
            assert {result["state"] for result in self.phone.post(*batch)} == {"stored"}


def walk(who: Inspector, ranks: int) -> list[SampleState]:
    steps: dict[int, list[Doorstep]] = {}
    for op_id, step in who.known.items():
        steps.setdefault(who.rank_of[op_id], []).append(step)
    outcomes = [outcome_of(steps.get(rank, []), TZ) for rank in range(1, ranks + 1)]
    return [each.state for each in standings(N, DRAWN, outcomes)]


@pytest.mark.parametrize("seed", [1, 2])
def test_quota_and_order_hold_whatever_happens_and_whenever_it_arrives(world: World, seed: int) -> None:
    rng = random.Random(seed)
    team = [Inspector(world.phone("lin")), Inspector(world.phone("song"))]
    for each in team:
        each.pulls()
    clock = MORNING
    for _ in range(34):
        who = rng.choice(team)
        clock += timedelta(hours=rng.choice([1, 3, 5]))
        if open_ranks := who.open_ranks():
            who.visits(rng.choice(open_ranks), rng.choice(RESULTS), clock)
        if rng.random() < 0.2:
            who.sends(rng)
            who.pulls()

    for each in rng.sample(team, 2):
        each.sends(rng)
    team[0].pulls()

    items = world.get("city", f"/api/v1/rounds/{ROUND}/sample?county=640104").json()["items"]
    said = [item for item in items if item["stratum"] == "poor"]
    expected = walk(team[0], len(said))
    assert [item["state"] for item in said] == [str(state) for state in expected]
    done = [item["rank"] for item in said if item["state"] == "completed"]
    reachable = [item["rank"] for item in said if item["outcome"] in ("C1", "C2", "C3")]
    assert done == reachable[: len(done)]
    assert len(done) <= N
    assert {item["rank"] for item in said if item["surplus"]} == set(reachable) - set(done)
    opened = [item["rank"] for item in said if item["state"] != "reserve"]
    assert opened == list(range(1, len(opened) + 1))
    assert world.satisfaction()["team"]["n"] == len(done)
    assert len(done) > 2
    assert len(opened) > N  # the rule had something to decide
