"""An announcement may be any JSON at all: what is usable is used, what is wrong is said."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.survey.photos.rules import MAX_BYTES, derived_key, object_key, part_of, read_announcements

DIGEST = "ab" * 32
PHOTO = "0b8e4a52-5b9b-4b9e-8f5a-7d2f3c1e9a10"
GOOD: dict[str, Any] = {
    "photo_id": PHOTO, "sha256": DIGEST, "bytes": 300_000, "type": "image/jpeg", "question": "door_photo"
}  # fmt: skip


def test_a_good_announcement_is_read_whole() -> None:
    (line,), faults = read_announcements([GOOD])

    assert faults == []
    assert (line.photo_id, line.sha256, line.bytes) == (UUID(PHOTO), DIGEST, 300_000)
    assert (line.type, line.question) == ("image/jpeg", "door_photo")


def test_no_photos_is_no_fault() -> None:
    assert read_announcements([]) == ([], [])
    assert read_announcements(None) == ([], [])


@pytest.mark.parametrize(
    ("change", "pointer", "usable"),
    [
        ({"photo_id": 7}, "#/photos/0/photo_id", 0),
        ({"photo_id": "not-a-uuid"}, "#/photos/0/photo_id", 0),
        ({"sha256": DIGEST.upper()}, "#/photos/0/sha256", 0),
        ({"sha256": "../" + DIGEST[3:]}, "#/photos/0/sha256", 0),
        ({"bytes": -1}, "#/photos/0/bytes", 1),
        ({"bytes": True}, "#/photos/0/bytes", 1),
        ({"bytes": MAX_BYTES + 1}, "#/photos/0/bytes", 1),
        ({"bytes": "300"}, "#/photos/0/bytes", 1),
        ({"type": ""}, "#/photos/0/type", 1),
        ({"question": None}, "#/photos/0/question", 1),
        ({"question": "q" * 201}, "#/photos/0/question", 1),
    ],
)
def test_a_fault_is_named_and_a_readable_digest_may_still_come(
    change: dict[str, Any], pointer: str, usable: int
) -> None:
    lines, faults = read_announcements([{**GOOD, **change}])

    assert [fault.pointer for fault in faults] == [pointer]
    assert len(lines) == usable


@pytest.mark.parametrize("photos", ["x", 3, {"a": 1}, True, [3], [None], [["x"]]])
def test_a_list_that_is_none_is_a_fault(photos: Any) -> None:
    lines, faults = read_announcements(photos)

    assert lines == []
    assert len(faults) == 1


def test_one_photo_id_with_two_digests_is_a_fault_and_both_may_come() -> None:
    lines, faults = read_announcements([GOOD, {**GOOD, "sha256": "cd" * 32}])

    assert len(lines) == 2
    assert [fault.pointer for fault in faults] == ["#/photos"]


def test_the_same_line_twice_counts_once() -> None:
    lines, faults = read_announcements([GOOD, GOOD])

    assert len(lines) == 1
    assert faults == []


def test_more_photos_than_a_record_may_have_are_cut_and_said() -> None:
    lines, faults = read_announcements([{**GOOD, "photo_id": str(uuid4())} for _ in range(300)])

    assert len(lines) == 200
    assert [fault.pointer for fault in faults] == ["#/photos"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([DIGEST, PHOTO]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["photo_id", "sha256", "bytes", "type", "question", "x"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_at_all_gets_an_answer(photos: Any) -> None:
    lines, faults = read_announcements(photos)

    for line in lines:
        assert "\0" not in line.question + line.type
        assert 0 <= line.bytes <= MAX_BYTES
    assert isinstance(faults, list)


def test_text_no_database_takes_is_made_storable() -> None:
    (line,), _faults = read_announcements([{**GOOD, "question": "a\0b\ud800c"}])

    assert line.question == "ab?c"


def test_an_object_is_named_by_county_month_and_digest() -> None:
    received_at = datetime(2017, 5, 31, 23, 59, tzinfo=UTC)

    key = object_key(3, received_at, DIGEST)

    assert key == f"3/201705/{DIGEST}"
    assert derived_key(key, "thumb") == f"3/201705/{DIGEST}.thumb"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-", (0, 100)),
        ("Bytes=0-0", (0, 1)),
        ("bytes=90-200", (90, 100)),
        ("bytes=-30", (70, 100)),
        ("bytes=-300", (0, 100)),
        ("bytes=100-", (100, 100)),
        ("bytes=-0", (100, 100)),
        *((text, None) for text in ("", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "pages=1-2", "bytes=٣-", "bytes=x-")),
    ],
)
def test_a_part_is_what_the_range_names_and_the_whole_where_it_names_none(asked: str, part: Any) -> None:
    assert part_of(asked, 100) == part
