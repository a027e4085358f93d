"""The frame around every page: who one is, where one is, the language, and the template engine.

Jinja with autoescape and strict names, so that a misspelt name breaks a test and not a page silently. Pages are never
kept by a browser: they show people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.doors.desk.words import WORDS, Voice
from app.doors.settle import sees_reviews
from app.doors.web.auth import find_caller
from app.doors.web.house import House, get_house
from app.kernel import terms
from app.kernel.db.base import HOME
from app.kernel.problems import Problem
from app.registry.people.models import Role
from app.registry.people.rules import COLLECTING_ROLES, Actor, reads_answers
from app.registry.places import list_counties
from app.survey.records.queries import count_held

HERE = Path(__file__).resolve()
TEMPLATES = HERE.parents[1] / "templates"
LANGUAGE_COOKIE = "lang"
REGISTER_READERS = frozenset(
    {Role.CITY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR, Role.COUNTY_OFFICER, Role.DISCIPLINE}
)
DEVICE_READERS = frozenset({Role.CITY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR, Role.ADMIN, Role.TEAM_LEADER})


@dataclass(frozen=True)
class Crumb:
    """One step of the way to this page; the last one has no address."""

    label: str
    href: str = ""


@dataclass(frozen=True)
class NavItem:
    """One door in the top line."""

    label: str
    href: str
    is_here: bool
    count: int = 0


@dataclass(frozen=True)
class Frame:
    """What base.html prints around the page."""

    title: str
    path: str
    nav: Sequence[NavItem] = ()
    crumbs: Sequence[Crumb] = ()
    done: str = ""


@dataclass(frozen=True)
class Refusal:
    """A problem in the reader's language, for the top of a form."""

    title: str
    detail: str
    others: Sequence[str] = ()


@dataclass(frozen=True)
class ProblemPage:
    """A refusal as a page of its own: what happened, what is safe, what to do next."""

    title: str
    detail: str
    others: Sequence[str]
    safe: str
    next_step: str
    back: str
    status: int
    slug: str


@dataclass(frozen=True)
class Asked:
    """What a form brought back: the problem, and the faults at their fields."""

    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def language_of(request: Request) -> str:
    """`zh` unless the reader chose `en`."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"


def voice_of(request: Request) -> Voice:
    """The sentences in the reader's language."""
    return Voice(language_of(request))


def find_reader(request: Request) -> Actor | None:
    """Who is signed in, also on pages that anybody may see."""
    return find_caller(request, get_house(request))


def asset(name: str) -> str:
    """The address of a file of the desk."""
    return f"/static/{name}"


def day_text(value: date) -> str:
    """2026-12-01, the same in both languages."""
    return value.isoformat()


def environment(tz: ZoneInfo) -> Environment:
    """The template engine; instants are shown on the clock of RUHU_TZ."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["day"] = day_text
    env.filters["when"] = lambda at: at.astimezone(tz).strftime("%Y-%m-%d %H:%M")
    env.filters["moment"] = lambda at: at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
    env.globals["asset"] = asset
    return env


@lru_cache(maxsize=4)
def engine(tz_key: str) -> Environment:
    """One engine per time zone."""
    return environment(ZoneInfo(tz_key))


def navigation(actor: Actor | None, voice: Voice, at: str, held: int = 0) -> list[NavItem]:
    """The doors this actor may open; the page they stand on is marked, and what waits is counted."""
    if actor is None:
        return []
    doors = []
    doors += [("board", "nav_board", "/"), ("rounds", "nav_rounds", "/rounds")]
    if actor.role in REGISTER_READERS:
        doors.append(("register", "nav_register", "/register"))
    if actor.role in REGISTER_READERS or actor.role == Role.HELPER:
        doors.append(("visits", "nav_visits", "/visits"))
    if actor.role in REGISTER_READERS or actor.is_team:
        doors.append(("fieldwork", "nav_fieldwork", "/field-records"))
    if actor.is_city and reads_answers(actor):
        doors.append(("held", "nav_held", "/held"))
        doors.append(("forms", "nav_forms", "/questionnaires"))
    if sees_reviews(actor):
        doors.append(("reviews", "nav_reviews", "/reviews"))
    if actor.role in DEVICE_READERS and (actor.is_city or actor.role == Role.TEAM_LEADER):
        doors.append(("transit", "nav_transit", "/devices"))
    if actor.role == Role.CITY_OFFICER:
        doors.append(("imports", "nav_imports", "/imports"))
    if actor.role == Role.ADMIN:
        doors.append(("accounts", "nav_accounts", "/accounts"))
    if actor.role in COLLECTING_ROLES:
        doors.append(("phone", "nav_phone", "/m/"))
    doors.append(("help", "nav_help", "/help"))
    return [NavItem(voice(word), href, key == at, held if key == "held" else 0) for key, word, href in doors]


def count_waiting(house: House, actor: Actor | None) -> int:
    """Held records, for those whose door to them is shown."""
    if actor is None or not (actor.is_city and reads_answers(actor)):
        return 0
    with house.db.read() as session:
        return count_held(session, [HOME, *(county.id for county in list_counties(session))])


def done_words(request: Request, voice: Voice) -> str:
    """The sentence for `?done=…` after a form went through; anything unknown says nothing."""
    key = f"done_{request.query_params.get('done', '')}"
    return voice(key) if key in WORDS else ""


def show(
    request: Request,
    template: str,
    page: Any,
    *,
    title: str,
    at: str = "",
    crumbs: Sequence[Crumb] = (),
    actor: Actor | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Print a page: the template gets `page` and the frame, and calculates nothing."""
    house: House = get_house(request)
    voice = voice_of(request)
    lang = voice.lang
    frame = Frame(
        title=title,
        path=here(request) if request.method in ("GET", "HEAD") else "/",
        nav=navigation(actor, voice, at, count_waiting(house, actor)),
        crumbs=crumbs,
        done=done_words(request, voice),
    )
    text = (
        engine(str(house.settings.tz))
        .get_template(template)
        .render(
            page=page,
            frame=frame,
            me=actor,
            lang=lang,
            t=voice,
            term=lambda kind, value: terms.label(kind, value, lang),
        )
    )
    return HTMLResponse(text, status)


def here(request: Request) -> str:
    """This page's path and query, without the word that something was done."""
    query = "&".join(part for part in request.url.query.split("&") if part and not part.startswith("done="))
    return f"{request.url.path}?{query}" if query else request.url.path


def see(path: str, done: str = "") -> RedirectResponse:
    """After a form: 303 to where the result is shown, so that a reload never sends twice."""
    separator = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{separator}done={done}" if done else path, 303)


def own_path(path: str) -> str:
    """A way back inside this service; anything that could lead elsewhere becomes the first page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_own else "/"


def in_words(problem: Problem, lang: str, fields: Sequence[str] = ()) -> Asked:
    """A problem for the page that caused it: faults whose pointer names a field go to that field."""
    at_fields: dict[str, str] = {}
    others: list[str] = []
    for fault in problem.faults:
        words = fault.en if lang == "en" else fault.zh
        path = fault.pointer.removeprefix("#/").split("/")
        name = next((each for each in ("_".join(path), path[0]) if each in fields), None)
        if name:
            at_fields.setdefault(name, words)
        else:
            others.append(words)
    title = problem.title_en if lang == "en" else problem.title_zh
    detail = (problem.en if lang == "en" else problem.zh) or title
    return Asked(Refusal(title, detail, others), at_fields)


def page_of_problem(request: Request, problem: Problem) -> Response:
    """A refusal as a page; a stranger who wanted to read is sent to sign in first."""
    if problem.status == 401 and request.method in ("GET", "HEAD"):
        return RedirectResponse(f"/sign-in?next={quote(here(request))}", 303)
    voice = voice_of(request)
    refusal = in_words(problem, voice.lang).problem
    assert refusal is not None
    steps = {code: f"problem_do_{code}" for code in (401, 403, 404, 409, 422)} | {405: "problem_do_404"}
    is_passing = problem.retry == "later" and problem.status != 500
    step = "problem_do_later" if is_passing else steps.get(problem.status, "problem_do_broken")
    reading = request.method in ("GET", "HEAD")
    page = ProblemPage(
        title=refusal.title,
        detail=refusal.detail,
        others=refusal.others,
        safe=voice("problem_safe_read" if reading else "problem_safe_write"),
        next_step=voice(step),
        back="/sign-in" if problem.status == 401 else _referring_path(request),
        status=problem.status,
        slug=problem.slug,
    )
    return show(
        request, "problem.html", page, title=refusal.title, actor=_reader_if_any(request), status=problem.status
    )


def _reader_if_any(request: Request) -> Actor | None:
    """The reader, unless the database itself is what broke."""
    try:
        return find_reader(request)
    except Exception:
        return None


def _referring_path(request: Request) -> str:
    """The page one came from, when it was ours and another one."""
    referer = request.headers.get("referer", "")
    prefix = str(request.base_url).rstrip("/")
    path = own_path(referer.removeprefix(prefix)) if referer.startswith(prefix + "/") else ""
    return path if path != request.url.path or request.method == "POST" else ""
