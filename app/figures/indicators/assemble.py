"""All figures of a place from what its counties bring: the plain ones, and the five that are made of others. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from app.figures.indicators.catalogue import Indicator, Part
from app.figures.indicators.figure import CountyCount, IndicatorFigure, cell_of, simple_figure
from app.figures.indicators.sums import NOTHING, Sum
from app.figures.indicators.yc2017 import INDICATORS
from app.methods.estimates import rate_text

Counts = Sequence[CountyCount]
Median = Callable[[], tuple[int, int] | None]
"""The median share of support in income in hundredths of a per cent and its households; asked only when shown."""


def no_median() -> tuple[int, int] | None:
    """Nobody told an income."""
    return None


class Figures(Mapping[str, IndicatorFigure]):
    """Code → figure of one county (one count) or of the city (all of them), each made when it is first asked for."""

    def __init__(self, counts: Counts, codes: Collection[str] | None = None, median: Median = no_median) -> None:
        self._counts, self._median = counts, median
        self._lines = {code: line for code, line in INDICATORS.items() if codes is None or code in codes}
        self._made: dict[str, IndicatorFigure] = {}

    def __getitem__(self, code: str) -> IndicatorFigure:
        if code not in self._made:
            self._made[code] = _figure(self._lines[code], self._counts, self._median)
        return self._made[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _figure(line: Indicator, counts: Counts, median: Median) -> IndicatorFigure:
    special = SPECIAL.get(line.code)
    if special is not None:
        return special(line, counts)
    cells = [line.code, *(f"{line.code}.{part.name}" for part in line.parts)]
    is_there = any(cell_of(counts, line.kinds, cell).n for cell in cells)
    main = _plain(line, None, counts) if line.has_main else _headless(line)
    parts = tuple(_part(line, part, counts, median) for part in line.parts)
    return replace(main, parts=parts, waits_for=None if is_there else line.waits_for)


def _plain(line: Indicator, part: Part | None, counts: Counts) -> IndicatorFigure:
    """A part with strata of its own is the main cell among them; else it has a cell of its own."""
    own = part is not None and part.kinds is None
    cell = f"{line.code}.{part.name}" if part and own else line.code
    kinds = (part and part.kinds) or line.kinds
    return simple_figure(line, part, cell_of(counts, kinds, cell), counts, _notes(line, part))


def _part(line: Indicator, part: Part, counts: Counts, median: Median) -> IndicatorFigure:
    figure = _plain(line, part, counts)
    if (line.code, part.name) != ("I19", "median"):
        return figure
    found = median()
    if found is None:
        return figure
    return replace(figure, households=found[1], denominator=found[1], rate=_hundredths(found[0]), low=None, high=None)


def _headless(line: Indicator) -> IndicatorFigure:
    return replace(simple_figure(line, None, NOTHING, ()), official=None)


def _notes(line: Indicator, part: Part | None) -> tuple[str, ...]:
    return ("mixed",) if part is None and len(line.kinds) > 1 else ()


def _hundredths(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"


# --- made of others ---


def _three_items(line: Indicator, counts: Counts) -> IndicatorFigure:
    """I05: how many of the three are officially met; the lowest rate less 90 points, from whole numbers."""
    three = [_plain(INDICATORS[code], None, counts) for code in ("I01", "I02", "I03")]
    if any(each.official == "too_few" for each in three):
        return replace(simple_figure(line, None, NOTHING, ()), denominator=3, official="too_few")
    met = sum(each.official == "met" for each in three)
    lowest = min(Fraction(each.numerator, each.denominator) for each in three) - Fraction(9, 10)
    points = round_half_up(lowest * 10_000)
    total = Sum(n=three[0].households, x=met, y=3)
    figure = replace(simple_figure(line, None, total, ()), margin=_hundredths(points))
    return replace(figure, official="met" if met == len(three) else "missed")


def round_half_up(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero."""
    sign = -1 if value < 0 else 1
    value = abs(value)
    return sign * ((2 * value.numerator + value.denominator) // (2 * value.denominator))


def _poverty(line: Indicator, counts: Counts) -> IndicatorFigure:
    """I10: needs the register's persons of all three classes and somebody interviewed in both strata."""
    wrong, missed = cell_of(counts, ("poor",), "I08"), cell_of(counts, ("non_poor",), "I09")
    empty = simple_figure(line, None, NOTHING, ())
    known = [each.persons for each in counts if each.persons is not None]
    if len(known) < len(counts) or not wrong.y or not missed.y or not all(each.non_filed for each in known):
        return replace(empty, official=None, notes=("needs_population",))
    rural = sum(each.unexited + each.exited + each.non_filed for each in known)
    poor = (
        sum(each.unexited for each in known)
        + Fraction(wrong.x, wrong.y) * sum(each.exited for each in known)
        + Fraction(missed.x, missed.y) * sum(each.non_filed for each in known)
    )
    share = poor / rural
    assert line.target is not None  # the scheme gives it one
    return replace(
        empty,
        numerator=round_half_up(poor),
        denominator=rural,
        households=wrong.n + missed.n,
        rate=rate_text(share.numerator, share.denominator),
        official="met" if line.target.is_met(share.numerator, share.denominator) else "missed",
        notes=("projected", "mixed"),
    )


def _completed(line: Indicator, counts: Counts) -> IndicatorFigure:
    """I35: completed up to the fewest asked for, county by county: more in one make up for none elsewhere."""

    def total(kinds: Sequence[str]) -> Sum:
        done = asked = 0
        for each in counts:
            for kind in kinds:
                fewest = each.fewest.get(kind, 0)
                asked += fewest
                done += min(fewest, each.sums.get(kind, {}).get("I35", NOTHING).x)
        return Sum(n=cell_of(counts, kinds, "I35").x, x=done, y=asked)

    main = simple_figure(line, None, total(line.kinds), ())
    return replace(main, parts=tuple(simple_figure(line, part, total(part.kinds or ()), ()) for part in line.parts))


def _not_reached(line: Indicator, counts: Counts) -> IndicatorFigure:
    """I39: of the first-drawn households, those that ended without an interview; the others are still to come."""

    def figure(part: Part | None, kinds: Sequence[str], cell: str) -> IndicatorFigure:
        drawn = sum(each.drawn.get(kind, 0) for each in counts for kind in kinds)
        total = Sum(n=drawn, x=cell_of(counts, kinds, cell).x, y=drawn)
        return replace(simple_figure(line, part, total, ()), low=None, high=None, model=None, level=None)

    parts = tuple(
        figure(part, part.kinds or line.kinds, "I39" if part.kinds else f"I39.{part.name}") for part in line.parts
    )
    return replace(figure(None, line.kinds, "I39"), parts=parts, notes=("mixed",))


SPECIAL: Mapping[str, Callable[[Indicator, Counts], IndicatorFigure]] = {
    "I05": _three_items,
    "I10": _poverty,
    "I35": _completed,
    "I39": _not_reached,
}
