"""Do the tests of sync notice a changed program? `python -m tools.mutants [--most N] [--seed S]`.

Small faults, one at a time, in copies of the modules that keep the promises: the phone's core in TypeScript, the
service's records in Python. A mutant that no test of theirs notices has survived; each is printed. Some survivors are
the same program in other words, so a score of 100 % is not to be had. The result is a line for docs/reliability.md.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hatch_build import npm_command
from tools.reliability import RESULTS

ROOT = Path(__file__).resolve().parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", "not postgresql"]
VITEST = ["exec", "--", "vitest", "run", "--bail", "1"]
SERVICE_TESTS = [
    "tests/rooms/records",
    "tests/doors/test_sync_api.py",
    "tests/doors/test_sync_pull.py",
    "tests/doors/test_proof.py",
    "tests/doors/test_recovery.py",
    "tests/drills/test_line_drills.py::test_two_corrections_of_one_record_are_both_kept_shown_and_flagged",
    "tests/drills/test_simulation.py::test_every_history_ends_with_all_that_was_promised",
]
PHONE_TESTS = [
    *(f"test/domain/{name}.test.ts" for name in ("core", "batches", "schedule", "limits", "outcome")),
    *(f"test/sync/{name}.test.ts" for name in ("drain", "proof", "purge", "schedule")),
]
TARGETS: dict[str, list[str]] = {
    **dict.fromkeys((f"pwa/src/domain/{name}.ts" for name in ("core", "batches", "schedule")), PHONE_TESTS),
    **dict.fromkeys(
        (f"app/survey/records/{name}.py" for name in ("service", "transit", "rules", "cursor", "queries")),
        SERVICE_TESTS,
    ),
    "app/doors/intake.py": ["tests/doors/test_roles.py", *SERVICE_TESTS],
}
TWO_WAYS = (
    (" === ", " !== "),
    (" && ", " || "),
    (".every(", ".some("),
    ("Math.max(", "Math.min("),
    (": true", ": false"),
)
ONE_WAY = (
    (" < ", " <= "),
    (" > ", " >= "),
    (" <= ", " < "),
    (" >= ", " > "),
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " + "),
)
SWAPS = [*ONE_WAY, *TWO_WAYS, *((after, before) for before, after in TWO_WAYS)]
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def typescript_mutants(text: str) -> Iterator[tuple[str, str]]:
    """(what, changed text): an operator swapped, a guard left out."""
    lines = text.splitlines(keepends=True)
    for n, line in enumerate(lines):
        if re.match(r"\s*(/?\*|//|import|export (type|interface)|\|)", line):
            continue
        changed = [(old, line[:at] + new + line[at + len(old) :]) for old, new in SWAPS for at in _places(line, old)]
        if re.match(r"\s*if \(.*\) return\b.*;$", line):
            changed.append(("guard left out", "\n"))
        for what, other in changed:
            yield f"{n + 1}: {what.strip()} in {line.strip()}", "".join([*lines[:n], other, *lines[n + 1 :]])


def _places(line: str, old: str) -> Iterator[int]:
    at = line.find(old)
    while at >= 0:
        yield at
        at = line.find(old, at + 1)


def python_mutants(text: str) -> Iterator[tuple[str, str]]:
    """(what, changed text): a comparison turned, `and` for `or`, a number one more, a call or a guard left out."""
    for place, node in enumerate(ast.walk(ast.parse(text))):
        tree = ast.parse(text)
        twin = next(each for at, each in enumerate(ast.walk(tree)) if at == place)
        what = _change(twin)
        if what:
            yield f"{getattr(node, 'lineno', 0)}: {what} in {ast.unparse(node)[:90]}", ast.unparse(tree)


def _change(node: ast.AST) -> str | None:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
        return "comparison"
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return "and/or"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.op = ast.UAdd()
        return "not"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
        return "constant"
    if isinstance(node, ast.If):
        node.test = ast.Constant(False)
        return "branch never taken"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node.value = ast.Constant(None)
        return "call left out"
    return None


def mutants(target: str) -> list[tuple[str, str]]:
    """All of one module."""
    text = (ROOT / target).read_text("utf-8")
    return list(typescript_mutants(text) if target.endswith(".ts") else python_mutants(text))


def workplace(folder: Path) -> Path:
    """A copy of the sources to spoil."""
    place = folder / "tree"
    skipped = shutil.ignore_patterns("node_modules", ".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, place, ignore=skipped)
    (place / "pwa" / "node_modules").symlink_to(ROOT / "pwa" / "node_modules")
    return place


def is_noticed(place: Path, target: str, patience: float = 600) -> bool:
    """Whether a test of the module fails; tests that do not end have noticed it too."""
    if target.endswith(".ts"):
        npm, more = npm_command()
        command, folder = [*npm, *VITEST, *TARGETS[target]], place / "pwa"
    else:
        command, more, folder = [*PYTEST, *TARGETS[target]], {}, place
    environment = {**os.environ, **more, "PYTHONPATH": str(place), "RUHU_DRILLS": str(place / "var")}
    quiet = subprocess.DEVNULL
    run = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, stdin=quiet, start_new_session=True
    )
    try:
        return run.wait(patience) != 0
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return True


def survivors(place: Path, target: str, chosen: list[tuple[str, str]]) -> list[str]:
    """Which of these changes nobody notices; the module is as before at the end."""
    path = place / target
    sound = path.read_text("utf-8")
    began = time.monotonic()
    if is_noticed(place, target):
        raise SystemExit(f"{target}: its tests fail without any change")
    patience = 30 + 4 * (time.monotonic() - began)
    alive = []
    for what, text in chosen:
        path.write_text(text, "utf-8")
        if not is_noticed(place, target, patience):
            alive.append(what)
            print(f"SURVIVED {target}:{what}", flush=True)
    path.write_text(sound, "utf-8")
    return alive


def main() -> int:
    """Plant, run, count, write the line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--most", type=int, default=60, help="mutants a module at most, drawn by the seed")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default="", help="modules whose path holds this")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ruhu-mutants-") as folder:
        place = workplace(Path(folder))
        for target in (each for each in TARGETS if given.only in each):
            found = mutants(target)
            chosen = random.Random(given.seed).sample(found, min(given.most, len(found)))
            _tell(target, len(found), len(chosen), len(survivors(place, target, chosen)), given.seed)
    return 0


def _tell(target: str, found: int, planted: int, alive: int, seed: int) -> None:
    """The line of a module."""
    what = f"of {found} small faults in {target}: {planted - alive} noticed, {100 * (planted - alive) / planted:.0f} %"
    row = f"R20-{Path(target).name}"
    line = {"row": row, "n": planted, "failures": 0, "what": what, "run": f"seed {seed}", "is_count": True}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row}.json").write_text(json.dumps(line | {"at": int(time.time())}))
    print(what, flush=True)


if __name__ == "__main__":
    sys.exit(main())
