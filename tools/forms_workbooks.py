"""Make the workbooks of the built-in questionnaires from their tables.

    python tools/forms_workbooks.py

The tables (app/survey/questionnaires/forms/*.md) are what people read and change; the .xlsx beside them is what
is published and what other XLSForm tools open. The compiled forms for the shared cases (tests/contracts/cases) are
made anew with them. Tests hold that all three say the same. Raise `version` with every change of a table.
"""

import sys
from datetime import datetime
from pathlib import Path

import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.survey.questionnaires.compiler import compile_bytes
from app.survey.questionnaires.tables import FORMS, workbook_tables

WIDTHS = {"label::中文 (zh)": 40, "label::English (en)": 40, "relevant": 30, "constraint": 30, "calculation": 40}


def write(form_id: str, target: Path) -> None:
    """One workbook; the same tables give the same bytes."""
    book = xlsxwriter.Workbook(str(target), {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"title": form_id, "created": datetime(2026, 11, 24)})
    bold = book.add_format({"bold": True, "bg_color": "#F3EFE6"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for name, table in workbook_tables(form_id).items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 2)
        for column, head in enumerate(table[0]):
            sheet.set_column(column, column, WIDTHS.get(head, 18))
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell, wrap if number else bold)
    book.close()


if __name__ == "__main__":
    for form_id in FORMS:
        path = Path("app/survey/questionnaires/forms") / f"{form_id}.xlsx"
        write(form_id, path)
        compiled = compile_bytes(path.read_bytes())
        (Path("tests/contracts/cases") / f"form_{form_id}.json").write_text(compiled.json + "\n", "utf-8")
        print(path, path.stat().st_size, "bytes, form", len(compiled.json.encode()), "bytes", compiled.sha256)
