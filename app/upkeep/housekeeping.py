"""What the service does by itself, in a thread of its own: heads every hour, sweeps once a day.

Where several processes serve one folder, one of them keeps house, by a lock that dies with it. A fault in one task
is logged by its kind and tried again the next hour; it never stops the service.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from app.figures.indicators.checking import count_missing, facts_apart
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.holding import InUse, holding
from app.kernel.keys import Keys
from app.registry.people import limits
from app.survey.photos.service import take_imprints
from app.survey.photos.store import Store
from app.upkeep import heads, overlook, sweep

HOUR = 3600.0
FACTS_A_DAY = 10_000
IMPRINTS_AN_HOUR = 2_000
REST = 9
"""How many times as long as looking over a county took nothing is looked at: pages are answered by this process too."""
log = structlog.get_logger("ruhu")


@dataclass(frozen=True)
class Chores:
    """What is kept, and where the heads go."""

    db: Database
    store: Store
    keys: Keys
    data: Path
    heads: Path
    tz: ZoneInfo


class Housekeeper(threading.Thread):
    """Runs until it is told to stop."""

    def __init__(self, chores: Chores, *, every: float = HOUR, daily: float = 24 * HOUR) -> None:
        super().__init__(name="housekeeper", daemon=True)
        self.chores = chores
        self._every, self._daily = every, daily
        self._over = threading.Event()

    def stop(self) -> None:
        """Finish the task in hand, then end; waits a little for that."""
        self._over.set()
        self.join(timeout=10)

    def run(self) -> None:
        swept = time.monotonic() - self._daily + min(600.0, self._daily)  # the first sweep ten minutes after a start
        while not self._over.is_set():
            try:
                with holding(self.chores.data, "housekeeping"):
                    self._do(self._write_heads)
                    self._do(self._count_figures)
                    self._do(self._look_over_records)
                    if time.monotonic() - swept >= self._daily:
                        swept = time.monotonic()
                        self._do(self._sweep)
                        self._do(self._check_figures)
            except InUse:
                pass
            self._over.wait(self._every)

    def _do(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception as error:
            log.error("housekeeping", task=task.__name__.strip("_"), kind=type(error).__name__)

    def _write_heads(self) -> None:
        with self.chores.db.read() as session:
            heads.write_heads(session, self.chores.keys, self.chores.heads)

    def _count_figures(self) -> None:
        counted = count_missing(self.chores.db, self.chores.tz)
        if counted:
            log.info("figures counted anew", county_draws=counted)

    def _look_over_records(self) -> None:
        """Doubts that only many records together give rise to, where anything came since the last look."""
        take_imprints(self.chores.db, self.chores.store, IMPRINTS_AN_HOUR)
        until = time.monotonic() + self._every / 2  # other chores wait no longer; what is left has its turn next time

        def pause(took: float) -> bool:
            return self._over.wait(REST * took) or time.monotonic() >= until

        kept = overlook.look_over_all(self.chores.db, self.chores.tz, utcnow(), pause)
        if kept.looked:
            log.info("records looked over", scopes=kept.looked, raised=kept.raised, lapsed=kept.lapsed)

    def _check_figures(self) -> None:
        """Facts of some thousand households from their records again, others every day (decision 0063)."""
        with self.chores.db.read() as session:
            apart = list(facts_apart(session, self.chores.tz, most=FACTS_A_DAY, seed=utcnow().toordinal()))
        if apart:
            log.error("facts apart", count=len(apart), draw=apart[0].draw_id, county=apart[0].county_id)
        else:
            log.info("facts checked", most=FACTS_A_DAY)

    def _sweep(self) -> None:
        moved = sweep.sweep_orphans(self.chores.db, self.chores.store, utcnow())
        found = sweep.check_pictures(self.chores.db, self.chores.store)
        with self.chores.db.write(HOME) as session:
            limits.sweep(session, utcnow())
        if found.lost:
            log.error("photos lost", count=len(found.lost))
        log.info("swept", orphans=moved, photos=found.checked, lost=len(found.lost))
