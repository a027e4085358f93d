"""A throw-away PostgreSQL for tests: initdb and pg_ctl, socket only, fsync off, as nobody when we are root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.needs import find_postgresql


@dataclass
class Postgres:
    """A running server; `create` gives the address of a new database in it."""

    folder: Path
    binaries: Path

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database and return its SQLAlchemy URL."""
        with psycopg.connect(host=str(self.folder), user="ruhu", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg://ruhu@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Stop at once and remove everything."""
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def find_binaries() -> Path:
    """Folder of initdb and pg_ctl (tools/needs.py), or stop with the line to run."""
    found = find_postgresql()
    if found is None:
        raise RuntimeError("No PostgreSQL binaries: run `make needs`, or install Debian's postgresql package")
    return found


def start_postgres() -> Postgres:
    """Start a server in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="ruhu-pg-"))
    server = Postgres(folder, find_binaries())
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    _run(server, "initdb", "-D", str(folder / "data"), "-U", "ruhu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c max_connections=200"
    _run(server, "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
    return server


def _run(server: Postgres, command: str, *arguments: str) -> None:
    extra: dict[str, str] = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    subprocess.run(
        [str(server.binaries / command), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=server.folder,
        env={**os.environ, "HOME": str(server.folder)},
        **extra,  # type: ignore[call-overload]
    )
