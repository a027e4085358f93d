"""A frozen table computed again from the counts that were frozen with it: pure.

Nothing is read from today's records, which may have been corrected since: the sums by county, the frames and the
quotas stand in the table itself, and every rate, verdict and interval has to come out of them again. The median of
shares is the one figure that is no sum; it is taken as it was frozen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.figures.frozen.rules import cell_name
from app.figures.indicators.assemble import Figures, Median, no_median
from app.figures.indicators.figure import CountyCount, IndicatorFigure, Persons, Weighted
from app.figures.indicators.sums import Sum

ITEMS = {"team": "I01", "helper": "I02", "effect": "I03", "way": "I04"}
SAME = {"satisfied": "numerator", "n": "denominator", "rate": "rate", "official": "official"}
"""What an item of the satisfaction has in common with its indicator."""


def counts_text(count: CountyCount) -> dict[str, Any]:
    """What one county brings, to be frozen beside its figures."""
    return {
        "name": count.name_zh,
        "name_en": count.name_en,
        "sums": {
            kind: {cell: list(total) for cell, total in sorted(sums.items())} for kind, sums in count.sums.items()
        },
        "frame": dict(count.frame),
        "drawn": dict(count.drawn),
        "fewest": dict(count.fewest),
        "persons": asdict(count.persons) if count.persons else None,
    }


def count_from(code: str, told: Mapping[str, Any]) -> CountyCount:
    """The same again."""
    return CountyCount(
        code=code,
        name_zh=told["name"],
        name_en=told["name_en"],
        sums={
            kind: {cell: Sum(*numbers) for cell, numbers in sums.items()} for kind, sums in told["sums"].items()
        },
        frame=told["frame"],
        drawn=told["drawn"],
        fewest=told["fewest"],
        persons=Persons(**told["persons"]) if told["persons"] else None,
    )  # fmt: skip


def figure_from(told: Mapping[str, Any]) -> IndicatorFigure:
    """A frozen figure as the pages print figures."""
    weighted = told.get("weighted")
    given = {name: value for name, value in told.items() if name not in ("parts", "weighted", "notes")}
    return IndicatorFigure(
        **{"part": "", "role": "main", **given},
        weighted=Weighted(**{**weighted, "missing": tuple(weighted["missing"])}) if weighted else None,
        notes=tuple(told["notes"]),
        parts=tuple(figure_from(part) for part in told.get("parts", ())),
    )


def first_apart(table: Mapping[str, Any]) -> str | None:
    """`640104 I07.suspected`: the first figure that its counts do not give; None when all come out again."""
    rows = table["counties"]
    counts = [count_from(row["code"], row["counts"]) for row in rows if "counts" in row]
    if not counts:  # a table of before the indicators were frozen
        return None
    places = [(row["code"], row, [count]) for row, count in zip(rows, counts, strict=True)]
    places += [("city", table["city"], counts)] if table["city"] else []
    for code, row, mine in places:
        for name in _apart(row, mine):
            return f"{code} {name}"
    return None


def _apart(row: Mapping[str, Any], counts: Sequence[CountyCount]) -> Iterator[str]:
    frozen = {figure["code"]: figure for figure in row["indicators"]}
    for code, figure in Figures(counts, frozen, _median(frozen)).items():
        again = json.loads(json.dumps(figure.as_dict()))
        if again != frozen[code]:
            parts = zip([again, *again.get("parts", ())], [frozen[code], *frozen[code].get("parts", ())], strict=False)
            yield next((cell_name(one) for one, other in parts if one != other), code)
    for item in row["items"]:
        figure = frozen[ITEMS[item["item"]]]
        if any(item[mine] != figure[its] for mine, its in SAME.items()):
            yield str(item["item"])


def _median(frozen: Mapping[str, Mapping[str, Any]]) -> Median:
    parts = {part["part"]: part for part in frozen.get("I19", {}).get("parts", ())}
    median = parts.get("median")
    if median is None or median["rate"] is None:
        return no_median
    found = (round(100 * float(median["rate"])), median["households"])
    return lambda: found
