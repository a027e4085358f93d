"""Every kind of tampering with a draw is named at its first place, by the same file of cases as in TypeScript."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.doors import cli
from app.survey.rounds.record import FRAME_HEADER, check_record
from tests.contracts.draw_record_cases import CASES, ELSEWHERE, ROOT, TABLE, document, table

FILE: dict[str, Any] = json.loads(CASES.read_text("utf-8"))
BY_NAME = {case["name"]: case for case in FILE["cases"]}


@pytest.mark.parametrize("name", BY_NAME)
def test_the_first_difference_is_named(name: str) -> None:
    case = BY_NAME[name]
    frame = None if case["frame"] is None else [(stratum, unit) for stratum, unit in case["frame"]]

    found = check_record(case["record"], frame, **case["paper"])

    assert (found.first.where if found.first else "") == case["where"]
    assert found.holds is (case["where"] == "")


@pytest.mark.parametrize("name", ["nothing", "a household left out", "a friend put in", "signed by a stranger"])
def test_the_command_says_the_same_with_its_exit_code(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = BY_NAME[name]
    record, frame = tmp_path / "record.json", tmp_path / "frame.csv"
    record.write_text(json.dumps(case["record"], ensure_ascii=False), "utf-8")
    rows = [FRAME_HEADER, *([*row, ""] for row in case["frame"])]
    frame.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    paper = [part for option, value in case["paper"].items() for part in (f"--{option}", value)]

    code = cli.main(["draw-verify", str(record), "--frame", str(frame), *paper], serve=lambda _: 2, demo=lambda _: 2)

    said = capsys.readouterr()
    assert code == (1 if case["where"] else 0)
    assert ("Differs" in said.err and case["where"] in said.err) if case["where"] else "Holds" in said.out


def test_the_file_of_cases_and_the_table_are_what_the_tests_try() -> None:
    """Run `python -m tests.contracts.draw_record_cases` after a change."""
    assert document() == FILE
    assert TABLE.read_text("utf-8") == table()


@pytest.mark.parametrize(("file", "test"), [(file, test) for _zh, _en, file, test in ELSEWHERE])
def test_what_the_service_forbids_has_its_test(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text("utf-8"), re.M)
