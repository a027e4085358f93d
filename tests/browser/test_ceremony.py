"""A county hall follows the ceremony on the screen; a county officer who looks everywhere finds nothing in time."""

import hashlib
import re
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser

from app.survey.rounds.ceremony import check_order
from app.survey.rounds.record import canonical
from tests.browser.conftest import DESK, Site, Window, open_window, sign_in_at_desk

CODE = "2017-3"
DIGITS = "31415926535897932384"
LEFT_OUT = "640104901201-0001"


def says(window: Window) -> str:
    return window.page.locator("main").inner_text()


def presses(window: Window, name: str) -> None:
    window.page.get_by_role("button", name=name, exact=True).click()


def opens_a_round(desk: Window) -> None:
    desk.page.goto("/rounds/new")
    for name, value in (
        ("code", CODE),
        ("name", "2017年第三轮督查"),
        ("starts_on", "2017-11-01"),
        ("ends_on", "2017-12-01"),
    ):
        desk.page.fill(f"input[name={name}]", value)
    for box in desk.page.locator("input[name=counties]").all():
        box.set_checked(box.get_attribute("value") in ("640104", "640106"))
    desk.page.locator("main form button").first.click()


def freezes(desk: Window, mode: str) -> None:
    desk.page.goto(f"/rounds/{CODE}/draw?draw=new")
    desk.page.fill("input[name=as_of]", "2017-10-31")
    desk.page.fill("input[name=origin]", "全国扶贫开发信息系统")
    desk.page.fill("input[name=exported_by]", "市扶贫办 甲")
    desk.page.select_option("select[name=mode]", mode)
    desk.page.fill("textarea[name=exclusions]", f"{LEFT_OUT} 全家迁出本市,村里已公示")
    desk.page.get_by_role("button", name="冻结").click()


def signs(desk: Window, *parties: str) -> None:
    for party in parties:
        desk.page.fill(f"input[name=signer_{party}]", f"某{party}")
    desk.page.fill("input[name=sign_place]", "县政府大厅")
    presses(desk, "登记签字")


def throws(desk: Window, digits: str) -> None:
    desk.page.fill("input[name=parts]", digits)
    desk.page.fill("textarea[name=witnesses]", "督查办 甲\n县代表 乙\n村民 丙")
    desk.page.fill("input[name=place]", "县政府大厅")
    presses(desk, "抽样")


def test_a_county_hall_follows_the_ceremony_to_the_end(site: Site, desk: Window) -> None:
    sign_in_at_desk(desk, "city")
    opens_a_round(desk)

    # a lottery of three digits is refused with its reason, and nothing typed is lost
    desk.page.goto(f"/rounds/{CODE}/draw")
    desk.page.fill("input[name=source_other]", "FC3D-2017301")
    desk.page.fill("input[name=as_of]", "2017-10-31")
    desk.page.fill("input[name=origin]", "全国扶贫开发信息系统")
    desk.page.fill("input[name=exported_by]", "市扶贫办 甲")
    desk.page.get_by_role("button", name="冻结").click()
    assert "少于 40" in says(desk)
    assert desk.page.input_value("input[name=origin]") == "全国扶贫开发信息系统"

    # two counties, two commitments at one instant; the seed is not asked for yet
    freezes(desk, "county")
    assert "待签字" in says(desk)
    assert "全家迁出本市" in desk.page.locator("main").text_content()  # folded under the commitment
    assert desk.page.locator("input[name=parts]").count() == 0
    desk.shot("desk-ceremony-sign")

    # one A4 page to sign
    desk.page.get_by_role("link", name="打印承诺书").click()
    sheet = desk.page.get_by_test_id("commitment-sheet")
    for said in ("名单截至 2017-10-31", "全国扶贫开发信息系统", "市扶贫办 甲", "排除 1 户", "督查办", "村民"):
        assert said in sheet.inner_text()
    assert sheet.locator("[role=img] svg").count() == 1
    assert sheet.locator(".sheet-sign tbody tr").count() >= 3
    # also with the twelve strata of six counties
    desk.page.evaluate(
        "const body = document.querySelector('.sheet-strata tbody');"
        "while (body.rows.length < 12) body.append(body.rows[0].cloneNode(true))"
    )
    assert len(re.findall(rb"/Type\s*/Page\b", desk.page.pdf(format="A4"))) == 1
    desk.shot("desk-commitment-sheet")

    # the team arrives in the first county: sign, throw, draw; the other county still waits
    desk.page.goto(f"/rounds/{CODE}/draw?draw={CODE}-A1")
    signs(desk, "office", "county")
    assert "至少3方" in says(desk)
    signs(desk, "office", "county", "villager")
    throws(desk, DIGITS[:-1])
    assert "20 位数字" in says(desk)
    throws(desk, DIGITS)
    assert "抽样完成" in says(desk)
    assert "次序无误" in says(desk)
    assert "待签字" in says(desk)  # the other county's tab
    desk.shot("desk-ceremony-drawn")

    # a die had fallen from the table: void with its reason, and the county's next draw is the next number
    desk.page.locator("#void-head").click()
    desk.page.fill("input[name=asked_by]", "县公证处")
    desk.page.fill("textarea[name=reason]", "一颗骰子掉到桌下")
    desk.page.get_by_role("button", name=f"作废 {CODE}-A1").click()
    desk.page.get_by_role("link", name="打印作废说明").click()
    assert "一颗骰子掉到桌下" in desk.page.get_by_test_id("void-note").inner_text()
    assert len(re.findall(rb"/Type\s*/Page\b", desk.page.pdf(format="A4"))) == 1
    desk.shot("desk-void-note")
    freezes(desk, "county")
    desk.page.goto(f"/rounds/{CODE}/draw?draw={CODE}-A3")
    assert "一颗骰子掉到桌下" in says(desk)
    signs(desk, "office", "county", "villager")
    throws(desk, "27182818284590452353")
    assert "抽样完成" in says(desk)

    record = desk.context.request.get(f"{site.url}/api/v1/rounds/{CODE}/draw?draw={CODE}-A3").json()
    assert record["voids"][0]["reason"] == "一颗骰子掉到桌下"
    assert record["frame"]["exported_by"] == "市扶贫办 甲"
    assert record["exclusions"] == [{"unit": LEFT_OUT, "reason": "全家迁出本市,村里已公示"}]
    assert record["witnesses"] == ["督查办 甲", "县代表 乙", "村民 丙"]
    with site.house.db.read() as session:
        assert check_order(session, CODE) == []


def test_a_county_officer_who_looks_everywhere_finds_nothing_before_the_close(site: Site, chromium: Browser) -> None:
    """She follows every link there is, and tries every address that the round could have."""
    county = open_window(chromium, site, DESK)
    sign_in_at_desk(county, "xing")

    seen = follows_every_link(county, site)
    assert {"/", "/rounds"} <= set(seen)
    for path, text in seen.items():
        assert "2017-1" not in text, path
        assert "2017年第一轮督查" not in text, path
    guesses = ["", "/draw", "/commitment", "/counties/640104", "/samples/2017-1-A1.640104-P.1"]
    guesses += ["/reach", "/map", "/figures", "/coverage", "/income", "/teams", "/live", "/counties/640104/visit-list"]
    guesses += [
        "/counties/640104/brief",
        "/notice-card",
        "/void-note?draw=2017-1-A1",
        "/files/behind.csv?county=640104",
    ]
    api = ["", "/draw", "/draw.json", "/frame", "/sample?county=640104", "/satisfaction", "/indicators"]
    api += ["/records.csv", "/results", "/teams", "/void-note?draw=2017-1-A1"]
    for path in [f"/rounds/2017-1{each}" for each in guesses] + [f"/api/v1/rounds/2017-1{each}" for each in api]:
        assert county.context.request.get(site.url + path).status == 404, path
    for feed in ("Rounds", "Figures", "Visits"):
        assert "2017-1" not in county.context.request.get(f"{site.url}/api/v1/odata/{feed}").text(), feed
    county.page.goto("/register")
    county.page.fill("input[type=search]", "2017-1-A1")
    county.page.press("input[type=search]", "Enter")
    assert "640104901" not in says(county)

    # what everybody may read says that a draw exists, and nothing of where or when
    county.page.goto("/commitments")
    card = county.page.get_by_test_id("published-2017-1-A1").inner_text()
    assert "督查结束后公布其余内容" in card
    for word in ("640104", "兴庆", "金凤", "2017年第一轮督查", "已抽样", "73920518264409175386"):
        assert word not in card

    with site.house.db.write(0) as session:
        session.connection().exec_driver_sql("UPDATE round SET closed_at = '2017-06-21 00:00:00' WHERE code = '2017-1'")
    county.page.goto("/rounds")
    assert "2017年第一轮督查" in says(county)
    record = county.context.request.get(f"{site.url}/api/v1/rounds/2017-1/draw.json").json()
    county.page.goto("/commitments")
    shown = county.page.get_by_test_id("published-2017-1-A1").inner_text()
    assert hashlib.sha256(canonical(record).encode()).hexdigest() in shown
    for line in record["strata"]:
        assert f"{line['stratum']}" in shown
        assert line["frame_digest"] in shown
    county.context.close()
    assert county.faults == []


def follows_every_link(window: Window, site: Site) -> dict[str, str]:
    """Path → text of every page of the desk that links lead to, up to fifty."""
    seen: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(seen) < 50:
        path = waiting.pop(0)
        if path in seen or urlsplit(path).path in ("/commitments", "/sign-out"):
            continue
        answer = window.context.request.get(site.url + path)
        text = answer.text() if "text/html" in answer.headers.get("content-type", "") else ""
        seen[path] = text
        found = [urljoin(site.url + path, href) for href in re.findall(r'href="([^"#]+)', text)]
        waiting += [url.removeprefix(site.url) for url in found if url.startswith(site.url + "/")]
    return seen
