"""The line by which a page learns that its round has changed (server-sent events).

Only the news travels here, never a figure: the page asks for itself again through its own fence. Between two looks no
session is held, and every quarter of a minute the reader is asked for again, so that whoever signed out or lost the
round hears nothing more. A stream that fell off begins again with the mark it last heard and misses nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from anyio import to_thread
from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import StreamingResponse

from app.doors.web.auth import Caller, find_caller
from app.doors.web.house import TheHouse
from app.doors.web.pulse import EVERY, Pulse, mark_of, read_counters
from app.doors.web.refusals import NO_DATABASE
from app.doors.web.stopping import Stopping
from app.kernel.problems import Problem, Unavailable
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

BEAT = 15.0
"""Seconds between two signs of life; as often the reader is asked for again."""
MOST = 400
"""Streams of one process; a page without one says how old it is and can be loaded anew."""


class TooManyWatching(Unavailable):
    """Every stream of this process is taken."""

    slug = "too-many-watching"
    title_zh = "同时看板的人太多"
    title_en = "Too many are watching"


@dataclass(frozen=True)
class Watch:
    """What one stream looks at."""

    state: str
    counties: tuple[int, ...]


def watch_of(view: RoundView) -> Watch:
    """The round as far as this reader sees it."""
    return Watch(view.state, tuple(county.id for county in view.counties))


def mark_now(session: Session, view: RoundView) -> str:
    """The mark of a page that is about to be counted; read before its figures, so that nothing falls between."""
    watch = watch_of(view)
    return mark_of(watch.state, watch.counties, read_counters(session))


@router.get("/rounds/{code}/live")
async def live(code: str, request: Request, house: TheHouse, actor: Caller, since: str = "") -> StreamingResponse:
    """Events `beat` (nothing new), `changed` (ask again) and `over` (no longer yours to see)."""

    def look() -> Watch | None:
        reader = find_caller(request, house)
        if reader is None:
            return None
        with house.db.read() as session:
            return watch_of(rounds.get_round(session, reader, code))

    first = await to_thread.run_sync(look)
    assert first is not None  # `Caller` has just found the reader
    pulse: Pulse = request.app.state.pulse
    if pulse.watching >= MOST:
        raise TooManyWatching("请过一会儿再刷新页面。", "Load the page again a little later.")
    known = request.headers.get("last-event-id") or since
    news = counted(pulse, told(pulse, request.app.state.stopping, first, look, known))
    return StreamingResponse(news, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def counted(pulse: Pulse, news: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same events, while the process knows that one more is watching."""
    pulse.watching += 1
    try:
        async for event in news:
            yield event
    finally:
        pulse.watching -= 1


async def told(
    pulse: Pulse, stopping: Stopping, watch: Watch, look: Callable[[], Watch | None], known: str
) -> AsyncIterator[str]:
    """The events of one stream until the reader leaves, may no longer see the round, or the service ends."""
    yield "retry: 2000\n\n"
    said_at = asked_at = time.monotonic()
    is_first = True
    while not stopping.is_asked:
        counters, now = await pulse.counters(), time.monotonic()
        if now - asked_at >= BEAT:
            found = await asked_again(look, watch)
            if found is None:
                yield "event: over\ndata: \n\n"
                return
            watch, asked_at = found, now
        mark = mark_of(watch.state, watch.counties, counters) if counters is not None else known
        if counters is not None and (mark != known or is_first or now - said_at >= BEAT):
            yield f"id: {mark}\nevent: {'changed' if mark != known else 'beat'}\ndata: {mark}\n\n"
            known, said_at, is_first = mark, now, False
        await asyncio.sleep(EVERY)


async def asked_again(look: Callable[[], Watch | None], watch: Watch) -> Watch | None:
    """What the reader may see now; None when that is nothing. A database that is away changes nothing."""
    try:
        return await to_thread.run_sync(look)
    except NO_DATABASE:
        return watch
    except Problem:
        return None
