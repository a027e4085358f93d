"""Import every module of the app that declares tables, so that sqlmodel's metadata is whole."""

import importlib
from pathlib import Path

import app

ROOT = Path(app.__file__).parent


def import_all_tables() -> None:
    """Every module whose source has `table=True`."""
    for path in sorted(ROOT.rglob("*.py")):
        if "table=True" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(["app", *path.relative_to(ROOT).with_suffix("").parts]))
