"""Workbooks made to hurt (S12): each is refused in words, in under two seconds, and takes nothing with it."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.registry.households.guard import Extent, Refused, look_over
from app.registry.households.problems import UnreadableWorkbook
from app.registry.households.workbook import open_rows
from tests.rooms.households.books import home, write_book

SHEET = "xl/worksheets/sheet1.xml"


def _good(folder: Path) -> dict[str, bytes]:
    path = write_book(folder / "good.xlsx", [home()])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _bomb(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {SHEET: b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>"}


def _slow_bomb(members: dict[str, bytes]) -> dict[str, bytes]:
    """Under the ratio in each member, over the sum in all."""
    import random

    noise = random.Random(7).randbytes(40_000)
    piece = b"<!-- " + (noise.hex() + "0" * 2_400_000).encode() + b" -->"
    return members | {f"xl/media/{n}.bin": piece for n in range(90)}


def _laughs(members: dict[str, bytes]) -> dict[str, bytes]:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    text = b'<?xml version="1.0"?><!DOCTYPE lolz [' + entities + b"]><sst><si><t>&a9;</t></si></sst>"
    return members | {"xl/sharedStrings.xml": text}


def _outside_entity(members: dict[str, bytes]) -> dict[str, bytes]:
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'
    return members | {"xl/sharedStrings.xml": text}


def _hidden_in_utf16(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {"xl/sharedStrings.xml": '<!DOCTYPE x [<!ENTITY x "y">]><sst/>'.encode("utf-16")}


def _linked(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}


def _linked_by_relation(members: dict[str, bytes]) -> dict[str, bytes]:
    relation = (
        b'<Relationships><Relationship Id="r1" Type="http://schemas/oleObject" Target="http://evil.example/x" '
        b'TargetMode="External"/></Relationships>'
    )
    return members | {"xl/worksheets/_rels/sheet1.xml.rels": relation}


def _far(members: dict[str, bytes]) -> dict[str, bytes]:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return members | {SHEET: _sheet(cells)}


def _far_row(members: dict[str, bytes]) -> dict[str, bytes]:
    cells = b'<row r="1"><c r="AA1"><v>1</v></c></row><row r="999999"><c r="A999999"><v>1</v></c></row>'
    return members | {SHEET: _sheet(cells)}


def _wide(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {SHEET: _sheet(b'<row r="1"><c r="A1"><v>1</v></c><c r="HZ1"><v>1</v></c></row>')}


def _sheet(rows: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + space + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def _crowd(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {f"xl/worksheets/sheet{n}.xml": b"<worksheet/>" for n in range(2, 50_000)}


def _climbing(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {"xl/../../../etc/cron.d/x": b"x"}


def _absolute(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {"/etc/passwd": b"x"}


def _truncated_sheet(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {SHEET: members[SHEET][: len(members[SHEET]) // 2]}


def _no_workbook(members: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in members.items() if name != "xl/workbook.xml"}


HOSTILE: list[tuple[str, Callable[[dict[str, bytes]], dict[str, bytes]], str]] = [
    ("a zip bomb", _bomb, "bomb"),
    ("a bomb of many members under the ratio", _slow_bomb, "too_large_inside"),
    ("billion laughs", _laughs, "bad_xml"),
    ("an entity from a file", _outside_entity, "bad_xml"),
    ("a declaration hidden in UTF-16", _hidden_in_utf16, "bad_xml"),
    ("values from another workbook", _linked, "external_links"),
    ("an object from a server", _linked_by_relation, "external_links"),
    ("two cells at the ends of the sheet", _far, "far_cell"),
    ("many rows times some columns", _far_row, "far_cell"),
    ("more than 200 columns", _wide, "far_cell"),
    ("fifty thousand sheets", _crowd, "too_many_members"),
    ("a name that climbs out", _climbing, "bad_names"),
    ("an absolute name", _absolute, "bad_names"),
    ("a sheet cut in half", _truncated_sheet, "broken"),
    ("a zip that is no workbook", _no_workbook, "not_workbook"),
]


@pytest.mark.parametrize(("attack", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_workbook_made_to_hurt_is_refused_in_words(
    tmp_path: Path, attack: Callable[[dict[str, bytes]], dict[str, bytes]], code: str
) -> None:
    path = _pack(tmp_path / "hostile.xlsx", attack(_good(tmp_path)))

    begun = time.monotonic()
    with pytest.raises(UnreadableWorkbook) as refusal, open_rows(path) as rows:
        list(rows)

    assert refusal.value.code == code
    assert time.monotonic() - begun < 2
    assert "。" in refusal.value.zh


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_workbook"),
        (b"county,village\n1,2\n", "not_workbook"),
        (b"<html><table></table></html>", "not_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_encrypted"),
        (b"PK\x03\x04" + b"\0" * 100, "broken"),
    ],
    ids=["empty", "csv", "html", "old xls", "half a zip"],
)
def test_what_is_no_workbook_is_told_how_to_become_one(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)

    with pytest.raises(UnreadableWorkbook) as refusal, open_rows(path) as rows:
        list(rows)

    assert refusal.value.code == code


def test_a_directory_of_a_million_members_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = _pack(tmp_path / "many.xlsx", {f"{n}": b"" for n in range(60_000)})

    begun = time.monotonic()
    with pytest.raises(Refused, match="too_many_members"):
        look_over(path)

    assert time.monotonic() - begun < 0.2


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    members = _good(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    size = len(members[SHEET]).to_bytes(4, "little")
    path = tmp_path / "liar.xlsx"
    path.write_bytes(packed.getvalue().replace(size, (10).to_bytes(4, "little")))

    with pytest.raises(Refused):
        look_over(path)


def test_cells_without_references_that_kill_the_parser_are_a_refusal_and_not_a_crash(tmp_path: Path) -> None:
    """The guard cannot see where unnamed cells lie; the child's memory bound can."""
    noise = b"".join(b"<c><v>%d</v></c>" % (n * 7919 % 100_003) for n in range(400_000))
    rows = b"<row>" + noise + b'</row><row r="900000"/>' + b"<row><c><v>1</v></c></row>" * 3
    path = _pack(tmp_path / "unnamed.xlsx", _good(tmp_path) | {SHEET: _sheet(rows)})

    with pytest.raises(UnreadableWorkbook) as refusal, open_rows(path) as opened:
        list(opened)

    assert refusal.value.code in ("died", "far_cell", "too_large_inside")


def test_the_child_ends_with_its_reader(tmp_path: Path) -> None:
    path = write_book(tmp_path / "long.xlsx", [home(f"A{n:05d}") for n in range(5000)])
    with open_rows(path) as rows:
        process = rows._process
        next(iter(rows))

    assert process.poll() is not None


def test_a_link_that_a_person_may_click_is_only_words(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "linked.xlsx", [home()], dress=lambda _book, sheet: sheet.write_url(9, 0, "https://example.org/")
    )
    with open_rows(path) as rows:
        assert len(list(rows)) == 3


def test_the_far_corner_is_measured_over_pieces() -> None:
    extent = Extent()
    extent.take(b'<c r="B7"/>')
    extent.take(b'<row r="1200"><c r="AA1200"/>')
    assert (extent.row, extent.column) == (1200, 27)
