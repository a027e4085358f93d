"""Counted windows: how often a key may try before it waits (scale-security B, rate limits).

One row per key and window, one upsert a hit, so four processes count as one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, delete, select

from app.kernel.db.ports import table_of, upsert
from app.registry.people.models import RateWindow

SHORTEST = 900
"""Seconds of the shortest window in use; a longer one is forgotten later."""


class Limit(NamedTuple):
    """At most `hits` in each window of `seconds`."""

    hits: int
    seconds: int


def hit(session: Session, key: str, limit: Limit, now: datetime) -> int | None:
    """Count one try; returns the seconds to wait when it was one too many, else None."""
    stamp = int(now.timestamp())
    window = stamp // limit.seconds
    hits = table_of(RateWindow).c.hits
    upsert(
        session,
        RateWindow,
        [{"key": key, "window": window, "hits": 1}],
        key=["key", "window"],
        update={"hits": hits + 1},
    )
    count = session.exec(select(RateWindow.hits).where(RateWindow.key == key, RateWindow.window == window)).one()
    return (window + 1) * limit.seconds - stamp if count > limit.hits else None


def forgive(session: Session, key: str, limit: Limit, now: datetime) -> None:
    """Take one try back: it was the rightful user."""
    table = table_of(RateWindow)
    window = int(now.timestamp()) // limit.seconds
    session.connection().execute(
        table.update()
        .where(table.c.key == key, table.c.window == window, table.c.hits > 0)
        .values(hits=table.c.hits - 1)
    )


def forget(session: Session, keys: Sequence[str]) -> None:
    """Forget all windows of these keys; a key that ends with a colon stands for all that begin with it."""
    for key in keys:
        like = col(RateWindow.key).startswith(key, autoescape=True) if key.endswith(":") else col(RateWindow.key) == key
        session.exec(delete(RateWindow).where(like))


def sweep(session: Session, now: datetime) -> None:
    """Forget windows older than two days."""
    oldest = int(now.timestamp()) - 2 * 86400
    session.exec(delete(RateWindow).where(col(RateWindow.window) * SHORTEST < oldest))
