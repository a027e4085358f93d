"""What stands around every route: headers, CSRF by fetch metadata, sessions, problems, logs."""

import json
import re
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers

from app.doors.desk import questionnaires
from app.doors.web.bodies import PLAIN_LIMIT
from app.doors.web.guard import CSP, is_own_request
from app.kernel.keys import load_keys
from app.kernel.problems import Problem
from app.kernel.settings import BadSetting, load_settings
from tests.cast import ORIGIN, PASSWORD, World

PUBLIC = "https://ruhu.test"


@pytest.mark.parametrize(
    ("method", "headers", "own"),
    [
        ("GET", {"sec-fetch-site": "cross-site", "cookie": "__Host-ruhu=x"}, True),
        ("POST", {"sec-fetch-site": "same-origin", "cookie": "__Host-ruhu=x"}, True),
        ("POST", {"sec-fetch-site": "none", "cookie": "__Host-ruhu=x"}, True),
        ("POST", {"sec-fetch-site": "same-site", "cookie": "__Host-ruhu=x"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "cookie": "__Host-ruhu=x"}, False),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("POST", {"origin": PUBLIC, "cookie": "__Host-ruhu=x"}, True),
        ("POST", {"origin": "https://evil.test", "cookie": "__Host-ruhu=x"}, False),
        ("POST", {"origin": "null", "cookie": "__Host-ruhu=x"}, False),
        ("POST", {"cookie": "__Host-ruhu=x"}, False),
        ("POST", {}, True),
        ("DELETE", {"authorization": "Bearer x", "sec-fetch-site": "cross-site"}, True),
    ],
)
def test_only_our_own_pages_act_with_the_cookie(method: str, headers: dict[str, str], own: bool) -> None:
    assert is_own_request(method, Headers(headers), cookie_name="__Host-ruhu", public_url=PUBLIC) is own


@pytest.mark.parametrize(
    ("public_url", "host", "own"),
    [("http://127.0.0.1:8000", "localhost:8000", True), ("http://ruhu.example", "evil.example", False)],
)
def test_the_demo_on_loopback_may_be_called_localhost(public_url: str, host: str, own: bool) -> None:
    headers = Headers({"origin": f"http://{host}", "host": host, "cookie": "__Host-ruhu=x"})
    assert is_own_request("POST", headers, cookie_name="__Host-ruhu", public_url=public_url) is own


def sign_in_page(world: World, account: str = "city") -> Any:
    return world.client.post(
        "/sign-in",
        data={"account": account, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
        follow_redirects=False,
    )


def test_the_page_cookie_is_host_bound_and_out_of_reach_of_scripts(world: World) -> None:
    cookie = sign_in_page(world).headers["set-cookie"]
    assert cookie.startswith("__Host-ruhu=")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_cross_site_form_changes_nothing_though_the_cookie_goes_with_it(world: World) -> None:
    sign_in_page(world)
    evil = {"Sec-Fetch-Site": "same-site", "Accept": "text/html"}
    answer = world.client.post("/rounds/2017-1/close", headers=evil, follow_redirects=False)
    assert answer.status_code == 403
    state = world.get("city", "/api/v1/rounds/2017-1").json()["state"]
    assert state == "drawn"


def test_an_old_cookie_is_worth_nothing_after_sign_out(world: World) -> None:
    sign_in_page(world)
    stolen = world.client.cookies["__Host-ruhu"]
    assert world.client.get("/rounds", follow_redirects=False).status_code == 200
    world.client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
    world.client.cookies.set("__Host-ruhu", stolen, domain="ruhu.test")
    assert world.client.get("/rounds", follow_redirects=False).status_code == 401


def test_signing_in_makes_a_new_session_and_takes_none_that_was_planted(world: World) -> None:
    world.client.cookies.set("__Host-ruhu", "planted-by-somebody", domain="ruhu.test")
    cookie = sign_in_page(world).headers["set-cookie"]
    assert "planted-by-somebody" not in cookie


PAGES = (
    "/",
    "/sign-in",
    "/help",
    "/rounds",
    "/rounds/2017-1",
    "/rounds/2017-1/draw",
    "/held",
    "/register",
    "/m/",
    "/nowhere",
)


def test_every_page_has_the_strict_policy_and_nothing_inline(world: World) -> None:
    sign_in_page(world)
    for path in PAGES:
        answer = world.client.get(path, headers={"Accept": "text/html"})
        assert answer.headers["content-security-policy"] == CSP, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["strict-transport-security"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", answer.text), path


MAY_BE_KEPT = {
    "/m/": "no-cache",
    "/m/sw.js": "no-cache",
    "/static/desk.css": "no-cache",
    "/verify": "no-cache",
}
"""What shows nobody."""


def test_what_shows_people_is_never_kept_by_a_browser(world: World) -> None:
    sign_in_page(world)
    county = "/rounds/2017-1/counties/640104"
    for path in (
        *PAGES,
        county,
        f"{county}/brief",
        "/rounds/2017-1/files/board.csv",
        "/visits",
        "/reviews",
        "/flags",
        "/accounts",
    ):
        if path not in MAY_BE_KEPT:
            answer = world.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
            assert answer.headers["cache-control"] == "no-store", path
    for path in ("/api/v1/sync/package", "/api/v1/rounds/2017-1/sample?county=640104", "/api/v1/odata/Visits"):
        assert world.get("lin", path).headers["cache-control"] == "no-store", path
    for path, word in MAY_BE_KEPT.items():
        assert world.client.get(path).headers["cache-control"] == word, path


def test_the_framework_too_refuses_in_problems(world: World) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nowhere", 404),
        ("PATCH", "/api/v1/rounds", 405),
        ("POST", "/api/v1/sign-in", 422),
    ):
        answer = world.client.request(method, path, json={"account": 5} if status == 422 else None)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert {"type", "title", "status", "detail", "retry"} <= set(problem)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["title"])
        assert problem["status"] == status


def test_what_breaks_is_told_in_general_and_logged_without_what_was_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    structlog.configure(
        processors=[lambda _l, _m, event: lines.append(dict(event)) or ""], cache_logger_on_first_use=False
    )

    def explode() -> None:
        raise RuntimeError("马小明的身份证号 640100199001010011")

    monkeypatch.setattr(world.house.db, "ping", explode)
    monkeypatch.setattr("app.doors.api.health.Unavailable", RuntimeError)
    answer = world.client.get("/healthz")

    assert answer.status_code == 500
    assert "马小明" not in answer.text
    assert answer.json()["retry"] == "later"
    assert any(line.get("kind") == "RuntimeError" for line in lines)
    assert "马小明" not in json.dumps(lines, ensure_ascii=False)


def test_a_database_that_is_busy_asks_the_phone_to_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_arguments: object) -> None:
        raise PoolTimeout("thirty seconds in the queue")

    monkeypatch.setattr(world.house.db, "write", busy)
    answer = world.client.post("/api/v1/sign-out", headers=world.headers("lin"))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["retry"] == "later"


def test_the_request_log_names_routes_and_no_ids(world: World) -> None:
    lines: list[dict[str, Any]] = []
    structlog.configure(
        processors=[lambda _l, _m, event: lines.append(dict(event)) or ""], cache_logger_on_first_use=False
    )
    world.get("lin", "/api/v1/rounds/2017-1/sample?county=640104")
    text = json.dumps(lines)
    assert "/api/v1/rounds/{code}/sample" in text
    assert "640104" not in text
    assert world.token("lin") not in text


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/api/v1/sign-in", "application/json", b'{"account":"'),
        ("/sign-in", "application/x-www-form-urlencoded", b"account="),
        ("/language", "application/x-www-form-urlencoded", b"lang="),
    ],
)
def test_a_stranger_cannot_fill_the_memory_with_one_request(world: World, path: str, kind: str, start: bytes) -> None:
    body = (start, *[b"x" * 2**16] * (PLAIN_LIMIT // 2**16))
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    answer = world.client.post(path, content=iter(body), headers=headers)

    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_door_that_takes_files_takes_them_up_to_its_own_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_page(world)
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    big = {"file": ("big.xlsx", b"x" * (PLAIN_LIMIT + 1), "application/octet-stream")}

    assert world.client.post("/questionnaires", files=big, headers=headers).status_code != 413
    monkeypatch.setattr(questionnaires.upload, "body_limit", PLAIN_LIMIT)
    assert world.client.post("/questionnaires", files=big, headers=headers).status_code == 413


def test_a_days_work_leaves_no_name_number_or_token_in_the_log(world: World) -> None:
    lines: list[dict[str, Any]] = []
    structlog.configure(
        processors=[lambda _l, _m, event: lines.append(dict(event)) or ""], cache_logger_on_first_use=False
    )
    phone = world.phone("lin")
    sample = phone.samples()[0]
    head, unit = sample["household"]["head_name"], sample["household"]["unit"]
    good, odd = phone.interview(sample, photos=True), phone.interview(phone.samples()[1])
    odd["answers"]["satisfaction"]["sat_team"] = f"{head} 640100199001010011"
    phone.post(phone.op(good), phone.op(odd), phone.op("no body at all"))
    sign_in_page(world)
    forms = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    world.client.post("/register", data={"county": "640104", "search": head}, headers=forms)
    world.client.post("/register", data={"county": head, "page": "x"}, headers=forms)
    for path in (f"/register/{unit}", f"/register/{head}", f"/nowhere/{head}?search={head}", "/held", "/rounds/2017-1"):
        world.client.get(path, headers=forms)
    world.client.post("/api/v1/sign-in", json={"account": "lin", "password": PASSWORD[:-1]})
    world.client.post("/api/v1/sync", content=head.encode(), headers=world.headers("lin"))

    text = json.dumps(lines, ensure_ascii=False)
    assert len(lines) > 12
    for secret in (head, unit, sample["sample_id"], "640100199001010011", PASSWORD[:-1], world.token("lin")):
        assert secret not in text


@pytest.mark.parametrize("url", ["http://ruhu.example", "http://10.0.0.5:8000", "ftp://x"])
def test_a_plain_http_address_is_refused(url: str, tmp_path: Any) -> None:
    with pytest.raises(BadSetting):
        load_settings({"RUHU_PUBLIC_URL": url, "RUHU_DATA": str(tmp_path)})


def test_a_plain_http_address_is_taken_when_insisted_on(tmp_path: Any) -> None:
    env = {"RUHU_PUBLIC_URL": "http://10.0.0.5:8000", "RUHU_DATA": str(tmp_path)}
    assert load_settings(env, insecure_http=True).cookie_name == "ruhu"


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Any) -> None:
    first = load_keys(tmp_path)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert load_keys(tmp_path).public_key() == first.public_key()


def test_every_refusal_has_its_words_in_both_languages() -> None:
    def kinds(cls: type[Problem]) -> list[type[Problem]]:
        return [cls, *(deeper for each in cls.__subclasses__() for deeper in kinds(each))]

    seen: dict[str, type[Problem]] = {}
    for kind in kinds(Problem):
        assert re.fullmatch(r"[a-z0-9-]+", kind.slug), kind
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.title_zh), kind
        assert kind.title_en.isascii(), kind
        seen[kind.slug] = kind
    assert len(seen) > 30
    assert ORIGIN == PUBLIC
