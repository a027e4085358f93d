"""Whether an .xlsx may be opened at all: looked at as a zip, before any parser sees it.

A workbook of 1 MB can unpack to 1 GB, ask for a file on the server, or hold two cells so far apart that the parser
dies. Limits and trials: scale-security B. Standard library alone, for it runs in the reading child. Reads streams
in pieces and keeps none of them but a long sheet's end; judges the bytes that really come out, not the sizes that the
file claims.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_FILE = 100 * 1024 * 1024
MAX_MEMBERS = 200
MAX_REAL = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_FLOOR = 1024 * 1024  # below this a high ratio harms nobody: an empty styled sheet has one
MAX_CELLS = 12_000_000
MAX_COLUMNS = 200
PIECE = 256 * 1024
LONG = 32 * 1024 * 1024
"""Bytes of a sheet in which every cell's name is read; what lies beyond is bounded by the child's memory alone."""
MOST_TAIL = 16 * 1024 * 1024
OVERLAP = 64

_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,9})\$?([0-9]{0,12})["']""")
_END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(rb"""TargetMode\s*=\s*["']External["']""", re.IGNORECASE)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_CLICKED = re.compile(rb"""/hyperlink["']""", re.IGNORECASE)


class Refused(Exception):
    """The file is not read; `code` names the sentence that people are shown (`problems.WORKBOOK_WORDS`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Looked:
    """What looking told of long sheets: the last row of the longest, and what follows the rows of each."""

    rows: int = 0
    tails: dict[str, bytes] = field(default_factory=dict)


def look_over(path: Path) -> Looked:
    """Raise Refused unless the file is a workbook that cannot hurt whoever opens it."""
    if path.stat().st_size > MAX_FILE:
        raise Refused("too_large")
    _look_at_ends(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _look_at_members(archive)
            return _look_inside(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, ValueError, OSError) as fault:
        raise Refused("broken") from fault
    except RuntimeError as fault:  # zipfile's word for an encrypted member
        raise Refused("encrypted") from fault


def _look_at_ends(path: Path) -> None:
    """First bytes and end record, before Python reads a directory that may list a million members."""
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refused("old_or_encrypted")
        if not head.startswith(b"PK\x03\x04"):
            raise Refused("not_workbook")
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Refused("broken")
    _, members, directory = struct.unpack("<HHI", tail[at + 8 : at + 16])
    if members > MAX_MEMBERS or directory > MAX_MEMBERS * 1024 or b"PK\x06\x06" in tail[max(0, at - 128) : at]:
        raise Refused("too_many_members")


def _look_at_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused("too_many_members")
    names = [member.filename for member in members]
    if len({name.lower() for name in names}) != len(names):
        raise Refused("broken")
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or "\0" in name or ":" in parts[0]:
            raise Refused("bad_names")
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise Refused("external_links")
    if not {"[content_types].xml", "xl/workbook.xml"} <= {name.lower() for name in names}:
        raise Refused("not_workbook")
    if sum(member.file_size for member in members) > MAX_REAL:
        raise Refused("too_large_inside")
    for member in members:
        if member.flag_bits & 1:
            raise Refused("encrypted")
        _require_ratio(member.file_size, member.compress_size)


def _require_ratio(real: int, packed: int) -> None:
    if real > RATIO_FLOOR and real > MAX_RATIO * max(packed, 1):
        raise Refused("bomb")


def _look_inside(archive: zipfile.ZipFile) -> Looked:
    """Unpack every member once, in pieces, counting what really comes out and reading it for what must not be."""
    total = 0
    extent, looked = Extent(), Looked()
    for member in archive.infolist():
        name = member.filename.lower()
        is_xml = name.endswith((".xml", ".rels", ".vml"))
        has_cells = is_xml and not name.endswith(("sharedstrings.xml", "styles.xml"))
        real, kept, tail = 0, b"", Tail()
        with archive.open(member) as stream:
            while piece := stream.read(PIECE):
                real += len(piece)
                total += len(piece)
                if total > MAX_REAL:
                    raise Refused("too_large_inside")
                _require_ratio(real, member.compress_size)
                if is_xml:
                    if real == len(piece):
                        _require_utf8(piece)
                    window = kept + piece
                    _require_plain_xml(window)
                    if has_cells and (real <= LONG or len(piece) < PIECE):
                        extent.take(window)
                    if has_cells and real > LONG:
                        tail.take(window, len(kept))
                    kept = window[-OVERLAP:]
        if real != member.file_size:
            raise Refused("broken")
        if tail.text is not None:
            looked.tails[member.filename] = tail.text
            looked.rows = max(looked.rows, tail.row)
        if name.endswith(".rels"):
            _require_no_outside(archive.open(member))
    return looked


def _require_utf8(start: bytes) -> None:
    """Workbooks are UTF-8; in UTF-16 a declaration would pass the searches below unseen."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:64]:
        raise Refused("bad_xml")


def _require_plain_xml(window: bytes) -> None:
    if b"<!" in window and _DECLARATION.search(window):
        raise Refused("bad_xml")


def _require_no_outside(stream: IO[bytes]) -> None:
    """Links that a person may click are words; anything else fetched from outside is refused."""
    with stream:
        text = stream.read(4 * 1024 * 1024)
    for relation in _RELATION.findall(text):
        if _EXTERNAL.search(relation) and not _CLICKED.search(relation):
            raise Refused("external_links")


class Tail:
    """What follows the rows of a long sheet: its merged cells among others; None before the rows end."""

    def __init__(self) -> None:
        self.text: bytes | None = None
        self.row = 0

    def take(self, window: bytes, known: int) -> None:
        """The next piece, behind `known` bytes that stood at the end of the one before."""
        if self.text is not None:
            self.text += window[known:]
            if len(self.text) > MOST_TAIL:
                raise Refused("too_many_merges")
        elif (found := _END_OF_ROWS.search(window)) is not None:
            self.text = window[found.start() :]
            self.row = max((int(row or b"0") for _, row in _REFERENCE.findall(window)), default=0)


class Extent:
    """The last row and column that any cell names; the parser would make room for all in between."""

    def __init__(self) -> None:
        self.row = 0
        self.column = 0
        self._seen: set[bytes] = set()

    def take(self, window: bytes) -> None:
        """Read the references in a piece of a sheet; raise when their rectangle is too large."""
        if b"r=" not in window and b"r =" not in window:
            return
        letters, digits = set(), set()
        for column, row in _REFERENCE.findall(window):
            letters.add(column)
            digits.add(row)
        for column in letters - self._seen:
            self._seen.add(column)
            self.column = max(self.column, _column_number(column))
        if digits:
            self.row = max(self.row, max(int(row or b"0") for row in digits))
        if self.column > MAX_COLUMNS or self.row * max(self.column, 1) > MAX_CELLS:
            raise Refused("far_cell")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
