"""Forms for tests: the two that come with the house, and a small one full of traps.

`python -m tests.rooms.questionnaires.forms_at_hand` writes the small one anew for the shared cases.
"""

from functools import cache
from pathlib import Path
from typing import Any

from app.survey.questionnaires.compiler import CompiledForm, compile_bytes, compile_workbook
from app.survey.questionnaires.state import Form, load
from app.survey.questionnaires.tables import builtin_workbook
from app.survey.questionnaires.workbook import Workbook, from_tables

HEAD = [
    "type", "name", "label::中文 (zh)", "label::English (en)", "required", "relevant", "constraint",
    "constraint_message::中文 (zh)", "constraint_message::English (en)",
    "calculation", "default", "choice_filter", "appearance", "parameters", "repeat_count", "trigger",
    "hint::中文 (zh)", "hint::English (en)", "guidance_hint::中文 (zh)", "guidance_hint::English (en)",
    "required_message::中文 (zh)", "required_message::English (en)",
]  # fmt: skip


@cache
def built_in(form_id: str) -> Form:
    """Q1 or Q2, compiled from the workbook that is published."""
    return load(compile_bytes(builtin_workbook(form_id)).json)


def row(kind: str, name: str = "", **cells: str) -> list[str]:
    """A survey row; labels are made from the name unless given."""
    seen = kind.split()[0] not in ("calculate", "hidden", "start", "end", "today", "audit", "end_group", "end_repeat")
    labels = [cells.get("zh", f"题{name}" if seen else ""), cells.get("en", f"Q {name}" if seen else "")]
    short = {f"{column}::{tag}": f"{name}_{lang}" for lang, tag in (("zh", "中文 (zh)"), ("en", "English (en)"))
             for name, column in (("message", "constraint_message"), ("hint", "hint"), ("guidance", "guidance_hint"),
                                  ("needed", "required_message"))}  # fmt: skip
    return [kind, name, *labels, *(cells.get(short.get(head, head), "") for head in HEAD[4:])]


def workbook(survey: list[list[str]], choices: list[list[str]] | None = None, **sheets: Any) -> Workbook:
    """A workbook of these survey rows, otherwise in order."""
    tables = {
        "survey": [HEAD, *survey],
        "choices": [
            ["list_name", "name", "label::中文 (zh)", "label::English (en)", "town"],
            *(choices or [["yn", "1", "是", "Yes", ""], ["yn", "0", "否", "No", ""]]),
        ],
        "settings": [["form_id", "version", "form_title"], ["torture", "2026112401", "试题"]],
        **sheets,
    }
    return from_tables(tables)


def compiled(
    survey: list[list[str]],
    choices: list[list[str]] | None = None,
    media: dict[str, bytes] | None = None,
    **sheets: Any,
) -> CompiledForm:
    """Compile these rows, with CSV files."""
    return compile_workbook(workbook(survey, choices, **sheets), media)


TORTURE = [
    row("start", "start"), row("today", "today"), row("audit", "audit"), row("hidden", "filed"),
    row("begin_group", "g"),
    row("text", "a"), row("text", "b", required="${a} = ''", constraint="regex(., '^[a-z]{2,4}-\\d+$')"),
    row("integer", "n", default="1", constraint=". >= 0 and . <= ${m}",
        message_zh="不超过${m}", message_en="at most ${m}"),
    row("decimal", "m"), row("date", "d", constraint=". <= today()"), row("time", "t"),
    row("select_one yn", "yes"), row("select_one town", "town"),
    row("select_one village", "village", required="yes", choice_filter="town=${town}"),
    row("select_multiple village", "some", constraint="count-selected(.) <= 2"),
    row("acknowledge", "ack"), row("geopoint", "where"), row("image", "pic"),
    row("begin_repeat", "r", relevant="${yes} = '1'"),
    row("text", "x", constraint="string-length(.) <= 3"),
    row("integer", "y", relevant="${x} != ''"),
    row("calculate", "z", calculation="coalesce(${y}, 0) * position(..)"),
    row("note", "rn", zh="第${z}项", en="row ${z}", relevant="${z} > 3"),
    row("integer", "w", constraint=". <= sum(${y})"),
    row("end_repeat"),
    row("calculate", "total", calculation="sum(${z})"),
    row("calculate", "biggest", calculation="max(${y})"),
    row("calculate", "rows", calculation="count(${r})"),
    row("calculate", "share", calculation="round(${n} div ${m}, 2)"),
    row("note", "sum_note", zh="共${total}", en="total ${total}", relevant="${total} > 0"),
    row("begin_group", "inner", relevant="${total} > 5 or ${share} = 0.5"),
    row("text", "deep", required="yes"),
    row("calculate", "echo", calculation="concat(${deep}, '|', substr(${a}, -2))"),
    row("end_group"),
    row("end_group"),
]  # fmt: skip
TOWNS = [
    ["yn", "1", "是", "Yes", ""], ["yn", "0", "否", "No", ""],
    ["town", "t1", "镇一", "Town 1", ""], ["town", "t2", "镇二", "Town 2", ""],
    ["village", "v1", "村一", "Village 1", "t1"], ["village", "v2", "村二", "Village 2", "t1"],
    ["village", "v3", "村三", "Village 3", "t2"],
]  # fmt: skip


@cache
def torture_form() -> Form:
    """A small form with a repeat, a cascade, nested relevance, a pattern, dates, and arithmetic over blanks."""
    return load(compiled(TORTURE, TOWNS).json)


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[2] / "contracts" / "cases" / "form_torture.json"
    target.write_text(compiled(TORTURE, TOWNS).json + "\n", "utf-8")
