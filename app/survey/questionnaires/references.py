"""Every `${name}` of the survey names a row of it: the commonest slip, told with the name that was probably meant."""

import re
from difflib import get_close_matches

from app.survey.questionnaires.subset import PLAIN, TEXTS
from app.survey.questionnaires.workbook import SheetFault, Workbook, plain

REFERENCE = re.compile(r"\$\{([^}]*)\}")


def unknown_references(workbook: Workbook) -> list[SheetFault]:
    """A fault for each name that no row has, at its cell."""
    survey = workbook.sheet("survey")
    names = {row.get("name") for row in survey} - {""}
    return [
        _fault(row.number, column, name, names)
        for row in survey
        for column, text in row.cells.items()
        if column in PLAIN or column.partition("::")[0] in TEXTS
        for name in dict.fromkeys(REFERENCE.findall(text))
        if name.strip() not in names
    ]


def _fault(number: int, column: str, name: str, names: set[str]) -> SheetFault:
    near = get_close_matches(name, names, n=1)
    zh = f"没有名为“{plain(name)}”的题目" + (f",是不是 {near[0]}?" if near else "")
    en = f"there is no question “{plain(name)}”" + (f"; is {near[0]} meant?" if near else "")
    return SheetFault("survey", number, zh, en, column)
