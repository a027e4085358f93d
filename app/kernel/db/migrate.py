"""Bring the schema up to the newest migration; refuse a database that is newer than this program.

Where nothing is to be done alembic is not even read: a service keeps its seven MiB free.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.kernel.db.engines import Database
from app.kernel.problems import Problem

if TYPE_CHECKING:
    from alembic.config import Config


class NewerSchema(Problem):
    """The database was last used by a newer version."""

    slug = "newer-schema"
    title_zh = "数据库比程序新"
    title_en = "The database is newer than this program"


def migrations_folder() -> Path:
    """Beside the package in a checkout, inside it when installed from a wheel."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def config_for(database: Database) -> "Config":
    """An alembic configuration without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["database"] = database
    return config


def current_revision(database: Database) -> str | None:
    """Where the database stands; None when it has no tables yet."""
    with database.engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()


def newest_revision() -> str:
    """The last of the migrations: one chain, each named as its file (tests/contracts/test_migrations.py)."""
    return max(path.stem for path in (migrations_folder() / "versions").glob("[0-9]*.py"))


def is_behind(database: Database) -> bool:
    """Whether there is something to migrate."""
    return current_revision(database) != newest_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade to a revision in one transaction: cut anywhere, the database is as it was before."""
    current = current_revision(database)
    if current == newest_revision() and revision in ("head", current):
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config_for(database))
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerSchema(
            f"数据库版本 {current} 比本程序新,请升级程序;数据没有改动。",
            f"The database is at {current}, unknown here. Upgrade the program; nothing was changed.",
        )
    command.upgrade(config_for(database), revision)
