"""Facts and sums follow every record, and are at any moment what counting everybody anew would give."""

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.doors import intake
from app.figures.indicators.checking import count_missing, facts_apart, sums_apart
from app.figures.indicators.counting import marks_of
from app.figures.indicators.counts import counts_of
from app.figures.indicators.keeping import decode, household_of, recomputed, row_of
from app.figures.indicators.models import FigureHousehold, FigureSum
from app.figures.indicators.progress import stratum_progress, village_progress
from app.figures.indicators.queries import reach_of
from app.figures.indicators.reached import open_and_unassigned, progress_from, reaches_of, villages_reached
from app.figures.indicators.sums import Sum, add_up
from app.findings.inspections.queries import doors_of
from app.survey.rounds.queries import get_round, list_samples
from app.survey.rounds.rules import SampleState
from app.upkeep.heads import Fault
from app.upkeep.verify import Premises, Report, check_facts
from tests.cast import ROUND, World
from tests.phone import Phone

Kept = dict[tuple[int, str, str], dict[str, Sum]]


def kept(session: Session) -> tuple[Kept, dict[str, dict[str, Any]]]:
    """What the tables say: sums by county, draw and stratum, and the rows of facts."""
    sums = {(row.county_id, row.draw_id, row.kind): decode(row.cells) for row in session.exec(select(FigureSum))}
    rows = {row.sample_id: row.model_dump() for row in session.exec(select(FigureHousehold))}
    return {key: cells for key, cells in sums.items() if cells}, rows


def anew(world: World) -> tuple[Kept, dict[str, dict[str, Any]]]:
    """What the records say, counted from nothing."""
    sums: Kept = {}
    rows: dict[str, dict[str, Any]] = {}
    with world.house.db.read() as session:
        for row in session.exec(select(FigureSum)):
            told = recomputed(session, row.county_id, row.draw_id, row.kind, world.house.settings.tz)
            cells = add_up(marks_of(each.facts) for each in told)
            if cells:
                sums[row.county_id, row.draw_id, row.kind] = cells
            rows.update({each.door.row.sample_id: row_of(each) for each in told})
    return sums, rows


def assert_in_step(world: World) -> None:
    with world.house.db.read() as session:
        sums, rows = kept(session)
        facts = list(session.exec(select(FigureHousehold)))
    fresh_sums, fresh_rows = anew(world)
    assert rows == fresh_rows
    assert sums == fresh_sums
    assert sums == _from_facts(facts)
    assert_reach_is_that_of_a_walk(world)


def assert_reach_is_that_of_a_walk(world: World) -> None:
    """What the board says from sums is what the opening rule says of the doors."""
    city, tz = world.actor("city"), world.house.settings.tz
    with world.house.db.read() as session:
        view = get_round(session, city, ROUND)
        reaches, walked = reaches_of(session, view), reach_of(session, city, ROUND, tz)
        doors = doors_of(session, list_samples(session, city, ROUND), tz)
        waiting = [door for door in doors if door.item.state is SampleState.OPEN and not door.row.assigned_to]
        if reaches is None:  # a reserve is used up: the board walks the doors itself
            return
        assert {key: reach for key, reach in reaches.items() if reach.main} == walked
        assert open_and_unassigned(session, view, reaches) == sorted(Counter(d.row.county for d in waiting).items())
        villages = {
            (county.code, each.code): (each.completed, each.ended, each.open)
            for county in view.counties
            for each in village_progress({}, [door.item for door in doors if door.row.county == county.code])
        }
        assert villages_reached(session, view, reaches) == villages
        counted = counts_of(session, view, tz, ())
        for code, strata in progress_from(view, counted).items():
            mine = [door.item for door in doors if door.row.county == code]
            (count,) = [each for each in counted.counties if each.code == code]
            for each in strata:
                items = [item for item in mine if item.row.kind == each.kind]
                walk = stratum_progress(code, each.kind, count.frame[each.kind], each.quota, items)
                met = {name: number for name, number in walk.by_code.items() if name.startswith("C")}
                assert {**each.by_code, **met} == walk.by_code
                assert replace(each, by_code={}) == replace(walk, by_code={}, surplus=0)
        if len(view.draws) == 1:
            assert set(progress_from(view, counted)) == {county for county, _ in walked}


def _from_facts(facts: list[FigureHousehold]) -> Kept:
    keys = {(row.county_id, row.draw_id, row.kind) for row in facts}
    return {
        key: add_up(
            marks_of(household_of(row)) for row in facts if (row.county_id, row.draw_id, row.kind) == key
        )
        for key in keys
    }  # fmt: skip


def count(world: World, cell: str) -> tuple[int, int]:
    """Σx and Σy of one cell over everything."""
    with world.house.db.read() as session:
        found = [decode(row.cells).get(cell, Sum()) for row in session.exec(select(FigureSum))]
    return sum(each.x for each in found), sum(each.y for each in found)


def test_every_kind_of_change_is_followed(world: World) -> None:
    phone = world.phone("lin")
    poor, others = phone.samples("poor"), phone.samples("non_poor")

    first = phone.op(phone.interview(poor[0], sat={"team": 5}))
    phone.post(first, phone.op(phone.interview(poor[1], sat={"team": 2})), phone.op(phone.interview(others[0])))
    assert count(world, "I01") == (1, 2)
    assert_in_step(world)

    correction = phone.interview(poor[0], sat={"team": 1})
    phone.post(phone.op({**correction, "corrects": first["op_id"]}))
    assert count(world, "I01") == (0, 2)
    assert_in_step(world)

    phone.post(phone.op(phone.door(poor[2], "refused")))
    phone.post(phone.op(phone.interview(poor[10], sat={"team": 4})))  # the reserve that the refusal opened
    assert count(world, "I01") == (1, 3)
    assert count(world, "I39.N2") == (1, 1)
    assert_in_step(world)


def test_a_held_record_enters_when_it_is_released_and_never_when_it_is_voided(world: World) -> None:
    phone, officer = world.phone("lin"), world.actor("city")
    poor = phone.samples("poor")
    held = []
    for sample in poor[:2]:
        body = phone.interview(sample, sat={"team": 5})
        body["answers"]["main"]["hh_size"] = "99"
        op = phone.op(body)
        (result,) = phone.post(op)
        assert result["state"] == "quarantined"
        held.append(uuid.UUID(op["op_id"]))
    assert count(world, "I01") == (0, 0)
    assert_in_step(world)

    county_id = county_of(world)
    intake.release(world.house, officer, county_id, held[0], "电话核实,户籍人口确实如此")
    assert count(world, "I01") == (1, 1)
    assert_in_step(world)

    intake.void(world.house, officer, county_id, held[1], "与住户核实,没有这次访问")
    assert count(world, "I01") == (1, 1)
    assert_in_step(world)


def county_of(world: World) -> int:
    with world.house.db.read() as session:
        return next(row.county_id for row in session.exec(select(FigureSum)) if row.draw_id.startswith(ROUND))


@pytest.mark.parametrize("together", [False, True])
def test_of_two_interviews_at_one_door_the_later_counts_from_its_own_transaction_on(
    world: World, together: bool
) -> None:
    """A number of arrival comes last in a transaction; figures that follow before it know the order all the same."""
    phone = world.phone("lin")
    sample = phone.samples("poor")[0]
    first = phone.op(phone.interview(sample, sat={"team": 2}))
    second = phone.op({**phone.interview(sample, sat={"team": 5}), "corrects": str(uuid.UUID(int=7))})
    for ops in [[first, second]] if together else [[first], [second]]:
        phone.post(*ops)

    assert count(world, "I01") == (1, 1)
    assert_in_step(world)


def test_a_completed_interview_takes_the_place_of_a_reserve(world: World) -> None:
    """Two absences open rank 11; it is interviewed; then rank 1 is met after all, and 11 is superfluous."""
    phone = world.phone("lin")
    poor = phone.samples("poor")
    for sample in poor[1:10]:
        phone.post(phone.op(phone.interview(sample, sat={"team": 5})))
    phone.post(phone.op(phone.door(poor[0], "refused")))
    phone.post(phone.op(phone.interview(poor[10], sat={"team": 1})))
    assert count(world, "I01") == (9, 10)

    phone.post(phone.op(phone.interview(poor[0], sat={"team": 5})))

    assert count(world, "I01") == (10, 10)
    assert_in_step(world)


@pytest.mark.parametrize("seed", [20170510, 7])
def test_any_order_of_anything_keeps_them_in_step(world: World, seed: int) -> None:
    chance, phone = random.Random(seed), world.phone("lin")
    samples = [*phone.samples("poor")[:14], *phone.samples("non_poor")[:5]]
    sent: list[tuple[str, dict[str, Any]]] = []
    for _ in range(6):
        ops = []
        for _ in range(chance.randint(1, 4)):
            sample = chance.choice(samples)
            op = phone.op(_some_doorstep(phone, sample, chance, sent))
            sent.append((op["op_id"], sample))
            ops.append(op)
        chance.shuffle(ops)
        phone.post(*ops)
        assert_in_step(world)


def _some_doorstep(
    phone: Phone, sample: dict[str, Any], chance: random.Random, sent: list[tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    if chance.random() < 0.4:
        body = phone.door(sample, chance.choice(["absent", "refused", "incapable", "away"]))
    else:
        asked = {"team": chance.randint(1, 5)} if sample["stratum"] == "poor" else None
        body = phone.interview(sample, sat=asked)
    mine = [op_id for op_id, other in sent if other["sample_id"] == sample["sample_id"]]
    if mine and chance.random() < 0.4:
        body["corrects"] = chance.choice(mine)
    elif chance.random() < 0.1:
        body["corrects"] = str(uuid.uuid4())  # an orphan
    return body


def test_sums_of_an_older_rule_are_counted_anew_by_the_next_record(world: World) -> None:
    phone = world.phone("lin")
    poor = phone.samples("poor")
    phone.post(phone.op(phone.interview(poor[0], sat={"team": 5})))
    with world.house.db.write(county_of(world)) as session:
        for row in session.exec(select(FigureSum).where(FigureSum.county_id == session.info["county_id"])):
            row.version, row.cells = "yc2016/0", '{"I01":[9,9,9,9,9,9]}'

    phone.post(phone.op(phone.interview(poor[1], sat={"team": 5})))

    with world.house.db.read() as session:
        row = session.exec(select(FigureSum).where(FigureSum.kind == "poor", col(FigureSum.cells) != "{}")).one()
    assert decode(row.cells)["I01"] == Sum(2, 2, 2, 2, 2, 2)


def test_a_sum_that_somebody_changed_is_named_and_so_is_a_fact(world: World) -> None:
    phone = world.phone("lin")
    phone.post(*(phone.op(phone.interview(sample)) for sample in phone.samples("poor")[:3]))
    tz = world.house.settings.tz
    with world.house.db.read() as session:
        assert list(sums_apart(session)) == []
        assert list(facts_apart(session, tz, most=1000)) == []

    with world.house.db.write(county_of(world)) as session:
        row = session.exec(select(FigureHousehold)).first()
        assert row is not None
        row.status = "exited" if row.status == "unexited" else "unexited"
        session.add(row)

    with world.house.db.read() as session:
        assert [each.kind for each in sums_apart(session)] == ["poor"]
        assert [each.what for each in facts_apart(session, tz, most=1000)] == [row.sample_id]
    place = Premises(world.house.db, world.house.store, world.house.keys, world.house.settings.data, tz)
    assert [check_facts(each, Report()) for each in (place, replace(place, facts=1))] == [
        [], [Fault(
            f"抽样 {row.draw_id} 县区 {row.county_id} 的事实与记录不符:{row.sample_id}",
            f"Facts of draw {row.draw_id}, county {row.county_id} are not those of its records: {row.sample_id}",
        )],
    ]  # fmt: skip


def test_records_that_came_before_there_were_sums_are_counted_by_the_housekeeper(world: World) -> None:
    phone = world.phone("lin")
    phone.post(*(phone.op(phone.interview(sample)) for sample in phone.samples("poor")[:3]))
    before = world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()["counties"]
    with world.house.db.write(county_of(world)) as session:
        for row in [*session.exec(select(FigureSum)), *session.exec(select(FigureHousehold))]:
            session.delete(row)

    assert world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()["counties"] == before
    assert count_missing(world.house.db, world.house.settings.tz) == 1
    assert count_missing(world.house.db, world.house.settings.tz) == 0
    assert_in_step(world)
    assert world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()["counties"] == before


def test_two_phones_at_once_lose_nothing(world: World) -> None:
    """Twelve doors of one list, sent by two phones of the team side by side."""
    phones = [world.phone("lin"), world.phone("song")]
    poor = phones[0].samples("poor")
    ops = [phones[n % 2].op(phones[n % 2].interview(poor[n], sat={"team": 5})) for n in range(10)]

    def send(number: int) -> None:
        for op in ops[number::2]:
            phones[number].post(op)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, range(2)))

    assert count(world, "I01") == (10, 10)
    assert_in_step(world)
