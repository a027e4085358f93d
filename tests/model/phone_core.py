"""The life of a record on the phone, told a second time, in another language and another shape.

The phone's own is pwa/src/domain/core.ts. Both walk tests/contracts/cases/phone_core.json; this one also makes it:
`python -m tests.model.phone_core` writes the file anew from its seed. A record is the pair of what the service is
known to hold and what stands in the way; the phone's states are read off that.
"""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[1] / "contracts" / "cases" / "phone_core.json"
KEEP = timedelta(days=30)
SENDABLE = ("waiting", "auth")

Event = dict[str, Any]


class Model:
    """One record with its photos."""

    def __init__(self, photos: list[str]) -> None:
        self.lines: dict[str, str] = dict.fromkeys(["op", *photos], "waiting")
        self.first_proof: str | None = None
        self.gone = False

    @property
    def photos(self) -> list[str]:
        return [name for name in self.lines if name != "op"]

    def there(self, name: str) -> bool:
        """Whether the service has said, believably, that it holds this line."""
        return self.lines[name] in ("received", "held")

    @property
    def whole(self) -> bool:
        return all(self.there(name) for name in self.lines)

    def feel(self, event: Event) -> None:
        """One event; after the payload has gone nothing changes any more."""
        if not self.gone:
            getattr(self, "_" + event["type"].replace("-", "_"))(event)

    def _tried(self, name: str, word: str, held: bool) -> None:
        words = {"received": "held" if held else "received", "sign-in": "auth", "needs-person": "refused"}
        self.lines[name] = words.get(word, "waiting")

    def _op_tried(self, event: Event) -> None:
        self._tried("op", event["word"], event["held"])

    def _photo_tried(self, event: Event) -> None:
        if event["photo"] in self.photos:
            self._tried(event["photo"], event["word"], False)

    def _asked(self, event: Event) -> None:
        lacks = {"op"} if event["lacks_op"] is not False else set()
        lacks |= set(self.photos if event["lacks_photos"] is None else event["lacks_photos"])
        self._lose(lacks)

    def _lose(self, names: set[str]) -> None:
        for name in names & set(self.lines):
            if self.there(name):
                self.lines[name] = "waiting"
                self.first_proof = None

    def _released(self, _event: Event) -> None:
        if self.lines["op"] == "held":
            self.lines["op"] = "received"

    def _proven(self, event: Event) -> None:
        if not self.whole:
            return
        lacks = set(self.photos) - set(event["photos"]) | (set() if event["op"] else {"op"})
        if lacks:
            self._lose(lacks)
        elif self.first_proof is None:
            self.first_proof = event["at"]
        else:
            self.gone = datetime.fromisoformat(event["at"]) - datetime.fromisoformat(self.first_proof) >= KEEP

    def _revoked(self, _event: Event) -> None:
        """Takes nothing."""

    def _restarted(self, _event: Event) -> None:
        """Changes nothing: all that is known lies on the disk."""

    @property
    def phase(self) -> str:
        op = self.lines["op"]
        if self.gone:
            return "purged"
        if not self.there("op"):
            return "sealed" if op == "waiting" else op
        if self.first_proof:
            return "verified"
        return "held" if op == "held" else ("complete" if self.whole else "receipted")

    def goes(self, pressed: bool) -> dict[str, Any]:
        """What may be sent now."""
        can = [n for n, s in self.lines.items() if s in SENDABLE or (s == "refused" and pressed)]
        if self.gone:
            return {"op": False, "photos": []}
        if not self.there("op"):
            return {"op": "op" in can, "photos": []}
        return {"op": False, "photos": [name for name in can if name != "op"]}

    def wants_proof(self, now: datetime) -> bool:
        if self.gone or not self.whole:
            return False
        return self.first_proof is None or now - datetime.fromisoformat(self.first_proof) >= KEEP

    def told(self, now: datetime) -> dict[str, Any]:
        """All that the other side must agree with."""
        photos = {name: self.lines[name] for name in self.photos}
        return {
            "life": {"op": self.lines["op"], "photos": photos, "verified_at": self.first_proof, "purged": self.gone},
            "phase": self.phase,
            "goes": self.goes(False),
            "goes_pressed": self.goes(True),
            "wants_proof": self.wants_proof(now),
        }


def random_event(rng: random.Random, photos: list[str], now: datetime) -> Event:
    """Anything that may happen, the ordinary more often than the odd."""
    word = rng.choices(["received", "later", "sign-in", "needs-person"], [6, 2, 1, 1])[0]
    kind = rng.choices(
        ["op-tried", "photo-tried", "asked", "released", "proven", "revoked", "restarted"], [4, 6, 1, 1, 5, 1, 1]
    )[0]
    if kind == "op-tried":
        return {"type": kind, "word": word, "held": word == "received" and rng.random() < 0.2}
    if kind == "photo-tried":
        return {"type": kind, "photo": rng.choice([*photos, "another"]), "word": word}
    if kind == "asked":
        some = [each for each in photos if rng.random() < 0.3]
        return {
            "type": kind,
            "lacks_op": rng.choice([True, False, False, None]),
            "lacks_photos": None if rng.random() < 0.2 else some,
        }
    if kind == "proven":
        there = [each for each in photos if rng.random() < 0.93]
        return {"type": kind, "at": instant(now), "op": rng.random() < 0.93, "photos": there}
    return {"type": kind}


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def walk(seed: int, steps: int = 24) -> dict[str, Any]:
    """One life from its seed, with what is true after every event. The service's clock may stand still or leap."""
    rng = random.Random(seed)
    photos = [f"p{n}" for n in range(rng.randrange(4))]
    model, now = Model(photos), datetime.fromisoformat("2026-11-24T00:00:00+00:00")
    told = []
    for _ in range(steps):
        now += timedelta(seconds=rng.choice([0, 60, 86_400, 29 * 86_400, 30 * 86_400 - 1, 30 * 86_400]))
        event = random_event(rng, photos, now)
        model.feel(event)
        told.append({"event": event, "now": instant(now), **model.told(now)})
    return {"seed": seed, "photos": photos, "steps": told}


def main() -> None:
    walks = [walk(seed) for seed in range(60)]
    CASES.write_text(json.dumps({"walks": walks}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
