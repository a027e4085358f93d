"""Every decision can be found, read in a minute, and traced to the test that guards it."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "app" / "decisions"
DECISIONS = sorted(FOLDER.glob("*.md"))


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name) for path in DECISIONS)
    assert len(numbers) == len(set(numbers)), numbers


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_parts_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]} "), "the title begins with the number"
    assert len(text.splitlines()) < 50
    assert re.search(r"status:?\**:?\s", text, re.IGNORECASE)
    assert re.search(r"\d{4}-\d{2}-\d{2}", text), "no date"
    for part in ("Context", "Decision", "Consequences", "Alternatives"):
        assert part in text, f"no {part}"
    assert re.search(r"tests?/|test_\w+|\.test\.ts|[Gg]uard", text), "what guards it is not named"
