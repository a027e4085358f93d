"""docs/reliability.md from the last runs of the drills: `python -m tools.reliability`. `make nightly` ends with it.

Each drill leaves one line of figures (tests/drills/report.py). Nothing here decides; what was not run says so, and a
count without a failure is given with the rate that it can exclude (rule of three: 3/n at 95 %).
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tools.bench_machine import conditions
from tools.reliability_rows import INVARIANTS, NOT_WHOLE, ROWS, STATED

ROOT = Path(__file__).resolve().parents[1]
PAPER = ROOT / "docs" / "reliability.md"
RESULTS = Path(os.environ.get("RUHU_DRILLS") or ROOT / "var" / "drills")
HEAD = """# What was tried to lose a record

The drills of tests/drills, tests/browser/drills and pwa/test/sync break the line, the disk, the current, the clock,
the phone and the service on purpose, against the running program. Each writes one line, and `python -m
tools.reliability` makes this page of them, at the end of `make nightly`. “Below” is the failure rate that so many tries
without a failure exclude (3/n, 95 %); it speaks of the fault as it was made here, on this machine, and of no other. A
working day's run (`make test`) tries each a few times with fixed seeds; the column “run” says which it was (`day ×20`:
twenty times the day's number, `RUHU_DRILLS_TIMES=20`).
"""


def read_lines(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Row → its lines; a row may have parts (`R04-pg`)."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        line = json.loads(path.read_text(encoding="utf-8"))
        name = line["row"] if line["row"] in ROWS else line["row"].partition("-")[0]
        found.setdefault(name, []).append(line)
    return found


def page(lines: dict[str, list[dict[str, Any]]], machine: list[str]) -> str:
    """The whole page."""
    parts = [HEAD, *machine, ""]
    for title, letters in (("The phone", "P"), ("Sync", "RS"), ("Server, data, security", "D")):
        names = [name for name in ROWS if _is_of(name, letters)]
        parts += [f"## {title}", "", *_table(names, lines), ""]
    parts += ["## A planted fault for each invariant", "", *_invariants(lines), ""]
    parts += ["## Where a row is less than it should be", ""]
    parts += [f"- **{name}**: {why}" for name, why in NOT_WHOLE.items()]
    parts += ["", "## Fewer than asked, in the runs above", "", *_short(lines), ""]
    missing = [name for name in ROWS if name not in lines]
    parts += [f"- Not run this time: {', '.join(missing)}."] if missing else []
    return "\n".join(parts) + "\n"


def _short(lines: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Rows whose largest run is smaller than the stated number: none of them is proven at its figure yet."""
    largest = {name: max((int(line["n"]) for line in lines.get(name, [])), default=0) for name in STATED}
    short = [f"{name} ({largest[name]:,} of {asked:,})" for name, asked in STATED.items() if largest[name] < asked]
    return [", ".join(short) + "."] if short else ["None."]


def _is_of(name: str, letters: str) -> bool:
    if name.startswith("SIM"):
        return letters == "RS"
    return name[0] == "D" or name.startswith("S") if letters == "D" else name[0] in letters and name[0] != "S"


def _table(names: list[str], lines: dict[str, list[dict[str, Any]]]) -> list[str]:
    rows = [
        "| row | fault | asked a night | n | failed | below | what was done | run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in names:
        fault, asked = ROWS[name]
        for line in lines.get(name, [None]):  # type: ignore[list-item]
            cells = [name, fault, asked, *(_figures(line) if line else ("–", "–", "–", "not run", "–"))]
            rows.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return rows


def _figures(line: dict[str, Any]) -> tuple[str, str, str, str, str]:
    n, failures = int(line["n"]), int(line["failures"])
    below = _rate(3 / n) if n and not failures and not line.get("is_count") else "–"
    when = time.strftime("%d %b %H:%M", time.gmtime(line["at"])) + f", {line['run']}"
    return f"{n:,}", str(failures), below, line["what"], when


def _rate(share: float) -> str:
    return "–" if share >= 1 else f"{share * 100:.2g} %"


def _invariants(lines: dict[str, list[dict[str, Any]]]) -> list[str]:
    rows = ["| | what must hold | the planted fault | found in history |", "|---|---|---|---|"]
    for name, what in INVARIANTS.items():
        for line in lines.get(name, [{"what": "not run", "n": 0}]):
            fault = line["what"].rpartition(": ")[2].replace("_", " ")
            rows.append(f"| {name} | {what} | {fault} | {line['n'] or '–'} |")
    return rows


def main() -> int:
    """Write the page; 1 when a drill failed."""
    lines = read_lines(RESULTS)
    PAPER.write_text(page(lines, conditions()), encoding="utf-8")
    failed = sorted({name for name, some in lines.items() for line in some if line["failures"]})
    print(f"{PAPER.relative_to(ROOT)}: {len(lines)} rows" + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
