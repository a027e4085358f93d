"""When the phone syncs, told a second time: pwa/src/domain/schedule.ts in another language and another shape.

Both walk tests/contracts/cases/phone_schedule.json; `python -m tests.model.phone_schedule` writes it anew. Here a phone
is what it waits for: a run on its way, an instant, a person, or nothing.
"""

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[1] / "contracts" / "cases" / "phone_schedule.json"
FIRST, LONGEST, ELSEWHERE = 2_000, 900_000, 5_000

Event = dict[str, Any]


@dataclass
class Schedule:
    """One phone's plan."""

    waits_for: str = "nothing"
    instant: int | None = None
    barren: int = 0
    """Runs in a row that brought nothing."""
    quiet_until: int = 0
    runs_by: str = "itself"
    one_more: str | None = None

    def feel(self, event: Event, now: int, chance: float) -> None:
        """One event."""
        if event["type"] == "wished":
            self._wish(event["by"], now)
            return
        if event["type"] == "elsewhere":
            self._sleep(now + ELSEWHERE)
        else:
            self._end(event, now, chance)
        if self.one_more:
            by, self.one_more = self.one_more, None
            self._wish(by, now)

    def _wish(self, by: str, now: int) -> None:
        if self.waits_for == "run":
            self.one_more = "button" if "button" in (by, self.one_more) else "itself"
        elif now < self.quiet_until:
            self._sleep(self.quiet_until)
        else:
            self.waits_for, self.instant, self.runs_by = "run", None, by

    def _end(self, event: Event, now: int, chance: float) -> None:
        if event["retry_after_ms"]:
            self.quiet_until = now + event["retry_after_ms"]
        if event["word"] == "sign-in":
            self.waits_for, self.instant = "person", None
            return
        brought = 0 if event["word"] == "done" else 1 if event["received"] else self.barren + 1
        self.barren = brought
        if event["word"] == "done" and not event["has_work"]:
            self.waits_for, self.instant = "nothing", None
        else:
            self._sleep(max(self.quiet_until, now + wait(self.barren, chance)))

    def _sleep(self, until: int) -> None:
        self.waits_for, self.instant = "instant", until

    def told(self) -> dict[str, Any]:
        """As the phone tells it."""
        phases = {"run": "sending", "instant": "sleeping", "person": "signed-out", "nothing": "idle"}
        return {
            "phase": phases[self.waits_for],
            "next_at": self.instant,
            "fails": self.barren,
            "not_before": self.quiet_until,
            "by": self.runs_by,
            "again": self.one_more,
        }


def wait(barren: int, chance: float) -> int:
    """2 s, doubling to a quarter of an hour, half of it by chance."""
    whole = min(LONGEST, FIRST * 2 ** min(max(barren, 1) - 1, 20))
    return math.floor(whole / 2 + whole / 2 * chance + 0.5)


def walk(seed: int, steps: int = 30) -> list[dict[str, Any]]:
    """A day of one phone, with its plan after every event."""
    rng = random.Random(seed)
    schedule, now = Schedule(), 1_700_000_000_000
    told = []
    for _ in range(steps):
        now += rng.choice([0, 1, 1_000, 4_999, 60_000, 900_000])
        if rng.random() < 0.1:
            now = max(now, schedule.quiet_until)  # the very instant that was asked for
        chance = rng.randrange(1_000) / 1_000
        event = _event(rng, schedule)
        schedule.feel(event, now, chance)
        told.append({"event": event, "now": now, "chance": chance, "plan": schedule.told()})
    return told


def _event(rng: random.Random, schedule: Schedule) -> Event:
    """What can happen now: a run that is not there does not end."""
    if schedule.waits_for != "run" or rng.random() < 0.3:
        return {"type": "wished", "by": rng.choice(["itself", "itself", "button"])}
    if rng.random() < 0.1:
        return {"type": "elsewhere"}
    return {
        "type": "ended",
        "word": rng.choices(["done", "later", "sign-in"], [4, 5, 1])[0],
        "received": rng.choice([0, 0, 3]),
        "retry_after_ms": rng.choice([None, None, None, 30_000]),
        "has_work": rng.random() < 0.4,
    }


def cases() -> dict[str, Any]:
    """All walks."""
    return {"walks": [walk(seed) for seed in range(15)]}


if __name__ == "__main__":
    CASES.write_text(json.dumps(cases(), separators=(",", ":")) + "\n", encoding="utf-8")
