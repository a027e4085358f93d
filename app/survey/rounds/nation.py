"""Draw from a frame file of any size, without a database: commit first, throw the dice, then draw.

For a province or the nation, whose frame nobody wants to import: 30 million households pass through in two readings,
and memory holds one stratum. What comes out is the same record and the same lists that a round makes, so
`ruhu draw-verify` and the verifier page check it like any other.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app import __version__
from app.kernel.clock import rfc3339, utcnow
from app.kernel.keys import Keys
from app.methods.draw import rules as hhd1
from app.methods.draw import stream
from app.methods.draw.sources import check_source
from app.survey.rounds.problems import BadPlan, BadSeed, FrameRefused, RecordUnreadable
from app.survey.rounds.record import canonical
from app.survey.rounds.rules import round_of

LIST_HEADER = ["stratum", "rank", "list", "unit"]
Progress = Callable[[int], None]


def _silent(_households: int) -> None:
    """Nobody waits for news."""


def commit_nation(
    frame: Path,
    commitment: Path,
    *,
    draw: str,
    source: str,
    n: Mapping[str, int],
    now: datetime | None = None,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Read the frame once, write the commitment of all its strata, and give it back.

    `n` says how many to draw by the end of the stratum's name (`P`, `N`); `*` is for all others. Refused are a draw
    or source that HHD1 may not hash, and a frame whose strata are not grouped or hold a unit twice.
    """
    try:
        check_source(hhd1.check_field(source, "source"))
        size = stream.sizes(n, n.get("*", 0))
        lines = []
        with frame.open("rb") as file:
            for line in stream.commit_lines(file, draw, size):
                lines.append(line)
                progress(line.N)
        text = hhd1.commitment(draw, source, lines)
    except hhd1.RefusedInput as refused:
        raise FrameRefused(refused.zh + "。什么也没有写。", f"{refused.en}. Nothing was written.") from refused
    except OSError as fault:
        raise RecordUnreadable(f"{frame.name} 读不出来。", f"{frame.name} cannot be read.") from fault
    said = {
        "version": hhd1.VERSION,
        "round": round_of(draw),
        "draw": draw,
        "source": source,
        "strata": [
            {"stratum": each.stratum, "N": each.N, "n": each.n, "r": each.r, "frame_digest": each.frame_digest}
            for each in lines
        ],
        "commitment": text,
        "committed_at": rfc3339(now or utcnow()),
    }
    commitment.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return said


def draw_nation(
    frame: Path,
    commitment: Path,
    folder: Path,
    *,
    parts: Sequence[str],
    witnesses: Sequence[str] = (),
    keys: Keys | None = None,
    now: datetime | None = None,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Read the frame again with the seed; write `lists.csv` and `record.json` (signed with `keys`) into the folder.

    The frame must be the one committed to, and the parts must fit the announced source.
    """
    said = _read_commitment(commitment)
    lines = {row["stratum"]: hhd1.StratumLine(row["stratum"], row["N"], row["n"], row["r"], row["frame_digest"])
             for row in said["strata"]}  # fmt: skip
    try:
        hhd1.check_parts(said["source"], parts)
        seed = hhd1.seed(said["commitment"], said["draw"], parts)
    except hhd1.RefusedInput as refused:
        raise BadSeed(refused.zh + "。没有抽样。", f"{refused.en}. Nothing was drawn.") from refused
    folder.mkdir(parents=True, exist_ok=True)
    lists = _draw_lists(frame, folder / "lists.csv", said["draw"], seed, lines, progress)
    record = {
        **said,
        "parts": list(parts),
        "drawn_at": rfc3339(now or utcnow()),
        "seed": seed,
        "witnesses": list(witnesses),
        "lists": lists,
        "software": f"ruhu {__version__}",
        "voids": [],
        **({"key": keys.public_key()} if keys else {}),
    }
    if keys is not None:
        record["signature"] = keys.sign(canonical(record).encode())
    (folder / "record.json").write_text(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    return record


def _draw_lists(
    frame: Path, target: Path, draw: str, seed: str, lines: Mapping[str, hhd1.StratumLine], progress: Progress
) -> dict[str, dict[str, list[str]]]:
    """Write the lists, which stand under their name only when whole, and give them back."""
    lists: dict[str, dict[str, list[str]]] = {}
    half_done = target.with_name(f"{target.name}.part")
    try:
        with frame.open("rb") as file, half_done.open("w", encoding="ascii", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(LIST_HEADER)
            for both in stream.draw_strata(file, draw, seed, lines):
                writer.writerows(_rows(both))
                lists[both.line.stratum] = {"main": list(both.main), "reserve": list(both.reserve)}
                progress(both.line.N)
    except hhd1.RefusedInput as refused:
        half_done.unlink(missing_ok=True)
        raise FrameRefused(refused.zh + "。没有抽样。", f"{refused.en}. Nothing was drawn.") from refused
    half_done.replace(target)
    return lists


def _rows(both: stream.DrawnStratum) -> list[tuple[str, int, str, str]]:
    name, main = both.line.stratum, len(both.main)
    return [
        *((name, rank, "main", unit) for rank, unit in enumerate(both.main, start=1)),
        *((name, rank, "reserve", unit) for rank, unit in enumerate(both.reserve, start=main + 1)),
    ]


def _read_commitment(path: Path) -> dict[str, Any]:
    """The commitment file, recomputed: what was changed since it was signed must not be drawn from."""
    try:
        said = json.loads(path.read_text("utf-8-sig"))
        lines = [hhd1.StratumLine(r["stratum"], r["N"], r["n"], r["r"], r["frame_digest"]) for r in said["strata"]]
        holds = hhd1.commitment(said["draw"], said["source"], lines) == said["commitment"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise RecordUnreadable(f"{path.name} 不是承诺文件。", f"{path.name} is no commitment file.") from fault
    if not holds:
        raise BadPlan("承诺文件被改动过。没有抽样。", "The commitment file was changed. Nothing was drawn.")
    if not isinstance(said, dict):
        raise RecordUnreadable(f"{path.name} 不是承诺文件。", f"{path.name} is no commitment file.")
    return said
