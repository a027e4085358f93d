"""The page that teaches checking by hand: every command in it gives what it says, and what the rules give."""

import re
import subprocess
from pathlib import Path

import pytest

from app.methods.draw import rules as hhd1
from app.methods.draw.sources import pledge

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verify-by-hand.md").read_text("utf-8")
COMMANDS = re.findall(r"```sh\n(.+?)\n```\n\n```\n(.+?)\n```", PAGE, re.S)


@pytest.mark.parametrize(("command", "answer"), COMMANDS)
def test_a_command_gives_the_answer_under_it(command: str, answer: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == answer


def test_the_answers_are_those_of_the_rules() -> None:
    answers = [answer.split()[0] for _command, answer in COMMANDS]
    units = ["C01V01-0003", "C01V01-0001", "C01V01-0002"]
    assert answers == [
        hhd1.ticket(
            "2f1060a3d54da5d823c635ad89ff5e752a86e0adca1f42179d068aee3d0cdfad",
            "2018Q3-A1",
            "C01-P",
            "620000001234-0007",
        ),
        hhd1.seed(
            "0ce12f3cbc035abfc25f2f5241bc582c11bee701f9934c483144d8969946814e", "2018Q3-A1", ["73920518264409175386"]
        ),
        hhd1.frame_digest("2018Q3-A1", "C01-P", units),
        pledge("2017-1-A1", 1, "0123456789ABCDEF"),
    ]
