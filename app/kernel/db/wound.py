"""After a failed fsync nothing may be promised any more by this process.

A kernel that could not write a page forgets that it is dirty: a second fsync succeeds although the bytes are gone
(PostgreSQL's fsync lesson of 2018, and its panic since). So the first failure is final: no transaction begins or is
reported as committed, the service answers 503, and ends, so that a fresh process reads what the disk really has.
"""

import errno
from collections.abc import Callable

from app.kernel.problems import Unavailable


class DiskFailed(Unavailable):
    """The disk refused to write; the service is ending to start anew from what the disk has."""

    slug = "disk-failed"
    title_zh = "服务器磁盘写入失败"
    title_en = "The server's disk refused to write"


class Wound:
    """Whether the disk has failed under this process, and who is to be told."""

    def __init__(self) -> None:
        self.is_open = False
        self._listeners: list[Callable[[], None]] = []

    def on_strike(self, act: Callable[[], None]) -> None:
        """Call `act` once when the disk fails; the service ends itself there."""
        self._listeners.append(act)

    def strike(self) -> None:
        """The disk has failed."""
        if not self.is_open:
            self.is_open = True
            for act in self._listeners:
                act()

    def require_none(self) -> None:
        """Raise DiskFailed when the disk has failed."""
        if self.is_open:
            raise DiskFailed(
                "刚才的内容不算保存;手机上的记录都在,稍后会自动重发。",
                "Nothing just sent counts as kept. Phones keep their records and send again.",
                retry_after=30,
            )


PROCESS = Wound()
"""The wound of this process: what one file suffered may have befallen any."""


def strike_if_disk(error: OSError) -> None:
    """A read, write or fsync that ended in EIO is a failed disk; a full one is not."""
    if error.errno == errno.EIO:
        PROCESS.strike()
