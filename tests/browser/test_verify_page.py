"""Somebody in a county checks the draw on a computer of her own: the page from a USB stick, the network off."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.doors.desk.published import VERIFIER
from tests.browser.conftest import Site, Window, sign_in_at_desk

Files = tuple[dict[str, Any], list[list[str]]]


@pytest.fixture
def stick(chromium: Browser, tmp_path: Path) -> Page:
    """The page as a file, in a browser without any network; whatever goes wrong on it fails the test."""
    path = tmp_path / "ruhu-verify.html"
    path.write_bytes(VERIFIER.read_bytes())
    context = chromium.new_context(offline=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or pytest.fail(request.url))
    page.goto(path.as_uri())
    return page


@pytest.fixture
def published(site: Site, desk: Window) -> Files:
    """Record and frame as the city hands them out."""
    sign_in_at_desk(desk, "city")
    get = desk.context.request.get
    record = get(f"{site.url}/api/v1/rounds/2017-1/draw.json").json()
    rows = list(csv.reader(io.StringIO(get(f"{site.url}/api/v1/rounds/2017-1/frame").text())))
    return record, rows


def checks(page: Page, record: dict[str, Any], rows: list[list[str]], *, commitment: str = "") -> str:
    """Choose the files, press the button; what the page says."""
    text = "".join(",".join(row) + "\n" for row in rows)
    body = json.dumps(record, ensure_ascii=False).encode()
    page.set_input_files("#record", {"name": "record.json", "mimeType": "application/json", "buffer": body})
    page.set_input_files("#frame", {"name": "frame.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.fill("#commitment", commitment)
    page.evaluate("document.getElementById('answer').removeAttribute('data-state')")
    page.click("button")
    page.wait_for_selector("#answer[data-state]")
    return page.locator("#answer").inner_text()


def test_an_honest_draw_holds_from_a_file_with_the_network_off(stick: Page, published: Files) -> None:
    record, rows = published

    said = checks(stick, record, rows, commitment=record["commitment"])

    assert stick.locator("#answer").get_attribute("data-state") == "holds", said
    assert "一致" in said
    assert "It holds" in said
    assert "签名有效" in said
    assert record["lists"]["640104-P"]["main"][0] in said
    assert "sha256sum" in said


def test_a_county_checks_its_own_stratum_with_its_own_list_alone(stick: Page, published: Files) -> None:
    record, rows = published

    said = checks(stick, record, [row for row in rows if row[0] in ("stratum", "640104-P")])

    assert stick.locator("#answer").get_attribute("data-state") == "holds", said
    assert "已用名册核对的层:640104-P" in said
    assert "640106-P" in said  # named as not checked


def another_die(record: dict[str, Any], _rows: list[list[str]]) -> None:
    record["parts"] = ["0" * 20]


def one_left_out(_record: dict[str, Any], rows: list[list[str]]) -> None:
    del rows[next(place for place, row in enumerate(rows) if row[0] == "640104-P")]


def a_friend(record: dict[str, Any], _rows: list[list[str]]) -> None:
    lists = record["lists"]["640104-P"]
    lists["main"][9], lists["reserve"][0] = lists["reserve"][0], lists["main"][9]


def a_witness(record: dict[str, Any], _rows: list[list[str]]) -> None:
    record["witnesses"] = ["某人"]


@pytest.mark.parametrize(
    ("tampers", "where"),
    [
        (another_die, "seed"),
        (one_left_out, "frame/640104-P"),
        (a_friend, "lists/640104-P/11"),
        (a_witness, "signature"),
    ],
)
def test_the_first_difference_is_said_in_both_languages(
    stick: Page, published: Files, tampers: Callable[[dict[str, Any], list[list[str]]], None], where: str
) -> None:
    record, rows = published
    tampers(record, rows)

    said = checks(stick, record, rows)

    assert stick.locator("#answer").get_attribute("data-state") == "differs", said
    assert stick.locator("[data-where]").get_attribute("data-where") == where
    assert "不一致" in said
    assert "First difference" in said


def test_the_paper_outranks_the_file(stick: Page, published: Files) -> None:
    record, rows = published
    said = checks(stick, record, rows, commitment="0" * 64)
    assert "事先签字" in said


def test_the_same_page_is_served_to_anybody_and_can_be_taken_along(site: Site, desk: Window) -> None:
    answer = desk.page.goto("/verify")
    assert answer is not None
    assert "connect-src" not in answer.headers["content-security-policy"]  # default-src 'none' forbids it
    assert desk.page.locator("h1").inner_text().startswith("入户 · 抽样核验")
    desk.page.click("button")
    with desk.page.expect_download() as taken:
        desk.page.click("#save")
    assert Path(taken.value.path()).read_bytes() == VERIFIER.read_bytes()
    desk.shot("verify")
