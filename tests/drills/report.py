"""How many times each row of the matrix was run, and how often it failed: one line a row, for docs/reliability.md.

A count without a failure bounds the true rate at 3/n (rule of three, 95 %). `rounds(day, night)` is how often a drill
runs its fault: few in a working day with fixed seeds, the stated figure when RUHU_NIGHTLY=1, and with
RUHU_DRILLS_TIMES=20 twenty times the few, at most the stated figure.
"""

import json
import os
import re
import time
from pathlib import Path

from tools.reliability_rows import ROWS

IS_NIGHT = os.environ.get("RUHU_NIGHTLY") == "1"
TIMES = int(os.environ.get("RUHU_DRILLS_TIMES", "1"))
RUN = "night" if IS_NIGHT else f"day ×{TIMES}" if TIMES > 1 else "day"
noted: set[str] = set()
"""Rows that wrote their own line since the test began."""

RESULTS = Path(os.environ.get("RUHU_DRILLS") or Path(__file__).resolve().parents[2] / "var" / "drills")


def rounds(by_day: int, by_night: int) -> int:
    """How often a drill runs its fault."""
    return by_night if IS_NIGHT else min(by_day * TIMES, by_night) if by_night > by_day else by_day


def note(row: str, *, n: int, failures: int = 0, what: str = "") -> None:
    """Write down one row's figures, and which test found them."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    noted.add(row.partition("-")[0])
    line = {
        "row": row,
        "n": n,
        "failures": failures,
        "what": what,
        "run": RUN,
        "at": int(time.time()),
        "by": os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0],
    }
    path = RESULTS / f"{row}.json"
    path.write_text(json.dumps(line, ensure_ascii=False))


def rows_of(docstring: str | None) -> list[str]:
    """The rows that a drill names before the first colon or full stop of its docstring."""
    named = re.split("[:.]", docstring or "", maxsplit=1)[0]
    return [row for row in re.findall(r"\b(?:[PRDS][0-9]{2}|SIM)\b", named) if row in ROWS]


def note_end(rows: list[str], name: str, case: str, *, outcome: str, why: str = "") -> None:
    """A drill has ended: what it did not write down itself is one more run; a failure or a skip is never hidden.

    `case` is the drill's name with its parameters: that one database passes does not hide that the other fails.
    """
    case = re.sub(r"\W+", "-", case).strip("-")
    for row in rows:
        for each in {name, case}:
            (RESULTS / f"{row}-{each}.json").unlink(missing_ok=True)
        if outcome == "passed" and row not in noted:
            note(f"{row}-{name}", n=1, what=name.removeprefix("test_").replace("_", " "))
        elif outcome == "failed":
            note(f"{row}-{case}", n=1, failures=1, what=f"FAILED: {case}")
        elif outcome == "skipped":
            note(f"{row}-{case}", n=0, what=f"skipped: {why}")
    noted.clear()
