"""Progress and coverage, the visit list and the card: what a day in the field leaves to be seen at the desk."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from app.doors.desk import reach
from tests.cast import ROUND, World
from tests.rooms.indicators.test_twins import draw_covertly

SECOND = {
    "code": "2017-2", "name": "又一轮", "starts_on": "2017-09-11", "ends_on": "2017-10-20", "counties": ["640104"],
}  # fmt: skip
MORNING = datetime.fromisoformat("2017-05-20T09:30:00+08:00")


def page(world: World, account: str, path: str) -> str:
    answer = world.client.get(path, headers={**world.headers(account), "Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def a_day(world: World) -> None:
    """Households 1 and 2: absent twice and refused; 11 and 12 rightly after them; 13 before its turn; 3 elsewhere."""
    phone = world.phone("lin")
    samples = phone.samples()
    at = MORNING
    ops = []
    for rank, result, hours in ((1, "absent", 0), (1, "absent", 5), (2, "refused", 1), (4, "absent", 2)):
        ops.append(phone.op(phone.door(samples[rank - 1], result, started=at + timedelta(hours=hours))))
    elsewhere = phone.interview(samples[2], started=at + timedelta(hours=2))
    elsewhere["answers"]["cover"]["met_where"] = "elsewhere"
    ops.append(phone.op(elsewhere))
    for rank in (11, 12, 13):
        ops.append(phone.op(phone.interview(samples[rank - 1], started=at + timedelta(hours=6))))
    assert {result["state"] for result in phone.post(*ops)} == {"stored"}


def test_a_day_in_the_field_is_seen_with_what_did_not_keep_the_rule(world: World) -> None:
    a_day(world)
    shown = page(world, "city", f"/rounds/{ROUND}/reach")

    assert "换户率" in shown
    assert "备选户启用过早,前面的户上门不足两次(不同时段);挡在前面的是第 4 号" in shown
    assert "640104-P 第 13 位" in shown
    assert "超额记录:保留,不计入" in shown
    assert "满意率在" in shown
    assert "在别处访到" in shown
    assert "未达最低户数" in shown
    items = world.get("city", f"/api/v1/rounds/{ROUND}/sample?county=640104").json()["items"]
    thirteenth = next(item for item in items if (item["stratum"], item["rank"]) == ("poor", 13))
    assert (thirteenth["state"], thirteenth["outcome"], thirteenth["surplus"]) == ("reserve", "C1", True)


def test_of_too_many_households_the_counties_stand_in_one_table_and_each_leads_to_its_own_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers as the walked page has them; what is of one county alone is one click away."""
    a_day(world)
    walked = page(world, "city", f"/rounds/{ROUND}/reach")
    monkeypatch.setattr(reach, "MOST_RANKS", 20)

    table = page(world, "city", f"/rounds/{ROUND}/reach")
    county = page(world, "city", f"/rounds/{ROUND}/reach?county=640104")

    # drawn 10, opened 12, completed 3, to visit 7; one out of reach, one refusal; 2 of 12 substituted
    assert "贫困户 10 12 3 7 两次上门未见 1、拒访 1 16.67% 8–10 未达最低户数" in table
    assert "第 13 位" not in table
    assert "640104-P 第 13 位" in county
    assert "金凤区" in table
    assert "金凤区" not in county
    for shown in (walked, table):
        assert "贫困户 20 22 3 17 " in shown.partition("各县(市、区)合计")[2]
    assert world.get("city", f"/rounds/{ROUND}/reach?county=640122").status_code == 404
    for account in ("xing", "he"):
        assert world.get(account, f"/rounds/{ROUND}/reach?county=640104").status_code == 404


def test_with_a_third_of_the_opened_substituted_the_page_says_for_whom_the_results_speak(world: World) -> None:
    """Five of ten refuse, two are met: 15 opened, 5 of them substitutes; of 7 eligible the two met are satisfied."""
    phone = world.phone("lin")
    samples = phone.samples()
    ops = [phone.op(phone.door(sample, "refused")) for sample in samples[:4]]
    ops += [phone.op(phone.interview(sample, sat={"team": 5})) for sample in samples[5:7]]
    phone.post(*ops)
    sentence = "超过30%:结果只代表访得到的户"
    before = page(world, "city", f"/rounds/{ROUND}/reach").partition("金凤区")[0]
    assert "28.57%" in before
    assert sentence not in before

    phone.post(phone.op(phone.door(samples[4], "refused")))

    shown = page(world, "city", f"/rounds/{ROUND}/reach")
    assert "33.33%" in shown
    assert sentence in shown
    assert "应访 7 户,访到 2 户:不论其余的户怎么答,全部应访户的满意率在 28.57% 到 100.00% 之间" in shown


def test_a_record_from_a_door_that_nobody_drew_is_kept_flagged_and_seen_until_it_is_voided(world: World) -> None:
    phone = world.phone("lin")
    body = phone.interview(phone.samples()[0])
    stranger = {**body, "sample_id": body["sample_id"].rpartition(".")[0] + ".999"}
    op = phone.op(stranger)
    assert phone.post(op)[0]["state"] == "quarantined"

    shown = page(world, "city", f"/rounds/{ROUND}/reach")
    assert "640104-P 第 999 位 不是抽中的户" in shown
    assert "640104-P 第 999 位 不是抽中的户" not in page(world, "fang", f"/rounds/{ROUND}/reach")

    form = {"resolution": "voided", "reason": "样本号抄错了"}
    answer = world.client.post(f"/records/{op['op_id']}/resolve", headers=world.headers("city"), data=form)
    assert answer.status_code < 400, answer.text
    assert "第 999 位" not in page(world, "city", f"/rounds/{ROUND}/reach")


def test_where_a_resettled_family_lives_is_a_doubt_that_a_person_settles(world: World) -> None:
    """F02 beside the record and among the doubts to settle; I16 counts it."""
    phone = world.phone("lin")
    body = phone.interview(phone.samples()[0])
    body["answers"]["residence"] = {
        **body["answers"].get("residence", {}), "resettled": "1", "living": "origin", "live_months": "12",
        "notlive_why": "land", "resettle_sat": "4", "resettle_income": "2",
    }  # fmt: skip
    op = phone.op(body)
    (result,) = phone.post(op)
    assert result["state"] == "stored", result

    assert "搬迁户仍住迁出地" in page(world, "city", "/reviews")


def test_nothing_of_it_reaches_the_county_before_the_close(world: World) -> None:
    a_day(world)
    for path in ("reach", "counties/640104/visit-list", "notice-card"):
        for account in ("xing", "he", "gu"):
            assert world.get(account, f"/rounds/{ROUND}/{path}").status_code == 404
    assert world.get("fang", f"/rounds/{ROUND}/counties/640104/visit-list").status_code == 404


def test_the_visit_list_names_who_is_left_and_keeps_reserves_in_their_order(world: World) -> None:
    a_day(world)
    shown = page(world, "lin", f"/rounds/{ROUND}/counties/640104/visit-list")
    items = world.get("lin", f"/api/v1/rounds/{ROUND}/sample").json()["items"]

    for item in items:
        listed = item["household"] in shown
        assert listed == (item["state"] in ("open", "reserve") and not item["surplus"]), item
    assert "不得给县、乡、村任何人看" in shown


def test_the_card_names_nobody_and_says_one_may_decline(world: World) -> None:
    shown = page(world, "lin", f"/rounds/{ROUND}/notice-card")

    assert shown.count("您可以不答") == 4
    assert not re.search(r"\d{12}-\d{4}", shown)


def test_a_household_that_another_team_saw_within_thirty_days_is_marked_on_phone_and_paper(world: World) -> None:
    """A second round draws everybody again, so that some were interviewed under the first one just now."""
    now = datetime.now().astimezone()
    phone = world.phone("lin")
    seen = {sample["household"]["unit"] for sample in phone.samples()[:8]}
    for sample in phone.samples()[:8]:
        phone.post(phone.op(phone.interview(sample, started=now)))
    assert world.post("city", "/api/v1/rounds", json=SECOND).status_code == 201
    plan = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}}
    assert world.post("city", "/api/v1/rounds/2017-2/freeze", json=plan).status_code == 201
    drawn = world.post("city", "/api/v1/rounds/2017-2/draw", json={"parts": ["11111111111111111111"]})
    assert drawn.status_code == 201

    marked = {s["household"]["unit"]: s["seen_before"] for s in phone.package()["samples"] if "seen_before" in s}
    shown = page(world, "lin", "/rounds/2017-2/counties/640104/visit-list")

    listed = {s["household"]["unit"] for s in phone.package()["samples"] if s["round"] == "2017-2"}
    assert set(marked) == seen & listed
    assert {each["round"] for each in marked.values()} == {"2017-1"}
    assert shown.count("2017-1 访过") == len(seen & listed) > 0


def test_a_fresh_round_over_the_wire_leaves_out_whom_the_first_one_interviewed(world: World) -> None:
    phone = world.phone("lin")
    seen = [sample["household"]["unit"] for sample in phone.samples()[:2]]
    for sample in phone.samples()[:2]:
        phone.post(phone.op(phone.interview(sample)))
    world.post("city", "/api/v1/rounds", json=SECOND)
    plan = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}, "plan": {"mode": "fresh"}}

    frozen = world.post("city", "/api/v1/rounds/2017-2/freeze", json=plan).json()

    fresh = next(line for line in frozen["strata"] if line["stratum"] == "640104-P.FRESH")
    assert (fresh["N"], fresh["left_out"]["N"]) == (38, 2)
    frame = world.get("city", "/api/v1/rounds/2017-2/frame").text
    assert not any(unit in frame for unit in seen)


def quota_cells(world: World, kind: str) -> tuple[str, str, str]:
    """Completed, quota with its word, and surplus, as the county's line of this kind shows them."""
    answer = world.client.get(f"/rounds/{ROUND}/reach", headers={**world.headers("city"), "Accept": "text/html"})
    section = answer.text.partition('data-testid="reach-640104"')[2]
    row = section.partition(f'<th scope="row">{kind}</th>')[2].partition("</tr>")[0]
    cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.S)]
    return cells[2], cells[6], cells[7]


def test_above_ten_and_five_the_page_warns_and_a_surplus_interview_is_kept_and_not_counted(world: World) -> None:
    """A covert draw beside the open one: 12 poor and 6 non-poor households are met, one reserve without its turn."""
    draw_covertly(world)
    phone = world.phone("lin")
    met: dict[str, set[str]] = {}
    for kind, limit in (("poor", 12), ("non_poor", 6)):
        seen = met.setdefault(kind, set())
        for sample in phone.samples(kind):
            unit = sample["household"]["unit"]
            if sample["state"] == "open" and unit not in seen and len(seen) < limit:
                seen.add(unit)
                phone.post(phone.op(phone.interview(sample)))
        if kind == "poor":
            assert quota_cells(world, "贫困户")[:2] == ("12", "8–10 超过最高户数")
    assert quota_cells(world, "非贫困户") == ("6", "3–5 超过最高户数", "0")

    early = next(
        each for each in phone.samples() if each["state"] == "reserve" and each["household"]["unit"] not in met["poor"]
    )
    assert phone.post(phone.op(phone.interview(early)))[0]["state"] == "stored"

    assert quota_cells(world, "贫困户") == ("12", "8–10 超过最高户数", "1")
    counties = world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()["counties"]
    assert next(each for each in counties if each["code"] == "640104")["items"][0]["n"] == 12
    assert world.get("city", f"/rounds/{ROUND}/samples/{early['sample_id']}").status_code == 200, "kept, and to be read"
