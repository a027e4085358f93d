"""HHD1: draw households so that anyone holding the frame and the seed gets the same list.

A ticket is the SHA-256 of a line of text that names the seed, the draw, the
stratum and the household; the lowest tickets are drawn. The seed comes from dice
that are thrown in public after the frame has been committed to, because someone
who knows the seed first needs about fifty tries to pull a chosen household in.
Only 64 ASCII characters enter the hash, so Python, JavaScript, SQL and
`sha256sum` cannot disagree. Never uses a random generator, a locale or a clock.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.methods.draw.refusals import RefusedInput as RefusedInput
from app.methods.draw.sources import parts_of

VERSION = "HHD1"

_FIELD = re.compile(r"[0-9A-Z._-]{1,64}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class StratumLine:
    """One stratum as the commitment names it: N units in the frame, n main, r reserve."""

    stratum: str
    N: int
    n: int
    r: int
    frame_digest: str

    def text(self) -> str:
        return f"{self.stratum}|{self.N}|{self.n}|{self.r}|{self.frame_digest}"


@dataclass(frozen=True)
class DrawnList:
    """Main and reserve units of one stratum in the order of their ranks; main has rank 1..n."""

    main: tuple[str, ...]
    reserve: tuple[str, ...]


def is_field(value: object) -> bool:
    """1–64 ASCII characters of `[0-9A-Z._-]`, and nothing after them (a `$` would let a newline pass)."""
    return isinstance(value, str) and _FIELD.fullmatch(value) is not None


def is_hash(value: object) -> bool:
    """64 lower-case hexadecimal characters."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def check_field(value: object, what: str = "unit") -> str:
    """The value itself when HHD1 may hash it; otherwise RefusedInput naming `what`."""
    if isinstance(value, str) and is_field(value):
        return value
    raise RefusedInput(
        f"{what} 不合规则:只能是 1–64 个字符,限 0–9、A–Z、“.”、“_”、“-”",
        f"{what} is refused: 1-64 characters of 0-9, A-Z, '.', '_', '-' are allowed",
    )


def check_parts(source: str, parts: Sequence[str]) -> tuple[str, ...]:
    """The seed's parts in the announced order, or RefusedInput when they do not fit the source.

    A source that `sources` knows takes exactly the parts it announces; any other one part or more, each a FIELD.
    """
    check_field(source, "source")
    if not parts:
        raise RefusedInput("没有种子", "there is no seed part")
    announced = parts_of(source)
    if announced is not None:
        if len(parts) != len(announced):
            zh, en = "、".join(part.zh for part in announced), "; ".join(part.en for part in announced)
            raise RefusedInput(
                f"{source} 的种子应是 {len(announced)} 段:{zh}",
                f"the seed of {source} has {len(announced)} part(s): {en}",
            )
        for place, (part, text) in enumerate(zip(announced, parts, strict=True), start=1):
            if not part.fits(text):
                raise RefusedInput(f"第 {place} 段应是 {part.zh}", f"part {place} of {source} should be {part.en}")
    return tuple(check_field(part, f"part {index}") for index, part in enumerate(parts, start=1))


def reserve_size(units: int, main: int) -> int:
    """r = min(2n, N − n): two substitutes a household, or all that are left.

    The size our own rounds commit to. Another r is no fault in somebody's record (a panel may
    keep everyone in reserve): it stands in the commitment, so it cannot be changed afterwards.
    """
    return min(2 * main, units - main)


def frame_digest(draw: str, stratum: str, units: Iterable[str]) -> str:
    """The digest of a stratum's whole frame; the order of `units` does not matter, a duplicate is refused."""
    check_field(draw, "draw")
    check_field(stratum, "stratum")
    ordered = sorted(check_field(unit) for unit in units)
    for before, after in pairwise(ordered):
        if before == after:
            raise RefusedInput(f"{stratum} 中有重复的户 {after}", f"{stratum} names the unit {after} twice")
    digest = hashlib.sha256(f"{VERSION}|F|{draw}|{stratum}|{len(ordered)}\n".encode("ascii"))
    for unit in ordered:
        digest.update(unit.encode("ascii") + b"\n")
    return digest.hexdigest()


def commitment(draw: str, source: str, strata: Iterable[StratumLine]) -> str:
    """The 64 hexadecimal characters that are signed before the dice are thrown."""
    check_field(draw, "draw")
    check_field(source, "source")
    lines = list(strata)
    seen: set[str] = set()
    for line in lines:
        check_line(line)
        if line.stratum in seen:
            raise RefusedInput(f"层 {line.stratum} 出现两次", f"the stratum {line.stratum} appears twice")
        seen.add(line.stratum)
    head = f"{VERSION}|C|{draw}|{source}|{len(lines)}\n"
    body = "".join(text + "\n" for text in sorted(line.text() for line in lines))
    return hashlib.sha256((head + body).encode("ascii")).hexdigest()


def check_line(line: StratumLine) -> None:
    """RefusedInput unless the line can stand in a commitment."""
    check_field(line.stratum, "stratum")
    if not is_hash(line.frame_digest):
        raise RefusedInput(f"{line.stratum} 的名册摘要格式不对", f"{line.stratum}: bad frame digest")
    if line.n < 1 or line.r < 0 or line.n + line.r > line.N:
        raise RefusedInput(
            f"{line.stratum}:N={line.N}、n={line.n}、r={line.r} 不成立",
            f"{line.stratum}: N={line.N}, n={line.n}, r={line.r} cannot be",
        )


def seed(commit: str, draw: str, parts: Sequence[str]) -> str:
    """The seed that ties the public parts to this one commitment and draw."""
    if not is_hash(commit):
        raise RefusedInput("承诺值不是 64 位十六进制", "the commitment is not 64 hexadecimal characters")
    check_field(draw, "draw")
    if not parts:
        raise RefusedInput("没有种子", "there is no seed part")
    fields = [check_field(part, f"part {index}") for index, part in enumerate(parts, start=1)]
    return hashlib.sha256("|".join([VERSION, "S", commit, draw, *fields]).encode("ascii")).hexdigest()


def ticket(seed_hex: str, draw: str, stratum: str, unit: str) -> str:
    """A household's ticket; checkable by hand with any SHA-256 tool."""
    return next(tickets(seed_hex, draw, stratum, [unit]))[0]


def drawn(seed_hex: str, draw: str, stratum: str, units: Iterable[str], count: int) -> list[str]:
    """The first `count` units by ascending ticket, then unit.

    Streams: memory grows with `count`, not with the frame, so a nation can pass through.
    A duplicate among the drawn units is refused; `frame_digest` refuses those elsewhere.
    """
    picked = heapq.nsmallest(count, tickets(seed_hex, draw, stratum, units))
    names = [unit for _, unit in picked]
    if len(set(names)) != len(names):
        raise RefusedInput(f"{stratum} 中有重复的户", f"{stratum} names a unit twice")
    return names


def draw_list(seed_hex: str, draw: str, line: StratumLine, units: Iterable[str]) -> DrawnList:
    """Main (ranks 1..n) and reserve (ranks n+1..n+r) of one stratum."""
    names = drawn(seed_hex, draw, line.stratum, units, line.n + line.r)
    if len(names) != line.n + line.r:
        raise RefusedInput(f"{line.stratum} 的户数少于 n + r", f"{line.stratum} has fewer units than n + r")
    return DrawnList(main=tuple(names[: line.n]), reserve=tuple(names[line.n :]))


def tickets(seed_hex: str, draw: str, stratum: str, units: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(ticket, unit) of every unit in turn, in the order given."""
    if not is_hash(seed_hex):
        raise RefusedInput("种子不是 64 位十六进制", "the seed is not 64 hexadecimal characters")
    check_field(draw, "draw")
    check_field(stratum, "stratum")
    prefix = hashlib.sha256(f"{VERSION}|T|{seed_hex}|{draw}|{stratum}|".encode("ascii"))
    for unit in units:
        digest = prefix.copy()
        digest.update(check_field(unit).encode("ascii"))
        yield digest.hexdigest(), unit
