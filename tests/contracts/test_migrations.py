"""The tables that migrations build are the tables that the models declare, on both databases."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from app.kernel.db.engines import CountyCrossed, Database, sqlite_is_safe
from app.kernel.db.migrate import NewerSchema, config_for, current_revision, migrate, newest_revision
from app.registry.places import Village
from tests.tables import import_all_tables

ROOT = Path(__file__).parents[2]
HOUSEHOLD_SIDE = re.compile(r"class (\w+)\(CountyKeyed, table=True\)")


def test_migrations_and_models_are_equal(db: Database) -> None:
    import_all_tables()
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": db.is_sqlite})
        differences = compare_metadata(context, SQLModel.metadata)
    assert differences == []


def test_migrating_twice_changes_nothing(db: Database) -> None:
    migrate(db)
    test_migrations_and_models_are_equal(db)


def test_the_newest_migration_is_named_as_alembic_names_it(db: Database) -> None:
    scripts = ScriptDirectory.from_config(config_for(db))
    assert newest_revision() == scripts.get_current_head() == current_revision(db)
    assert all(Path(script.path).stem == script.revision for script in scripts.walk_revisions())


def test_a_newer_database_is_refused_and_left_alone(db: Database) -> None:
    with db.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    with pytest.raises(NewerSchema):
        migrate(db)


def test_the_county_stands_first_in_every_household_side_key() -> None:
    """scale-security A5.1: first column of the primary key and of every unique constraint."""
    import_all_tables()
    names = {name for path in (ROOT / "app").rglob("*.py") for name in HOUSEHOLD_SIDE.findall(path.read_text())}
    tables = [m.local_table for m in SQLModel._sa_registry.mappers if m.class_.__name__ in names]
    assert len(tables) == len(names)
    for table in tables:
        assert next(iter(table.primary_key.columns)).name == "county_id", table.name
        for constraint in table.constraints:
            if type(constraint).__name__ == "UniqueConstraint":
                assert next(iter(constraint.columns)).name == "county_id", (table.name, constraint)
        for index in table.indexes:
            assert not index.unique or next(iter(index.columns)).name == "county_id", (table.name, index.name)


def test_a_row_of_another_county_is_not_written(db: Database) -> None:
    with pytest.raises(CountyCrossed), db.write(1) as session:
        session.add(Village(county_id=2, code="640105001201", name="某村", town_name="某镇"))


def test_engine_specific_sql_stands_in_ports_alone() -> None:
    """scale-security A5.7."""
    foreign = re.compile(r"sqlalchemy\.dialects|pg_advisory|LISTEN |NOTIFY |jsonb|ON CONFLICT", re.IGNORECASE)
    allowed = {"app/kernel/db/ports.py", "app/kernel/db/engines.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if str(path.relative_to(ROOT)) not in allowed and foreign.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 46, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_refused_on_a_library_with_the_reset_fault(version: tuple[int, int, int], safe: bool) -> None:
    assert sqlite_is_safe(version) is safe


def test_sqlite_keeps_every_commit_and_every_reference(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.engine().connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
