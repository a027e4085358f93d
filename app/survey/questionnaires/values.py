"""Values of the rules and how they turn into one another; twin of pwa/src/domain/form/values.ts.

XPath 1.0 as the ODK engines speak it, with three decisions: a number that is none (blank arithmetic, division by
zero) turns into blank text; a date (YYYY-MM-DD) counts as days since 1970-01-01; a single blank answer is "" and
false. Only ASCII digits are digits. Change nothing here without its twin and the shared cases.
"""

import math
import re
from collections.abc import Callable
from datetime import date

Value = str | float | bool | list[str]
"""A list is what a path through all rows of a repeat gives: the relevant values in order."""

NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SPACE = " \t\r\n"
BLANK = SPACE + "\u3000"
EPOCH = date(1970, 1, 1).toordinal()


def to_text(value: Value) -> str:
    """The value as an answer would hold it."""
    if isinstance(value, list):
        return value[0] if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


def to_number(value: Value) -> float:
    """The value as a number, NaN where it is none."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float):
        return float(value)
    text = to_text(value).strip(SPACE)
    if NUMBER.fullmatch(text):
        return float(text)
    day = day_number(text)
    return math.nan if day is None else float(day)


def to_truth(value: Value) -> bool:
    """The value as yes or no."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0 and not math.isnan(value)
    return len(value) > 0


def number_text(number: float) -> str:
    """Decimal digits without exponent; "" for what JSON cannot hold; the shortest that reads back the same."""
    if math.isnan(number) or math.isinf(number):
        return ""
    if number == 0:
        return "0"
    digits, _, exponent = repr(abs(float(number))).partition("e")
    whole, _, part = digits.partition(".")
    shift = int(exponent or 0)
    figures = whole + part
    point = len(whole) + shift
    if point <= 0:
        figures, point = "0" * (1 - point) + figures, 1
    figures = figures.ljust(point, "0")
    fraction = figures[point:].rstrip("0")
    text = (figures[:point].lstrip("0") or "0") + ("." + fraction if fraction else "")
    return "-" + text if number < 0 else text


def day_number(text: str) -> int | None:
    """Days since 1970-01-01 of a calendar date, None when it is none."""
    match = DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).toordinal() - EPOCH
    except ValueError:
        return None


def day_text(days: int) -> str:
    """The calendar date of a day number, "" outside the years 1 to 9999."""
    try:
        return date.fromordinal(days + EPOCH).isoformat()
    except (ValueError, OverflowError):
        return ""


def round_half_up(number: float, places: float) -> float:
    """As the ODK web engine rounds: halves away from zero, on the binary number as it is."""
    if not math.isfinite(number) or math.isnan(places) or abs(places) > 15:
        return math.nan
    scale = 1.0
    for _ in range(abs(int(places))):
        scale *= 10.0
    if places >= 0:
        scaled = number * scale
        return _nearest(scaled) / scale if math.isfinite(scaled) else math.nan
    return _nearest(number / scale) * scale


def _nearest(number: float) -> float:
    low = float(math.floor(abs(number)))
    return math.copysign(low if abs(number) - low < 0.5 else low + 1, number)


def compare(operator: str, left: Value, right: Value) -> bool:
    """`= != < <= > >=`; rows of a repeat hold if any of them does."""
    if isinstance(left, list) and not isinstance(right, bool):
        return any(compare(operator, item, right) for item in left)
    if isinstance(right, list) and not isinstance(left, bool):
        return any(compare(operator, left, item) for item in right)
    if operator in ("=", "!="):
        return _same(left, right) == (operator == "=")
    a, b = to_number(left), to_number(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) == to_truth(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return to_number(left) == to_number(right)


def calculate(operator: str, a: float, b: float) -> float:
    """`+ - * div mod`; NaN where there is no result."""
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "div":
        return a / b if b != 0 else math.nan
    return math.fmod(a, b) if b != 0 and math.isfinite(a) else math.nan


def words(value: Value) -> list[str]:
    """The chosen values of a select_multiple."""
    return [word for word in re.split(r"[ \t\r\n]+", to_text(value)) if word]


def _members(values: list[Value]) -> list[str | float | bool]:
    flat: list[str | float | bool] = []
    for value in values:
        flat.extend(value) if isinstance(value, list) else flat.append(value)
    return flat


def _total(values: list[Value]) -> float:
    total = 0.0
    for value in _members(values):
        total += to_number(value)
    return total


def _extreme(values: list[Value], larger: bool) -> float:
    found = math.nan
    for index, value in enumerate(_members(values)):
        number = to_number(value)
        if math.isnan(number):
            return math.nan
        if index == 0 or (number > found) == larger:
            found = number
    return found


def _substr(values: list[Value]) -> str:
    text = to_text(values[0])
    start = _position(to_number(values[1]), len(text))
    end = _position(to_number(values[2]), len(text)) if len(values) > 2 else len(text)
    return text[start:end] if start < end else ""


def _position(number: float, length: int) -> int:
    if math.isnan(number):
        return 0
    clamped = max(-1e9, min(1e9, number))
    at = int(clamped)
    return max(0, min(length, at + length if at < 0 else at))


def _selected_at(values: list[Value]) -> str:
    chosen, at = words(values[0]), to_number(values[1])
    return chosen[int(at)] if 0 <= at < len(chosen) else ""


def _whole(number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _date_text(values: list[Value]) -> str:
    day = to_text(values[0])[:10]
    if day_number(day) is None:
        return ""
    year, month, date_ = day.split("-")
    parts = {"Y": year, "y": year[2:], "m": month, "n": str(int(month)), "d": date_, "e": str(int(date_)), "%": "%"}
    return re.sub(r"%([Yymnde%])", lambda found: parts[found[1]], to_text(values[1]))


def _power(base: float, exponent: float) -> float:
    """Whole exponents only, multiplied out, so that both twins come to the same last digit."""
    if not math.isfinite(exponent) or exponent != math.trunc(exponent) or abs(exponent) > 100:
        return math.nan
    found = 1.0
    for _ in range(int(abs(exponent))):
        found *= base
    return found if exponent >= 0 else calculate("div", 1.0, found)


def _root(number: float) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _parted(values: list[Value], after: bool) -> str:
    before, found, rest = to_text(values[0]).partition(to_text(values[1]) or "\x00")
    if not to_text(values[1]):
        return to_text(values[0]) if after else ""
    return (rest if after else before) if found else ""


def _translate(values: list[Value]) -> str:
    text, old, new = (to_text(value) for value in values)
    table: dict[int, str | None] = {}
    for at, char in enumerate(old):
        table.setdefault(ord(char), new[at] if at < len(new) else None)
    return text.translate(table)


def _matches(values: list[Value]) -> bool:
    text = to_text(values[0])
    return len(text) <= 200 and re.fullmatch(to_text(values[1]), text) is not None


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "abs": lambda v: abs(to_number(v[0])),
    "boolean": lambda v: to_truth(v[0]),
    "coalesce": lambda v: next((x for x in v if to_text(x) != ""), ""),
    "concat": lambda v: "".join(to_text(x) for x in _members(v)),
    "contains": lambda v: to_text(v[1]) in to_text(v[0]),
    "count": lambda v: float(len(v[0])) if isinstance(v[0], list) else 1.0,
    "count-non-empty": lambda v: float(sum(1 for x in _members(v) if to_text(x) != "")),
    "count-selected": lambda v: float(len(words(v[0]))),
    "date": lambda v: to_text(v[0]) if day_number(to_text(v[0])) is not None else "",
    "ends-with": lambda v: to_text(v[0]).endswith(to_text(v[1])),
    "false": lambda v: False,
    "int": lambda v: _whole(to_number(v[0])),
    "join": lambda v: to_text(v[0]).join(to_text(x) for x in _members(v[1:])),
    "max": lambda v: _extreme(v, True),
    "min": lambda v: _extreme(v, False),
    "normalize-space": lambda v: " ".join(words(v[0])),
    "not": lambda v: not to_truth(v[0]),
    "number": lambda v: to_number(v[0]),
    "regex": _matches,
    "round": lambda v: round_half_up(to_number(v[0]), to_number(v[1]) if len(v) > 1 else 0.0),
    "selected": lambda v: to_text(v[1]).strip(SPACE) in words(v[0]),
    "selected-at": _selected_at,
    "starts-with": lambda v: to_text(v[0]).startswith(to_text(v[1])),
    "string": lambda v: to_text(v[0]),
    "string-length": lambda v: float(len(to_text(v[0]))),
    "substr": _substr,
    "sum": _total,
    "true": lambda v: True,
    "boolean-from-string": lambda v: to_text(v[0]) in ("1", "true"),
    "format-date": _date_text,
    "pow": lambda v: _power(to_number(v[0]), to_number(v[1])),
    "sqrt": lambda v: _root(to_number(v[0])),
    "substring-after": lambda v: _parted(v, True),
    "substring-before": lambda v: _parted(v, False),
    "translate": _translate,
}
"""By name; `if`, `today` and `position` need their surroundings and stand in `state.py`."""
