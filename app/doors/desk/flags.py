"""疑点一览: every kind of doubt with its rule, how many there are and what became of them; and the register's own.

For those who find the page of reviews. It counts and explains; settling is done on a record's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors import settle
from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.findings.quality import queries as quality
from app.findings.quality.catalogue import FLAGS, FlagRule
from app.kernel import terms
from app.registry.households.queries import busy_helpers, count_doubled
from app.registry.households.rules import READING_ROLES
from app.registry.people.rules import Actor
from app.registry.places import County

router = APIRouter(include_in_schema=False)
STATES = ("open", "explained", "corrected", "rejected", "lapsed")


@dataclass(frozen=True)
class FlagLine:
    """One kind of doubt."""

    code: str
    name: str
    rule: str
    do: str
    asked: str
    counts: Sequence[int]


@dataclass(frozen=True)
class RegisterLine:
    """What a county's register itself shows."""

    code: str
    county: str
    helpers: int
    most: int
    doubled: int


@dataclass(frozen=True)
class FlagsPage:
    """What flags.html prints."""

    states: Sequence[str]
    flags: Sequence[FlagLine]
    register: Sequence[RegisterLine]


@router.get("/flags")
def flags_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """All kinds of doubt within the reader's scope."""
    voice = voice_of(request)
    with house.db.read() as session:
        counties = settle.counties_to_review(session, actor)
        counts = quality.count_flags(session, [county.id for county in counties], logs=actor.is_city)
        register = _register(session, actor, counties, voice)
    lines = [_line(flag, counts.get(flag.code, {}), voice) for flag in FLAGS]
    page = FlagsPage([terms.label("flag_state", state, voice.lang) for state in STATES], lines, register)
    crumbs = [Crumb(voice("rev_title"), "/reviews"), Crumb(voice("flags_title"))]
    return show(request, "flags.html", page, title=voice("flags_title"), at="reviews", crumbs=crumbs, actor=actor)


def _line(flag: FlagRule, counts: dict[str, int], voice: Voice) -> FlagLine:
    is_en = voice.lang == "en"
    return FlagLine(
        code=flag.code,
        name=flag.en if is_en else flag.zh,
        rule=flag.rule_en if is_en else flag.rule_zh,
        do=flag.do_en if is_en else flag.do_zh,
        asked=voice("and").join(terms.label("flag_asked", each, voice.lang) for each in flag.asked),
        counts=[counts.get(state, 0) for state in STATES],
    )


def _register(session: Session, actor: Actor, counties: Sequence[County], voice: Voice) -> list[RegisterLine]:
    """F09 and F11 of the register, for those who may read it."""
    if actor.role not in READING_ROLES:
        return []
    found = []
    for county in counties:
        helpers, doubled = busy_helpers(session, county.id), count_doubled(session, county.id)
        if helpers or doubled:
            name = county.name_en if voice.lang == "en" else county.name_zh
            found.append(RegisterLine(county.code, name, len(helpers), max(helpers.values(), default=0), doubled))
    return found
