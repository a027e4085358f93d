"""How many times each row of the matrix was run, and how often it failed: one line a row, for docs/reliability.md.

A count without a failure bounds the true rate at 3/n (rule of three, 95 %). `n(CI, NIGHT)` is the number of rounds of a
drill: few in a working day with fixed seeds, the stated figure when RUHU_NIGHTLY=1.
"""

import json
import os
import time
from pathlib import Path

IS_NIGHT = os.environ.get("RUHU_NIGHTLY") == "1"
RESULTS = Path(os.environ.get("RUHU_DRILLS") or Path(__file__).resolve().parents[2] / "var" / "drills")


def rounds(by_day: int, by_night: int) -> int:
    """How often a drill runs its fault."""
    return by_night if IS_NIGHT else by_day


def note(row: str, *, n: int, failures: int = 0, what: str = "") -> None:
    """Write down one row's figures; the last run of a row stands."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    line = {"row": row, "n": n, "failures": failures, "what": what, "night": IS_NIGHT, "at": int(time.time())}
    path = RESULTS / f"{row}.json"
    path.write_text(json.dumps(line, ensure_ascii=False))
