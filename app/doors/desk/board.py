"""看板: one round on one table, and below it one county with its households.

Every number is a link down as far as the reader may see. What is shown is the contract's satisfaction, cell by
cell; before the close a county reader gets 404 from the query that builds it, not a thinner page from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.doors.desk.plots import TARGET_ITEMS, Cell, Plot, cell_of, key_of, three_of
from app.doors.desk.words import Voice

TONES = {"reserve": "rest", "open": "wait", "completed": "done", "non_response": "none", "not_eligible": "none"}
"""Sample state → mark beside its word."""

ROUND_TONES = {"open": "wait", "frozen": "wait", "drawn": "open", "closed": "done"}


@dataclass(frozen=True)
class Row:
    """One county, or the city."""

    code: str
    name: str
    visited: str
    cells: Sequence[Cell]
    way: Cell
    three: str
    href: str = ""


@dataclass(frozen=True)
class Todo:
    """Something that needs a person: how many, in words around the number, and where to go."""

    before: str
    n: int
    after: str
    href: str = ""
    small: str = ""


@dataclass(frozen=True)
class Part:
    """One progress bar; `share` is 0–100 as text."""

    label: str
    count: str
    share: str


@dataclass(frozen=True)
class Progress:
    """The sample's progress over all shown counties."""

    parts: Sequence[Part]
    lines: Sequence[str]


@dataclass(frozen=True)
class BoardPage:
    """What board.html prints."""

    code: str
    name: str
    state: str
    tone: str
    starts_on: date
    ends_on: date
    summary: str
    as_of: datetime
    items: Sequence[str]
    rows: Sequence[Row]
    city: Row | None
    key: Sequence[Plot]
    scheme: str
    today: Sequence[Todo] | None
    progress: Progress | None
    may_draw: bool
    may_see_draw: bool
    may_close: bool


def row_of(county: Mapping[str, Any], voice: Voice, *, base: str) -> Row:
    """A county of the contract's satisfaction; `base` is its page, or empty where the reader may not go down."""
    items = {item["item"]: item for item in county["items"]}
    poor = county["sample"]["poor"]
    short = poor["quota"][0] - poor["completed"]
    visited = (
        voice("visited_poor_short", n=poor["completed"], missing=short)
        if short > 0
        else voice("visited_poor", n=poor["completed"])
    )
    cells = [cell_of(items[name], voice, href=f"{base}?item={name}" if base else "") for name in TARGET_ITEMS]
    return Row(county["code"], county["name"], visited, cells, cell_of(items["way"], voice), three_of(cells), base)


def city_row(city: Mapping[str, Any], voice: Voice, poor_visited: int) -> Row:
    """The city's sums; only where the contract gives them."""
    items = {item["item"]: item for item in city["items"]}
    cells = [cell_of(items[name], voice) for name in TARGET_ITEMS]
    visited = voice("visited_city", n=poor_visited)
    return Row("city", voice("whole_city"), visited, cells, cell_of(items["way"], voice), three_of(cells))


def progress_of(states: Mapping[tuple[str, str], int], sums: Mapping[str, tuple[int, int]], voice: Voice) -> Progress:
    """`states`: (stratum, state) → households; `sums`: stratum → (completed, drawn for the main list)."""
    parts = [
        Part(
            voice(f"part_{stratum}"),
            f"{done}/{main}",
            f"{100 * min(done, main) // main if main else 0}",
        )
        for stratum, (done, main) in sums.items()
    ]
    count = {state: sum(n for (_, s), n in states.items() if s == state) for state in TONES}
    main = sum(drawn for _, drawn in sums.values())
    opened = sum(count.values()) - count["reserve"]
    lines = [voice("progress_drawn", n=main, r=sum(count.values()) - main)]
    lines.append(voice("progress_missed", n=count["non_response"], x=count["not_eligible"]))
    replaced = max(opened - main, 0)
    if opened:
        lines.append(voice("progress_replaced", rate=f"{100 * replaced // opened}%"))
        if 10 * replaced > 3 * opened:
            lines.append(voice("progress_limited"))
    return Progress(parts, lines)


__all__ = ["BoardPage", "Part", "Progress", "Row", "Todo", "city_row", "key_of", "progress_of", "row_of"]
