"""A round from its first form to its lists, by pages alone, and the refusals on the way."""

import hashlib
import json
from pathlib import Path

import pytest

from app.kernel.keys import verify_signature
from app.survey.rounds.record import canonical, verify_record
from tests.cast import DICE, ROUND, World
from tests.visitor import Page, Visitor

PLAN = {
    "name": "2017年第二轮督查",
    "code": "2017-2",
    "kind": "regular",
    "starts_on": "2017-07-01",
    "ends_on": "2017-07-31",
    "counties": ["640104", "640106"],
    "poor_low": "8",
    "poor_high": "10",
    "non_poor_low": "3",
    "non_poor_high": "5",
}
FRAME = {
    "source": "DICE10X20",
    "n_poor": "10",
    "n_non_poor": "4",
    "as_of": "2017-06-30",
    "origin": "全国扶贫开发信息系统",
    "exported_by": "市扶贫办 甲",
}
SIGNERS = {
    "signer_office": "督查办甲",
    "signer_county": "县里乙",
    "signer_villager": "村民丙",
    "sign_place": "县政府大厅",
}
LISTS = "/rounds/2017-1/draw?county=640104"


def commitment(page: Page) -> str:
    return page.one("p", data_testid="commitment").text.replace(" ", "")


def test_a_round_is_opened_frozen_drawn_and_verified_by_pages_alone(world: World, tmp_path: Path) -> None:
    city = Visitor(world, "city")

    opened = city.post("/rounds/new", **PLAN)
    assert "轮次已建立" in opened.main
    assert opened.row  # the frame of the register stands here
    assert "40" in opened.main

    frozen = city.post("/rounds/2017-2/freeze", **FRAME)
    assert len(commitment(frozen)) == 64
    assert frozen.one("div", role="img").attrs["aria-label"] == "承诺码二维码"
    assert "请先公布承诺码" in frozen.main
    sheet = city.get("/rounds/2017-2/commitment?draw=2017-2-A1")
    assert commitment(sheet) == commitment(frozen)
    assert "村民" in sheet.main
    signed = city.post("/rounds/2017-2/signers", draw="2017-2-A1", **SIGNERS)
    assert "签字已登记" in signed.main

    drawn = city.post(
        "/rounds/2017-2/draw", draw="2017-2-A1", parts="73920 51826 44091 75386", witnesses="市督查办\n县里\n村民代表"
    )
    assert "抽样完成" in drawn.main
    assert "市督查办、县里、村民代表" in drawn.main
    assert commitment(drawn) == commitment(frozen)

    (tmp_path / "record.json").write_bytes(city.client.get("/api/v1/rounds/2017-2/draw.json").content)
    (tmp_path / "frame.csv").write_bytes(city.client.get("/api/v1/rounds/2017-2/frame").content)
    assert {
        "/api/v1/rounds/2017-2/draw.json?draw=2017-2-A1",
        "/api/v1/rounds/2017-2/frame?draw=2017-2-A1",
    } <= set(drawn.links)
    check = verify_record(tmp_path / "record.json", tmp_path / "frame.csv")
    assert check.holds, check.first
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["parts"] == [DICE]
    assert record["frame"]["as_of"] == "2017-06-30"
    assert [signer["party"] for signer in record["signers"]] == ["office", "county", "villager"]
    assert sum(record["villages"]["640104-P"].values()) == 40
    first = record["lists"]["640104-P"]["main"][0]
    assert first in city.get("/rounds/2017-2/draw?county=640104").main


def test_a_faulty_plan_comes_back_with_each_fault_at_its_field_and_nothing_lost(world: World) -> None:
    city = Visitor(world, "city")

    page = city.post("/rounds/new", **{**PLAN, "code": "二零一七", "ends_on": "2017-06-01", "poor_low": "12"})

    assert page.status == 422
    assert page.one("input", name="code").attrs["aria-invalid"] == "true"
    assert page.one("p", id="code-fault").text
    assert page.one("p", id="ends_on-fault").text == "结束日期早于开始日期"
    assert page.one("p", id="quota-fault").text
    assert page.one("input", name="name").attrs["value"] == PLAN["name"]
    assert [box.attrs["value"] for box in page.all("input", name="counties") if "checked" in box.attrs] == [
        "640104",
        "640106",
    ]
    assert "2017-2" not in city.get("/rounds").main


def test_a_plan_filled_in_on_the_page_cuts_the_lists_and_stands_in_the_record(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)
    path = "/rounds/2017-2"
    said = {"plan_exited": "6", "plan_unexited": "4"}

    wrong = city.post(f"{path}/freeze", **FRAME, **said, plan_must="OLD 贫困户 2 搬迁=是")
    assert wrong.status == 422
    assert "已按脱贫与否分层" in wrong.one("p", id="plan_must-fault").text
    assert wrong.one("input", name="plan_unexited").attrs["value"] == "4", "nothing typed is lost"
    assert "open" in wrong.one("details", data_testid="plan").attrs

    frozen = city.post(f"{path}/freeze", **FRAME, **said)
    assert "640104-P.EXITED" in frozen.main
    city.post(f"{path}/signers", draw="2017-2-A1", **SIGNERS)
    drawn = city.post(f"{path}/draw", draw="2017-2-A1", parts=DICE, witnesses="甲\n乙\n丙")
    assert "抽样完成" in drawn.main
    record = world.get("city", f"/api/v1{path}/draw.json").json()
    assert record["plan"]["split_exit"] == {"exited": 6, "unexited": 4}
    assert {code for code in record["lists"] if code.startswith("640104")} == {
        "640104-P.EXITED", "640104-P.UNEXITED", "640104-N",
    }  # fmt: skip


def test_an_empty_form_names_every_missing_field(world: World) -> None:
    page = Visitor(world, "city").post("/rounds/new", kind="regular")

    for name in ("name", "code", "starts_on", "ends_on", "counties", "poor_low", "non_poor_high"):
        assert page.one("p", id=f"{name}-fault").text or name == "counties"


def test_the_seed_is_not_asked_for_before_the_commitment_stands(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)

    page = city.get("/rounds/2017-2/draw")
    assert not page.all("input", name="parts")
    refused = city.post("/rounds/2017-2/draw", parts=DICE, witnesses="甲")

    assert refused.status == 409
    assert "先冻结名单" in refused.main


def test_the_seed_is_not_taken_before_three_parties_have_signed(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)
    frozen = city.post("/rounds/2017-2/freeze", **FRAME)
    assert not frozen.all("input", name="parts")

    early = city.post("/rounds/2017-2/draw", parts=DICE, witnesses="甲")
    assert early.status == 409
    assert "还没有登记签字" in early.main

    two = city.post("/rounds/2017-2/signers", **{**SIGNERS, "signer_villager": ""})
    assert two.status == 422
    assert two.one("p", id="signers-fault").text == "至少3方各一人签字"
    assert two.one("input", name="signer_office").attrs["value"] == "督查办甲"
    assert city.post("/rounds/2017-2/signers", **SIGNERS).all("input", name="parts")


def test_a_lottery_of_ten_bits_is_refused_with_the_reason(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)

    page = city.post("/rounds/2017-2/freeze", **{**FRAME, "source_other": "FC3D-2017150"})

    assert page.status == 422
    assert "少于 40" in page.one("p", id="source-fault").text
    assert page.one("input", name="source_other").attrs["value"] == "FC3D-2017150"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("as_of", "昨天"),
        ("origin", ""),
        ("n_poor", "11"),
        ("n_poor", "许多"),
        ("n_non_poor", ""),
        ("source", "骰子"),
        ("exclusions", "640104901201-0001"),
    ],
)
def test_a_plan_outside_the_quota_is_refused_at_its_field(world: World, field: str, value: str) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)

    page = city.post("/rounds/2017-2/freeze", **{**FRAME, field: value})

    assert page.status in (409, 422)
    assert page.one("p", id=f"{field}-fault").text
    assert "名单已冻结" not in city.get("/rounds").main


def test_wrong_dice_draw_nothing_and_are_kept_for_mending(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)
    city.post("/rounds/2017-2/freeze", **FRAME)
    city.post("/rounds/2017-2/signers", **SIGNERS)

    page = city.post("/rounds/2017-2/draw", parts="7392051826440917538", witnesses="甲")

    assert page.status == 422
    assert page.one("input", name="parts").attrs["value"] == "7392051826440917538"
    assert page.one("p", id="parts-fault").text
    assert page.one("textarea", name="witnesses").text == "甲"
    assert "名单已冻结" in city.get("/rounds").main


def test_a_register_without_households_is_refused_in_words(world: World) -> None:
    city = Visitor(world, "city")
    city.post("/rounds/new", **{**PLAN, "counties": ["640181"]})

    page = city.post("/rounds/2017-2/freeze", **FRAME)

    assert page.status == 409
    assert "灵武市只有0户" in page.main


def test_ticked_households_are_given_to_one_inspector_and_taken_back(world: World) -> None:
    city = Visitor(world, "city")
    samples = [f"2017-1-A1.640104-P.{rank}" for rank in (1, 2, 3)]

    page = city.post("/rounds/2017-1/assignment", county="640104", account="lin", samples=samples)
    assert "已分派" in page.main
    assert page.main.count("林青 ") >= 3
    given = {item["sample_id"]: item["assigned_to"] for item in sample_items(world)}
    assert [given[sample] for sample in samples] == ["lin"] * 3

    city.post("/rounds/2017-1/assignment", county="640104", account="", samples=samples[:1])
    assert {item["sample_id"]: item["assigned_to"] for item in sample_items(world)}[samples[0]] is None


def sample_items(world: World) -> list[dict[str, str]]:
    return list(world.get("city", f"/api/v1/rounds/{ROUND}/sample?county=640104").json()["items"])


def test_a_household_is_not_given_to_somebody_of_another_county(world: World) -> None:
    page = Visitor(world, "city").post(
        "/rounds/2017-1/assignment", county="640104", account="fang", samples=["2017-1-A1.640104-P.1"]
    )

    assert page.status == 422
    assert "此人不在本县区督查组" in page.main


def test_the_team_leader_assigns_and_the_inspector_does_not(world: World) -> None:
    song, lin = Visitor(world, "song"), Visitor(world, "lin")
    form = {"county": "640104", "account": "lin", "samples": ["2017-1-A1.640104-P.1"]}

    assert song.get(LISTS).all("select")
    assert not lin.get(LISTS).all("select")
    assert lin.post("/rounds/2017-1/assignment", **form).status == 403
    assert song.post("/rounds/2017-1/assignment", **form).status == 200
    assert song.post("/rounds/2017-1/assignment", **{**form, "samples": ["2017-1-A1.640106-P.1"]}).status == 404


def test_a_team_reads_its_lists_and_not_the_record_of_every_county(world: World) -> None:
    page = Visitor(world, "lin").get(LISTS)

    assert page.status == 200
    assert "兴庆区 · 贫困户" in page.main
    assert "金凤区" not in page.main
    assert "/api/v1/rounds/2017-1/draw.json" not in page.links


@pytest.mark.parametrize("account", ["leaders", "auditor", "admin", "lin", "xing"])
def test_only_the_city_officer_opens_freezes_draws_and_closes(world: World, account: str) -> None:
    visitor = Visitor(world, account)

    assert visitor.status("/rounds/new") == 403
    for path, form in (
        ("/rounds/new", PLAN),
        ("/rounds/2017-1/freeze", FRAME),
        ("/rounds/2017-1/draw", {"parts": DICE, "witnesses": "甲"}),
        ("/rounds/2017-1/close", {}),
    ):
        assert visitor.post(path, **form).status in (403, 404), path
    assert "已抽样" in Visitor(world, "city").get("/rounds").main


def test_a_void_draw_keeps_its_reason_for_ever_and_the_next_has_the_next_number(world: World) -> None:
    city = Visitor(world, "city")

    refused = city.post("/rounds/2017-1/void", reason="错")
    assert refused.status == 422
    assert refused.one("p", id="reason-fault").text
    assert refused.one("p", id="asked_by-fault").text
    page = city.post("/rounds/2017-1/void", asked_by="县公证处", reason="名单漏了一个村,村里已公示更正")
    assert "2017-1-A1" in page.main
    assert "名单漏了一个村" in page.main
    assert "现在登记册里的名单" in page.main

    again = city.post("/rounds/2017-1/freeze", **FRAME)
    assert "2017-1-A2" in again.main
    assert "名单漏了一个村" in again.main
    assert Visitor(world, "leaders").post("/rounds/2017-1/void", reason="我想换几户").status in (403, 404)


def test_a_void_leaves_a_note_to_sign_that_anybody_can_hold_against_the_key(world: World) -> None:
    city = Visitor(world, "city")
    path = f"/rounds/{ROUND}/void-note?draw={ROUND}-A1"
    standing = world.get("city", f"/api/v1/rounds/{ROUND}/draw.json").json()
    assert city.get(path).status == 404, "nothing is void yet"
    page = city.post(f"/rounds/{ROUND}/void", asked_by="县公证处", reason="一颗骰子掉到桌下")

    assert path in page.links
    note = city.get(path)
    for word in ("一颗骰子掉到桌下", "县公证处", "city", standing["seed"], "代表、委员", "第三方"):
        assert word in note.main, word
    told = world.get("city", f"/api/v1{path}").json()
    assert told["record_sha256"] == hashlib.sha256(canonical(standing).encode()).hexdigest()
    assert verify_signature(told["key"]["spki"], canonical(told).encode(), told["signature"])
    assert not verify_signature(told["key"]["spki"], canonical({**told, "reason": "别的"}).encode(), told["signature"])

    city.post(f"/rounds/{ROUND}/freeze", **FRAME)
    assert world.get("city", f"/api/v1{path}").json() == told, "the same after the next draw began"
    for account in ("lin", "xing", "he"):
        assert world.get(account, path).status_code == 404


def test_closing_tells_what_is_unfinished_before_it_is_done(world: World) -> None:
    city = Visitor(world, "city")

    page = city.get("/rounds/2017-1/close")
    assert "还有 28 户待访" in page.main

    assert "本轮已结束" in city.post("/rounds/2017-1/close").main
    assert not city.get(LISTS).all("select")
    assert "已结束" in city.get("/rounds").main


def test_a_round_thrown_county_by_county_shows_what_is_there(world: World) -> None:
    """One county is drawn, the other waits: every page of the round opens, with the drawn county's figures."""
    city = Visitor(world, "city")
    city.post("/rounds/new", **PLAN)
    city.post("/rounds/2017-2/freeze", **FRAME, mode="county")
    city.post("/rounds/2017-2/signers", draw="2017-2-A2", **SIGNERS)
    drawn = city.post("/rounds/2017-2/draw", draw="2017-2-A2", parts=DICE, witnesses="甲\n乙\n丙")
    assert "抽样完成" in drawn.main
    assert "待签字" in drawn.main

    for path in ("", "/draw", "/draw?draw=2017-2-A1", "/draw?draw=new", "/close", "/counties/640106", "/commitment"):
        assert city.get(f"/rounds/2017-2{path}").status == 200, path
    assert city.get("/rounds/2017-2/counties/640104").status == 404
    counties = world.get("city", "/api/v1/rounds/2017-2/satisfaction").json()["counties"]
    assert [row["frame"] for row in counties] == [{"poor": 40, "non_poor": 30}] * 2
    refused = city.post("/rounds/2017-2/close")
    assert refused.status == 409
    assert "2017-2-A1" in refused.main
    assert [each["rank"] for each in world.phone("fang").package()["samples"] if each["round"] == "2017-2"][:3] == [
        1,
        2,
        3,
    ]
    assert not [each for each in world.phone("lin").package()["samples"] if each["round"] == "2017-2"]


def test_a_covert_draw_is_seen_by_its_team_and_never_public_before_the_close(world: World) -> None:
    city = Visitor(world, "city")
    frozen = city.post("/rounds/2017-1/freeze", **FRAME, mode="covert")
    assert "2017-1-C1-A1" in frozen.main
    assert "外部人员" in frozen.main
    outside = {"signer_office": "督查办甲", "signer_outside": "大学丁", "signer_deputy": "代表戊", "sign_place": "市里"}
    city.post("/rounds/2017-1/signers", draw="2017-1-C1-A1", **outside)
    city.post("/rounds/2017-1/draw", draw="2017-1-C1-A1", parts="00000000000000000001", witnesses="丁\n戊\n甲")

    def public() -> list[str]:
        return [each["draw"] for each in world.client.get("/api/v1/commitments").json()["items"]]

    assert public() == ["2017-1-A1"]
    samples = {each["sample_id"].rpartition(".")[0] for each in world.phone("lin").package()["samples"]}
    assert {"2017-1-A1.640104-P", "2017-1-C1-A1.640104-P"} <= samples
    assert city.get("/rounds/2017-1/samples/2017-1-C1-A1.640104-P.1").status == 200
    assert Visitor(world, "xing").get("/rounds/2017-1/samples/2017-1-C1-A1.640104-P.1").status == 404

    assert city.post("/rounds/2017-1/close").status == 200
    assert sorted(public()) == ["2017-1-A1", "2017-1-C1-A1"]
