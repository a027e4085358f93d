"""The child process that opens a questionnaire's workbook, so that a bad one cannot take the service with it.

`python -m app.survey.questionnaires.read_child FILE` binds itself, lets the register's guard look at the zip, and
prints one JSON object: sheet name (of those that matter) to rows of text, Excel's first row first. Exit code 0, or
3 with nothing; the parser may also abort. Of formulas only the stored results are seen.
"""

import json
import sys
from pathlib import Path
from typing import Any

from app.registry.households.guard import look_over
from app.registry.households.read_child import bind

SHEETS = ("survey", "choices", "settings", "prefill", "help")
MAX_ROWS = 20_000
MAX_COLUMNS = 200


def text_of(cell: Any) -> str:
    """A cell as its author meant it: 2026112401 and not 2026112401.0."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell == int(cell) and abs(cell) < 1e15:
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def read(path: Path) -> dict[str, list[list[str]]]:
    """The sheets that matter as rows of text."""
    from python_calamine import CalamineWorkbook

    tables: dict[str, list[list[str]]] = {}
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            plain = name.strip().lower()
            if plain not in SHEETS:
                continue
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
                raise ValueError("a sheet of a questionnaire is never that large")
            rows = sheet.to_python(skip_empty_area=False)
            tables[plain] = [[text_of(cell) for cell in row] for row in rows]
    return tables


def main(path: str) -> int:
    """Print the rows, or nothing and 3."""
    bind()
    try:
        look_over(Path(path))
        sys.stdout.buffer.write(json.dumps(read(Path(path))).encode())
    except Exception:  # the parser's own words may quote the file, so they are not repeated
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
