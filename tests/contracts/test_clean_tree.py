"""No tracked file names a package registry's host or a path of the machine it was written on.

Such a line works on one network and breaks on another, and it tells more than it should. Locks and
requirement files pin by digest; where packages come from is the business of whoever installs.
The forbidden words are put together here from halves, or this file would be its own first finding.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HOSTS = [
    ("regi" + "stry."),
    ("pypi" + r"\.(org|io)"),
    ("python" + "hosted"),
    ("npm" + "js"),
    ("npm" + "mirror"),
    (r"deb\.deb" + "ian"),
]
URL = re.compile(r"https?://[a-z0-9.-]*(?:" + "|".join([*HOSTS, "deb" + "ian"]) + r")[a-z0-9.-]*", re.IGNORECASE)
HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.)*(?:" + "|".join(HOSTS) + r")[a-z0-9.-]*\.(?:org|com|io)", re.IGNORECASE)
MACHINE = re.compile(r"(?<![A-Za-z0-9._\-<])/(?:wo" + r"rk|tmp/team)/")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so nothing is tracked")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def faults_in(text: str) -> list[str]:
    """Every registry address and every path of a machine in the text, with its line."""
    return [
        f"{number}: {found.group(0)}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in (URL, HOST, MACHINE)
        for found in pattern.finditer(line)
    ]


def test_no_tracked_file_names_a_registry_or_this_machine() -> None:
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}:{fault}" for fault in faults_in(text)]
    assert found == []


def test_no_lock_with_addresses_is_tracked() -> None:
    names = {path.name for path in _tracked()}
    assert "uv.lock" not in names
    for lock in (path for path in _tracked() if path.name == "package-lock.json"):
        assert '"resolved"' not in lock.read_text(encoding="utf-8"), f"{lock} names addresses"


@pytest.mark.parametrize(
    "line",
    [
        "https://regi" + "stry.npm" + "js.org/preact",
        "see files.python" + "hosted.org",
        "https://www.deb" + "ian.org/distrib",
        "open('/wo" + "rk/main/data.csv')",
    ],
)
def test_such_a_line_is_found(line: str) -> None:
    assert faults_in(line)


@pytest.mark.parametrize("line", ["https://www.w3.org/TR/", "the register's house", "a/work/day", "Debian 12", "PyPI"])
def test_an_innocent_line_is_left_alone(line: str) -> None:
    assert faults_in(line) == []
