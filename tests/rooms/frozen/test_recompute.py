"""docs/recompute.py, run as a stranger would: a process of its own that reads the published table and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cast import ROUND, World

SCRIPT = Path(__file__).parents[3] / "docs" / "recompute.py"


def run(path: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def published(world: World, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    phone = world.phone()
    ops = [
        phone.op(phone.interview(sample, sat={"team": 5 if place else 2, "helper": 4 if place % 3 else 3}))
        for place, sample in enumerate(phone.samples()[:9])
    ]
    phone.post(*ops)
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    results = world.get("city", f"/api/v1/rounds/{ROUND}/results").json()
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results), encoding="utf-8")
    return path, results


def test_a_stranger_computes_every_figure_again(world: World, tmp_path: Path) -> None:
    path, _ = published(world, tmp_path)
    assert run(path)[0] == 0


def test_a_figure_that_was_touched_is_named(world: World, tmp_path: Path) -> None:
    path, results = published(world, tmp_path)
    results["table"]["city"] = None
    for field, value in (("low", "80.00"), ("official", "met"), ("rate", "90.00")):
        touched = json.loads(json.dumps(results))
        row = next(row for row in touched["table"]["counties"] if row["code"] == "640104")
        next(item for item in row["items"] if item["item"] == "helper")[field] = value
        path.write_text(json.dumps(touched), encoding="utf-8")
        code, said = run(path)
        assert code == 1
        assert f"helper, {field}" in said


def test_a_table_with_another_digest_is_named(world: World, tmp_path: Path) -> None:
    path, results = published(world, tmp_path)
    results["sha256"] = "0" * 64
    path.write_text(json.dumps(results), encoding="utf-8")
    assert run(path)[0] == 1


def test_a_stranger_has_a_hundred_lines_to_read_and_nothing_of_ours_in_them() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100
    assert not [line for line in lines if line.startswith(("from app", "import app"))]
