"""The way in: strangers are led to it, nobody is led out of the house by it."""

import pytest

from tests.cast import PASSWORD, World
from tests.visitor import Page, Visitor

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # no question for a database

PAGES = ["/", "/rounds", "/rounds/2017-1", "/rounds/2017-1/draw", "/held", "/accounts", "/rounds/new"]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_sign_in_and_back(world: World, path: str) -> None:
    stranger = Visitor(world)

    answer = stranger.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")

    form = Page(200, stranger.client.get(answer.headers["location"]).text)
    assert form.one("input", name="next").attrs["value"] == path
    there = stranger.post("/sign-in", account="city", password=PASSWORD, next=path)
    assert there.status == (403 if path == "/accounts" else 200)


def test_a_wrong_password_says_so_keeps_the_account_and_shows_no_password(world: World) -> None:
    visitor = Visitor(world)

    page = visitor.post("/sign-in", account="city", password="not-the-password-1")

    assert page.status == 401
    assert "账号或密码不对" in page.one("div", role="alert").text
    assert page.one("input", name="account").attrs["value"] == "city"
    assert "not-the-password-1" not in page.html
    assert visitor.status("/rounds") == 303


@pytest.mark.parametrize("next_", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", ""])
def test_signing_in_never_leads_out_of_the_house(world: World, next_: str) -> None:
    visitor = Visitor(world)

    answer = visitor.client.post("/sign-in", data={"account": "city", "password": PASSWORD, "next": next_})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_the_session_cookie_is_closed_to_script_and_to_other_sites(world: World) -> None:
    answer = Visitor(world).client.post("/sign-in", data={"account": "city", "password": PASSWORD})

    session = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-ruhu="))
    for mark in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert mark in session


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    visitor = Visitor(world, "city")
    stolen = visitor.client.cookies["__Host-ruhu"]
    assert visitor.get("/rounds").status == 200

    assert "已退出" in visitor.post("/sign-out").main

    visitor.client.cookies.set("__Host-ruhu", stolen)
    assert visitor.status("/rounds") == 303


def test_a_form_sent_from_elsewhere_changes_nothing(world: World) -> None:
    visitor = Visitor(world, "city")

    for foreign in ("cross-site", "same-site"):
        answer = visitor.client.post("/rounds/2017-1/close", headers={"Sec-Fetch-Site": foreign})
        assert answer.status_code == 403

    assert "已抽样" in visitor.get("/rounds").main


def test_the_language_is_kept_in_the_browser_and_leads_back(world: World) -> None:
    visitor = Visitor(world, "city")
    assert "督查轮次" in visitor.get("/rounds").main

    answer = visitor.client.post("/language", data={"lang": "en", "back": "/rounds"})
    assert answer.headers["location"] == "/rounds"
    page = visitor.get("/rounds")
    assert page.one("html").attrs["lang"] == "en"
    assert "Inspection rounds" in page.main
    assert visitor.client.post("/language", data={"lang": "zh", "back": "//evil.test"}).headers["location"] == "/"


def test_a_page_that_is_not_there_is_told_in_words_with_a_way_back(world: World) -> None:
    page = Visitor(world, "city").get("/rounds/NO-SUCH")

    assert page.status == 404
    assert "没有这一轮督查" in page.main
    assert "数据都还在" in page.main
    assert "/" in page.links


def test_an_expired_session_loses_no_data_and_says_what_to_do(world: World) -> None:
    stranger = Visitor(world)

    page = stranger.post("/rounds/2017-1/close")

    assert page.status == 401
    assert "没有生效" in page.main
    assert "/sign-in" in page.links


def test_the_help_page_is_open_to_everybody(world: World) -> None:
    page = Visitor(world).get("/help")
    assert page.status == 200
    assert "尚不能判断" in page.main


def test_the_type_of_a_refusal_leads_to_a_page_about_it(world: World) -> None:
    stranger = Visitor(world)
    kind = stranger.client.get("/api/v1/rounds", headers={"Accept": "application/json"}).json()["type"]

    page = stranger.get(kind)

    assert page.status == 200
    assert page.one("h1").text == "请先登录"
    assert "记录都还在" in page.main
    assert stranger.get("/problems/held-for-review").status == 200
    assert stranger.get("/problems/no-such-kind").status == 404


def test_a_page_keeps_its_question_through_sign_in_and_language(world: World) -> None:
    stranger = Visitor(world)
    asked = "/rounds/2017-1/counties/640104?item=team"

    form = Page(200, stranger.client.get(stranger.client.get(asked).headers["location"]).text)
    assert form.one("input", name="next").attrs["value"] == asked
    stranger.post("/sign-in", account="city", password=PASSWORD, next=asked)
    assert stranger.get(f"{asked}&done=assigned").one("input", name="back").attrs["value"] == asked
