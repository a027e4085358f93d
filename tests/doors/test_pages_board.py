"""看板 and what lies below it: the same figures as the API, and nobody sees more than they may."""

import pytest

from app.doors.desk.board import together_words
from app.doors.desk.words import Voice
from tests.cast import ROUND, World
from tests.visitor import Element, Page, Visitor

BOARD = f"/rounds/{ROUND}"
COUNTY = f"{BOARD}/counties/640104"


def visits(world: World, satisfied: int, of: int = 10) -> None:
    """Lin interviews the first `of` poor households; all but the last few are satisfied with the task force."""
    phone = world.phone("lin")
    samples = phone.samples("poor")[:of]
    bodies = [
        phone.interview(sample, sat={"team": 5 if rank < satisfied else 2, "helper": 9}, photos=rank == 0)
        for rank, sample in enumerate(samples)
    ]
    assert {each["state"] for each in phone.post(*(phone.op(body) for body in bodies))} == {"stored"}
    for photo in bodies[0]["photos"]:
        assert phone.put(photo["sha256"]) == 201


def cell(page: Page, item: str, row: str = "county-row-640104") -> Element:
    return next(each for each in page.row(row) if each.attrs.get("data-testid") == f"item-{item}")


def bars(page: Page) -> list[str]:
    """The tones of the bars in the table (the legend comes after it)."""
    table = page.html.split("</table>")[0]
    return [
        each.attrs["class"] for each in Page(200, table).all("svg") if each.attrs.get("class", "").startswith("bar")
    ]


def test_the_board_says_what_the_api_says(world: World) -> None:
    visits(world, satisfied=9)
    figures = world.satisfaction()

    page = Visitor(world, "city").get(BOARD)

    for item in ("team", "helper", "effect"):
        figure, text = figures[item], cell(page, item).text
        assert f"{figure['satisfied']}/{figure['n']}" in text
        assert f"{figure['rate']}%" in text
        assert f"{figure['low']}–{figure['high']}%" in text
    assert "达标 · 尚不能判断" in cell(page, "team").text
    assert "未达标 · 样本足以说明低于90%" in cell(page, "helper").text
    assert [each.text for each in page.row("county-row-640104")][-1] == "2 / 3"


def test_what_is_undecided_looks_undecided_however_well_it_did(world: World) -> None:
    visits(world, satisfied=10)

    page = Visitor(world, "city").get(BOARD)

    team, helper, effect = bars(page)[:3]
    assert team == effect == "bar undecided"
    assert helper == "bar not_met"
    assert "bar met" not in bars(page)


def test_the_board_names_what_is_below_with_all_verdicts_taken_at_once(world: World) -> None:
    visits(world, satisfied=10)

    assert "仍足以说明低于90%的:兴庆区 帮扶责任人。" in Visitor(world, "city").get(BOARD).main


@pytest.mark.parametrize(("satisfied", "said"), [(6, "没有一项足以公开说"), (3, "低于90%的:兴庆区 "), (10, "")])
def test_of_eighteen_verdicts_one_alone_is_not_yet_fit_to_be_published(satisfied: int, said: str) -> None:
    """6 of 10 shows less than 90 % by itself (p 0.013); among eighteen it would have to be 0.0028."""
    ten = {"n": 10, "satisfied": 10, "evidence": "undecided"}
    first = {"item": "team", "n": 10, "satisfied": satisfied, "evidence": "undecided" if satisfied == 10 else "not_met"}
    counties = [
        {"code": f"64010{place}", "name": "", "frame": {"poor": 640}, "items": [
            {**ten, "item": item} if place or item != "team" else first for item in ("team", "helper", "effect")
        ]}
        for place in range(6)
    ]  # fmt: skip

    found = together_words(counties, {"640100": "兴庆区"}, Voice("zh"))
    assert said in found
    assert bool(found) == bool(said)


def test_fewer_than_eight_households_are_pale_and_not_judged(world: World) -> None:
    visits(world, satisfied=7, of=7)

    page = Visitor(world, "city").get(BOARD)

    assert bars(page)[0] == "bar few"
    assert "样本不足" in cell(page, "team").text
    assert [each.text for each in page.row("county-row-640104")][-1] == "—"
    assert "访贫困户 7 户 · 缺 1 户" in page.row("county-row-640104")[0].text


def test_before_anything_came_the_board_says_no_result_and_no_number(world: World) -> None:
    page = Visitor(world, "city").get(BOARD)

    text = cell(page, "team").text
    assert "0/0" in text
    assert "还没有结果" in text
    assert "%" not in text
    assert set(bars(page)) == {"bar none"}


def test_every_number_leads_down_to_the_record_and_its_photos(world: World) -> None:
    visits(world, satisfied=9)
    city = Visitor(world, "city")

    board = city.get(BOARD)
    assert f"{COUNTY}?item=team" in board.links
    county = city.get(f"{COUNTY}?item=team")
    assert county.main.count("非常满意") == 9
    assert county.main.count("不太满意") == 1
    sample = city.get(next(link for link in county.links if link.endswith("640104-P.1")))
    assert "已完成" in sample.main
    record = city.get(next(link for link in sample.links if link.startswith("/records/")))
    assert "对驻村工作队" in record.main
    thumbs = [each.attrs["src"] for each in record.all("img")]
    assert thumbs
    for src in thumbs:
        assert city.client.get(src).headers["content-type"] == "image/jpeg"


def test_the_county_page_says_it_in_words_with_the_rates_that_change_nothing(world: World) -> None:
    visits(world, satisfied=9)

    page = Visitor(world, "city").get(COUNTY)

    figure = world.satisfaction()["team"]
    assert f"抽查10户,9户满意,样本满意率90.00%;全县约在{figure['low']}%—{figure['high']}%之间" in page.main
    assert "不等于达标,也不等于不达标" in page.main
    assert "说不清 10 户留在分母里;不计说不清为 —" in page.main


def test_a_refusal_is_counted_apart_and_its_substitute_shows_in_the_progress(world: World) -> None:
    phone = world.phone("lin")
    phone.post(phone.op(phone.door(phone.samples("poor")[0], "refused")))
    city = Visitor(world, "city")

    aside = city.get(BOARD).one("aside").text
    assert "抽中 28 户,另有备选 56 户" in aside
    assert "未访到 1 户,不属本名单 0 户" in aside
    assert "替补率 3.45%" in aside
    assert "拒访 1" in city.get(COUNTY).main


def test_the_first_page_is_the_newest_board(world: World) -> None:
    page = Visitor(world, "city").get("/")
    assert page.one("h1").text == "2017年第一轮督查"


@pytest.mark.parametrize(("account", "first"), [("xing", "/register"), ("he", "/visits"), ("gu", "/rounds")])
def test_who_may_see_no_round_yet_begins_at_the_work_of_the_role(world: World, account: str, first: str) -> None:
    answer = Visitor(world, account).client.get("/", follow_redirects=False)
    assert answer.headers["location"] == first


@pytest.mark.parametrize("account", ["xing", "jin", "he", "gu", "discipline"])
def test_before_the_close_the_board_does_not_exist_for_others(world: World, account: str) -> None:
    visitor = Visitor(world, account)

    for path in (BOARD, COUNTY, f"{BOARD}/samples/2017-1-A1.640104-P.1", f"{BOARD}/draw"):
        assert visitor.status(path) == 404, path
    assert ROUND not in visitor.get("/rounds").main


def test_a_team_sees_its_own_county_alone(world: World) -> None:
    lin = Visitor(world, "lin")

    page = lin.get(BOARD)
    assert page.all("tr", data_testid="county-row-640104")
    assert not page.all("tr", data_testid="county-row-640106")
    assert not page.all("tr", data_testid="city-row")
    assert lin.status(COUNTY) == 200
    assert lin.status(f"{BOARD}/counties/640106") == 404
    assert lin.status(f"{BOARD}/samples/2017-1-A1.640106-P.1") == 404


def test_a_household_of_another_round_is_not_found_under_this_one(world: World) -> None:
    city = Visitor(world, "city")
    assert city.status("/rounds/2017-1/samples/2017-1-A1.640104-P.1") == 200
    for path in ("/rounds/2017-9/samples/2017-1-A1.640104-P.1", "/rounds/2017-1/samples/nonsense"):
        assert city.status(path) == 404


def test_after_the_close_a_county_reads_its_own_row_without_the_city(world: World) -> None:
    visits(world, satisfied=9)
    Visitor(world, "city").post(f"{BOARD}/close")

    page = Visitor(world, "xing").get(BOARD)

    assert "9/10" in cell(page, "team").text
    assert not page.all("tr", data_testid="county-row-640106")
    assert not page.all("tr", data_testid="city-row")
    assert "今天要办" not in page.html


def test_after_the_close_helpers_and_cadres_learn_sums_and_nobody_drawn(world: World) -> None:
    visits(world, satisfied=9)
    Visitor(world, "city").post(f"{BOARD}/close")

    for account in ("he", "gu"):
        visitor = Visitor(world, account)
        for path in (COUNTY, f"{BOARD}/samples/2017-1-A1.640104-P.1", f"{BOARD}/draw", "/held"):
            assert visitor.status(path) == 404, (account, path)
        assert "/rounds/2017-1/counties/640104" not in visitor.get(BOARD).html


def test_the_administrator_sees_codes_and_neither_names_nor_answers(world: World) -> None:
    visits(world, satisfied=9)
    sample = world.phone("lin").samples("poor")[0]
    head = sample["household"]["head_name"]
    city, admin = Visitor(world, "city"), Visitor(world, "admin")
    record = next(link for link in city.get(COUNTY).links if link.startswith("/records/"))

    page = admin.get(f"{COUNTY}?item=team")

    assert head in city.get(COUNTY).main
    assert head not in page.html
    assert "非常满意" not in page.html
    assert not [link for link in page.links if link.startswith("/records/")]
    assert admin.status(record) == 404
    assert admin.status("/held") == 404
    assert head not in admin.get(f"{BOARD}/samples/{sample['sample_id']}").html


def test_the_board_reads_in_english(world: World) -> None:
    visits(world, satisfied=9)

    page = Visitor(world, "city", lang="en").get(BOARD)

    assert "Met · Not yet decidable" in cell(page, "team").text
    assert page.row("county-row-640104")[0].text.startswith("Xingqing")
