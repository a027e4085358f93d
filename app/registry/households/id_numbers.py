"""Resident identity numbers (GB 11643): shape, date and check character are judged, the place only looked at.

Pure. A number whose place code is newer than the birth is no fault: late registrations have it, and a strict library
turns away real people of 640104 and 640181 born before 2002. A disability certificate is the number with two to four
characters behind it (GB/T 33660); its first 18 are taken. Never prints or keeps a number.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
_ZEROS = ord("0") * sum(WEIGHTS)
_MAINLAND = (
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66),
)  # fmt: skip
PROVINCES = frozenset(map(str, (*_MAINLAND, 71, 81, 82, 83, 91)))
NEW_IN_2002 = frozenset({"640104", "640105", "640106", "640181"})
OLDEST_YEARS = 120

_SEPARATORS = re.compile(r"[\s\-‐–—·.]")
_LOOK_ALIKES = str.maketrans({"\u03a7": "X", "\u0425": "X", "×": "X"})  # Greek, Cyrillic, the sign of multiplication
_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_CERTIFICATE = re.compile(r"([0-9]{17}[0-9X])[1-7][1-4](?:B[1-9])?", re.ASCII)
_IN_TEXT = re.compile(r"(?<![0-9])([0-9]{6})[0-9]{7,8}([0-9]{3}[0-9Xx])(?![0-9])", re.ASCII)


@dataclass(frozen=True)
class IdCheck:
    """`number` is None when there is a fault; `doubts` are worth a look and no fault."""

    number: str | None
    born_on: date | None = None
    fault: str | None = None
    doubts: tuple[str, ...] = ()


def check_character(first17: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits."""
    return CHECKS[(sum(map(mul, WEIGHTS, first17.encode("ascii"))) - _ZEROS) % 11]


def check(text: str, today: date) -> IdCheck:
    """Judge what stands in the cell. Faults: id_shape id_old id_spoiled id_date id_check."""
    plain = text
    if not _NUMBER.fullmatch(plain):
        plain = _SEPARATORS.sub("", text).upper().translate(_LOOK_ALIKES)
        if found := _CERTIFICATE.fullmatch(plain):
            plain = found[1]
        elif not _NUMBER.fullmatch(plain):
            if "E+" in plain:
                return IdCheck(None, fault="id_spoiled")
            return IdCheck(None, fault="id_old" if re.fullmatch(r"[0-9]{15}", plain) else "id_shape")
    born_on = _date(plain[6:14])
    if born_on is None or born_on > today or born_on.year < 1850:
        return IdCheck(None, fault="id_date")
    if check_character(plain[:17]) != plain[17]:
        return IdCheck(None, fault="id_check")
    return IdCheck(plain, born_on, doubts=_doubts(plain, born_on, today))


def _doubts(number: str, born_on: date, today: date) -> tuple[str, ...]:
    doubts = []
    if number[:2] not in PROVINCES:
        doubts.append("id_place")
    if number[:6] in NEW_IN_2002 and born_on.year < 2002:
        doubts.append("id_place_newer")
    if today.year - born_on.year > OLDEST_YEARS:
        doubts.append("id_age")
    return tuple(doubts)


@lru_cache(maxsize=32_768)
def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def mask(number: str) -> str:
    """First six and last four; the rest are stars. This is the only form in which a number leaves the room."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_in(text: str) -> str:
    """Free text with every run that looks like such a number masked."""
    return _IN_TEXT.sub(lambda found: f"{found[1]}********{found[2]}", text)
