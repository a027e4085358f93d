"""A register on SQLite for what does not depend on the engine, and a hand to import with."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.households.notes import ImportReport
from app.registry.households.service import import_register
from tests.rooms.households.books import HEADERS, write_book


@dataclass
class Desk:
    """An officer with a folder of workbooks."""

    db: Database
    keys: Keys
    folder: Path

    def imports(self, rows: list[list[Any]], headers: list[str] | None = None, **options: Any) -> ImportReport:
        """Write the rows as a workbook and import it; `titles`, `left`, `dress` shape the workbook."""
        shape = {name: options.pop(name) for name in ("titles", "left", "dress") if name in options}
        path = write_book(self.folder / "register.xlsx", rows, headers or HEADERS, **shape)
        return import_register(self.db, self.keys, path, "wang.fang", **options)


@pytest.fixture
def desk(db: Database, keys: Keys, tmp_path: Path) -> Desk:
    """On both engines."""
    return Desk(db, keys, tmp_path)


@pytest.fixture
def small_desk(sqlite_template: Path, keys: Keys, tmp_path: Path) -> Iterator[Desk]:
    """On SQLite alone."""
    path = tmp_path / "register.sqlite3"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    yield Desk(db, keys, tmp_path)
    db.close()
