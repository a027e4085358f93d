"""Photos by byte: what a broken line costs, counted where it breaks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlmodel import select

from app.survey.photos.models import PhotoObject
from tests import pictures
from tests.browser.conftest import Site
from tests.browser.drills.byte_line import ByteLine
from tests.browser.drills.profile import Handset
from tests.browser.drills.workshop import Workshop
from tests.drills.report import note, rounds


def _pictures(count: int) -> list[bytes]:
    """As the phone keeps them: most of 150-300 KB, every eighth a small one that goes in a single request."""
    return [pictures.photo(500 + n, (360, 270) if n % 8 == 7 else (1100 + 16 * (n % 20), 825)) for n in range(count)]


def test_a_line_that_breaks_within_pictures_has_only_what_it_lost_sent_again(
    chromium: Any, site: Site, tmp_path: Path
) -> None:
    """R06: nearly half of the requests with pictures break, at any byte or before the answer; sent again is what
    the line swallowed and at most a tenth more."""
    taken = _pictures(rounds(16, 160))
    needed = sum(map(len, taken))
    line = ByteLine(int(site.url.rsplit(":", 1)[1]), seed=11, share=0.45)
    phone = Handset(chromium, replace(site, url=line.url), tmp_path)
    shop = Workshop(phone, name="bytes")
    shop.signs_in("bytes")
    for number in range(0, len(taken), 4):
        shop.visits(number, taken[number : number + 4])
    for _ in range(200):
        shop.run("() => phone.syncNow()")
        if shop.unsent() == 0:
            break
    assert shop.unsent() == 0
    phone.close()
    line.close()

    with site.house.db.read() as session:
        kept = {row.sha256 for row in session.exec(select(PhotoObject))}
    assert {pictures.digest(each) for each in taken} <= kept
    again = line.sent - needed
    cuts, answers = line.happened["cut"] + line.happened["silent cut"], line.happened["lose"]
    what = f"photos, {cuts} cuts, {answers} lost answers: {line.lost} bytes lost, {again} sent again"
    note("R06-phone", n=len(taken), what=what)
    assert line.lost > needed / 20, "the line hardly broke: the drill says nothing"
    assert again <= line.lost * 1.1, what
