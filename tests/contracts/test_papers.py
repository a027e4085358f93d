"""The papers at the door (README and its kin) name what exists, in both languages."""

import argparse
import re
from pathlib import Path

import pytest

from app.doors import cli

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/operations.md"]
READMES = ["README.md", "README.zh-CN.md"]


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_inside_the_house_leads_somewhere(paper: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", _text(paper))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    if not (ROOT / "docs" / "screenshots").is_dir():  # pictures are taken from the running demo, all at once
        inside = [link for link in inside if not link.startswith("docs/screenshots/")]

    assert [link for link in inside if not ((ROOT / paper).parent / link).exists()] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_that_the_service_reads_is_explained(readme: str) -> None:
    read = set(re.findall(r"RUHU_[A-Z_]+", _text("app/kernel/settings.py")))
    assert read
    assert {name for name in read if f"| `{name}` |" not in _text(readme)} == set()


@pytest.mark.parametrize("readme", READMES)
def test_the_two_commands_are_those_of_the_makefile(readme: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", _text(readme), re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("readme", READMES)
def test_every_command_of_the_terminal_is_in_the_table(readme: str) -> None:
    def nothing(_options: argparse.Namespace) -> int:
        return 0

    subparsers = next(a for a in cli.parser(nothing, nothing)._actions if isinstance(a, argparse._SubParsersAction))
    named = set(re.findall(r"^\| `ruhu ([a-z-]+)", _text(readme), re.MULTILINE))

    assert named == set(subparsers.choices)


def test_both_readmes_show_the_same_pictures_settings_and_commands() -> None:
    def facts(name: str) -> list[list[str]]:
        text = _text(name)
        return [
            re.findall(r"!\[[^]]*\]\(([^)]+)\)", text),
            re.findall(r"^\| `(RUHU_[A-Z_]+)`", text, re.MULTILINE),
            re.findall(r"^\| `ruhu ([a-z-]+)", text, re.MULTILINE),
        ]

    assert facts("README.md") == facts("README.zh-CN.md")
