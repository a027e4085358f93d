"""The house stands on its floors: every import goes down, or to the left in the same wing.

The list below is the plan of the house (decision 0004). A room that is not built yet may stand in
the plan; a room that is built and not in the plan is an error. The test reads source text with
`ast`, so an import inside a function counts as well.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WINGS: list[tuple[str, list[str]]] = [  # ground first; inside a wing from left to right
    (
        "kernel",
        ["problems", "settings", "clock", "memory", "ids", "cells", "terms", "keys", "signing", "db", "audit", "jobs"],
    ),
    ("methods", ["draw", "tails", "estimates", "combining", "workdays", "imprint"]),
    ("registry", ["places", "people", "units", "households"]),
    ("survey", ["questionnaires", "rounds", "photos", "records"]),
    ("findings", ["inspections", "helping", "quality", "reviews"]),
    ("actions", ["programmes", "ledger", "deadlines"]),
    ("figures", ["indicators", "frozen"]),
    ("papers", ["reports", "exports"]),
    ("upkeep", ["heads", "sweep", "overlook", "verify", "backup", "restore", "housekeeping"]),
    ("doors", ["web", "intake", "settle", "api", "phone", "openrosa", "desk", "cli"]),
    ("top", ["demo", "main"]),
]
STEP = {(wing, room): (floor, place) for floor, (wing, rooms) in enumerate(WINGS) for place, room in enumerate(rooms)}
FRAMEWORK = {"fastapi", "starlette", "uvicorn"}
NOT_ROOMS = {"static", "decisions", "migrations"}  # data that travels with the package, no code


def _room_of(module: str) -> tuple[str, str] | None:
    """Wing and room of a dotted module of `app`, or None for the package itself and foreign modules."""
    parts = module.split(".")
    if parts[0] != "app" or len(parts) == 1:
        return None
    if ("top", parts[1]) in STEP:
        return "top", parts[1]
    return (parts[1], parts[2]) if len(parts) > 2 else (parts[1], "")


def _module_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything the file imports; names taken from a package count as modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}" if base in {"app", *_wings()} else base


def _wings() -> set[str]:
    return {f"app.{wing}" for wing, _ in WINGS}


def steps_that_do_not_go_down(root: Path) -> list[str]:
    """Every import below `root`/app that climbs, goes sideways, or brings the framework past the doors."""
    wrong = []
    for path in sorted((root / "app").rglob("*.py")):
        module = _module_of(path, root)
        here = _room_of(module)
        if here is None or here[0] in NOT_ROOMS:
            continue
        where = path.relative_to(root).as_posix()
        if here[1] and here not in STEP:
            wrong.append(f"{where}: room {'.'.join(here)} is not in the plan of the house")
            continue
        for line, name in _imports(path, module):
            if name.split(".")[0] in FRAMEWORK and here[0] not in {"doors", "top"}:
                wrong.append(f"{where}:{line} imports {name}: only doors and main know the framework")
            there = _room_of(name)
            if there is None or not there[1] or there == here:
                continue
            if not here[1]:
                wrong.append(f"{where}:{line} imports {name}: a wing's own file holds no code")
            elif there not in STEP:
                wrong.append(f"{where}:{line} imports {name}: not in the plan of the house")
            elif STEP[there] > STEP[here]:
                wrong.append(f"{where}:{line} imports {name}: from {'.'.join(here)} that is not down")
    return wrong


def test_every_import_goes_down() -> None:
    assert (ROOT / "app").is_dir()
    assert steps_that_do_not_go_down(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("survey/records/service.py", "from app.figures.indicators import rules", "not down"),
        ("survey/records/service.py", "from app.doors import intake", "not down"),
        ("survey/rounds/service.py", "def f():\n    import app.survey.records.service", "not down"),
        ("registry/people/service.py", "from ...survey.rounds import rules", "not down"),
        ("kernel/db/ports.py", "from fastapi import Depends", "framework"),
        ("survey/attic/utils.py", "", "not in the plan"),
        ("figures/indicators/rules.py", "from app.methods.attic import x", "not in the plan"),
        ("doors/desk/pages.py", "from app.main import app", "not down"),
    ],
)
def test_a_step_up_is_found(tmp_path: Path, file: str, text: str, fault: str) -> None:
    (tmp_path / "app" / file).parent.mkdir(parents=True)
    (tmp_path / "app" / file).write_text(text, encoding="utf-8")

    (found,) = steps_that_do_not_go_down(tmp_path)

    assert fault in found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("survey/records/service.py", "from app.survey.rounds import queries\nfrom . import rules"),
        ("doors/phone/api.py", "from fastapi import APIRouter\nfrom app.doors import web, intake"),
        (
            "main.py",
            "from fastapi import FastAPI\nfrom app.doors.desk import pages\nfrom app.demo import people",
        ),
        ("methods/draw.py", "import hashlib\nfrom app.kernel.problems import Problem"),
    ],
)
def test_a_step_down_is_free(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / "app" / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "app" / file).write_text(text, encoding="utf-8")

    assert steps_that_do_not_go_down(tmp_path) == []
