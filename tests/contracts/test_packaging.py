"""What is installed is what was tried, and the phone app is built exactly when its sources changed."""

import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found.group().lower().replace("_", "-").replace(".", "-")


def _pins(file: Path) -> dict[str, set[str]]:
    """Name to pinned versions; a package may have one version per Python."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([^\s;]+)", file.read_text(), re.MULTILINE):
        pins.setdefault(_name(name), set()).add(version)
    return pins


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda path: path.name)
def test_every_pin_has_a_hash(file: Path) -> None:
    entries = [
        entry
        for entry in re.split(r"\n(?=\S)", file.read_text())
        if entry.strip() and not entry.lstrip().startswith("#")
    ]
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_what_the_project_asks_for_is_pinned() -> None:
    runs, dev = _pins(ROOT / "requirements.txt"), _pins(ROOT / "requirements-dev.txt")
    for requirement in PROJECT["project"]["dependencies"]:
        assert _name(requirement) in runs, requirement
    for requirement in PROJECT["dependency-groups"]["dev"]:
        assert _name(requirement) in dev, requirement


def test_tests_run_on_the_versions_that_the_product_runs_on() -> None:
    runs, dev = _pins(ROOT / "requirements.txt"), _pins(ROOT / "requirements-dev.txt")
    assert {name: dev.get(name) for name in runs} == runs


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The build hook at work in a folder of its own, with a builder that only notes that it was called."""
    hatch_build = pytest.importorskip("hatch_build")
    paths = {"PWA": "pwa", "OUTPUT": "app/static/m", "STAMP": "app/static/m.sources", "VERIFIER": "app/static/v.html"}
    for name, path in paths.items():
        monkeypatch.setattr(hatch_build, name, tmp_path / path)
    monkeypatch.delenv("RUHU_SKIP_PWA", raising=False)
    (tmp_path / "pwa" / "src").mkdir(parents=True)
    (tmp_path / "pwa" / "src" / "main.ts").write_text("export {}")
    return hatch_build


def test_an_edited_an_added_and_a_renamed_file_change_the_digest(phone: ModuleType) -> None:
    source = phone.PWA / "src" / "main.ts"
    digests = [phone.source_digest(phone.PWA)]

    source.write_text("export { }")
    digests.append(phone.source_digest(phone.PWA))
    (phone.PWA / "index.html").write_text("<!doctype html>")
    digests.append(phone.source_digest(phone.PWA))
    source.rename(source.with_name("start.ts"))
    digests.append(phone.source_digest(phone.PWA))

    assert len(set(digests)) == 4


def test_tests_and_installed_packages_do_not_change_the_digest(phone: ModuleType) -> None:
    before = phone.source_digest(phone.PWA)

    for folder in ("node_modules/preact", "test", "dist"):
        (phone.PWA / folder).mkdir(parents=True)
        (phone.PWA / folder / "index.js").write_text("1")

    assert phone.source_digest(phone.PWA) == before


def test_an_unchanged_app_is_not_built_again(phone: ModuleType) -> None:
    phone.OUTPUT.mkdir(parents=True)
    (phone.OUTPUT / "index.html").write_text("built")
    phone.VERIFIER.write_text("built")
    phone.STAMP.write_text(phone.source_digest(phone.PWA))

    assert phone.build_if_changed() is False
    phone.VERIFIER.unlink()
    with pytest.raises(phone.PhoneAppError):
        phone.build_if_changed()


def test_a_missing_app_is_built_although_the_stamp_is_right(phone: ModuleType) -> None:
    phone.OUTPUT.mkdir(parents=True)
    phone.STAMP.write_text(phone.source_digest(phone.PWA))

    with pytest.raises(phone.PhoneAppError, match=r"package-lock\.json is missing"):
        phone.build_if_changed()


def test_packages_count_as_installed_only_when_they_are_those_of_the_lock(phone: ModuleType) -> None:
    lock = '{"packages": {"": {}, "node_modules/idb": {"version": "%s"}, "node_modules/x": {"optional": true}}}'
    (phone.PWA / "package-lock.json").write_text(lock % "8.0.4")
    assert not phone._is_installed()

    (phone.PWA / "node_modules").mkdir()
    (phone.PWA / "node_modules" / ".package-lock.json").write_text(lock % "8.0.3")
    assert not phone._is_installed()

    (phone.PWA / "node_modules" / ".package-lock.json").write_text(lock % "8.0.4")
    assert phone._is_installed()
