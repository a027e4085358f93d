"""Draw a nation from one file: units come grouped by stratum, and memory is bounded by the largest stratum.

Two passes of the same file: the first makes the frame digests and the commitment, the second checks them again and
makes the lists. A stratum's units are held while its digest is made (they must be sorted and free of doubles). The file
is read as bytes and checked line by line, because thirty million lines leave no time for ceremony.
"""

import hashlib
import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import BinaryIO

from app.methods.draw.rules import (
    VERSION,
    RefusedInput,
    StratumLine,
    check_field,
    check_line,
    is_hash,
    reserve_size,
)

_LINE = re.compile(rb"([0-9A-Z._-]{1,64}),([0-9A-Z._-]{1,64})(?:,[^\r\n]*)?\r?\n?")
_HEADER = (b"stratum,unit", b"stratum,unit,registered_id")
_BOM = b"\xef\xbb\xbf"

Size = Callable[[str, int], int]
"""(stratum, N) → households to draw."""


class BadLine(RefusedInput):
    """A line of the frame that HHD1 may not hash, by its number."""

    def __init__(self, number: int, zh: str, en: str) -> None:
        super().__init__(f"第 {number} 行{zh}", f"line {number}: {en}")
        self.number = number


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum with its lists by rank."""

    line: StratumLine
    main: tuple[str, ...]
    reserve: tuple[str, ...]


def sizes(plan: Mapping[str, int], other: int) -> Size:
    """So many by the end of a name (`P`, `N`, `P.FRESH`), `other` for the rest; never more than there are."""

    def of(stratum: str, found: int) -> int:
        return min(found, plan.get(stratum.partition("-")[2], other))

    return of


def read_strata(file: BinaryIO) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(stratum, its units) of a CSV `stratum,unit[,…]` in the order of the file; a stratum that comes twice is refused.

    A group must be read to its end before the next is asked for.
    """
    seen: set[bytes] = set()
    for name, lines in groupby(_rows(file), key=lambda row: row[0]):
        if name in seen:
            text = name.decode("ascii")
            raise RefusedInput(f"层 {text} 的行不在一起", f"the lines of {text} do not stand together")
        seen.add(name)
        yield name.decode("ascii"), (unit for _, unit in lines)


def _rows(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    head = file.readline().removeprefix(_BOM).rstrip(b"\r\n")
    if head not in _HEADER:
        raise BadLine(1, "应为 stratum,unit[,registered_id]", "should be stratum,unit[,registered_id]")
    match = _LINE.fullmatch
    for number, line in enumerate(file, start=2):
        found = match(line)
        if found is None:
            if line.strip():
                raise BadLine(number, "不合规则", "is refused")
            continue
        yield found[1], found[2]


def commit_lines(file: BinaryIO, draw: str, size: Size) -> Iterator[StratumLine]:
    """First pass: the commitment's line of every stratum, in the order of the file."""
    check_field(draw, "draw")
    for stratum, units in read_strata(file):
        ordered = sorted(units)
        digest = _digest(draw, stratum, ordered)
        main = size(stratum, len(ordered))
        line = StratumLine(stratum, len(ordered), main, reserve_size(len(ordered), main), digest)
        check_line(line)
        yield line


def _digest(draw: str, stratum: str, ordered: list[bytes]) -> str:
    """The frame digest of sorted units; a double is refused."""
    for before, after in pairwise(ordered):
        if before == after:
            text = after.decode("ascii")
            raise RefusedInput(f"{stratum} 中有重复的户 {text}", f"{stratum} names the unit {text} twice")
    digest = hashlib.sha256(f"{VERSION}|F|{draw}|{stratum}|{len(ordered)}\n".encode("ascii"))
    digest.update(b"\n".join([*ordered, b""]))  # the last line ends too
    return digest.hexdigest()


def draw_strata(file: BinaryIO, draw: str, seed_hex: str, lines: Mapping[str, StratumLine]) -> Iterator[DrawnStratum]:
    """Second pass: the lists of every stratum. A frame that is not the one committed to is refused where it differs."""
    if not is_hash(seed_hex):
        raise RefusedInput("种子不是 64 位十六进制", "the seed is not 64 hexadecimal characters")
    missing = set(lines)
    for stratum, units in read_strata(file):
        line = lines.get(stratum)
        if line is None:
            raise RefusedInput(f"承诺里没有 {stratum}", f"{stratum} is not in the commitment")
        missing.discard(stratum)
        ordered = sorted(units)
        if len(ordered) != line.N or _digest(draw, stratum, ordered) != line.frame_digest:
            raise RefusedInput(f"{stratum} 不是承诺时的名册", f"{stratum} is not the frame committed to")
        picked = heapq.nsmallest(line.n + line.r, _tickets(seed_hex, draw, line, ordered))
        names = [unit.decode("ascii") for _, unit in picked]
        yield DrawnStratum(line, tuple(names[: line.n]), tuple(names[line.n :]))
    for stratum in sorted(missing):
        raise RefusedInput(f"名册里没有 {stratum}", f"the frame lacks {stratum}")


def _tickets(seed_hex: str, draw: str, line: StratumLine, units: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(ticket, unit); the raw digest sorts like its hexadecimal text."""
    prefix = hashlib.sha256(f"{VERSION}|T|{seed_hex}|{draw}|{line.stratum}|".encode("ascii"))
    for unit in units:
        digest = prefix.copy()
        digest.update(unit)
        yield digest.digest(), unit
