"""The register and the draw: 100,000 families from a workbook, a freeze, a draw, HHD1 itself, and a million households.

Each runs in a process of its own, as a command would, so that its memory can be told. The pure draw is measured on one
stratum of 100,000 households, more than any county has; the million comes from a file in 832 counties, without a
database, as `ruhu draw-many` does it.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.demo.people import COUNTIES, homes_of
from app.demo.workbook import write_register
from app.kernel.clock import local_day, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.methods.draw import rules as hhd1
from app.registry.households.service import import_register
from app.registry.people.models import Role
from app.registry.people.queries import actor_from, get_account
from app.registry.people.service import add_account
from app.survey.rounds import service as rounds
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_frame
from app.survey.rounds.nation import commit_nation, draw_nation
from tools.bench_import import bench_import
from tools.bench_machine import conditions
from tools.bench_world import PASSWORD, house_over

PEOPLE = 400_000
UNITS = 100_000
NATION, COUNTIES_OF_NATION = 1_000_000, 832


def measure(quick: bool) -> list[str]:
    """Import, freeze, draw; the section as lines of Markdown."""
    people, units, nation = ((n // 10 if quick else n) for n in (PEOPLE, UNITS, NATION))
    imported, drawn = _apart("import", people), _apart("draw", people)
    pure, many = _apart("hhd1", units), _apart("nation", nation)
    return [
        "## Register and draw",
        "",
        *conditions("SQLite in WAL with synchronous=FULL"),
        f"- A workbook of {people // 4:,} invented households of four, {people:,} rows, in six counties"
        f" ({imported['file_mb']} MB), read in a bounded child, ID numbers checked, sealed and indexed; then the same"
        " file once more. Each line in a process of its own; one run. CPU is that of importer and child together: on a"
        " quiet machine with two cores the time is a little more than the importer's share of it.",
        "",
        "| what | figure |",
        "|---|---|",
        f"| import, all new | {imported['new_seconds']} s, {imported['new_rows_per_second']:,} rows/s;"
        f" CPU {imported['new_cpu_seconds']} s |",
        f"| import, nothing changed | {imported['unchanged_seconds']} s,"
        f" {imported['unchanged_rows_per_second']:,} rows/s; CPU {imported['unchanged_cpu_seconds']} s |",
        f"| peak memory of the importing process and of its reading child |"
        f" {imported['peak_mb']} MB and {imported['child_peak_mb']} MB |",
        f"| freeze of {drawn['households']:,} households in 12 strata, to the commitment |"
        f" {drawn['freeze_seconds']} s, {drawn['households'] / drawn['freeze_seconds']:,.0f} households/s |",
        f"| draw of those strata (10 poor and 4 non-poor a county, reserves twice that), to the signed record |"
        f" {drawn['draw_seconds']} s |",
        f"| HHD1 alone, one stratum of {units:,}: digest of the frame | {pure['digest_per_second']:,} households/s |",
        f"| HHD1 alone: all tickets and the lists | {pure['tickets_per_second']:,} households/s |",
        f"| {nation:,} households in {COUNTIES_OF_NATION} counties from a file ({many['file_mb']} MB): commitment |"
        f" {many['commit_seconds']} s |",
        f"| the same: lists and record (30 main and 60 reserve a county) | {many['draw_seconds']} s |",
        f"| the same: peak memory | {many['peak_mb']} MB |",
    ]


def _apart(what: str, size: int) -> dict[str, Any]:
    """Run one of the jobs below in a fresh process."""
    command = [sys.executable, "-m", "tools.bench_register", what, str(size)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print("  ", what, figures, flush=True)
    return figures


def _draw(_size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as name:
        folder = Path(name)
        house = house_over(f"sqlite:///{folder / 'ruhu.sqlite3'}", folder)
        migrate(house.db)
        with house.db.write(HOME) as session:
            add_account(
                session, house.hasher, account="city", name="某人", role=Role.CITY_OFFICER, scope="6401",
                password=PASSWORD, by="-",
            )  # fmt: skip
        with house.db.read() as session:
            city = actor_from(get_account(session, "city"))
        households = 0
        for kind in ("poor", "non_poor"):
            homes = [home for code in COUNTIES for home in homes_of(code, kind, random.Random(f"{code} {kind}"))]
            write_register(folder / f"{kind}.xlsx", "名册(虚构)", homes)
            report = import_register(house.db, house.keys, folder / f"{kind}.xlsx", "city", tz=house.settings.tz)
            households += report.households
        today = local_day(utcnow(), house.settings.tz)
        with house.db.write(HOME) as session:
            rounds.open_round(
                session, city, code="2017-1", name="量测", starts_on=today, ends_on=today + timedelta(days=9),
                counties=list(COUNTIES),
            )  # fmt: skip
        began = time.perf_counter()
        freeze_frame(house.db, city, "2017-1", source="DICE10X20", n={"poor": 10, "non_poor": 4})
        frozen = time.perf_counter()
        draw_sample(house.db, house.keys, city, "2017-1", parts=["73920518264409175386"], witnesses=["a", "b", "c"])
        ended = time.perf_counter()
        house.close()
    return {
        "households": households,
        "freeze_seconds": round(frozen - began, 2),
        "draw_seconds": round(ended - frozen, 2),
    }


def _hhd1(units: int) -> dict[str, Any]:
    names = [f"640104{number // 10_000:06d}-{number % 10_000:04d}" for number in range(units)]
    began = time.perf_counter()
    digest = hhd1.frame_digest("2017-1-A1", "640104-N", names)
    digested = time.perf_counter()
    line = hhd1.StratumLine(stratum="640104-N", N=units, n=400, r=800, frame_digest=digest)
    seed = hhd1.seed(hhd1.commitment("2017-1-A1", "DICE10X20", [line]), "2017-1-A1", ["73920518264409175386"])
    drawn = hhd1.draw_list(seed, "2017-1-A1", line, names)
    ended = time.perf_counter()
    assert len(drawn.main) == 400
    return {
        "digest_per_second": round(units / (digested - began)),
        "tickets_per_second": round(units / (ended - digested)),
    }


def _nation(households: int) -> dict[str, Any]:
    """A frame file grouped by county, its commitment, its draw, and how much memory that took beyond the start."""
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as name:
        folder = Path(name)
        frame, each = folder / "frame.csv", households // COUNTIES_OF_NATION
        with frame.open("w") as file:
            file.write("stratum,unit\n")
            for county in range(COUNTIES_OF_NATION):
                code = 100_000 + county
                file.writelines(f"{code}-N,{code}001201-{n:05}\n" for n in range(each))
        began = time.perf_counter()
        commit_nation(frame, folder / "c.json", draw="2017-1-A1", source="DICE10X20", n={"*": 30})
        committed = time.perf_counter()
        draw_nation(frame, folder / "c.json", folder / "out", parts=["73920518264409175386"])
        ended = time.perf_counter()
        size = frame.stat().st_size
    return {
        "commit_seconds": round(committed - began, 2),
        "draw_seconds": round(ended - committed, 2),
        "file_mb": round(size / 1e6, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


JOBS = {"import": bench_import, "draw": _draw, "hhd1": _hhd1, "nation": _nation}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](int(sys.argv[2]))))
