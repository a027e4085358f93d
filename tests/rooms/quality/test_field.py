"""The rule of the field under any sequence of outcomes, from several phones, in any order of arrival."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.findings.inspections.models import Visit, VisitStatus
from app.findings.inspections.queries import Door, doorstep_of
from app.findings.quality import field as quality
from app.findings.quality.field import Residence, Why
from app.survey.rounds.rules import Doorstep, Outcome, SampleRow, SampleState, outcome_of, sample_standings, standings

TZ = ZoneInfo("Asia/Shanghai")
DRAWN = datetime(2017, 5, 12, 0, 0, tzinfo=UTC)
NINE = datetime(2017, 5, 15, 1, 0, tzinfo=UTC)  # 9:00 where the people live
N, RESERVES = 3, 6
LIN, FANG = uuid.UUID(int=1), uuid.UUID(int=2)


def row(rank: int) -> SampleRow:
    return SampleRow(
        sample_id=f"2017-1-A1.640104-P.{rank}", unit=f"640104001201-{rank:04}", registered_id="", status="exited",
        county_id=1, county="640104", kind="poor", stratum="640104-P", rank=rank, main=N, drawn_at=DRAWN,
        assigned_to=None,
    )  # fmt: skip


def visit(rank: int, result: str, at: datetime, *, by: uuid.UUID = LIN, received: datetime | None = None) -> Visit:
    return Visit(
        county_id=1, op_id=uuid.uuid4(), status=VisitStatus.ACCEPTED, sample_id=row(rank).sample_id, draw="2017-1-A1",
        kind="interview", account_id=by, received_at=received or at, started_at=at,
        contact_result=None if result.startswith("N") else result,
        outcome_code=result if result.startswith("N") else None,
        no_such_why="dissolved" if result == "no_such" else None,
    )  # fmt: skip


def doors(visits: list[Visit]) -> list[Door]:
    rows = [row(rank) for rank in range(1, N + RESERVES + 1)]
    by_id: dict[str, list[Visit]] = {}
    for each in visits:
        by_id.setdefault(each.sample_id, []).append(each)
    steps = {name: [doorstep_of(each) for each in mine] for name, mine in by_id.items()}
    return [Door(item, tuple(by_id.get(item.row.sample_id, ()))) for item in sample_standings(rows, steps, TZ)]


def faults(*visits: Visit) -> list[tuple[str, int, tuple[int, ...]]]:
    found = quality.sample_faults(doors(list(visits)), TZ)
    return [(each.why.value, int(each.sample_id.rpartition(".")[2]), each.holding) for each in found]


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def test_a_reserve_visited_after_one_attempt_is_flagged_with_the_household_before_it() -> None:
    assert faults(visit(1, "absent", at(0)), visit(4, "completed", at(1))) == [("attempts", 4, (1,))]


def test_a_reserve_visited_out_of_order_is_flagged_and_names_who_stood_before_it() -> None:
    assert faults(visit(1, "refused", at(0)), visit(5, "completed", at(1))) == [("order", 5, (2, 3, 4))]


def test_a_reserve_after_two_attempts_at_different_times_of_day_is_no_fault() -> None:
    assert faults(visit(1, "absent", at(0)), visit(1, "absent", at(5)), visit(4, "completed", at(6))) == []


def test_two_attempts_within_one_morning_are_not_enough() -> None:
    assert faults(visit(1, "absent", at(0)), visit(1, "absent", at(1)), visit(4, "completed", at(2))) == [
        ("attempts", 4, (1,))
    ]


def test_whoever_could_not_know_better_is_surplus_and_not_at_fault() -> None:
    """Fang completed household 1 offline; Lin was refused there later and rightly opened reserve 4."""
    fang = visit(1, "completed", at(0), by=FANG, received=at(9))
    lin = [visit(1, "refused", at(1)), visit(4, "completed", at(2))]
    seen = doors([fang, *lin])

    assert faults(fang, *lin) == []
    assert seen[3].item.is_surplus
    assert [each.op_id for each in quality.surplus_visits(seen)] == [lin[1].op_id]


def test_what_the_service_had_before_the_visit_excuses_nobody_who_saw_it() -> None:
    first = visit(2, "refused", at(0), by=FANG, received=at(0.5))
    assert faults(first, visit(4, "completed", at(1))) == []


def test_two_interviews_of_one_household_are_kept_the_later_counts_and_one_is_flagged() -> None:
    both = [visit(1, "completed", at(0)), visit(1, "completed", at(1), by=FANG)]
    seen = doors(both)

    assert faults(*both) == [("twice", 1, ())]
    assert seen[0].counted is both[1]
    assert quality.surplus_visits(seen) == [both[0]]


def test_of_two_corrections_of_one_record_the_later_counts_and_the_other_is_flagged() -> None:
    first = visit(1, "completed", at(0))
    lins, fangs = visit(1, "completed", at(1)), visit(1, "completed", at(1), by=FANG)
    lins.corrects = fangs.corrects = first.op_id
    found = quality.sample_faults(seen := doors([first, lins, fangs]), TZ)

    assert [(each.why, each.op_id) for each in found] == [(Why.RIVAL, str(lins.op_id))]
    assert seen[0].counted is fangs

    fangs.corrects = lins.op_id
    assert quality.sample_faults(doors([first, lins, fangs]), TZ) == []


def test_out_of_reach_by_decision_needs_two_attempts() -> None:
    assert faults(visit(1, "N1", at(1))) == [("hasty", 1, ())]
    assert faults(visit(1, "absent", at(0)), visit(1, "absent", at(5)), visit(1, "N1", at(6))) == []


def test_every_reason_has_its_words() -> None:
    assert {why.value for why in Why} == {"order", "attempts", "hasty", "twice", "rival", "not_drawn"}


# --- any sequence, several phones, any order of arrival ---


@dataclass
class Phone:
    """What one inspector's phone knows: its own doorsteps, and what the service told at its last sync."""

    who: uuid.UUID
    own: list[Visit] = field(default_factory=list)
    unsent: list[Visit] = field(default_factory=list)
    told: list[Visit] = field(default_factory=list)

    def known(self) -> list[Visit]:
        mine = {each.op_id for each in self.own}
        return self.own + [each for each in self.told if each.op_id not in mine]

    def open_ranks(self) -> list[int]:
        return [door.row.rank for door in doors(self.known()) if door.item.state is SampleState.OPEN]


class Field(RuleBasedStateMachine):
    """Phones that keep the rule by what they know; the service hears of it whenever they find a network."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = NINE
        self.phones: list[Phone] = []
        self.served: list[Visit] = []
        self.early: set[uuid.UUID] = set()

    @initialize(count=st.integers(1, 3))
    def team(self, count: int) -> None:
        self.phones = [Phone(uuid.UUID(int=number + 1)) for number in range(count)]

    @rule(
        who=st.integers(0, 2), which=st.integers(0, 20), hours=st.sampled_from([1, 3, 5]),
        result=st.sampled_from(["completed", "absent", "away", "refused", "incapable", "no_such"]),
    )  # fmt: skip
    def visits_an_open_household(self, who: int, which: int, hours: int, result: str) -> None:
        phone = self.phones[who % len(self.phones)]
        self.clock += timedelta(hours=hours)
        ranks = phone.open_ranks()
        if ranks:
            self._seal(phone, ranks[which % len(ranks)], result)

    @precondition(lambda self: len(self.early) < 2)
    @rule(who=st.integers(0, 2))
    def jumps_to_the_last_reserve(self, who: int) -> None:
        """Somebody who does not keep the rule: at the last reserve while households before it hold n places."""
        phone = self.phones[who % len(self.phones)]
        self.clock += timedelta(hours=1)
        everything = [each for other in self.phones for each in other.own]
        if SampleState.RESERVE is doors(everything)[-1].item.state and not self._may_have_known(phone):
            self.early.add(self._seal(phone, N + RESERVES, "refused"))

    def _may_have_known(self, phone: Phone) -> bool:
        """Whether any knowledge between its own and everything served opens the last reserve."""
        times = {None, *(each.received_at for each in self.served)}
        return any(
            doors(phone.own + [e for e in self.served if t is not None and e.received_at <= t and e not in phone.own])[
                -1
            ].item.state
            is not SampleState.RESERVE
            for t in times
        )

    def _seal(self, phone: Phone, rank: int, result: str) -> uuid.UUID:
        sealed = visit(rank, result, self.clock, by=phone.who)
        phone.own.append(sealed)
        phone.unsent.append(sealed)
        return sealed.op_id

    @rule(who=st.integers(0, 2), seed=st.integers(0, 99))
    def syncs(self, who: int, seed: int) -> None:
        phone = self.phones[who % len(self.phones)]
        self.clock += timedelta(minutes=10)
        random.Random(seed).shuffle(phone.unsent)
        for each in phone.unsent:
            each.received_at = self.clock
        self.served += phone.unsent
        phone.unsent = []
        phone.told = list(self.served)

    @invariant()
    def never_more_than_n_count_and_they_are_the_first_reachable(self) -> None:
        seen = doors(self.served)
        done = [door.row.rank for door in seen if door.item.state is SampleState.COMPLETED]
        assert len(done) <= N
        reachable = [d.row.rank for d in seen if d.item.outcome.end is SampleState.COMPLETED]
        held = [d for d in seen if d.item.state is SampleState.OPEN]
        assert done == reachable[: len(done)]
        assert len(done) + len(held) <= N or all(door.row.rank <= N for door in held)

    @invariant()
    def every_interview_counts_or_is_marked(self) -> None:
        seen = doors(self.served)
        counted = {door.counted.op_id for door in seen if door.counted}
        surplus = {each.op_id for each in quality.surplus_visits(seen)}
        assert not counted & surplus
        assert counted | surplus == {each.op_id for each in self.served if each.contact_result == "completed"}

    @invariant()
    def the_order_of_arrival_changes_nothing(self) -> None:
        shuffled = list(self.served)
        random.Random(len(shuffled)).shuffle(shuffled)
        one, other = doors(self.served), doors(shuffled)
        assert [door.item for door in one] == [door.item for door in other]
        assert _set_of(one) == _set_of(other)

    @invariant()
    def only_who_broke_the_rule_is_flagged_for_the_order(self) -> None:
        flagged = {
            uuid.UUID(each.op_id)
            for each in quality.sample_faults(doors(self.served), TZ)
            if each.why in (Why.ORDER, Why.ATTEMPTS)
        }
        served = {each.op_id for each in self.served}
        assert flagged == self.early & served


def _set_of(seen: list[Door]) -> set[tuple[str, str, Why]]:
    found = quality.sample_faults(seen, TZ)
    return {(each.sample_id, "" if each.why is Why.TWICE else each.op_id, each.why) for each in found}


TestField = Field.TestCase
TestField.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


# --- residence ---


@pytest.mark.parametrize(
    ("answers", "attempts", "resettled", "expected"),
    [
        ({"resettled": "1", "living": "origin", "live_months": "12"}, 0, True, Residence.ORIGIN),
        ({"resettled": "1", "living": "let", "live_months": "0"}, 0, True, Residence.LET),
        ({"resettled": "1", "living": "at_site", "live_months": "5"}, 0, True, Residence.SHORT),
        ({"resettled": "1", "living": "at_site", "live_months": "6"}, 0, True, Residence.SITE),
        ({"resettled": "1", "living": "work_away", "live_months": "2"}, 0, True, Residence.SITE),
        ({"resettled": "0"}, 0, False, None),
        ({}, 1, True, None),
        ({}, 2, True, Residence.NOT_MET),
    ],
)
def test_where_a_resettled_household_lives(
    answers: dict[str, str], attempts: int, resettled: bool, expected: Residence | None
) -> None:
    assert quality.residence_of(answers, attempts, is_resettled=resettled) == expected


def test_a_doorstep_within_two_kilometres_of_the_village_left_is_noticed() -> None:
    origin = (106.20, 38.40)
    near, far = (106.21, 38.40), (106.23, 38.40)

    assert round(quality.metres(origin, near)) == 871
    assert quality.is_at_origin(near, origin, is_resettled=True)
    assert not quality.is_at_origin(far, origin, is_resettled=True)
    assert not quality.is_at_origin(near, origin, is_resettled=False)
    assert not quality.is_at_origin(None, origin, is_resettled=True)


def test_the_walk_itself_never_opens_more_than_n_places() -> None:
    walked = standings(2, DRAWN, [Outcome("N2", NINE, "a"), Outcome(), Outcome("N2", NINE, "b"), Outcome(), Outcome()])
    states = [each.state.value for each in walked]
    assert states == ["non_response", "open", "non_response", "open", "reserve"]
    assert outcome_of([Doorstep("a", NINE, result="absent")], TZ).code == "attempt"
