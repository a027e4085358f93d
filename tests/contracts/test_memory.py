"""What a page took for a moment goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

STORY = """
import sys
from pathlib import Path
from app.kernel.memory import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024

if sys.argv[1] == "1":
    give_back()
first = bytes(19 * 2**20)  # as large as a password hash needs: glibc keeps blocks up to it from then on
del first
before = resident()
page = [b"x" * 3 * 2**20 for _ in range(20)]
kept = b"y" * 200_000
del page
print(resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells resident memory on Linux alone")
def test_large_blocks_are_given_back() -> None:
    left = {}
    for given in ("0", "1"):
        command = [sys.executable, "-c", STORY, given]
        left[given] = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert left["1"] < 2, left
