"""A cheap sign that something was written in a county, so that pages need not be computed to learn it.

Every commit that changes a county moves its counters (`kernel.audit.CountySeq`). They are read at most once a second
in this process, however many pages watch, and no session stays open between two looks. Several processes over one
database each look for themselves.
"""

import asyncio
import hashlib
import time
from collections.abc import Iterable, Mapping

from anyio import to_thread
from sqlmodel import Session, select

from app.doors.web.house import House
from app.doors.web.refusals import NO_DATABASE
from app.kernel.audit import CountySeq

EVERY = 1.0
"""Seconds between two looks."""

Counters = Mapping[int, tuple[int, int]]


def read_counters(session: Session) -> Counters:
    """County id → how far its ops and its audit lines have come."""
    rows = session.exec(select(CountySeq.county_id, CountySeq.seq, CountySeq.audit_seq))
    return {county_id: (seq, audit_seq) for county_id, seq, audit_seq in rows}


def mark_of(state: str, counties: Iterable[int], counters: Counters) -> str:
    """A word that changes whenever these counties or the state do, and tells nothing else."""
    text = repr((state, [(each, counters.get(each)) for each in sorted(counties)]))
    return hashlib.blake2s(text.encode(), digest_size=9).hexdigest()


class Pulse:
    """The counters as of a second ago at most."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = asyncio.Lock()
        self._counters: Counters | None = None
        self._looked_at = float("-inf")
        self.watching = 0
        """Streams that are open in this process."""

    async def counters(self) -> Counters | None:
        """The counters, or None while the database is away."""
        async with self._lock:
            if time.monotonic() - self._looked_at >= EVERY:
                self._counters = await to_thread.run_sync(self._look)
                self._looked_at = time.monotonic()
            return self._counters

    def _look(self) -> Counters | None:
        try:
            with self._house.db.read() as session:
                return read_counters(session)
        except NO_DATABASE:
            return None
