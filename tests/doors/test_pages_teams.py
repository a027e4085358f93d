"""A round worked by teams, by pages and wire: entered, drawn, pledged; and whoever was not drawn finds nothing."""

from typing import Any

import pytest

from app.kernel.db.base import HOME
from app.registry.people.service import add_account
from app.survey.rounds.record import check_record
from tests.cast import DICE, PASSWORD, World
from tests.doors.test_pages_draw import FRAME, PLAN, SIGNERS
from tests.visitor import Visitor

TEAMS = "/rounds/2017-2/teams"
DRAW = "2017-2-T-A1"
WITNESSES = {
    "signer_office": "督查办甲",
    "signer_outside": "大学丁",
    "signer_deputy": "代表戊",
    "sign_place": "市政府",
}
FIRST = {"team": "T1", "name": "第一督查组", "cost_unit": "市统计局", "members": "lin 市统计局\nsong 市统计局"}
SECOND = {"team": "T2", "name": "第二督查组", "cost_unit": "市审计局", "members": "fang 市审计局\nzhao 市审计局"}


@pytest.fixture
def city(world: World) -> Visitor:
    """The city's officer in front of a new round with two teams; zhao's account reaches the whole city."""
    with world.house.db.write(HOME) as session:
        add_account(
            session, world.house.hasher, account="zhao", name="赵安", role="inspector", scope="6401",
            password=PASSWORD, by="test",
        )  # fmt: skip
    officer = Visitor(world, "city")
    officer.post("/rounds/new", **PLAN)
    for team in (FIRST, SECOND):
        assert "督查组已保存" in officer.post(TEAMS, **team, active="on").main
    return officer


def draws_teams(city: Visitor) -> None:
    assert "承诺码" in city.post(f"{TEAMS}/freeze", source="DICE10X20").main
    assert "签字已登记" in city.post("/rounds/2017-2/signers", draw=DRAW, **WITNESSES).main
    drawn = city.post("/rounds/2017-2/draw", draw=DRAW, parts=DICE, witnesses="大学丁")
    assert "抽样完成" in drawn.main


def draws_households(city: Visitor) -> None:
    city.post("/rounds/2017-2/freeze", **FRAME)
    city.post("/rounds/2017-2/signers", draw="2017-2-A1", **SIGNERS)
    assert "抽样完成" in city.post("/rounds/2017-2/draw", draw="2017-2-A1", parts=DICE, witnesses="县里乙").main


def samples_of(phone: Any) -> list[dict[str, Any]]:
    return [sample for sample in phone.samples() if sample["round"] == "2017-2"]


def test_teams_are_entered_drawn_and_their_record_holds(world: World, city: Visitor) -> None:
    page = city.get(TEAMS)
    assert "承诺书未签" in page.main
    assert [row.text for row in page.all("ul", data_testid="team-bars")] != []
    assert "T1 金凤区 · lin · 组员账号的范围不含该县" in page.main

    draws_teams(city)

    shown = city.get(f"/rounds/2017-2/draw?draw={DRAW}")
    assert shown.one("table", data_testid="teams-sent").text.endswith("兴庆区T1 第一督查组金凤区T2 第二督查组")
    assert "县区人员" not in city.get(f"/rounds/2017-2/commitment?draw={DRAW}").main
    record = world.get("city", f"/api/v1/rounds/2017-2/draw?draw={DRAW}").json()
    frame = world.get("city", f"/api/v1/rounds/2017-2/frame?draw={DRAW}").text.splitlines()[1:]
    assert check_record(record, [(row.split(",")[0], row.split(",")[1]) for row in frame]).holds
    assert record["teams"] == {"640104": "T1", "640106": "T2"}
    assert "第一督查组" in city.get(TEAMS).main
    assert DRAW in [item["draw"] for item in world.client.get("/api/v1/commitments").json()["items"]]


def test_faults_stand_at_their_fields_with_what_was_typed(world: World, city: Visitor) -> None:
    page = city.post(TEAMS, team="t3", name="第三督查组", members="lin 市统计局", active="on")

    assert page.status == 422
    assert "写明派出单位" in page.one("p", id="cost_unit-fault").text
    assert "已在 T1 组" in page.one("p", id="members-fault").text
    assert page.one("textarea", name="members").text == "lin 市统计局"


def test_a_home_county_may_be_written_by_name_and_a_county_left_alone_is_named(world: World, city: Visitor) -> None:
    city.post(TEAMS, **{**FIRST, "members": "lin 市统计局 兴庆区"}, active="on")

    page = city.get(f"{TEAMS}?team=T1")
    assert page.one("textarea", name="members").text == "lin 市统计局 640104"
    assert "没有可派的组" in page.main
    refused = city.post(f"{TEAMS}/freeze", source="DICE10X20")
    assert refused.status == 409
    assert "兴庆区没有可派的组" in refused.main


def test_only_after_the_pledge_do_households_come_to_the_phone(world: World, city: Visitor) -> None:
    draws_teams(city)
    draws_households(city)
    phone = world.phone("lin")
    waiting = next(each for each in phone.package()["rounds"] if each["code"] == "2017-2")
    assert waiting["pledge"] == "due"
    assert samples_of(phone) == []

    lin = Visitor(world, "lin")
    assert "八项规定" in lin.get("/rounds/2017-2/pledge").main
    assert "已于" in lin.post("/rounds/2017-2/pledge").main
    again = world.post("lin", "/api/v1/rounds/2017-2/pledge")
    assert again.status_code == 201

    assert {sample["county"] for sample in samples_of(phone)} == {"640104"}
    (result,) = phone.post(phone.op(phone.interview(samples_of(phone)[0])))
    assert result["state"] == "stored"


def test_whoever_was_not_drawn_sees_nothing_of_a_county_and_what_is_sent_from_there_is_held(
    world: World, city: Visitor
) -> None:
    draws_teams(city)
    draws_households(city)
    for account in ("lin", "zhao"):
        assert world_post(world, account, "/api/v1/rounds/2017-2/pledge") == 201
    world.phones_out.add("zhao")  # has no furnished phone
    lin, zhao, song = world.phone("lin"), world.phone("zhao"), world.phone("song")
    sample = samples_of(lin)[0]
    body = lin.interview(sample, photos=True)
    lin.post(lin.op(body))

    assert {each["county"] for each in samples_of(zhao)} == {"640106"}
    told = world.client.get("/api/v1/sync/changes", headers=zhao.headers).json()["changes"]
    assert [change for change in told if str(change["sample_id"]).startswith("2017-2")] == []
    for path in (f"/api/v1/photos/{body['photos'][0]['photo_id']}", "/api/v1/rounds/2017-2/sample?county=640104"):
        assert world.client.get(path, headers=zhao.headers).status_code == 404
    assert samples_of(song) == []  # has not signed
    for phone in (zhao, song):
        phone.versions = lin.versions
        (result,) = phone.post(phone.op(phone.interview(sample)))
        assert result["state"] == "quarantined"
        assert "#/sample_id" in [error["pointer"] for error in result["problem"]["errors"]]


def world_post(world: World, account: str, path: str) -> int:
    token = world.client.post("/api/v1/sign-in", json={"account": account, "password": PASSWORD}).json()["token"]
    return int(world.client.post(path, headers={"Authorization": f"Bearer {token}"}).status_code)


def test_teams_are_entered_over_the_wire_too(world: World, city: Visitor) -> None:
    body = {"name": "第三督查组", "members": [{"account": "jin", "employer": "市统计局"}], "active": True}
    refused = world.client.put("/api/v1/rounds/2017-2/teams/T3", headers=world.headers("city"), json=body)
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"#/cost_unit", "#/members/0"}

    said = world.get("city", "/api/v1/rounds/2017-2/teams").json()
    assert [team["team"] for team in said["items"]] == ["T1", "T2"]
    assert {(bar["team"], bar["county"], bar["why"]) for bar in said["bars"]} == {
        ("T1", "640106", "scope"),
        ("T2", "640104", "scope"),
    }
    frozen = world.post("city", "/api/v1/rounds/2017-2/teams/freeze", {"source": "DICE10X20"})
    assert frozen.status_code == 201
    assert frozen.json()["pairs"] == ["T1.640104", "T2.640106"]
    assert frozen.json()["strata"] == [
        {"stratum": "TEAM", "N": 2, "n": 2, "r": 0, "frame_digest": frozen.json()["strata"][0]["frame_digest"]}
    ]


def test_a_county_finds_no_trace_of_the_teams(world: World, city: Visitor) -> None:
    draws_teams(city)
    for path in (TEAMS, f"/rounds/2017-2/draw?draw={DRAW}", f"/api/v1/rounds/2017-2/draw?draw={DRAW}"):
        for account in ("xing", "he", "discipline", "fang" if path == TEAMS else "xing"):
            assert world.get(account, path).status_code == 404, (path, account)
