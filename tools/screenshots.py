"""Pictures of the demo for the READMEs: `python -m tools.screenshots` fills docs/screenshots.

Runs the phone's story in a browser (tests/browser) with a folder set for its screenshots and keeps those that the
READMEs show. Invented people only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WANTED = {
    "phone-today-light.png": "phone-today.png",
    "phone-satisfaction-light.png": "phone-question.png",
    "phone-saved-light.png": "phone-saved.png",
    "desk-board-light.png": "desk-board.png",
    "desk-brief-light.png": "desk-brief.png",
    "desk-figure-light.png": "desk-indicator.png",
    "desk-income-light.png": "desk-income.png",
    "desk-map-light.png": "desk-map.png",
}


def main() -> int:
    """Take them all, or say which is missing."""
    target = ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "tests/browser/test_phone_story.py",
            "tests/browser/test_demo_board.py",
        ]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "RUHU_SCREENSHOTS": folder}, check=True)
        for made, kept in WANTED.items():
            shutil.copy(Path(folder) / made, target / kept)
            print(target / kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
