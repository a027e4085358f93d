"""A long sheet in slices, each a small workbook of its own, so that nobody ever holds the whole sheet in memory.

The parser makes room for every cell of a sheet before it gives the first row: half a gigabyte for a hundred thousand
families. Cut between two rows, with the sheet's own beginning and end around each slice, the same parser reads the
same rows and the first are on their way at once. Only sheets whose rows are numbered can be cut; others are read whole.
Everything here runs in the reading child, after the guard.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from app.registry.households.guard import PIECE, Refused

SLICE = 24 * 1024 * 1024
"""Bytes of a sheet's XML in a slice; at least as many as the shared words, which every slice brings along."""

_OPENING = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_NUMBERED = re.compile(rb"""<(?:\w+:)?row\s[^>]*\br\s*=\s*["'][0-9]""")
_LEFT_BEHIND = ("xl/worksheets/", "xl/media/", "xl/drawings/", "docprops/", "xl/theme/")


def first_sheet(archive: zipfile.ZipFile) -> str | None:
    """The member that holds the first sheet, as workbook and relations name it; None where they do not."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    sheet = next((node for node in book.iter() if node.tag.rpartition("}")[2] == "sheet"), None)
    if sheet is None:
        return None
    wanted = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
    target = next((link.get("Target", "") for link in links if link.get("Id") == wanted), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if target and name in archive.namelist() else None


def slices_of(path: Path, tails: dict[str, bytes]) -> Iterator[Path | IO[bytes]]:
    """The workbook itself, or its first sheet in slices; `tails` is what follows the rows of each sheet (guard)."""
    with zipfile.ZipFile(path) as archive:
        name = first_sheet(archive)
        size = archive.getinfo(name).file_size if name else 0
        words = sum(each.file_size for each in archive.infolist() if each.filename.lower() == "xl/sharedstrings.xml")
        if name is None or name not in tails or size < 2 * max(SLICE, words):
            yield path
            return
        with archive.open(name) as stream:
            head, rest = _head(stream)
            if not _NUMBERED.match(rest):
                yield path
                return
            for rows in _cut(stream, rest, max(SLICE, words)):
                yield _workbook(archive, name, head + rows + tails[name])


def _head(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The sheet up to its first row, and what was read beyond."""
    read = b""
    while piece := stream.read(PIECE):
        read += piece
        opening = _OPENING.search(read)
        row = _ROW.search(read, opening.end()) if opening else None
        if row and b">" in read[row.start() :]:
            return read[: row.start()], read[row.start() :]
        if len(read) > 8 * PIECE:
            break
    return read, b""


def _cut(stream: IO[bytes], rest: bytes, size: int) -> Iterator[bytes]:
    """The rows in runs of about so many bytes, each beginning with a numbered row; the last run ends with the rows."""
    held, length = [rest], len(rest)
    while piece := stream.read(PIECE):
        held.append(piece)
        length += len(piece)
        if length < size:
            continue
        run = b"".join(held)
        last = [found.start() for found in _ROW.finditer(run, max(1, len(run) - 2 * PIECE))]
        if not last:
            raise Refused("broken")
        yield _numbered(run[: last[-1]])
        held, length = [run[last[-1] :]], len(run) - last[-1]
    yield _numbered(b"".join(held).partition(b"</sheetData")[0] if length else b"")


def _numbered(run: bytes) -> bytes:
    if not _NUMBERED.match(run):
        raise Refused("broken")
    return run


def _workbook(archive: zipfile.ZipFile, sheet: str, content: bytes) -> IO[bytes]:
    """A workbook with this one sheet and all that its cells lean on (words, styles), unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out:
        for member in archive.namelist():
            if not member.lower().startswith(_LEFT_BEHIND):
                out.writestr(member, archive.read(member))
        out.writestr(sheet, content)
    packed.seek(0)
    return packed
