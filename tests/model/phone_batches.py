"""How many records go in one envelope, told a second time: pwa/src/domain/batches.ts in another language and shape.

Both walk tests/contracts/cases/phone_batches.json; `python -m tests.model.phone_batches` writes it anew. Here a run is
a queue in front of a service that chokes on some records, and `send` empties it.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[1] / "contracts" / "cases" / "phone_batches.json"
MOST = 50

Service = Callable[[list[int]], str]


@dataclass
class Line:
    """Records that wait, and the room in the next envelope."""

    waiting: list[int]
    room: int = MOST
    strikes: int = 0
    """Records in a row that failed alone."""
    tried: list[int] = field(default_factory=list)
    """Records that the service has spoken of, each alone or in a proper answer."""

    def send(self, fits: int, answer_of: Service) -> dict[str, Any]:
        """One envelope of at most `fits` records, and what comes next."""
        sent = self.waiting[: min(self.room, fits)]
        answer = answer_of(sent)
        move = self._after(sent, answer)
        if move == "on":
            self.tried += sent
            self.waiting = self.waiting[len(sent) :]
        return {"sent": len(sent), "answer": answer, "move": move, "run": {"most": self.room, "alone": self.strikes}}

    def _after(self, sent: list[int], answer: str) -> str:
        if answer == "stop":
            return "end"
        is_choked = answer in ("refused", "failed")
        if is_choked and len(sent) >= 2:
            self.room = len(sent) // 2
            return "again"
        self.strikes = self.strikes + 1 if answer == "failed" else 0
        if answer != "failed":
            self.room = min(MOST, 2 * self.room)
        return "end" if self.strikes == 3 else "on"


def walk(seed: int) -> list[dict[str, Any]]:
    """One run before a service that chokes on some records, or now and then, or goes away."""
    rng = random.Random(seed)
    line = Line(list(range(rng.randrange(1, 160))))
    poison = {each for each in line.waiting if rng.random() < rng.choice([0, 0.02, 0.3])}
    word, ill = rng.choice(["refused", "failed"]), rng.choice([0, 0, 0.2])

    def service(sent: list[int]) -> str:
        if rng.random() < 0.02:
            return "stop"
        return word if poison & set(sent) else "failed" if rng.random() < ill else "proper"

    told: list[dict[str, Any]] = []
    while line.waiting and (not told or told[-1]["move"] != "end"):
        told.append(line.send(rng.randrange(1, 80), service))
    return told


def cases() -> dict[str, Any]:
    """All walks."""
    return {"walks": [walk(seed) for seed in range(60)]}


if __name__ == "__main__":
    CASES.write_text(json.dumps(cases(), separators=(",", ":")) + "\n", encoding="utf-8")
