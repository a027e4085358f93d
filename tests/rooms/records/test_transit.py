"""What a phone says of itself is read as far as it can be, and every number that never came is named."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.survey.records.transit import missing_numbers, read_loss, read_report

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
DEVICE, ACCOUNT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("there", "highest", "most", "named"),
    [
        ([], 0, 9, ([], 0)),
        ([1, 2, 3], 3, 9, ([], 0)),
        ([2, 5], 6, 9, ([1, 3, 4, 6], 4)),
        ([2, 5], 6, 2, ([1, 3], 4)),
        ([2, 5], 6, 3, ([1, 3, 4], 4)),
        ([1], 1_000_000, 3, ([2, 3, 4], 999_999)),
    ],
)
def test_holes_are_named_and_counted(there: list[int], highest: int, most: int, named: tuple[list[int], int]) -> None:
    assert missing_numbers(there, highest, most) == named


def report(**told: Any) -> dict[str, Any]:
    return read_report(told, DEVICE, ACCOUNT, NOW)


def test_a_heartbeat_is_kept_as_it_was_told() -> None:
    told = {"max_dev_seq": 7, "unsent_ops": 3, "unsent_photos": 2**31 - 1, "bytes_free": 2**53 - 1,
            "oldest_unsent_at": "2026-11-23T08:00:00Z", "persisted": False, "app_version": "0.1.0",
            "health": {"write": "ok", "space": "warn"}}  # fmt: skip
    row = report(**told)
    assert row == {
        "device_id": DEVICE, "account_id": ACCOUNT, "reported_at": NOW, "max_dev_seq": 7, "unsent_ops": 3,
        "unsent_photos": 2**31 - 1, "oldest_unsent_at": datetime(2026, 11, 23, 8, tzinfo=UTC),
        "bytes_free": 2**53 - 1, "is_persisted": False, "is_store_lost": False, "self_test_passed": True,
        "app_version": "0.1.0", "told": json.dumps(told),
    }  # fmt: skip


def test_what_no_column_can_hold_is_unknown_and_still_kept_as_told() -> None:
    row = report(max_dev_seq=True, unsent_ops=2**31, unsent_photos=-1, bytes_free=2**53, persisted=1,
                 app_version="1\n2", health=["bad"], more="x" * 9000)  # fmt: skip
    unknown = ("unsent_ops", "unsent_photos", "bytes_free", "is_persisted", "app_version", "self_test_passed",
               "oldest_unsent_at")  # fmt: skip
    assert row["max_dev_seq"] == 0
    assert [row[name] for name in unknown] == [None] * len(unknown)
    assert len(row["told"]) == 8000


def test_one_bad_word_fails_the_self_test_and_a_long_version_is_cut() -> None:
    row = report(health={"write": "ok", "space": "bad"}, app_version="9" * 60)
    assert (row["self_test_passed"], row["app_version"]) == (False, "9" * 40)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"lost": {"device_id": str(DEVICE), "dev_seq": 0}}, (DEVICE, 0)),
        ({"lost": {"device_id": str(DEVICE), "dev_seq": 12}}, (DEVICE, 12)),
        ({"lost": {"device_id": str(DEVICE)}}, None),
        ({"lost": {"device_id": "me", "dev_seq": 3}}, None),
        ({"lost": "all of it"}, None),
        ({}, None),
    ],
)
def test_a_lost_store_is_heard_of_when_device_and_number_are_told(
    told: dict[str, Any], read: tuple[UUID, int] | None
) -> None:
    assert read_loss(told) == read
