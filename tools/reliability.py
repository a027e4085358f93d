"""docs/reliability.md from the runs of the drills: `python -m tools.reliability`. `make nightly` ends with it.

Each drill leaves one line of figures (tests/drills/report.py). docs/reliability.json keeps of each the largest run
with its date, so that a run of one row, or a working day's, loses nobody's better figure (decision 0082). A failure
stands until the same drill has passed again. Nothing here decides; what was not run says so, and a count without a
failure is given with the rate that it can exclude (rule of three: 3/n at 95 %).
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tools.bench_machine import conditions
from tools.reliability_rows import INVARIANTS, NOT_WHOLE, OF_EACH, ROWS, STATED

ROOT = Path(__file__).resolve().parents[1]
PAPER = ROOT / "docs" / "reliability.md"
KEPT = ROOT / "docs" / "reliability.json"
RESULTS = Path(os.environ.get("RUHU_DRILLS") or ROOT / "var" / "drills")
HEAD = """# What was tried to lose a record

The drills of tests/drills, tests/browser/drills and pwa/test/sync break the line, the disk, the current, the clock,
the phone and the service on purpose, against the running program. Each writes one line, and `python -m
tools.reliability` makes this page of them, at the end of `make nightly`. “Below” is the failure rate that so many tries
without a failure exclude (3/n, 95 %); it speaks of the fault as it was made here, on this machine, and of no other. A
working day's run (`make test`) tries each a few times with fixed seeds; the column “run” says which it was (`day ×20`:
twenty times the day's number, `RUHU_DRILLS_TIMES=20`). Of each line the largest run stands, with its date, until the
same drill fails; what failed stands until the same drill has passed (docs/reliability.json).
"""
Line = dict[str, Any]


def read_lines(folder: Path) -> dict[str, Line]:
    """Name → what the last run of a part of a row (`R04-pg`) left."""
    lines = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return {line["row"]: line for line in lines}


def merged(kept: dict[str, Line], fresh: dict[str, Line]) -> dict[str, Line]:
    """Of both the line that stands; what a drill failed at is over once it has passed."""
    both = kept | {name: line for name, line in fresh.items() if name not in kept or _stands(line, kept[name])}
    passed: dict[str, int] = {}
    for line in both.values():
        if line["n"] and not line["failures"] and line.get("by"):
            passed[line["by"]] = max(line["at"], passed.get(line["by"], 0))
    return {name: line for name, line in sorted(both.items()) if not _is_over(line, passed.get(line.get("by", ""), 0))}


def _stands(new: Line, old: Line) -> bool:
    """Whether a line takes the place of the other: the larger run, or the later where one failed or counts differ."""
    is_later = bool(new["at"] >= old["at"])
    if new["failures"] or old["failures"] or new.get("is_count") or new["row"] in INVARIANTS or new["n"] == old["n"]:
        return is_later
    return bool(new["n"] > old["n"])


def _is_over(line: Line, passed_at: int) -> bool:
    return (not line["n"] or line["what"].startswith("FAILED")) and line["at"] < passed_at


def by_row(lines: dict[str, Line]) -> dict[str, list[Line]]:
    """Row → its lines."""
    found: dict[str, list[Line]] = {}
    for name, line in lines.items():
        found.setdefault(name if name in ROWS else name.partition("-")[0], []).append(line)
    return found


def page(lines: dict[str, list[Line]], machine: list[str]) -> str:
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


def _short(lines: dict[str, list[Line]]) -> list[str]:
    """Rows whose largest run is smaller than the stated number: none of them is proven at its figure yet."""
    largest = {name: _reached(name, lines.get(name, [])) for name in STATED}
    short = [f"{name} ({largest[name]:,} of {asked:,})" for name, asked in STATED.items() if largest[name] < asked]
    return [", ".join(short) + "."] if short else ["None."]


def _reached(name: str, lines: list[Line]) -> int:
    """The n of a row's largest run; of a row that is asked of each of its lines, the smallest of theirs."""
    counts = {line["row"]: int(line["n"]) for line in lines if not line.get("is_count")}
    if name in OF_EACH:
        return min(counts.get(part, 0) for part in OF_EACH[name])
    return max(counts.values(), default=0)


def _is_of(name: str, letters: str) -> bool:
    if name.startswith("SIM"):
        return letters == "RS"
    return name[0] == "D" or name.startswith("S") if letters == "D" else name[0] in letters and name[0] != "S"


def _table(names: list[str], lines: dict[str, list[Line]]) -> list[str]:
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


def _figures(line: Line) -> tuple[str, str, str, str, str]:
    n, failures = int(line["n"]), int(line["failures"])
    below = _rate(3 / n) if n and not failures and not line.get("is_count") else "–"
    when = time.strftime("%d %b %H:%M", time.gmtime(line["at"])) + f", {line['run']}"
    return f"{n:,}", str(failures), below, line["what"], when


def _rate(share: float) -> str:
    return "–" if share >= 1 else f"{share * 100:.2g} %"


def _invariants(lines: dict[str, list[Line]]) -> list[str]:
    rows = ["| | what must hold | the planted fault | found in history |", "|---|---|---|---|"]
    for name, what in INVARIANTS.items():
        for line in lines.get(name, [{"what": "not run", "n": 0}]):
            fault = line["what"].rpartition(": ")[2].replace("_", " ")
            rows.append(f"| {name} | {what} | {fault} | {line['n'] or '–'} |")
    return rows


def main() -> int:
    """Write the page; 1 when a drill failed."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept = merged(kept, read_lines(RESULTS))
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    lines = by_row(kept)
    PAPER.write_text(page(lines, conditions()), encoding="utf-8")
    failed = sorted({name for name, some in lines.items() for line in some if line["failures"]})
    print(f"{PAPER.relative_to(ROOT)}: {len(lines)} rows" + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
