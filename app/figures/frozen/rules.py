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
    figures: Mapping[str, Any],
    counts: Mapping[str, Mapping[str, Any]],
    exited: Mapping[str, int],
    forms: Sequence[Mapping[str, str]],
    software: str,
) -> dict[str, Any]:
    """The table to freeze: the live figures without their clock, with what made them.

    `exited`: county code → households out of poverty in its frame, which the reference item rests on; with it a
    stranger can compute every figure again (docs/recompute.py). `figures`: all indicators, as `/indicators` gives
    them; `counts`: county code → the sums that they are computed from (recount.py).
    """
    fixed = {name: value for name, value in satisfaction.items() if name not in MOVING}
    indicators = {row["code"]: row["indicators"] for row in figures["counties"]}
    rows = [
        {
            **row,
            "frame": {**row["frame"], "exited": exited[row["code"]]},
            "indicators": indicators[row["code"]],
            "counts": counts[row["code"]],
        }
        for row in fixed["counties"]
    ]
    city = fixed["city"] and {**fixed["city"], "indicators": figures["city"]["indicators"]}
    return {**fixed, "counties": rows, "city": city, "forms": list(forms), "software": software}


def canonical(table: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces: the text that is hashed."""
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Lower-case SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def changes(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Every field of a figure that differs, county by county, then the city; `now` has the same shape."""
    return [
        Change(place, item, name, value, present.get((place, item), {}).get(name))
        for present in [dict(figures_in(now))]
        for (place, item), figures in figures_in(frozen)
        for name, value in sorted(figures.items())
        if present.get((place, item), {}).get(name) != value
    ]


def figures_in(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """(place, item or indicator with its part) → its figures."""
    city = [("city", table["city"])] if table.get("city") else []
    for place, row in [*((row["code"], row) for row in table["counties"]), *city]:
        for item in row["items"]:
            yield (place, item["item"]), item
        for figure in row.get("indicators", ()):
            for part in (figure, *figure.get("parts", ())):
                yield (place, cell_name(part)), {name: value for name, value in part.items() if name != "parts"}


def cell_name(figure: Mapping[str, Any]) -> str:
    """`I07`, or `I07.suspected` of a part."""
    return ".".join(filter(None, (figure["code"], figure.get("part", ""))))


def beside(satisfaction: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Today's figures in the shape of the frozen table, to be held beside it."""
    indicators = {row["code"]: row["indicators"] for row in figures["counties"]}
    rows = [{**row, "indicators": indicators[row["code"]]} for row in satisfaction["counties"]]
    city = satisfaction["city"] and {**satisfaction["city"], "indicators": figures["city"]["indicators"]}
    return {**satisfaction, "counties": rows, "city": city}


def within(text: str, counties: Sequence[str], *, city: bool) -> dict[str, Any]:
    """The part of a table that one reader may see, or asks for (contract: a county its own row only, and no city sum).

    Of a hundred counties a table is megabytes: of canonical text only these rows are read, any other is read whole.
    """
    table = _rows_alone(text, counties)
    if table is None:
        table = json.loads(text)
        table["counties"] = [row for row in table["counties"] if row["code"] in counties]
    return {**table, "city": table["city"] if city else None}


CITY, ROWS, REST = '{"city":', ',"counties":[', '],"forms":'
"""How canonical text begins and goes on; within a string quotation marks are escaped, so they stand nowhere else."""


def _rows_alone(text: str, counties: Sequence[str]) -> dict[str, Any] | None:
    """These rows with all that stands around the rows; None where the text is not laid out as `canonical` does."""
    read, rest = json.JSONDecoder().raw_decode, text.rfind(REST)
    if not text.startswith(CITY) or rest < 0:
        return None
    city, at = read(text, len(CITY))
    if not text.startswith(ROWS, at):
        return None
    starts = [text.find(f'{{"code":"{code}",', at) for code in sorted(counties)]
    rows = [read(text, start)[0] for start in starts if start >= 0]
    return {"city": city, "counties": rows, **json.loads("{" + text[rest + 2 :])}
