"""The line by which a board learns that something came: whom it tells, when, and that it lets the service end."""

import asyncio
import itertools
import shutil
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from app.doors.desk import live
from app.doors.desk.live import Watch, told
from app.doors.web.pulse import Counters, mark_of
from app.doors.web.stopping import Stopping
from app.kernel.problems import NotFound
from tests.cast import ROUND, device_of
from tests.drills.kill import LiveService
from tests.phone import Phone
from tests.postgres import Postgres

LINE = f"/rounds/{ROUND}/live"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """`ruhu serve` over the furnished house."""
    data = tmp_path_factory.mktemp("live") / "data"
    data.mkdir()
    url = None
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("furnished_sqlite"), data / "ruhu.sqlite3")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create(f"l_{uuid.uuid4().hex[:12]}", template=request.getfixturevalue("furnished_postgres"))
    running = LiveService(data, database_url=url)
    running.start()
    yield running
    running.stop()


@contextmanager
def listening(service: LiveService, account: str, since: str = "") -> Iterator[Iterator[tuple[str, str]]]:
    """(event, mark) as they come to one reader."""
    headers = {"Authorization": f"Bearer {account}-at-the-desk"}
    with httpx.stream("GET", f"{service.url}{LINE}?since={since}", headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    event = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        if name == "data":
            yield event, value


def visit(service: LiveService, account: str, county: str) -> None:
    """One interview more in a county."""
    with httpx.Client(base_url=service.url, timeout=30) as client:
        phone = Phone(client, f"{account}-on-the-phone", str(device_of(account)))  # type: ignore[arg-type]
        sample = next(each for each in phone.samples("poor") if each["county"] == county)
        phone.dev_seq = int(time.time())
        (result,) = phone.post(phone.op(phone.interview(sample)))
        assert result["state"] == "stored"


def test_every_reader_hears_of_a_record_of_their_counties_and_of_no_other(service: LiveService) -> None:
    with (
        listening(service, "city") as city,
        listening(service, "leaders") as leaders,
        listening(service, "lin") as lin,
        listening(service, "fang") as fang,
    ):
        for reader in (city, leaders, lin, fang):
            assert next(reader)[0] == "changed"  # nobody said what they knew
        heard_by_fang: list[tuple[str, str]] = []
        thread = threading.Thread(target=lambda: heard_by_fang.extend(itertools.islice(fang, 1)), daemon=True)
        thread.start()

        began = time.monotonic()
        visit(service, "lin", "640104")

        marks = {next(reader) for reader in (city, leaders)}
        assert {event for event, _ in marks} == {"changed"}
        assert len(marks) == 1
        assert next(lin)[0] == "changed"
        assert time.monotonic() - began < 15
        thread.join(2.5)
        assert heard_by_fang == []
        visit(service, "fang", "640106")
        thread.join(10)
        assert [event for event, _ in heard_by_fang] == ["changed"]


def test_who_fell_off_begins_with_the_mark_last_heard_and_misses_nothing(service: LiveService) -> None:
    with listening(service, "city") as first:
        _, mark = next(first)
    with listening(service, "city", since=mark) as again:
        assert next(again) == ("beat", mark)
    headers = {"Authorization": "Bearer city-at-the-desk", "Last-Event-ID": mark}
    with httpx.stream("GET", f"{service.url}{LINE}?since=older", headers=headers, timeout=20) as answer:
        assert next(_events(answer.iter_lines())) == ("beat", mark)


@pytest.mark.parametrize("account", ["xing", "jin", "he", "gu", "discipline"])
def test_before_the_close_others_do_not_even_learn_when_something_came(service: LiveService, account: str) -> None:
    headers = {"Authorization": f"Bearer {account}-at-the-desk"}
    assert httpx.get(f"{service.url}{LINE}", headers=headers, timeout=20).status_code == 404


def test_a_service_told_to_end_does_not_wait_for_those_who_watch(service: LiveService) -> None:
    with listening(service, "city") as city, listening(service, "leaders") as leaders:
        next(city), next(leaders)
        began = time.monotonic()
        service.send(signal.SIGTERM)
        assert service.process is not None
        service.process.wait(timeout=15)
        assert time.monotonic() - began < 8
        assert [event for event, _ in city] == []
    service.start()


class Steps:
    """A pulse whose counters are given, one for each look."""

    def __init__(self, *counters: Counters | None) -> None:
        self.left = list(counters)

    async def counters(self) -> Counters | None:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


def heard(monkeypatch: pytest.MonkeyPatch, steps: Steps, look: object, most: int, known: str = "") -> list[str]:
    """The events of a stream without its waiting, `most` of them at most."""
    monkeypatch.setattr(live, "EVERY", 0)
    monkeypatch.setattr(live, "BEAT", 0)

    async def take() -> list[str]:
        found: list[str] = []
        async for event in told(steps, Stopping(), Watch("drawn", (1, 2)), look, known):  # type: ignore[arg-type]
            found += [line.removeprefix("event: ") for line in event.splitlines() if line.startswith("event: ")]
            if len(found) == most:
                break
        return found

    with ThreadPoolExecutor(1) as other:  # a browser test before this one may have left its loop in this thread
        return other.submit(asyncio.run, take()).result()


def test_a_reader_who_may_no_longer_see_the_round_hears_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Watch:
        raise NotFound("", "")

    assert heard(monkeypatch, Steps({1: (1, 1)}), gone, 5) == ["over"]
    assert heard(monkeypatch, Steps({1: (1, 1)}), lambda: None, 5) == ["over"]


def test_while_the_database_is_away_nothing_is_said_to_be_current(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch("drawn", (1, 2))
    known = mark_of("drawn", (1, 2), {1: (1, 1)})
    steps = Steps({1: (1, 1)}, None, None, {1: (2, 1)})
    assert heard(monkeypatch, steps, lambda: watch, 2, known) == ["beat", "changed"]


def test_a_round_that_was_closed_is_news(monkeypatch: pytest.MonkeyPatch) -> None:
    known = mark_of("drawn", (1, 2), {1: (1, 1)})
    assert heard(monkeypatch, Steps({1: (1, 1)}), lambda: Watch("closed", (1, 2)), 1, known) == ["changed"]


def test_a_mark_tells_no_number_and_only_of_the_counties_asked_for() -> None:
    mark = mark_of("drawn", (1, 2), {1: (7, 3), 2: (1, 1), 3: (5, 5)})
    assert mark == mark_of("drawn", (2, 1), {1: (7, 3), 2: (1, 1), 3: (6, 6)})
    assert mark != mark_of("drawn", (1, 2), {1: (8, 3), 2: (1, 1)})
    assert len(mark) == 18
