"""What a frozen table is made of and how it differs from today's: pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOVING = ("as_of",)
"""Fields of the live answer that say when it was asked, and nothing about the round."""


@dataclass(frozen=True)
class Change:
    """A figure that is another one now: whose (a county code, or `city`), which item, frozen and present value."""

    place: str
    item: str
    field: str
    frozen: Any
    now: Any

    def as_dict(self) -> dict[str, Any]:
        return {"place": self.place, "item": self.item, "field": self.field, "frozen": self.frozen, "now": self.now}


def table_of(
    satisfaction: Mapping[str, Any],
    *,
    exited: Mapping[str, int],
    forms: Sequence[Mapping[str, str]],
    software: str,
) -> dict[str, Any]:
    """The table to freeze: the live figures without their clock, with what made them.

    `exited`: county code → households out of poverty in its frame, which the reference item rests on; with it a
    stranger can compute every figure again (docs/recompute.py).
    """
    figures = {name: value for name, value in satisfaction.items() if name not in MOVING}
    rows = [{**row, "frame": {**row["frame"], "exited": exited[row["code"]]}} for row in figures["counties"]]
    return {**figures, "counties": rows, "forms": list(forms), "software": software}


def canonical(table: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces: the text that is hashed."""
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Lower-case SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def changes(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Every figure of an item that differs, county by county, then the city."""
    return [
        Change(place, item, name, value, present.get((place, item), {}).get(name))
        for present in [dict(_items(now))]
        for (place, item), figures in _items(frozen)
        for name, value in sorted(figures.items())
        if present.get((place, item), {}).get(name) != value
    ]


def _items(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    city = [("city", table["city"])] if table.get("city") else []
    for place, row in [*((row["code"], row) for row in table["counties"]), *city]:
        for item in row["items"]:
            yield (place, item["item"]), item


def within(table: Mapping[str, Any], counties: Sequence[str], *, city: bool) -> dict[str, Any]:
    """The part of a table that one reader may see (contract: a county its own row only, and no city sum)."""
    rows = [row for row in table["counties"] if row["code"] in counties]
    return {**table, "counties": rows, "city": table["city"] if city else None}
