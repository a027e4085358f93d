"""A workbook that could hurt is not opened; the sentence says so plainly."""

import io
import zipfile

import pytest
import xlsxwriter

from app.survey.questionnaires.workbook import MAX_BYTES, UnreadableWorkbook, read_workbook


def book(*cells: tuple[int, int, object]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet("survey")
    for number, column, value in cells:
        sheet.write(number, column, value)
    made.close()
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_cells_come_as_the_author_meant_them() -> None:
    read = read_workbook(book((0, 0, "type"), (0, 1, "version"), (2, 0, " text "), (2, 1, 2026112401), (3, 1, 1.5)))

    assert [(row.number, row.cells) for row in read.sheet("survey")] == [
        (3, {"type": "text", "version": "2026112401"}),
        (4, {"version": "1.5"}),
    ]


HOSTILE = {
    "no zip": b"PK not really",
    "nothing": b"",
    "a bomb": zipped("xl/worksheets/sheet1.xml", b"0" * 60_000_000),
    "a zip of something else": zipped("hello.txt", b"hello"),
    "a cell at the end of the world": book((0, 0, "type"), (1_048_575, 16_383, "x")),
    "more bytes than a form ever has": b"PK\x03\x04" + b"0" * MAX_BYTES,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_and_the_service_lives_on(content: bytes) -> None:
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(content)

    assert refused.value.fault.zh
