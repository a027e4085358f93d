"""Text from outside as it may stand in a cell of somebody's spreadsheet.

A text that begins like a formula (= + - @ or their full-width twins, tab, CR, LF, also behind blanks) gets a leading
apostrophe, so that a name never runs in anybody's Excel. A number stays a number.
"""

import re
from collections.abc import Sequence

_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROLS = ("\t", "\r", "\n")

BETWEEN = "\x00"
_SUSPECT = re.compile(r"\x00[\s=+\-@\uff1d\uff0b\uff0d\uff20]")


def safe(text: str) -> str:
    """The text, or the text behind an apostrophe."""
    if text.startswith(_CONTROLS):
        return f"'{text}"
    return f"'{text}" if text.lstrip().startswith(_STARTS) and not _is_number(text) else text


def safe_row(row: Sequence[str | int | None]) -> Sequence[str | int | None]:
    """The row with every text safe. One look over the whole row first: most rows hold nothing to guard against."""
    if is_harmless(BETWEEN.join(map(str, row))):
        return row
    return [safe(cell) if isinstance(cell, str) else cell for cell in row]


def is_harmless(joined: str) -> bool:
    """Whether no cell of a row begins in a way that has to be looked at; `joined`: its cells with BETWEEN."""
    return _SUSPECT.search(BETWEEN + joined) is None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text == text.strip()
