"""Where the `type` of a refusal leads (RFC 9457): what that kind of refusal means, in words, open to everybody.

The kinds are the house's own classes, so a new refusal has its page by being written. Two answers of the sync are no
refusals but carry a type: their record was kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.doors.desk.frame import find_reader, show, voice_of
from app.kernel.problems import NotFound, Problem

router = APIRouter(include_in_schema=False)

KEPT = {"submission-conflict": "conflicts_title", "held-for-review": "held_title"}
MEANING = {"submission-conflict": "conflicts_lead", "held-for-review": "held_lead"}


@dataclass(frozen=True)
class KindPage:
    """One kind of refusal."""

    slug: str
    title: str
    status: int | None
    meaning: str


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every class of refusal in the house."""
    yield of
    for below in of.__subclasses__():
        yield from kinds(below)


@router.get("/problems/{slug}")
def kind_page(slug: str, request: Request) -> HTMLResponse:
    """What a kind of refusal means and what the phone does about it."""
    voice = voice_of(request)
    if slug in KEPT:
        page = KindPage(slug, voice(KEPT[slug]), None, voice(MEANING[slug]))
    else:
        found = next((kind for kind in kinds() if kind.slug == slug), None)
        if found is None:
            raise NotFound("没有这一种提示。", "There is no such kind of refusal.")
        title = found.title_en if voice.lang == "en" else found.title_zh
        page = KindPage(slug, title, found.status, voice(f"retry_{found.retry.replace('-', '_')}"))
    return show(request, "problem_kind.html", page, title=page.title, actor=find_reader(request))
