"""Two stages for the road: villages by size first, then households in them (HHD1, statistics §1.5).

Villages stand in the order of their tickets with their sizes cumulated; every M/m-th household from a random start
hits one, so a village is hit m·M_i/M times on average, never less than the whole part of it. The same number of
households is drawn for each hit, therefore every household has the same chance m·b/M and the plain rate stays
unbiased. Integers only: a rounded fraction would make two machines disagree.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.methods.draw.rules import VERSION, RefusedInput, check_field, is_field, is_hash, tickets

FEWEST_VILLAGES = 5
"""Fewer villages with more households each make the sample of ten worth five (design effect; §1.5)."""


@dataclass(frozen=True)
class Hit:
    """A village that was hit: its size in the frame and how often."""

    village: str
    size: int
    hits: int


@dataclass(frozen=True)
class Picked:
    """The first stage: M households in all, the start among them, and the villages hit in ticket order."""

    total: int
    start: int
    villages: tuple[Hit, ...]

    def hits_of(self, village: str) -> int:
        """How often a village was hit; 0 when it was not."""
        return next((each.hits for each in self.villages if each.village == village), 0)


def village_stratum(stratum: str) -> str:
    """The name under which a stratum's villages are ticketed and committed: `V-640104-P`."""
    return f"V-{stratum}"


def village_units(sizes: Mapping[str, int]) -> list[str]:
    """The villages as their frame digest names them, `VILLAGE.SIZE`."""
    return [f"{check_field(village, 'village')}.{size}" for village, size in sizes.items()]


def start(seed_hex: str, draw: str, stratum: str, total: int) -> int:
    """Where the walk over the M households begins, 0 … M − 1."""
    if not is_hash(seed_hex):
        raise RefusedInput("种子不是 64 位十六进制", "the seed is not 64 hexadecimal characters")
    text = f"{VERSION}|U|{seed_hex}|{check_field(draw, 'draw')}|{check_field(stratum, 'stratum')}"
    return int(hashlib.sha256(text.encode("ascii")).hexdigest(), 16) % total


def pick_villages(seed_hex: str, draw: str, stratum: str, sizes: Mapping[str, int], m: int) -> Picked:
    """Hit m times among the villages, each in proportion to its size.

    `sizes` gives households by village code. A village with m·size > M may be hit twice or more.
    """
    total = sum(sizes.values())
    if m < 1 or not sizes or min(sizes.values()) < 1 or total < m:
        raise RefusedInput("村数或户数不足以分两级抽", "too few villages or households for two stages")
    first = start(seed_hex, draw, stratum, total)
    ordered = [name for _, name in sorted(tickets(seed_hex, draw, village_stratum(stratum), sizes))]
    found: list[Hit] = []
    below = 0
    for village in ordered:
        above = below + sizes[village]
        hits = _points_below(m * above, first, total) - _points_below(m * below, first, total)
        if hits:
            found.append(Hit(village, sizes[village], hits))
        below = above
    return Picked(total, first, tuple(found))


def _points_below(bound: int, first: int, step: int) -> int:
    """How many of first, first + step, first + 2·step … lie below the bound."""
    return max(0, -((first - bound) // step))


def most_hits(size: int, total: int, m: int) -> int:
    """The most hits a village of this size can take, whatever the start: m·size/M rounded up."""
    return -(-m * size // total)


def merged(sizes: Mapping[str, int], fewest: int) -> dict[str, tuple[str, ...]]:
    """Villages put together until each group holds `fewest` households or more: group's name → its villages.

    In the order of codes, which are neighbours in a township; a group is named by its first village, and what is
    left at the end joins the last group.
    """
    groups: list[list[str]] = []
    waiting: list[str] = []
    for village in sorted(sizes):
        waiting.append(village)
        if sum(sizes[each] for each in waiting) >= fewest:
            groups.append(waiting)
            waiting = []
    if waiting and groups:
        groups[-1] += waiting
    elif waiting:
        groups.append(waiting)
    return {group[0]: tuple(group) for group in groups}


def inclusion(size: int, total: int, m: int, b: int) -> tuple[str, str]:
    """A village's expected hits and a household's chance, as fractions of integers: `m·size/M`, `m·b/M`."""
    return f"{m * size}/{total}", f"{m * b}/{total}"


def is_sound(m: int, b: int) -> bool:
    """Whether the scheme keeps its promise: at least five villages (5×2, never 2×5)."""
    return m >= FEWEST_VILLAGES and b >= 1


# --- a first stage in somebody's record ---


@dataclass(frozen=True)
class Stage:
    """The first stage of one stratum as a record states it: m hits, b households for each, and what was picked."""

    stratum: str
    m: int
    b: int
    total: int
    start: int
    picked: tuple[Hit, ...]

    @property
    def village_line(self) -> str:
        return village_stratum(self.stratum)

    def hits(self) -> dict[str, int]:
        """Stratum of a village's households → how often it was hit."""
        return {household_stratum(self.stratum, hit.village): hit.hits for hit in self.picked}

    def holds(self, line: str) -> bool:
        """Whether a line of the commitment is one of this stage's villages."""
        return line.startswith(household_stratum(self.stratum, ""))

    def village_of(self, line: str) -> str:
        return line[len(household_stratum(self.stratum, "")) :]


def household_stratum(stratum: str, village: str) -> str:
    """The stratum of a village's households: `640104-P.640104901201`, in a part `640104-P.FRESH-640104901201`."""
    return f"{stratum}{'-' if '.' in stratum else '.'}{village}"


def read_stages(rows: object) -> tuple[Stage, ...]:
    """The first stages of a record, or ValueError naming the place that is malformed."""
    if not isinstance(rows, list):
        raise ValueError("stages")
    found: list[Stage] = []
    for index, row in enumerate(rows):
        where = f"stages/{index}"
        picked = row.get("picked") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(picked, list) or not is_field(row.get("stratum")):
            raise ValueError(where)
        if not all(_is_whole(row.get(name)) for name in ("m", "b", "M", "start")) or not row["m"] or not row["b"]:
            raise ValueError(where)
        hits = tuple(_read_hit(each, f"{where}/picked") for each in picked)
        found.append(Stage(row["stratum"], row["m"], row["b"], row["M"], row["start"], hits))
    if len({stage.stratum for stage in found}) != len(found):
        raise ValueError("stages")
    return tuple(found)


def _read_hit(row: object, where: str) -> Hit:
    if not isinstance(row, list) or len(row) < 3 or not is_field(row[0]) or not all(map(_is_whole, row[1:3])):
        raise ValueError(where)
    return Hit(row[0], row[1], row[2])


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
