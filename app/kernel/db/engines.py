"""Two engines and the sessions over them.

SQLite: WAL with synchronous=FULL, one writer connection (the pool itself is the queue), readers beside it; WAL is
refused on a library with the WAL-reset fault (fixed in 3.51.3, 3.50.7, 3.44.6). PostgreSQL: psycopg 3.
`write(county)` commits before it returns, so an answer that leaves afterwards tells the truth.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session

from app.kernel.db import wound
from app.kernel.db.base import HOME, CountyKeyed
from app.kernel.problems import Problem


class UnsafeSqlite(Problem):
    """The SQLite library could lose commits in WAL mode."""

    slug = "unsafe-sqlite"
    title_zh = "SQLite 版本不安全"
    title_en = "This SQLite library is not safe"


class CountyCrossed(AssertionError):
    """Code tried to write rows of one county in a session of another: a fault of the program."""


def sqlite_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether a library version is free of the WAL-reset fault (SQLite documentation, wal.html#walresetbug)."""
    if version >= (3, 51, 3) or version < (3, 7, 0):
        return True
    return (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


class Database:
    """The write engine and the read engine of one cell; a county tells which (one cell today)."""

    def __init__(self, url: str, *, read_url: str | None = None) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.wound = wound.PROCESS
        if self.is_sqlite and not sqlite_is_safe(sqlite.sqlite_version_info):
            raise UnsafeSqlite(
                f"SQLite {sqlite.sqlite_version} 的 WAL 可能丢失已提交的数据,拒绝启动;请装 pysqlite3。",
                f"SQLite {sqlite.sqlite_version} may lose commits in WAL mode; install the pinned pysqlite3 wheel.",
            )
        self._write = self._engine(url, writer=True)
        self._read = self._engine(read_url or url, writer=False)

    def _engine(self, url: str, *, writer: bool) -> Engine:
        if self.is_sqlite:
            size = {"pool_size": 1, "max_overflow": 0} if writer else {"pool_size": 20, "max_overflow": 20}
            engine = create_engine(url, module=sqlite, pool_timeout=30, **size)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "handle_error", self._see_error)
            begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
            return engine
        return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)

    def _see_error(self, context: ExceptionContext) -> None:
        """A write or fsync that the disk refused: what memory holds is no longer what the disk has."""
        if "disk i/o error" in str(context.original_exception).lower():
            wound.PROCESS.strike()

    def engine(self, county_id: int = HOME) -> Engine:
        """The engine that holds this county's rows for writing."""
        return self._write

    def reading_engine(self) -> Engine:
        """The engine beside the writer, for long looks (backup, checks)."""
        return self._read

    @contextmanager
    def write(self, county_id: int) -> Iterator[Session]:
        """One transaction of one county; committed when the block ends, rolled back when it raises."""
        self.wound.require_none()
        with Session(self._write, expire_on_commit=False) as session:
            session.info["county_id"] = county_id
            with session.begin():
                yield session
                session.flush()
                for last in session.info.pop("at_close", ()):
                    last(session)
        self.wound.require_none()

    @contextmanager
    def read(self, county_id: int = HOME) -> Iterator[Session]:
        """A session for reading; nothing is ever committed from it."""
        with Session(self._read, expire_on_commit=False, autoflush=False) as session:
            yield session

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self._read.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        """Give all connections back."""
        self._write.dispose()
        self._read.dispose()


def at_close(session: Session, act: Callable[[Session], None]) -> None:
    """Run `act` as the last thing before the commit: what locks the county's row belongs there (A5.4)."""
    session.info.setdefault("at_close", []).append(act)


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN rules, not the driver's
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "cache_spill=0",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Session, "before_flush")
def _one_county_a_transaction(session: Session, _context: Any, _instances: Any) -> None:
    county = session.info.get("county_id")
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, CountyKeyed) and row.county_id != county:
            raise CountyCrossed(f"{type(row).__name__} of county {row.county_id} in a session of county {county}")
