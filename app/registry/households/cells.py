"""What people write in cells, made plain: full-width digits, stray spaces, numbers as text and text as numbers.

Pure. A cell arrives as None, text, a number or true/false (dates already as ISO text). Nothing is guessed where two
readings are possible: the function raises ValueError and the caller names the row.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

DESTROYED = 10**15
"""Excel keeps 15 digits of a number; from here on the last digits are zeros that nobody typed."""

MOST_YUAN = 100_000_000

BLANK_WORDS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "暂无", "#N/A", "N/A", "NULL", "null"})

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_SPACE = re.compile(r"\s+")
_CJK = re.compile("[\u3400-\u9fff]")
_EXPORTED = re.compile(r"\d+\.0", re.ASCII)
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?(?:[-./年]?\d.*)?", re.ASCII)
_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(万)?(?:元)?", re.ASCII)
_YMD = re.compile(
    r"(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?", re.ASCII
)
_SERIAL_ZERO = date(1899, 12, 30)  # Excel's day 0, with its leap day of 1900 that never was


def clean(text: str) -> str:
    """NFKC, invisible characters gone, spaces gone from Chinese and single elsewhere, a leading ' of Excel gone."""
    is_plain = " " not in text and text[:1] != "'" and text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return text if is_plain else _clean(text)  # most cells of a long list: nothing to do


@lru_cache(maxsize=8192)
def _clean(text: str) -> str:
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    plain = _SPACE.sub("" if _CJK.search(plain) else " ", plain).strip().removeprefix("'").strip()
    return unicodedata.normalize("NFKC", plain)  # what the spaces held apart may now belong together


def is_destroyed(value: Any) -> bool:
    """A number of more than 15 digits: its end is lost."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= DESTROYED


@lru_cache(maxsize=8192, typed=True)
def text_of(value: Any) -> str:
    """The cell as text; a whole number without its `.0`; blank words become blank. Asked several times of one cell."""
    if isinstance(value, str):
        plain = clean(value)
        return "" if plain in BLANK_WORDS else plain
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def code_of(value: Any) -> str:
    """A code (village, household, telephone): text without spaces and without the `.0` of an exported number."""
    plain = text_of(value).replace(" ", "")
    return plain[:-2] if plain.endswith(".0") and _EXPORTED.fullmatch(plain) else plain


def yuan(value: Any) -> int | None:
    """Whole yuan, half up; None when blank. `1.2万`, `2,000元` are read; ValueError for anything else."""
    if value is None or (type(value) is float and value.is_integer() and abs(value) <= MOST_YUAN):
        return None if value is None else int(value)
    plain = text_of(value).replace(",", "").replace(" ", "").lstrip("¥￥")
    if not plain:
        return None
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise ValueError(plain)
    amount = Decimal(found[1]) * (10_000 if found[2] else 1)
    if abs(amount) > MOST_YUAN:
        raise ValueError(plain)
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def degrees(value: Any) -> float | None:
    """Decimal degrees, or None when blank."""
    plain = text_of(value).replace(" ", "").rstrip("°EN")
    if not plain:
        return None
    try:
        return float(Decimal(plain))
    except InvalidOperation as fault:
        raise ValueError(plain) from fault


def whole_year(value: Any) -> int | None:
    """A year such as 2016, `2016年`, a date in that year; None when blank."""
    plain = text_of(value)
    if not plain:
        return None
    found = _YEAR.fullmatch(plain)
    if found is None:
        raise ValueError(plain)
    return int(found[1])


def day(value: Any) -> tuple[date, bool] | None:
    """A date and whether it is exact to the day; None when blank, ValueError when it is no date.

    Read: Excel's serial number, 19900102, 1990-1-2, 1990.1.2, 1990/1/2, 1990年1月2日. With a month alone, or a year
    alone, the first day stands in and `exact` is False. A *number* 1990.1 may be January or October: year alone.
    """
    if isinstance(value, float) and value != int(value):
        whole = int(value)
        if 1900 <= whole <= 2100:
            return date(whole, 1, 1), False
        value = whole
    plain = text_of(value).replace(" ", "" if not isinstance(value, str) or ":" not in value else " ")
    if not plain:
        return None
    if re.fullmatch(r"\d+", plain, re.ASCII):
        return _day_of_digits(plain)
    if found := _YMD.fullmatch(plain):
        year, month, month_day = found[1], found[2], found[3]
        return date(int(year), int(month), int(month_day or 1)), month_day is not None
    if found := re.fullmatch(r"(\d{4})年?", plain, re.ASCII):
        return date(int(found[1]), 1, 1), False
    raise ValueError(plain)


def _day_of_digits(digits: str) -> tuple[date, bool]:
    if len(digits) == 8:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])), True
    if len(digits) == 6 and digits[:2] in ("19", "20"):
        return date(int(digits[:4]), int(digits[4:]), 1), False
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return date(int(digits), 1, 1), False
    if len(digits) <= 5 and int(digits) > 0:
        return _SERIAL_ZERO + timedelta(days=int(digits)), True
    raise ValueError(digits)
