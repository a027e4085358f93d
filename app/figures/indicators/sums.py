"""Sums over households: what a cell adds up to, with the squares that the spread over households needs. Pure.

Sums are added and taken off again one household at a time, so a county's figures follow a record without counting
everybody anew; counting everybody anew must give the same (`ruhu verify` asks it).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple


class Sum(NamedTuple):
    """Over n households: Σx, Σy, Σx², Σxy, Σy²."""

    n: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    xy: int = 0
    yy: int = 0

    def plus(self, x: int, y: int, sign: int = 1) -> "Sum":
        """With one household more (or less)."""
        n, sx, sy, xx, xy, yy = self
        return Sum(
            n + sign, sx + sign * x, sy + sign * y, xx + sign * x * x, xy + sign * x * y, yy + sign * y * y
        )  # fmt: skip

    def merged(self, other: "Sum") -> "Sum":
        """Both together."""
        n, x, y, xx, xy, yy = other
        return Sum(self.n + n, self.x + x, self.y + y, self.xx + xx, self.xy + xy, self.yy + yy)


NOTHING = Sum()
new_sum: Callable[[Iterable[int]], Sum] = partial(tuple.__new__, Sum)
"""A sum of six numbers that were kept as such: a page makes ten thousand of them, and this is twice as fast."""
Sums = Mapping[str, Sum]
"""Cell → its sum."""


def add_up(marks: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, Sum]:
    """The sums of households' marks; in place, for there may be a million."""
    found: dict[str, list[int]] = {}
    for mine in marks:
        for cell, (x, y) in mine.items():
            total = found.get(cell)
            if total is None:
                found[cell] = [1, x, y, x * x, x * y, y * y]
                continue
            total[0] += 1
            total[1] += x
            total[2] += y
            total[3] += x * x
            total[4] += x * y
            total[5] += y * y
    return {cell: Sum(*total) for cell, total in found.items()}


def change(sums: dict[str, Sum], marks: Mapping[str, tuple[int, int]], sign: int = 1) -> None:
    """Add one household's marks, or take them off; a cell without households disappears."""
    for cell, (x, y) in marks.items():
        total = sums.get(cell, NOTHING).plus(x, y, sign)
        if total.n:
            sums[cell] = total
        else:
            sums.pop(cell, None)


def merge(many: Iterable[Sums]) -> dict[str, Sum]:
    """The sums of several counties, lists or strata together."""
    found: dict[str, Sum] = {}
    for sums in many:
        if not found:
            found = dict(sums)
            continue
        for cell, mine in sums.items():
            found[cell] = found[cell].merged(mine) if cell in found else mine
    return found
