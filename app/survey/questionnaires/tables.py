"""The built-in questionnaires' tables (forms/*.md) as the sheets of a workbook.

Short headers keep the tables readable; here they get the names that XLSForm knows. The tables are the source,
the workbooks beside them are what is published.
"""

from functools import cache
from pathlib import Path

from app.survey.questionnaires.sheets import split_pairs

FORMS = ("q1_poor", "q2_nonpoor", "q3_visit", "q4_record", "q5_lookback")
FOLDER = Path(__file__).parent / "forms"
LONG = {
    "zh": "label::中文 (zh)", "en": "label::English (en)",
    "hint_zh": "hint::中文 (zh)", "hint_en": "hint::English (en)", "req": "required",
    "message_zh": "constraint_message::中文 (zh)", "message_en": "constraint_message::English (en)",
}  # fmt: skip
EXTRA = ("appearance", "parameters", "default", "choice_filter")
Table = list[list[str]]


def workbook_tables(form_id: str) -> dict[str, Table]:
    """Sheets of a built-in form: rows of text, the header first."""
    parts = _read(form_id)
    choices = _read("choices")["choices"]
    used = {row[0].split()[1] for row in parts["survey"] if row[0].startswith("select_")}
    settings = dict(row for row in parts["settings"][1:])
    kind = [name for name in ("record_kind",) if name in settings]
    return {
        "survey": _survey(parts["survey"]),
        "choices": [[LONG.get(h, h) for h in choices[0]], *(row for row in choices[1:] if row[0] in used)],
        "settings": [
            ["form_id", "version", "form_title", "title_en", "default_language", *kind],
            [
                settings["form_id"],
                settings["version"],
                settings["title_zh"],
                settings["title_en"],
                "中文 (zh)",
                *(settings[name] for name in kind),
            ],
        ],
        "prefill": parts["prefill"],
        "help": parts["help"],
    }


def builtin_workbook(form_id: str) -> bytes:
    """The published .xlsx of a built-in form."""
    return (FOLDER / f"{form_id}.xlsx").read_bytes()


def _survey(table: Table) -> Table:
    """The survey with `extra` spread over its columns and the long headers."""
    head = table[0]
    at = head.index("extra")
    out = [[LONG.get(h, h) for h in head if h != "extra"] + list(EXTRA)]
    for row in table[1:]:
        extra = dict(split_pairs(row[at]))
        out.append(
            [cell for h, cell in zip(head, row, strict=True) if h != "extra"] + [extra.get(e, "") for e in EXTRA]
        )
    return out


@cache
def _read(name: str) -> dict[str, Table]:
    """Tables of one file by the heading above them (a file of one table: by its own name)."""
    tables: dict[str, Table] = {}
    heading = name
    for line in (FOLDER / f"{name}.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif line.startswith("| ---") or not line.startswith("|"):
            continue
        else:
            tables.setdefault(heading, []).append([cell.strip() for cell in line.strip()[1:-1].split("|")])
    return tables
