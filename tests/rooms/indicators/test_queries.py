"""The satisfaction of a round from kept facts: what counts, who reads it, and the whole of G15."""

import uuid
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.figures.indicators import queries
from app.findings.inspections.models import Answer, Visit, VisitStatus
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.records.models import Op
from app.survey.rounds import service
from app.survey.rounds.queries import get_round, list_samples
from app.survey.rounds.rules import SampleRow
from tests.rooms.rounds.desk import T0, Desk, Draws, Freeze

TZ = ZoneInfo("Asia/Shanghai")
ITEMS = ("sat_team", "sat_helper", "sat_effect", "sat_way")


def samples(desk: Desk, actor: Actor, county: str, kind: str = "poor") -> list[SampleRow]:
    with desk.db.read() as session:
        return [row for row in list_samples(session, actor, "2017-1", county) if row.kind == kind]


def visit(
    desk: Desk,
    actor: Actor,
    row: SampleRow,
    codes: tuple[int, ...] = (),
    *,
    result: str = "completed",
    status: VisitStatus = VisitStatus.ACCEPTED,
    hour: int = 1,
    corrects: uuid.UUID | None = None,
) -> uuid.UUID:
    """One kept doorstep with its satisfaction codes, as intake leaves it."""
    op_id = uuid.uuid4()
    draw = row.sample_id.partition(f".{row.stratum}.")[0]
    at = T0 + timedelta(days=1, hours=hour)
    with desk.db.write(row.county_id) as session:
        seq = uuid.uuid4().int % 10**9
        session.add(
            Op(
                county_id=row.county_id, op_id=op_id, seq=seq, digest="0" * 64, body=b"{}", state="stored",
                received_state="stored", epoch="e", received_at=at, account_id=actor.account_id,
                device_id=op_id, dev_seq=1, corrects=corrects,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Visit(
                county_id=row.county_id, op_id=op_id, status=status, sample_id=row.sample_id, draw=draw,
                kind="interview", account_id=actor.account_id, received_at=at, started_at=at,
                contact_result=result, corrects=corrects, poverty_status="unexited",
            )
        )  # fmt: skip
        session.flush()
        session.add_all(
            Answer(county_id=row.county_id, op_id=op_id, path=f"satisfaction/{name}", index=0, text=str(code))
            for name, code in zip(ITEMS, codes, strict=False)
        )
    return op_id


def read(desk: Desk, actor: Actor) -> dict[str, Any]:
    with desk.db.read() as session:
        return queries.satisfaction(session, actor, "2017-1", TZ, now=T0)


def team(body: dict[str, Any], county: int = 0) -> tuple[int, int]:
    item = body["counties"][county]["items"][0]
    return item["satisfied"], item["n"]


def test_only_counted_interviews_of_properly_opened_households_enter(
    desk: Desk, officer: Actor, drawn_round: str
) -> None:
    poor = samples(desk, officer, "640104")

    visit(desk, officer, poor[0], (5, 4, 3, 9))
    visit(desk, officer, poor[1], (2, 2, 2, 2), status=VisitStatus.HELD)
    visit(desk, officer, poor[2], (2, 2, 2, 2), status=VisitStatus.VOIDED)
    visit(desk, officer, poor[10], (5, 5, 5, 5))  # a reserve that was never opened
    assert team(read(desk, officer)) == (1, 1)

    visit(desk, officer, poor[3], result="refused")  # opens rank 11
    assert team(read(desk, officer)) == (2, 2)

    visit(desk, officer, samples(desk, officer, "640104", "non_poor")[0], (1, 1, 1, 1))
    body = read(desk, officer)
    assert team(body) == (2, 2)
    assert body["counties"][0]["sample"] == {
        "poor": {"completed": 2, "quota": [8, 10]},
        "non_poor": {"completed": 1, "quota": [3, 5]},
    }


def test_a_corrected_interview_counts_once_and_as_corrected(desk: Desk, officer: Actor, drawn_round: str) -> None:
    first = samples(desk, officer, "640104")[0]

    wrong = visit(desk, officer, first, (2, 2, 2, 2))
    visit(desk, officer, first, (5, 5, 5, 5), corrects=wrong)

    assert team(read(desk, officer)) == (1, 1)


def test_the_way_asks_those_who_had_left_poverty_in_the_frame(desk: Desk, officer: Actor, drawn_round: str) -> None:
    """Every visit here says `unexited` today; the frame decides."""
    poor = samples(desk, officer, "640104")[:10]
    for row in poor:
        visit(desk, officer, row, (5, 5, 5, 4))

    way = read(desk, officer)["counties"][0]["items"][3]

    assert way["n"] == way["satisfied"] == sum(row.status == "exited" for row in poor)
    assert (way["official"], way["evidence"]) == (None, None)


def test_the_shape_is_the_contracts(desk: Desk, officer: Actor, drawn_round: str) -> None:
    body = read(desk, officer)

    assert {key: body[key] for key in ("round", "target", "scheme", "as_of")} == {
        "round": "2017-1", "target": "0.90", "scheme": "yc2017", "as_of": "2017-05-11T01:00:00.000Z",
    }  # fmt: skip
    assert [county["code"] for county in body["counties"]] == ["640104", "640106"]
    assert body["counties"][0]["frame"] == {"poor": 40, "non_poor": 30}
    assert [item["item"] for item in body["city"]["items"]] == ["team", "helper", "effect", "way"]


def test_a_round_that_is_not_frozen_has_no_figures(desk: Desk, officer: Actor, two_counties: str) -> None:
    county = read(desk, officer)["counties"][0]

    assert county["frame"] == {"poor": None, "non_poor": None}
    assert [item["n"] for item in county["items"]] == [0, 0, 0, 0]


READERS = {
    "neighbour outside the round": (Role.COUNTY_OFFICER, "640181"),
    "county officer": (Role.COUNTY_OFFICER, "640104"),
    "helper": (Role.HELPER, "640104"),
    "village cadre": (Role.VILLAGE_CADRE, "640104001201"),
    "discipline": (Role.DISCIPLINE, "6401"),
    "inspector": (Role.INSPECTOR, "640104"),
    "leading group": (Role.LEADING_GROUP, "6401"),
}
ONE, BOTH = ["640104"], ["640104", "640106"]
#: who: (counties and whether the city is shown) before the close and after it; None: 404
SEEN: dict[str, tuple[tuple[list[str], bool] | None, tuple[list[str], bool] | None]] = {
    "neighbour outside the round": (None, None),
    "county officer": (None, (ONE, False)),
    "helper": (None, (ONE, False)),
    "village cadre": (None, (ONE, False)),
    "discipline": (None, (BOTH, True)),
    "inspector": ((ONE, False), (ONE, False)),
    "leading group": ((BOTH, True), (BOTH, True)),
}


@pytest.mark.parametrize("who", READERS)
def test_before_the_close_teams_and_city_read_it_afterwards_each_county_its_own(
    desk: Desk, officer: Actor, drawn_round: str, who: str
) -> None:
    role, scope = READERS[who]
    reader = desk.actor("somebody", role, scope)

    def seen() -> tuple[list[str], bool] | None:
        try:
            body = read(desk, reader)
        except NotFound:
            return None
        return [county["code"] for county in body["counties"]], body["city"] is not None

    before = seen()
    with desk.db.write(HOME) as session:
        service.close_round(session, officer, drawn_round)

    assert (before, seen()) == SEEN[who]


def test_a_round_over_one_county_shows_that_county_no_city(
    desk: Desk, officer: Actor, freezes: Freeze, draws: Draws
) -> None:
    desk.register("640104")
    with desk.db.write(HOME) as session:
        service.open_round(
            session, officer, code="2017-1", name="专项督查", kind="joint", starts_on=date(2017, 6, 1),
            ends_on=date(2017, 6, 30), counties=["640104"],
        )  # fmt: skip
    freezes()
    draws()
    with desk.db.write(HOME) as session:
        service.close_round(session, officer, "2017-1")

    assert read(desk, desk.actor("x", Role.COUNTY_OFFICER, "640104"))["city"] is None
    assert read(desk, officer)["city"] is not None


def test_reach_is_told_by_stratum_to_those_who_see_the_sample(desk: Desk, officer: Actor, drawn_round: str) -> None:
    poor = samples(desk, officer, "640104")
    visit(desk, officer, poor[0], (5, 5, 5, 5))
    visit(desk, officer, poor[1], result="absent", hour=1)
    visit(desk, officer, poor[1], result="absent", hour=6)
    visit(desk, officer, poor[2], result="absent")

    with desk.db.read() as session:
        reach = queries.reach_of(session, officer, drawn_round, TZ)["640104", "poor"]
        with pytest.raises(NotFound):
            queries.reach_of(session, desk.actor("x", Role.COUNTY_OFFICER, "640104"), drawn_round, TZ)

    assert (reach.main, reach.opened, reach.completed, reach.ended) == (10, 11, 1, {"N1": 1})


G15 = {
    "640104": (10, 10, 9, 9, "兴庆区"),
    "640105": (9, 8, 9, 9, "西夏区"),
    "640106": (8, 8, 7, 8, "金凤区"),
    "640121": (10, 8, 6, 9, "永宁县"),
    "640122": (10, 9, 9, 10, "贺兰县"),
    "640181": (7, 7, 6, 7, "灵武市"),
}


def test_g15_six_counties_from_kept_facts(desk: Desk, officer: Actor, freezes: Freeze, draws: Draws) -> None:
    """灵武市: three absent, the reserve is not used."""
    for county in G15:
        desk.register(county)
    with desk.db.write(HOME) as session:
        service.open_round(
            session, officer, code="2017-1", name="第一轮督查", starts_on=date(2017, 5, 11), ends_on=date(2017, 6, 20),
            counties=list(G15),
        )  # fmt: skip
    freezes()
    draws()
    for county, (n, *satisfied, _) in G15.items():
        for number, row in enumerate(samples(desk, officer, county)[:10]):
            if number < n:
                visit(desk, officer, row, tuple(4 if number < s else 2 for s in (*satisfied, 0)))
            else:
                visit(desk, officer, row, result="absent")

    body = read(desk, officer)

    official = {
        county["name"]: [item["official"] for item in county["items"][:3]] for county in body["counties"]
    }  # fmt: skip
    assert official == {
        "兴庆区": ["met", "met", "met"],
        "西夏区": ["missed", "met", "met"],
        "金凤区": ["met", "missed", "met"],
        "永宁县": ["missed", "missed", "met"],
        "贺兰县": ["met", "met", "met"],
        "灵武市": ["too_few", "too_few", "too_few"],
    }
    assert [(i["satisfied"], i["n"], i["rate"], i["official"], i["model"]) for i in body["city"]["items"][:3]] == [
        (50, 54, "92.59", "met", "binomial"),
        (46, 54, "85.19", "missed", "binomial"),
        (52, 54, "96.30", "met", "binomial"),
    ]
    with desk.db.read() as session:
        assert get_round(session, officer, "2017-1").state == "drawn"
