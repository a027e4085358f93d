"""Every role's records over the wire: helpers' logs, reports and discussions, look-backs, and who reads them."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import Answer, FieldRecord, Visit
from app.kernel.clock import utcnow
from app.registry.households.models import Household
from app.survey.records.models import Op, RecordState
from app.survey.records.queries import ops_by_id
from tests.cast import PEOPLE, ROUND, World
from tests.field import field_record, look_back, visit_log
from tests.phone import MORNING


@pytest.fixture
def homes(world: World) -> list[str]:
    """Five households of He's, two of them in the neighbour county; theirs is the account, not a name."""
    with world.house.db.read() as session:
        units = {
            county: [
                row.unit
                for row in session.exec(
                    select(Household).where(Household.county_id == county, Household.status == "unexited")
                ).all()[:3]
            ]
            for county in (1, 3)
        }
        ids = {row.unit: row.county_id for row in session.exec(select(Household)).all()}
    mine = [*units[1], *units[3][:2]]
    for county in (1, 3):
        with world.house.db.write(county) as session:
            for unit in mine:
                if ids[unit] == county:
                    household = session.get(Household, (county, unit))
                    assert household is not None
                    household.helper_account = "he"
                    session.add(household)
    return mine


def own(world: World) -> dict[str, Any]:
    return {each["household"]["unit"]: each for each in world.phone("he").package()["households"]}


def test_a_helper_gets_the_own_households_wherever_they_live_and_nothing_of_a_draw(
    world: World, homes: list[str]
) -> None:
    package = world.phone("he").package()
    assert sorted(each["household"]["unit"] for each in package["households"]) == sorted(homes)
    assert {unit[:6] for unit in homes} == {"640104", "640106"}
    assert package["samples"] == []
    assert [each["due_on"] for each in package["households"]] == [None] * 5
    assert package["visit_every_days"] == 30
    for other in ("lin", "gu", "xing", "city"):
        assert world.phone(other).package()["households"] == []


def test_a_log_moves_the_due_day_and_comes_back_with_its_answers(world: World, homes: list[str]) -> None:
    phone = world.phone("he")
    body = visit_log(phone, homes[4], photos=True)
    op = phone.op(body)

    assert phone.post(op)[0]["state"] == "stored"
    assert phone.put(body["photos"][0]["sha256"]) == 201

    mine = own(world)
    assert mine[homes[4]]["visited_on"] == "2017-05-20"
    assert mine[homes[4]]["due_on"] == "2017-06-19"
    (line,) = mine[homes[4]]["visits"]
    assert line["op_id"] == op["op_id"]
    assert line["answers"] == body["answers"]
    assert mine[homes[0]]["due_on"] is None
    with world.house.db.read() as session:
        (fact,) = session.exec(select(HelperVisit)).all()
        assert session.exec(select(Visit)).all() == []
    assert (fact.county_id, fact.unit, fact.contact_result, fact.minutes_here) == (3, homes[4], "completed", 40)
    assert (fact.purposes, fact.gift_value, fact.is_problem_found) == ("policy progress", 0, False)


def test_the_office_sets_after_how_many_days_a_visit_is_due(world: World, homes: list[str]) -> None:
    """Phone and desk obey RUHU_VISIT_DAYS."""
    world.app.state.house = replace(world.house, settings=replace(world.house.settings, visit_days=60))
    phone = world.phone("he")
    assert phone.post(phone.op(visit_log(phone, homes[4])))[0]["state"] == "stored"

    assert world.phone("he").package()["visit_every_days"] == 60
    assert own(world)[homes[4]]["due_on"] == "2017-07-19"

    assert "60" in page(world, "he", "/visits?county=640106").split("</h1>")[1].split("<table")[0]


def test_nobody_met_leaves_it_due(world: World, homes: list[str]) -> None:
    phone = world.phone("he")
    body = visit_log(phone, homes[0])
    body["answers"]["visit"] = {**body["answers"]["visit"], "contact_result": "absent"}
    del body["answers"]["visit"]["minutes_here"], body["answers"]["help"]
    assert phone.post(phone.op(body))[0]["state"] == "stored"
    mine = own(world)[homes[0]]
    assert (mine["due_on"], len(mine["visits"])) == (None, 1)


def test_another_helpers_household_is_held_and_shows_in_nobodys_package(world: World, homes: list[str]) -> None:
    with world.house.db.read() as session:
        stranger = next(row.unit for row in session.exec(select(Household)) if row.unit not in homes)
    phone = world.phone("he")
    (result,) = phone.post(phone.op(visit_log(phone, stranger)))
    assert result["state"] == "quarantined"
    assert [each["pointer"] for each in result["problem"]["errors"]] == ["#/household"]
    assert stranger not in own(world)


@pytest.mark.parametrize(
    ("account", "change"),
    [
        ("lin", {}),
        ("he", {"household": None}),
        ("he", {"sample_id": "2017-1-A1.640104-P.1"}),
        ("he", {"form_id": "q4_record"}),
    ],
    ids=["an inspector's log", "no household", "a sample in a log", "another kind's form"],
)
def test_what_does_not_fit_a_log_is_held(world: World, homes: list[str], account: str, change: dict[str, Any]) -> None:
    phone = world.phone(account)
    body = {**visit_log(phone, homes[0]), **change}
    if "form_id" in change:
        body["form_version"] = phone.versions["q4_record"]
    (result,) = phone.post(phone.op(body))
    assert result["state"] == "quarantined"


def test_a_log_can_be_corrected_and_only_by_one_of_the_same_household(world: World, homes: list[str]) -> None:
    phone = world.phone("he")
    first = phone.op(visit_log(phone, homes[0]))
    later = visit_log(phone, homes[0], started=MORNING + timedelta(days=3))
    other = visit_log(phone, homes[1])
    states = [
        each["state"]
        for each in phone.post(
            first,
            phone.op({**later, "corrects": first["op_id"]}),
            phone.op({**other, "corrects": first["op_id"]}),
        )
    ]
    assert states == ["stored", "stored", "quarantined"]
    assert own(world)[homes[0]]["visited_on"] == "2017-05-23"


def test_a_correction_that_came_before_its_log_is_held_too_when_it_names_another_household(
    world: World, homes: list[str]
) -> None:
    phone = world.phone("he")
    first = phone.op(visit_log(phone, homes[0]))
    later = phone.op({**visit_log(phone, homes[0], started=MORNING + timedelta(days=3)), "corrects": first["op_id"]})
    other = phone.op({**visit_log(phone, homes[1]), "corrects": first["op_id"]})

    assert [each["state"] for each in phone.post(later, other)] == ["stored_orphan", "stored_orphan"]
    phone.post(first)

    with world.house.db.read() as session:
        kept = ops_by_id(session, [uuid.UUID(op["op_id"]) for op in (later, other)])
        held = {row.reasons[0]["code"] for row in kept.values() if row.state == RecordState.QUARANTINED}
    assert [kept[uuid.UUID(op["op_id"])].state for op in (later, other)] == ["stored", "quarantined"]
    assert held == {"corrects-other"}
    assert own(world)[homes[0]]["visited_on"] == "2017-05-23"
    assert "answers" not in own(world)[homes[1]]["visits"][0]


def test_a_held_log_counts_when_it_is_released(world: World, homes: list[str]) -> None:
    phone = world.phone("he")
    body = visit_log(phone, homes[0], minutes_here="0")
    op = phone.op(body)
    assert phone.post(op)[0]["state"] == "quarantined"
    assert "answers" not in own(world)[homes[0]]["visits"][0]
    form = {"resolution": "released", "reason": "电话核对过"}
    headers = {**world.headers("city"), "Accept": "text/html"}
    answer = world.client.post(f"/records/{op['op_id']}/resolve", data=form, headers=headers)
    assert answer.status_code == 200, answer.text
    with world.house.db.read() as session:
        assert [row.status for row in session.exec(select(HelperVisit))] == ["accepted"]


@pytest.mark.parametrize("method", ["report", "docs", "talk"])
def test_a_team_files_reports_papers_and_discussions(world: World, method: str) -> None:
    phone = world.phone("song")
    op = phone.op(field_record(phone, "640104901201", method))
    result = phone.post(op)[0]
    assert result["state"] == "stored", result
    with world.house.db.read() as session:
        (row,) = session.exec(select(FieldRecord)).all()
        kept = session.exec(select(Op)).one()
        answers = {answer.path: answer.text for answer in session.exec(select(Answer))}
    assert (row.county_id, row.place, row.round, row.method, row.unit_name) == (
        1,
        "640104901201",
        ROUND,
        method,
        "永兴村",
    )
    assert (kept.county_id, kept.sample_id, kept.unit) == (1, None, None)
    assert answers["basics/said_poor_hh"] == "41"


def test_a_look_back_names_a_household_of_the_register(world: World, homes: list[str]) -> None:
    phone = world.phone("lin")
    good, absent = phone.post(phone.op(look_back(phone, homes[0])), phone.op(look_back(phone, "640104901201-9999")))
    assert (good["state"], absent["state"]) == ("stored", "quarantined")
    with world.house.db.read() as session:
        rows = session.exec(select(FieldRecord).order_by(FieldRecord.status)).all()
    assert [(row.status, row.fix_result) for row in rows] == [("accepted", "done"), ("held", "done")]


@pytest.mark.parametrize(
    ("account", "place"), [("lin", "640106"), ("he", "640104"), ("lin", "6401"), ("lin", "不是代码")],
    ids=["neighbour county", "a helper", "the city as a place", "no code"],
)  # fmt: skip
def test_a_record_from_outside_is_held(world: World, account: str, place: str) -> None:
    phone = world.phone(account)
    body = {**field_record(phone), "place": place}
    assert phone.post(phone.op(body))[0]["state"] == "quarantined"


def readers(world: World, op_id: str) -> set[str]:
    """Who gets the record's page."""
    found = set()
    for account in PEOPLE:
        headers = {**world.headers(account), "Accept": "text/html"}
        status = world.client.get(f"/records/{op_id}", headers=headers).status_code
        assert status in (200, 403, 404)
        found |= {account} if status == 200 else set()
    return found


def test_who_reads_a_log_and_who_a_record(world: World, homes: list[str]) -> None:
    """A log: its helper and the desks of the household. A record: its team and the city until the close."""
    he, song = world.phone("he"), world.phone("song")
    log, record = he.op(visit_log(he, homes[0])), song.op(field_record(song))
    he.post(log)
    song.post(record)
    assert readers(world, log["op_id"]) == {"he", "xing", "city", "leaders", "discipline", "auditor"}
    assert readers(world, record["op_id"]) == {"lin", "song", "city", "leaders", "auditor"}

    assert world.post("city", f"/api/v1/rounds/{ROUND}/close").status_code == 200

    assert readers(world, record["op_id"]) == {"lin", "song", "city", "leaders", "auditor", "xing", "discipline"}


def test_a_record_without_a_round_never_reaches_the_county(world: World) -> None:
    song = world.phone("song")
    op = song.op(field_record(song, round=None))
    song.post(op)
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    assert "xing" not in readers(world, op["op_id"])


def test_earlier_doorsteps_come_with_their_answers_to_the_team(world: World) -> None:
    lin = world.phone("lin")
    sample = lin.samples()[0]
    body = lin.door(sample)
    lin.post(lin.op(body))
    (event,) = world.phone("song").samples()[0]["events"]
    assert event["answers"] == json.loads(json.dumps(body["answers"]))
    assert event["form_id"] == "q1_poor"


def page(world: World, account: str, path: str) -> str:
    answer = world.client.get(path, headers={**world.headers(account), "Accept": "text/html"})
    assert answer.status_code == 200, (account, path, answer.status_code)
    return answer.text


def test_the_desk_lists_visits_of_its_own_county_and_a_helper_the_own(world: World, homes: list[str]) -> None:
    he = world.phone("he")
    lately = utcnow() - timedelta(days=3)
    near, far = he.op(visit_log(he, homes[0], started=lately)), he.op(visit_log(he, homes[4], started=lately))
    he.post(near, far)
    assert near["op_id"] in page(world, "xing", "/visits?county=640104")
    assert far["op_id"] not in page(world, "xing", "/visits?county=640104")
    assert far["op_id"] in page(world, "jin", "/visits?county=640106")
    assert far["op_id"] in page(world, "he", "/visits?county=640106")
    assert near["op_id"] in page(world, "city", f"/visits/{homes[0]}")
    assert f"due-{homes[1]}" in page(world, "xing", "/visits?county=640104")
    assert f"due-{homes[0]}" not in page(world, "xing", "/visits?county=640104")
    headers = {**world.headers("xing"), "Accept": "text/html"}
    assert world.client.get("/visits?county=640106", headers=headers).status_code == 404


def test_field_records_are_listed_behind_the_fence_of_their_round(world: World) -> None:
    song = world.phone("song")
    op = song.op(field_record(song))
    song.post(op)
    assert op["op_id"] in page(world, "lin", "/field-records")
    assert "<h1>督查记录</h1>" in page(world, "lin", f"/records/{op['op_id']}")
    for outside in ("xing", "discipline", "fang", "jin"):
        assert op["op_id"] not in page(world, outside, "/field-records")
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    assert op["op_id"] in page(world, "xing", "/field-records")
    assert op["op_id"] not in page(world, "jin", "/field-records")


def test_pairs_visited_of_late_are_counted_and_gifts_shown_beside(world: World, homes: list[str]) -> None:
    """I26: of all helped families of the county those that a helper met; a visit long ago, or to nobody, is none."""

    def line(only: str = "I26") -> dict[str, Any]:
        body = world.get("city", f"/api/v1/rounds/2017-1/indicators?only={only}").json()
        county = next(each for each in body["counties"] if each["code"] == "640104")
        return dict(county["indicators"][0])

    assert (line()["numerator"], line()["denominator"]) == (0, 0)
    he, june = world.phone("he"), datetime.fromisoformat("2017-06-10T09:00:00+08:00")
    mine = [unit for unit in homes if unit.startswith("640104")]
    assert len(mine) >= 2
    he.post(he.op(visit_log(he, mine[0], started=june)))
    he.post(he.op(visit_log(he, mine[0], started=june + timedelta(days=3), purpose="gift")))
    he.post(he.op(visit_log(he, mine[1], started=june - timedelta(days=30))))

    found = line()
    with world.house.db.read() as session:
        helped = session.exec(
            select(func.count())
            .select_from(Household)
            .where(Household.status != "non_poor", col(Household.unit).startswith("640104"))
            .where((col(Household.helper_name) != "") | col(Household.helper_account).is_not(None))
        ).one()
    assert (found["numerator"], found["denominator"]) == (1, helped)
    assert (found["low"], found["official"]) == (None, "missed")
    (gift,) = found["parts"]
    assert (gift["numerator"], gift["denominator"]) == (1, 2)
