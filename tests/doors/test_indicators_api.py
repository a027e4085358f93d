"""`/rounds/{code}/indicators` page by page: counties in the order of their codes, the city once."""

from typing import Any

import pytest

from app.doors.api import rounds
from tests.cast import ROUND, World


def test_counties_come_in_pages_that_name_the_next_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Followed to the end the pages are the whole answer, figure for figure."""
    phone = world.phone("lin")
    phone.post(phone.op(phone.interview(phone.samples()[0])))
    path = f"/api/v1/rounds/{ROUND}/indicators"
    whole = world.get("city", f"{path}?only=I01,I07").json()
    assert [county["code"] for county in whole["counties"]] == ["640104", "640106"]
    assert whole["next"] is None

    monkeypatch.setattr(rounds, "MOST_COUNTIES", 1)
    pages: list[dict[str, Any]] = []
    address = f"{path}?only=I01,I07"
    while address:
        pages.append(world.get("city", address).json())
        address = pages[-1]["next"]

    assert [len(page["counties"]) for page in pages] == [1, 1]
    assert [county for page in pages for county in page["counties"]] == whole["counties"]
    assert [page["city"] for page in pages] == [whole["city"], None]
    assert {figure["code"] for figure in pages[1]["counties"][0]["indicators"]} == {"I01", "I07"}
    assert world.get("xing", f"{path}?after=640104").status_code == 404, "the fence stands on every page"
