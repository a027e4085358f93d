"""Two verifiers, one verdict: Python and TypeScript name the same differences of random draws, honest or tampered with.

The file of cases holds the kinds of tampering we thought of; here a seeded hand changes whatever it likes, also to
things no record may hold. A failing seed is printed; put what it found into draw_record_cases.py.
"""

import copy
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from app.survey.rounds.record import check_record
from tests.contracts.draw_record_cases import COUNTIES, Frame, Record, a_frame, a_record, a_staged_record, a_team_record

ROOT = Path(__file__).resolve().parents[2]
ROLLDOWN = ROOT / "pwa" / "node_modules" / ".bin" / "rolldown"
RECORDS = 4000 if os.environ.get("RUHU_NIGHTLY") else 250
ODD: list[Any] = [None, True, -1, 0, 1, 10**13, "", "a", "640104-P", "0" * 64, "𠮷", [], {}, [[]], {"main": []}]


@cache
def bundle() -> Path:
    if not ROLLDOWN.exists() or shutil.which("node") is None:
        pytest.skip("the phone's packages are not installed (make setup), so the page's check cannot be asked")
    target = Path(mkdtemp(prefix="ruhu-verify-")) / "check.mjs"
    source = ROOT / "pwa" / "src" / "verify" / "check.ts"
    command = [str(ROLLDOWN), str(source), "--format", "esm", "--file", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def places_in(record: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a record, the leaves and what holds them."""
    rows = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for key, value in rows:
        yield (*at, key)
        yield from places_in(value, (*at, key))


def honest(rng: random.Random) -> tuple[Record, Frame | None]:
    """A draw of one of the kinds: plain strata of any size, two stages, or teams."""
    kind = rng.choice(["plain", "plain", "staged", "teams"])
    if kind == "staged":
        return a_staged_record()
    if kind == "teams":
        pairs = [f"T{n}.{county}" for n in range(1, 4) for county in COUNTIES]
        return a_team_record(frozenset(rng.sample(pairs, 2))), None
    units = {
        f"{code}-{letter}": [f"{code}901201-{n:04}" for n in rng.sample(range(1, 9999), rng.randint(5, 30))]
        for code in rng.sample(COUNTIES, rng.randint(1, 3))
        for letter in "PN"
    }
    record = a_record(units)
    return record, a_frame(units)


def tampered(rng: random.Random, record: Record, frame: Frame | None) -> tuple[Any, Frame | None]:
    """One or two changes anywhere, in the record or in the frame."""
    record = copy.deepcopy(record)
    for _ in range(rng.randint(0, 2)):
        at = rng.choice(list(places_in(record)))
        holder: Any = record
        for step in at[:-1]:
            holder = holder[step]
        way = rng.choice(["odd", "odd", "drop", "shuffle", "nudge"])
        value = holder[at[-1]]
        if way == "drop":
            del holder[at[-1]]
        elif way == "shuffle" and isinstance(value, list):
            rng.shuffle(value)
        elif way == "nudge" and isinstance(value, int):
            holder[at[-1]] = value + rng.choice([-1, 1])
        else:
            holder[at[-1]] = copy.deepcopy(rng.choice(ODD))
    if frame and rng.random() < 0.3:
        frame = [list(row) for row in frame]
        rng.shuffle(frame)
        if rng.random() < 0.5:
            frame.pop()
    return record, frame


def as_csv(frame: Frame | None) -> str | None:
    return None if frame is None else "stratum,unit\n" + "".join(",".join(row) + "\n" for row in frame)


def test_both_name_the_same_places_in_the_same_order() -> None:
    rng = random.Random(20171)
    asked = []
    for _ in range(RECORDS):
        record, frame = honest(rng)
        asked.append(tampered(rng, record, frame))

    lines = [json.dumps({"record": json.dumps(record), "frame": as_csv(frame)}) for record, frame in asked]
    done = subprocess.run(
        ["node", str(ROOT / "tools" / "verify_twin.mjs"), str(bundle())],
        input="\n".join(lines).encode() + b"\n", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    theirs = [json.loads(line) for line in done.stdout.decode().splitlines()]

    assert len(theirs) == RECORDS
    held = 0
    for number, ((record, frame), places) in enumerate(zip(asked, theirs, strict=True)):
        check = check_record(record, None if frame is None else [(row[0], row[1]) for row in frame])
        ours = [each.where for each in check.verification.differences]
        ours += [check.signature.where] if check.signature else []
        assert places == ours, (number, places, ours)
        held += not ours
    assert RECORDS // 10 < held < RECORDS // 2  # honest and tampered ones both


def test_a_draw_over_the_oddest_fields_holds_in_both_languages() -> None:
    """One sign and sixty-four, points and dashes first: what a locale would sort otherwise."""
    rng = random.Random(3)
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-"
    odd = sorted({"".join(rng.choices(signs, k=rng.choice([1, 2, 63, 64]))) for _ in range(200)})
    units = {"-._A": odd, "Z": ["0", "-", "."]}
    asked = json.dumps({"record": json.dumps(a_record(units)), "frame": as_csv(a_frame(units))})

    command = ["node", str(ROOT / "tools" / "verify_twin.mjs"), str(bundle())]
    done = subprocess.run(command, input=asked.encode() + b"\n", capture_output=True, check=True)

    assert json.loads(done.stdout) == []
