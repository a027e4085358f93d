"""Who holds a data folder: one service at a time, by a lock that dies with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.kernel.problems import Conflict


class InUse(Conflict):
    """Another process works on this folder."""

    slug = "in-use"
    title_zh = "数据文件夹正在被使用"
    title_en = "The data folder is in use"


@contextmanager
def holding(folder: Path, name: str) -> Iterator[None]:
    """Hold `name` of a folder, or InUse at once."""
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(
                f"请先停止正在使用 {folder} 的服务,再运行这个命令;什么也没有改动。",
                f"Stop the service that uses {folder} first; nothing was changed.",
            ) from None
        yield
    finally:
        os.close(descriptor)
