"""Argon2id, and a gate so that many sign-ins at once neither eat the memory nor stall the other pages.

m = 19 MiB, t = 2, p = 1 (OWASP's minimum; measured in scale-security B): at most one hash a core at a time, thirty
waiting, which a whole team at once is not (24 phones: docs/bench.md); everyone after that is told when to come back.
"""

import os
import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.kernel.problems import Busy

ARGON2ID = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


@cache
def decoy() -> str:
    """A hash that nothing fits, so that an unknown account takes as long as a known one."""
    return ARGON2ID.hash("nobody has this password")


class PasswordHasher:
    """Hash and verify, a bounded number at a time."""

    def __init__(self, *, workers: int = 1, queue: int = 30) -> None:
        self._slots = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // workers))
        self._queue = threading.BoundedSemaphore(queue + max(1, (os.cpu_count() or 1) // workers))

    def hash(self, password: str) -> str:
        """An encoded Argon2id hash."""
        with self._slots:
            return ARGON2ID.hash(password)

    def verify(self, password: str, encoded: str | None) -> tuple[bool, str | None]:
        """Whether it fits, and a fresh hash when the cost has changed. `None` takes as long and never fits."""
        if not self._queue.acquire(blocking=False):
            raise Busy(
                "同时登录的人太多,请几秒后再试。",
                "Too many people are signing in; try in a few seconds.",
                retry_after=5,
            )
        try:
            with self._slots:
                fits, renewed = ARGON2ID.verify_and_update(password, encoded or decoy())
        finally:
            self._queue.release()
        return (fits and encoded is not None), renewed
