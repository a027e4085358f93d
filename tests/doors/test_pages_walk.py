"""Every link of the figure pages is followed: none is dead, none leads out of a reader's counties, every number has its
households, and every picture its table."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

import pytest

from app.figures.indicators.yc2017 import INDICATORS
from tests import field
from tests.cast import ROUND, World
from tests.visitor import Page, Visitor

START = f"/rounds/{ROUND}"
LEFT_ALONE = re.compile(r"^/(sign-out|m/|api/|photos/|rounds/[^/]+/(close|freeze|files/))|lang=")
MOST, EACH = 200, 4
PICTURES = frozenset({"bar", "multiple", "stacked", "dots", "days", "villages"})


def a_round_with_everything(world: World) -> None:
    """Ten poor households (one doubted), three non-poor ones, one door closed, and a record of a discussion."""
    phone = world.phone("lin")
    ops = [
        phone.op(phone.interview(sample, sat={"team": 5 if place < 6 else 2}))
        for place, sample in enumerate(phone.samples()[:9])
    ]
    ops += [phone.op(phone.interview(sample)) for sample in phone.samples("non_poor")[:3]]
    ops += [phone.op(phone.door(phone.samples()[9])), phone.op(field.field_record(phone))]
    assert {each["state"] for each in phone.post(*ops)} == {"stored"}


def links_of(page: Page, at: str) -> Iterator[str]:
    for href in page.links:
        path = urldefrag(urljoin(at, href)).url
        if path.startswith("/") and not LEFT_ALONE.search(path):
            yield path


def walk(visitor: Visitor, start: str) -> dict[str, Page]:
    """The pages that links lead to from here; of pages of one kind (households, records, figures) the first few."""
    seen: dict[str, Page] = {}
    kinds: Counter[str] = Counter()
    waiting = [start]
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+", "#", path)
        if path in seen or kinds[kind] >= EACH:
            continue
        kinds[kind] += 1
        seen[path] = visitor.get(path)
        if path.startswith("/rounds/") or "/records/" in path:
            waiting += [link for link in links_of(seen[path], path) if link not in seen]
    assert not waiting, f"more than {MOST} pages"
    return seen


@pytest.mark.parametrize("account", ["city", "lin", "admin"])
def test_no_link_of_an_open_round_is_dead_and_no_picture_is_without_its_table(world: World, account: str) -> None:
    a_round_with_everything(world)

    seen = walk(Visitor(world, account), START)

    assert {path: page.status for path, page in seen.items() if page.status != 200} == {}
    for path, page in seen.items():
        classes = [set(each.attrs.get("class", "").split()) for each in page.all("svg")]
        drawn = [each for each in classes if PICTURES & each and "none" not in each]
        assert not drawn or page.all("table") or path == "/help", f"{path}: a picture without its table"


def test_after_the_close_a_county_finds_no_dead_link_and_nothing_of_its_neighbour(world: World) -> None:
    a_round_with_everything(world)
    assert world.post("city", f"/api/v1/rounds/{ROUND}/close").status_code == 200

    seen = walk(Visitor(world, "xing"), START)

    assert {path: page.status for path, page in seen.items() if page.status != 200} == {}
    assert not [path for path in seen if "640106" in path]
    assert f"{START}/frozen" in seen


def test_every_number_of_every_indicator_has_as_many_households_behind_it(world: World) -> None:
    a_round_with_everything(world)
    city = Visitor(world, "city")
    walked = 0

    for code in INDICATORS:
        page = city.get(f"{START}/figures/{code}")
        for link in page.all("a", class_="count"):
            behind = city.get(link.attrs["href"])
            assert behind.status == 200, link.attrs["href"]
            counted = re.search(r"计入 (\d+) 户", behind.main)
            assert counted, link.attrs["href"]
            whole = re.fullmatch(r"(\d+)/(\d+)", link.text)
            if whole and code not in ("I35", "I39"):  # of these the denominator is the quota, or all first drawn
                assert counted[1] == whole[2], f"{code} {link.text}"
            walked += 1
    assert walked > 40
