"""The way in and out, the language, and the page that teaches to read a bar.

A browser that signed in before keeps an id of its own (a cookie without any right), so that strangers who guess
at an account cannot use up its owner's tries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.doors.desk.frame import LANGUAGE_COOKIE, Refusal, find_reader, in_words, own_path, see, show, voice_of
from app.doors.desk.plots import Plot
from app.doors.web.auth import give_cookie, presented_token, take_cookie
from app.doors.web.bodies import client_of
from app.doors.web.house import House, TheHouse
from app.kernel.db.base import HOME
from app.kernel.problems import Problem
from app.registry.people import service
from app.registry.people.problems import CodeNeeded
from app.registry.people.sign_in import Attempt, sign_in

router = APIRouter(include_in_schema=False)

YEAR = int(timedelta(days=365).total_seconds())
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class SignInPage:
    """What was typed, except the password, and what is wrong with it."""

    next: str
    account: str = ""
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    asks_code: bool = False


@dataclass(frozen=True)
class Example:
    """One bar of the help page and what it says."""

    title: str
    plot: Plot
    says: str


@dataclass(frozen=True)
class HelpPage:
    """The examples."""

    examples: Sequence[Example]


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form; who is signed in already goes on."""
    if find_reader(request):
        return see(own_path(next))
    return _form(request, SignInPage(own_path(next)))


@router.post("/sign-in")
def post_sign_in(
    request: Request,
    house: TheHouse,
    account: Text = "",
    password: Text = "",
    code: Text = "",
    next: Text = "/",
) -> Response:
    """A session cookie, or the form again with the reason."""
    browser = _browser_id(request, house) or uuid4()
    voice = voice_of(request)
    attempt = Attempt(account, password, client_of(request), device_id=browser, label=voice("browser"), code=code)
    try:
        done = sign_in(house.db, house.hasher, house.keys, attempt)
    except Problem as problem:
        asks_code = isinstance(problem, CodeNeeded) or bool(code)
        page = SignInPage(own_path(next), account, in_words(problem, voice.lang).problem, asks_code=asks_code)
        answer = _form(request, page, problem.status)
        if problem.retry_after:
            answer.headers["Retry-After"] = str(problem.retry_after)
        return answer
    response = see(own_path(next))
    give_cookie(response, house, done.token, done.expires_at)
    _keep(response, house, _browser_cookie(house), str(browser))
    return response


@router.post("/sign-out")
def post_sign_out(request: Request, house: TheHouse) -> Response:
    """End the session on the server and in the browser."""
    token = presented_token(request, house)
    if token:
        with house.db.write(HOME) as session:
            service.end_session(session, token)
    response = see("/sign-in", "signed_out")
    take_cookie(response, house)
    return response


@router.post("/language")
def post_language(house: TheHouse, lang: Text = "zh", back: Text = "/") -> Response:
    """Remember the language in this browser."""
    response = RedirectResponse(own_path(back), 303)
    _keep(response, house, LANGUAGE_COOKIE, "en" if lang == "en" else "zh")
    return response


@router.get("/help")
def help_page(request: Request) -> HTMLResponse:
    """How to read the bars; open to anybody. The bounds are those of 600 households (hypergeometric, 5 % a side)."""
    voice = voice_of(request)
    examples = [
        Example(voice("help_ex_undecided"), Plot("undecided", "90.00", "61.00", "99.33"), voice("sentence_undecided")),
        Example(voice("help_ex_not_met"), Plot("not_met", "60.00", "30.67", "84.67"), voice("sentence_not_met")),
        Example(voice("help_ex_met"), Plot("met", "100.00", "90.50", "100.00"), voice("sentence_met")),
        Example(voice("help_ex_few"), Plot("few", "85.71", "48.17", "99.17"), voice("help_ex_few_says")),
    ]
    return show(
        request, "help.html", HelpPage(examples), title=voice("help_title"), at="help", actor=find_reader(request)
    )


def _form(request: Request, page: SignInPage, status: int = 200) -> HTMLResponse:
    return show(request, "sign_in.html", page, title=voice_of(request)("sign_in_title"), status=status)


def _browser_cookie(house: House) -> str:
    return f"{house.settings.cookie_name}-browser"


def _browser_id(request: Request, house: House) -> UUID | None:
    try:
        return UUID(request.cookies.get(_browser_cookie(house), ""))
    except ValueError:
        return None


def _keep(response: Response, house: House, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        httponly=True,
        secure=house.settings.cookie_name.startswith("__Host-"),
        samesite="lax",
        path="/",
    )
