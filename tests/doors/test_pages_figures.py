"""The figure pages: a number leads to the households behind it as far as the reader may see, and leaves as a file."""

import csv
import io
import itertools
import json
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from sqlmodel import col, select

from app.doors.desk import behind
from app.doors.desk.figure_cells import lines_of, on_axis, target_at, tone_of
from app.doors.desk.map_view import BadMap, apart, corners, frame_of, path_of, read_outlines
from app.doors.desk.over_rounds import small_of
from app.figures.indicators.figure import IndicatorFigure
from app.figures.indicators.yc2017 import INDICATORS
from app.registry.households.models import Household
from tests import field
from tests.cast import ROUND, World
from tests.visitor import Page, Visitor

FIGURES = f"/rounds/{ROUND}/figures"
FILES = f"/rounds/{ROUND}/files"


def visits(world: World, satisfied: int, of: int = 10, account: str = "lin") -> None:
    phone = world.phone(account)
    samples = phone.samples("poor")[:of]
    bodies = [
        phone.interview(sample, sat={"team": 5 if rank < satisfied else 2}) for rank, sample in enumerate(samples)
    ]
    assert {each["state"] for each in phone.post(*(phone.op(body) for body in bodies))} == {"stored"}


def lines(world: World, account: str, path: str) -> list[dict[str, str]]:
    answer = world.get(account, path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_all_forty_stand_on_one_page_with_their_strata_and_those_that_wait_say_so(world: World) -> None:
    visits(world, 9)

    page = Visitor(world, "city").get(FIGURES)

    rows = [each for each in page.all("tr") if each.attrs.get("data-testid", "").startswith("figure-I")]
    assert [row.attrs["data-testid"] for row in rows] == [f"figure-I{number:02d}" for number in range(1, 41)]
    team = page.row("figure-I01")
    assert "9/10" in team[2].text
    assert "90.00% 达标" in team[2].text
    assert "贫困户(含脱贫户)" in team[0].text
    assert "两类户合计" in page.row("figure-I06")[0].text
    assert "还没有数据" in page.row("figure-I31")[2].text


def test_an_indicator_says_how_it_is_computed_and_what_was_published(world: World) -> None:
    visits(world, 9)
    figure = world.satisfaction()["team"]

    page = Visitor(world, "city").get(f"{FIGURES}/I01")

    assert "9/10" in page.main
    assert f"{figure['low']}–{figure['high']}%" in page.main
    assert "精确区间(每侧5%)" in page.main
    assert "尚不能判断" in page.main
    for words in ("sat_team 答", "拒访、未访到的不计", "≥ 90%", "81%", "2016年11月", "yc2017"):
        assert words in page.main, words
    for code, published in (("I11", "98.84%"), ("I12", "98.47%"), ("I13", "83.03%"), ("I04", "55%"), ("I02", "76%")):
        assert published in Visitor(world, "city").get(f"{FIGURES}/{code}").main


def test_a_figure_leads_to_its_households_and_each_of_them_to_its_record(world: World) -> None:
    visits(world, 8)
    city = Visitor(world, "city")

    page = city.get(f"{FIGURES}/I01")
    homes = city.get(next(link for link in page.links if link.endswith("/figures/I01/640104")))

    assert homes.main.count("只在分母") == 2
    assert homes.main.count("计入分子") == 8
    record = city.get(next(link for link in homes.links if link.startswith("/records/")))
    assert record.status == 200
    left = city.get(f"{FIGURES}/I16/640104")
    assert "不是搬迁户" in left.main


def test_households_behind_a_figure_come_in_pages_that_lead_to_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forwards and back again: every household once, by rank, and the totals are those of the list."""
    phone = world.phone("lin")
    phone.post(*(phone.op(phone.interview(sample)) for sample in phone.samples()[:7]))
    monkeypatch.setattr(behind, "MOST_LINES", 3)
    city, address = Visitor(world, "city"), f"/rounds/{ROUND}/figures/I01/640104"

    def ranks(page: Page) -> list[str]:
        return re.findall(r"第 \d+ 位", page.main)

    pages = [city.get(address)]
    while following := re.search(r'rel="next" href="([^"]+)"', pages[-1].html):
        pages.append(city.get(address + unescape(following[1])))
    back = [pages[-1]]
    while previous := re.search(r'rel="prev" href="([^"]+)"', back[-1].html):
        back.append(city.get(address + unescape(previous[1])))

    assert [ranks(page) for page in pages] == [
        ["第 1 位", "第 2 位", "第 3 位"],
        ["第 4 位", "第 5 位", "第 6 位"],
        ["第 7 位"],
    ]
    assert [ranks(page) for page in back[1:]] == [ranks(page) for page in reversed(pages[:-1])]
    assert all("计入 7 户 · 不计 0 户" in page.main for page in pages)
    assert "本页 1 户,共 7 户" in pages[-1].main
    assert city.get(f"{address}?after=2017-1-A1.640104-P.99").status == 404
    assert len(lines(world, "city", f"{FILES}/behind.csv?indicator=I01&county=640104")) == 7, "the file is whole"


def test_before_the_close_no_county_desk_sees_a_figure_and_afterwards_its_own(world: World) -> None:
    visits(world, 9)
    paths = [FIGURES, f"{FIGURES}/I01", f"{FIGURES}/I01/rounds", f"{FIGURES}/I01/640104", f"{FILES}/board.csv"]
    for account in ("xing", "jin", "he", "discipline"):
        visitor = Visitor(world, account)
        assert [visitor.status(path) for path in paths] == [404] * len(paths), account

    world.post("city", f"/api/v1/rounds/{ROUND}/close")

    assert {row["区划代码"] for row in lines(world, "xing", f"{FILES}/figures.csv")} == {"640104"}
    assert Visitor(world, "xing").status(f"{FIGURES}/I01/640106") == 404
    assert Visitor(world, "jin").status(f"{FIGURES}/I01/640104") == 404
    helper = Visitor(world, "he")
    assert helper.status(f"{FIGURES}/I01") == 200
    assert helper.status(f"{FIGURES}/I01/640104") == 404
    assert f"{FIGURES}/I01/640104" not in helper.get(f"{FIGURES}/I01").html


def test_the_administrator_sees_sums_and_no_household(world: World) -> None:
    visits(world, 9)
    admin = Visitor(world, "admin")
    assert "9/10" in admin.get(f"{FIGURES}/I01").main
    assert admin.status(f"{FIGURES}/I01/640104") == 404
    assert admin.status(f"{FILES}/behind.csv?indicator=I01&county=640104") == 404


@pytest.mark.parametrize(
    "path", [f"{FIGURES}/I99", f"{FIGURES}/I01/999999", f"{FILES}/nothing.csv", f"{FILES}/figure.csv"]
)
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    assert Visitor(world, "city").status(path) == 404


def test_the_board_s_files_say_what_the_api_says(world: World) -> None:
    visits(world, 9)
    answer = world.get("city", f"/api/v1/rounds/{ROUND}/satisfaction").json()

    found = lines(world, "city", f"{FILES}/board.csv")

    told: list[Any] = [item for county in answer["counties"] for item in county["items"]] + answer["city"]["items"]
    assert len(found) == len(told)
    for row, item in zip(found, told, strict=True):
        assert [row["满意户数"], row["调查户数 n"], row["比率(%)"]] == [
            str(item["satisfied"]), str(item["n"]), item["rate"] or "",
        ]  # fmt: skip
        assert [row["范围下限(%)"], row["范围上限(%)"]] == [item["low"] or "", item["high"] or ""]
    paper = openpyxl.load_workbook(io.BytesIO(world.get("city", f"{FILES}/board.xlsx").content)).worksheets[0]
    assert [cell.value for cell in paper[2]][3:6] == [9, 10, 90]
    assert paper["F2"].data_type == "n"


def test_a_household_named_like_a_formula_leaves_as_text(world: World) -> None:
    visits(world, 9)
    unit = world.phone("lin").samples("poor")[0]["household"]["unit"]
    names = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"]
    with world.house.db.read() as session:
        county_id = session.exec(select(Household.county_id).where(Household.unit == unit)).one()
    for name in names:
        with world.house.db.write(county_id) as session:
            home = session.exec(select(Household).where(col(Household.unit) == unit)).one()
            home.head_name = name
            session.add(home)
        found = lines(world, "city", f"{FILES}/behind.csv?indicator=I01&county=640104")
        assert f"'{name}" in [row["农户"] for row in found], repr(name)
    book = world.get("city", f"{FILES}/behind.xlsx?indicator=I01&county=640104").content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []


def test_the_pages_read_in_english(world: World) -> None:
    visits(world, 9)
    page = Visitor(world, "city", lang="en").get(f"{FIGURES}/I01")
    assert page.one("h1").text == "Satisfaction with the resident team"
    assert "Xingqing" in page.main


# --- pure ---


def figure(**more: Any) -> IndicatorFigure:
    return IndicatorFigure("I01", "", "main", "poor", "household", 9, 10, 10, **more)


@pytest.mark.parametrize(
    ("given", "tone"),
    [
        ({}, "none"),
        ({"rate": "90.00"}, "plain"),
        ({"rate": "90.00", "official": "too_few", "evidence": "not_met"}, "few"),
        ({"rate": "90.00", "official": "met", "evidence": "undecided"}, "undecided"),
        ({"rate": "60.00", "official": "missed", "evidence": "not_met"}, "not_met"),
    ],
)
def test_the_tone_is_the_evidence_and_never_the_official_word(given: dict[str, Any], tone: str) -> None:
    assert tone_of(figure(**given)) == tone


def test_what_lies_beyond_the_axis_is_drawn_at_its_end() -> None:
    assert [on_axis(each) for each in ("120.00", "-3.00", "50.00", None)] == ["100.00", "0.00", "50.00", None]


def test_targets_and_published_rates_have_their_places() -> None:
    assert target_at(INDICATORS["I01"].target) == "90"
    assert target_at(INDICATORS["I07"].target) == "2"
    assert target_at(None) is None
    assert lines_of(INDICATORS["I04"]) == (("88", "a"), ("55", "b"))
    assert lines_of(INDICATORS["I05"]) == ()
    assert lines_of(INDICATORS["I06"]) == (("90", "a"),)


def test_small_pictures_leave_a_gap_where_a_round_has_no_result() -> None:
    seen = figure(rate="80.00", low="50.00", high="95.00", evidence="undecided", official="missed")
    small = small_of("兴庆区", [("1", seen), ("2", None), ("3", figure()), ("4", seen)], INDICATORS["I01"])
    assert [(dot.x, dot.y, dot.top, dot.bottom, dot.tone) for dot in small.dots] == [
        ("12.5", "20.0", "5.0", "50.0", "undecided"),
        ("87.5", "20.0", "5.0", "50.0", "undecided"),
    ]
    assert small.target_y == "10.0"


# --- one county on one page, income, coverage, load, map ---


def test_the_brief_says_both_words_what_is_not_known_and_where_it_is_weak(world: World) -> None:
    visits(world, 9)

    page = Visitor(world, "city").get(f"/rounds/{ROUND}/counties/640104/brief")

    assert page.one("p", data_testid="verdict").text.startswith("三项满意度:样本中 3 项达标;足以说明全县达到90%的 0 项")
    assert "9/10" in page.one("section", data_testid="item-I01").text
    assert "达标 · 尚不能判断" in page.one("section", data_testid="item-I01").text
    assert "只访了贫困户 10 户,全县名册有 40 户" in page.main
    assert "不等于达标,也不等于不达标" in page.main
    assert "五到户落实率" in page.main
    assert "贫困户:名册 40 户,首抽 10 户,完成 10 户(规定 8—10 户)" in page.main
    assert f"{FIGURES}/I22/640104" in page.links


def test_too_few_households_get_no_verdict_in_the_brief(world: World) -> None:
    visits(world, 5, of=7)
    page = Visitor(world, "city").get(f"/rounds/{ROUND}/counties/640104/brief")
    assert "访到的贫困户只有 7 户,少于8户,不作达标判断" in page.one("p", data_testid="verdict").text


def test_the_brief_of_a_helper_has_sums_and_no_way_down(world: World) -> None:
    visits(world, 9)
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    page = Visitor(world, "he").get(f"/rounds/{ROUND}/counties/640104/brief")
    assert "9/10" in page.main
    assert not [link for link in page.links if "/640104" in link and not link.endswith("csv?county=640104")
                and not link.endswith("xlsx?county=640104")]  # fmt: skip
    assert Visitor(world, "he").status(f"/rounds/{ROUND}/counties/640106/brief") == 404


def test_income_adds_up_and_the_file_has_the_yuan(world: World) -> None:
    visits(world, 9)

    page = Visitor(world, "city").get(f"/rounds/{ROUND}/income")
    rows = lines(world, "city", f"{FILES}/income.csv")

    county = rows[0]
    assert county["户数"] == "10"
    sources = [int(county[name]) for name in county if name.endswith("(元)") and not name.startswith("总收入")]
    assert sum(sources) == int(county["总收入(元)"]) > 0
    classes = [county[name] for name in county if name.endswith("(%)")]
    assert sum(int(share.replace(".", "")) for share in classes) == 10_000
    for share in classes:
        assert f"{share}%" in page.main
    assert [row["县区"] for row in rows[2:]] == ["合计", "其中脱贫户", "其中未脱贫户"]
    assert {row["县区"] for row in lines(world, "lin", f"{FILES}/income.csv")} == {"兴庆区"}


def test_what_was_not_inspected_says_so_and_what_was_is_counted(world: World) -> None:
    visits(world, 9)
    phone = world.phone("lin")
    talk, held = field.field_record(phone), field.field_record(phone)
    talk["answers"]["about"]["contents"] = "c01 c05"
    held["answers"] = {}
    assert [each["state"] for each in phone.post(phone.op(talk), phone.op(held))] == ["stored", "quarantined"]

    page = Visitor(world, "city").get(f"/rounds/{ROUND}/coverage")
    first, second = lines(world, "city", f"{FILES}/coverage.csv")

    assert [first[name] for name in ("C1 政策落实", "C2 责任落实", "C5 驻村帮扶")] == ["1", "0", "1"]
    assert (first["健康扶贫"], second["健康扶贫"]) == ("10", "0")
    assert int(second["缺项"]) == 15
    assert int(first["缺项"]) == page.html.split("</tr>")[1].count("未涉及") + [
        first[name] for name in ("产业扶贫", "金融扶贫", "教育扶贫", "健康扶贫", "移民搬迁")
    ].count("0")
    assert f"{FIGURES}/I12/640104" in page.links


def test_the_load_is_for_the_city_and_the_own_team(world: World) -> None:
    visits(world, 9)
    visits(world, 2, of=2, account="fang")

    city = {row["督查员"]: row for row in lines(world, "city", f"{FILES}/load.csv")}

    assert (city["林青"]["上门"], city["林青"]["完成"], city["林青"]["天数"]) == ("10", "10", "1")
    assert city["方敏"]["上门"] == "2"
    assert {row["督查员"] for row in lines(world, "lin", f"{FILES}/load.csv")} == {"林青"}
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    assert Visitor(world, "xing").status(f"/rounds/{ROUND}/load") == 404


def test_the_map_has_villages_and_no_position_leaves_in_its_file(world: World) -> None:
    visits(world, 9)
    page = Visitor(world, "city").get(f"/rounds/{ROUND}/map")
    assert [each for each in page.all("circle") if each.attrs.get("class", "").startswith("village")]
    rows = lines(world, "city", f"{FILES}/map.csv")
    assert sum(int(row["完成"]) for row in rows) == 10
    assert set(rows[0]) == {"县区", "乡镇", "村", "完成", "未访成", "待访", "状态"}


SQUARE = {"type": "Polygon", "coordinates": [[[106, 38], [107, 38], [107, 39], [106, 39], [106, 38]]]}


def test_an_office_s_own_outlines_are_drawn_in_the_same_frame_as_the_points() -> None:
    given = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "甲"}, "geometry": SQUARE},
        {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [106, 38]}},
    ]}  # fmt: skip
    (outline,) = read_outlines(json.dumps(given))
    frame = frame_of([*corners([outline]), (106.5, 38.5)])
    assert frame is not None
    assert frame.at((106.5, 38.5)) == (500.0, 320.0)
    left, top = frame.at((106, 39))
    right, bottom = frame.at((107, 38))
    assert 0 < left < right < 1000
    assert 0 < top < bottom < 640
    assert path_of(frame, outline).startswith(f"M{left:g} {bottom:g} ")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"type":"FeatureCollection"}', '{"geometry":{"type":"Polygon","coordinates":[[[999,1]]]}}',
     '{"geometry":{"type":"Polygon","coordinates":[[["x"]]]}}'],
)  # fmt: skip
def test_a_file_that_is_no_map_is_told(text: str) -> None:
    with pytest.raises(BadMap):
        read_outlines(text)


def test_names_never_lie_on_each_other() -> None:
    placed = apart([(100, 50, "甲"), (110, 50, "乙"), (300, 50, "丙"), (105, 55, "丁")])
    assert sorted(text for _, _, text in placed) == sorted("甲乙丙丁")
    for one, two in itertools.combinations(placed, 2):
        assert abs(one[0] - two[0]) >= 64 or abs(one[1] - two[1]) >= 21
