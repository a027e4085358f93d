"""A PostgreSQL that keeps its word (fsync on), to be stopped without warning."""

import os
import pwd
import shutil
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


@contextmanager
def durable_postgres(_place: Path) -> Iterator[DurablePostgres]:
    """A server of its own in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="ruhu-pg-"))
    server = DurablePostgres(folder, find_binaries())
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    _run(server, "initdb", "-D", str(folder / "data"), "-U", "ruhu", "-A", "trust", "-E", "UTF8", "--locale=C")
    server.start()
    try:
        yield server
    finally:
        _run(server, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
