"""A puller's place is read back as it was, and what is no place of this life begins from the start."""

import base64
import json

import pytest

from app.survey.records.cursor import Cursor, read_cursor


def _told(epoch: object, read: object) -> str:
    return base64.urlsafe_b64encode(json.dumps({"epoch": epoch, "read": read}).encode()).decode()


@pytest.mark.parametrize("read", [{}, {1: 0}, {1: 7, 3: 2**63 - 1}])
def test_a_place_is_read_back_as_it_was(read: dict[int, int]) -> None:
    cursor, is_anew = read_cursor(str(Cursor("e", read)), "e")
    assert (cursor, is_anew) == (Cursor("e", read), False)
    assert cursor.after(1) == read.get(1, 0)
    assert cursor.after(99) == 0


def test_no_place_at_all_is_the_start_and_no_news() -> None:
    assert read_cursor("", "e") == (Cursor("e"), False)


@pytest.mark.parametrize(
    "text",
    [
        _told("another", {"1": 7}),
        _told("e", {"1": -1}),
        _told("e", {"1": 2**63}),
        _told("e", {"1": 4, "2": -5}),
        _told("e", {"x": 1}),
        _told("e", [1]),
        "not a cursor",
        "数",
    ],
)
def test_what_is_no_place_of_this_life_begins_anew_and_says_so(text: str) -> None:
    assert read_cursor(text, "e") == (Cursor("e"), True)
