"""Two turnstiles before sync, so that five hundred phones back from the valley at once, or one that never waits,
leave the other doors open.

The quota counts calls of one session (a bucket that refills; RUHU_DEVICE_QUOTA a minute). It stands before the
database: an impatient phone costs a hash and an answer. The gate lets few envelopes be kept at once and few wait;
everybody else hears 503 with a moment that differs from phone to phone, before anybody asks who he is: five hundred
that are told to wait must not stand in the line of those who sign in. Both live in the process: they protect it,
and decide about nobody's rights.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from app.doors.web.auth import presented_token
from app.doors.web.house import TheHouse
from app.kernel.problems import Busy, Unavailable

AT_ONCE = 3
WAITING = 60
MOST_BUCKETS = 10_000


class SlowDown(Busy):
    """This phone asks too often; what it has is safe on it and goes later."""

    slug = "device-quota"
    title_zh = "这部手机请求太频繁"
    title_en = "This phone asks too often"


class Crowded(Unavailable):
    """Too many phones at once."""

    slug = "crowded"
    title_zh = "同时上传的手机太多"
    title_en = "Too many phones at once"


class Buckets:
    """One bucket per key, refilled evenly; the fullest are forgotten first, since they say nothing."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._filled: dict[bytes, tuple[float, float]] = {}
        self._turn = threading.Lock()

    def take(self, key: bytes, per_minute: int) -> int | None:
        """Take one; the seconds to wait when the bucket is empty, else None."""
        with self._turn:
            now = self._now()
            level, at = self._filled.pop(key, (float(per_minute), now))
            level = min(float(per_minute), level + (now - at) * per_minute / 60)
            wait = None if level >= 1 else max(1, round((1 - level) * 60 / per_minute) + 1)
            self._filled[key] = (level - 1 if wait is None else level, now)
            while len(self._filled) > MOST_BUCKETS:
                del self._filled[next(iter(self._filled))]
            return wait


buckets = Buckets()


async def require_quota(request: Request, house: TheHouse) -> None:
    """Count one call of this session, or SlowDown with the time to wait."""
    token = presented_token(request, house)
    if not token or not house.settings.device_quota:
        return
    wait = buckets.take(hashlib.sha256(token.encode()).digest(), house.settings.device_quota)
    if wait is not None:
        raise SlowDown(
            f"请{wait}秒后再试;记录都在手机上,不会丢。",
            f"Come again in {wait} seconds; everything is safe on the phone.",
            retry_after=wait,
        )


Quota = Depends(require_quota)


class Gate:
    """At most so many envelopes in work and so many waiting in this process."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def require_room(self) -> None:
        """Crowded when nobody more may wait. A dependency that stands before the caller's own, and costs no thread."""
        if self._inside >= self._most:
            wait = random.randint(3, 20)
            raise Crowded(
                f"请{wait}秒后再试;记录都在手机上,会自动重发。",
                f"Come again in {wait} seconds; the phone sends by itself.",
                retry_after=wait,
            )

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run it in a thread when its turn comes, or Crowded at once."""
        await self.require_room()  # while one was asked who he is others have come in
        self._inside += 1
        try:
            return await to_thread.run_sync(work, *arguments, limiter=self._limiter)
        finally:
            self._inside -= 1
