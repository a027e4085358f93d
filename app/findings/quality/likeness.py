"""Interviews that agree with another household's in nearly every answer (F07). Pure, exact, every pair is compared.

A question's answers over some thousand records are the bits of one whole number, so one operation compares a record
with all of them; a tree of adders counts the differences of each pair side by side. Ten thousand interviews have fifty
million pairs and take seconds. Only questions that both were asked are compared. It never says who copied whom.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FEWEST_SHARED = 25
PERCENT = 85
"""Kuriakose and Robbins (2016) take 85 % for a likely copy; in homogeneous places honest interviews reach it too (Pew
Research Center, 2016), so below 100 % it is a question and no more (domain §5, F07)."""
AT_ONCE = 4096
"""Records whose bits stand in one number."""
MOST_LOOKED_AT = 4
"""So many of those that have a likeness already are looked at for a closer one."""


@dataclass(frozen=True)
class Likeness:
    """The other record (its place in the list), and in how many of the shared answers both agree."""

    other: int
    same: int
    shared: int

    @property
    def is_same(self) -> bool:
        return self.same == self.shared

    def is_closer_than(self, known: "Likeness | None") -> bool:
        return known is None or self.same * known.shared > known.same * self.shared


def likenesses(records: Sequence[Sequence[int]], households: Sequence[str]) -> dict[int, Likeness]:
    """Place of a record → the closest found; `records`: a number per question and answer, 0 where there is none."""
    found: dict[int, Likeness] = {}
    for start in range(0, len(records), AT_ONCE):
        sheet = _Sheet(records, households, start)
        for one in sheet.part:
            sheet.note(one, found.get(one))
        for place in range(start + 1, len(records)):
            for candidates, most in sheet.nearly_like(place):
                for other in candidates:
                    likeness = _compared(records[place], records[other])
                    if likeness is None:
                        continue
                    for one, twin in ((place, other), (other, place)):
                        seen = Likeness(twin, *likeness)
                        if seen.is_closer_than(found.get(one)):
                            found[one] = seen
                            sheet.note(one, seen)
                    most -= 1
                    if not most:
                        break
    return found


def _compared(one: Sequence[int], other: Sequence[int]) -> tuple[int, int] | None:
    """Answers alike and answers shared, or None where that is no likeness."""
    pairs = [a == b for a, b in zip(one, other, strict=True) if a and b]
    same, shared = sum(pairs), len(pairs)
    return (same, shared) if shared >= FEWEST_SHARED and 100 * same >= PERCENT * shared else None


class _Sheet:
    """Some thousand records by question: bit n is the record at `start` + n."""

    def __init__(self, records: Sequence[Sequence[int]], households: Sequence[str], start: int) -> None:
        self._records, self._households, self._start = records, households, start
        self._known = self._exact = 0
        self.part = range(start, min(start + AT_ONCE, len(records)))
        questions = range(len(records[start]))
        self._asked = [self._bits(place for place in self.part if records[place][at]) for at in questions]
        self._answer: list[dict[int, int]] = []
        for at in questions:
            by_value: dict[int, list[int]] = defaultdict(list)
            for place in self.part:
                by_value[records[place][at]].append(place)
            self._answer.append({value: self._bits(iter(them)) for value, them in by_value.items() if value})
        by_household: dict[str, list[int]] = defaultdict(list)
        for place in self.part:
            by_household[households[place]].append(place)
        self._home = {home: self._bits(iter(them)) for home, them in by_household.items()}

    def _bits(self, places: Iterator[int]) -> int:
        marks = bytearray(AT_ONCE // 8)
        for place in places:
            bit = place - self._start
            marks[bit >> 3] |= 1 << (bit & 7)
        return int.from_bytes(marks, "little")

    def note(self, place: int, seen: Likeness | None) -> None:
        """A record has a likeness now: it need not be looked at again unless for a closer one."""
        if seen is not None and place in self.part:
            bit = 1 << (place - self._start)
            self._known |= bit
            self._exact |= bit if seen.is_same else 0

    def nearly_like(self, place: int) -> Iterator[tuple[Iterator[int], int]]:
        """Earlier records of this sheet with few enough differences, and how many likenesses of each kind suffice:
        equal ones before others, and of those that have a likeness already only some."""
        record = self._records[place]
        asked = [at for at, value in enumerate(record) if value]
        if len(asked) < FEWEST_SHARED:
            return
        apart = [self._asked[at] ^ self._answer[at].get(record[at], 0) for at in asked]
        planes = _added([bits for bits in apart if bits])
        earlier = (1 << (min(place, self.part.stop) - self._start)) - 1
        earlier &= ~self._home.get(self._households[place], 0)
        near = _at_most(planes, len(asked) * (100 - PERCENT) // 100, earlier)
        equal = _at_most(planes, 0, near)
        yield self._places(equal & self._exact), 1
        yield self._places(equal & ~self._exact), AT_ONCE
        yield self._places(near & ~equal & ~self._known), AT_ONCE
        yield self._places(near & ~equal & self._known), MOST_LOOKED_AT

    def _places(self, bits: int) -> Iterator[int]:
        while bits:
            low = bits & -bits
            yield self._start + low.bit_length() - 1
            bits ^= low


def _added(columns: list[int]) -> list[int]:
    """The sum of one-bit columns at every place at once: its binary digits, the lowest first (full adders, 3 to 2)."""
    planes: list[int] = []
    while columns:
        carries: list[int] = []
        while len(columns) > 2:
            a, b, c = columns.pop(), columns.pop(), columns.pop()
            half = a ^ b
            columns.append(half ^ c)
            carries.append((a & b) | (half & c))
        if len(columns) == 2:
            a, b = columns
            columns = [a ^ b]
            carries.append(a & b)
        planes.append(columns[0])
        columns = carries
    return planes


def _at_most(planes: Sequence[int], limit: int, among: int) -> int:
    """Of `among` the places whose sum is at most `limit`."""
    if limit >= (1 << len(planes)) - 1:
        return among
    less, equal = 0, among
    for digit in range(len(planes) - 1, -1, -1):
        if limit >> digit & 1:
            less |= equal & ~planes[digit]
            equal &= planes[digit]
        else:
            equal &= ~planes[digit]
    return less | equal
