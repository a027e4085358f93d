"""A PostgreSQL that keeps its word (fsync on), to be stopped without warning."""

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.doors.web.house import House
from app.kernel.db.base import HOME
from app.registry.people.models import Role
from app.registry.people.service import add_account
from tests.cast import PASSWORD
from tests.postgres import Postgres, _run, find_binaries


class DurablePostgres(Postgres):
    """Started with fsync and synchronous_commit on."""

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=100"
        _run(
            self,
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-l",
            str(self.folder / "log"),
            "-o",
            options,
            "start",
        )

    def restart(self) -> None:
        """Stop as if killed, then recover from the log."""
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        self.start()

    def settle(self, house: House) -> None:
        """One inspector to sign in."""
        with house.db.write(HOME) as session:
            add_account(
                session, house.hasher, account="lin", name="林青", role=Role.INSPECTOR, scope="640104",
                password=PASSWORD, by="test",
            )  # fmt: skip

    def url(self, name: str) -> str:
        """The address of a database that is there already."""
        return f"postgresql+psycopg://ruhu@/{name}?host={self.folder}"


@contextmanager
def postgres_on(folder: Path) -> Iterator[DurablePostgres]:
    """A server whose files lie in this folder; files that a cut left there are recovered from."""
    server = DurablePostgres(folder, find_binaries())
    folder.mkdir(exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    if (folder / "data").exists():
        for left in (folder / "data" / "postmaster.pid", *folder.glob(".s.PGSQL*")):
            left.unlink(missing_ok=True)  # whom they name died with the current
    else:
        _run(server, "initdb", "-D", str(folder / "data"), "-U", "ruhu", "-A", "trust", "-E", "UTF8", "--locale=C")
    server.start()
    try:
        yield server
    finally:
        _run(server, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")


@contextmanager
def frozen(server: DurablePostgres) -> Iterator[None]:
    """Every process of the server stands still."""
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    family = [postmaster, *_children_of(postmaster)]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(family):
            os.kill(pid, signal.SIGCONT)


def _children_of(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@contextmanager
def durable_postgres(_place: Path) -> Iterator[DurablePostgres]:
    """A server of its own in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="ruhu-pg-"))
    try:
        with postgres_on(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
