"""The signed record: what holds against its frame, and what a stranger with two files is told."""

import copy
import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.registry.people.rules import Actor
from app.survey.rounds import problems
from app.survey.rounds.record import check_record, verify_record
from tests.rooms.rounds.desk import T0, Desk, Draws, Freeze, frame


def test_the_record_holds_against_its_frame_and_carries_our_signature(
    desk: Desk, officer: Actor, two_counties: str, freezes: Freeze, draws: Draws
) -> None:
    commitment = freezes(now=T0)

    record = draws(witnesses=["县督查室", "村民代表"], now=T0 + timedelta(minutes=20))

    assert set(record) == {
        "version", "round", "draw", "source", "strata", "commitment", "committed_at", "parts", "drawn_at", "seed",
        "witnesses", "lists", "software", "voids", "signature", "key", "pledges", "thrown", "frame", "signed_place",
        "signers", "signed_at", "exclusions", "scope", "villages", "covert",
    }  # fmt: skip
    assert record["commitment"] == commitment.commitment
    assert (record["committed_at"], record["drawn_at"]) == ("2017-05-11T01:00:00.000Z", "2017-05-11T01:20:00.000Z")
    assert [len(record["lists"]["640106-P"][part]) for part in ("main", "reserve")] == [10, 5]
    checked = check_record(record, [row[:2] for row in frame(desk, officer)])
    assert checked.holds, checked.first
    assert checked.verification.strata_missing == ()
    assert checked.key_id == desk.keys.key_id


def test_a_record_changed_after_signing_is_found_even_where_hhd1_does_not_look(drawn_round: str, draws: Draws) -> None:
    record = copy.deepcopy(draws())
    record["witnesses"] = ["somebody else"]

    checked = check_record(record)

    assert checked.verification.holds
    assert checked.first is not None
    assert checked.first.where == "signature"


@pytest.mark.parametrize("value", [None, [], {}, {"version": "HHD1", "key": {"spki": 7}, "signature": []}, "\ud800"])
def test_anything_at_all_can_be_checked_without_a_crash(value: Any) -> None:
    assert not check_record(value).holds
    assert not check_record({"version": value, "key": {"spki": "AA=="}, "signature": "AA=="}).holds


def test_record_and_frame_files_verify_without_any_database(
    desk: Desk, officer: Actor, drawn_round: str, draws: Draws, tmp_path: Path
) -> None:
    record, one_county = tmp_path / "record.json", tmp_path / "frame.csv"
    record.write_text(json.dumps(draws(), ensure_ascii=False, indent=2), "utf-8")
    with one_county.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("stratum", "unit", "registered_id"), *frame(desk, officer, "640104-P")])

    checked = verify_record(record, one_county)

    assert checked.holds
    assert checked.verification.strata_checked == ("640104-P",)
    assert checked.verification.strata_missing == ("640104-N", "640106-N", "640106-P")
    assert not verify_record(record).frame_given


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff"])
def test_a_file_that_is_no_record_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(problems.RecordUnreadable):
        verify_record(path)


@pytest.mark.parametrize("text", ["", "unit,stratum\n", "stratum,unit\n640104-P\n"])
def test_a_file_that_is_no_frame_is_refused_in_words(drawn_round: str, draws: Draws, tmp_path: Path, text: str) -> None:
    record, path = tmp_path / "record.json", tmp_path / "frame.csv"
    record.write_text(json.dumps(draws()), "utf-8")
    path.write_text(text, "utf-8")

    with pytest.raises(problems.RecordUnreadable):
        verify_record(record, path)
