"""The only engine-specific SQL of the house: upsert, next sequence, lock.

Written so that SQLite, PostgreSQL and engines that speak its dialect run the same calls (A5.7): no advisory
session locks, no LISTEN/NOTIFY, no triggers, no JSON operators.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import LargeBinary, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] | Mapping[str, Any] = (),
) -> int:
    """Insert rows; where the key exists, set the `update` columns (none: leave the row). Returns rows touched.

    Rows are sorted by key first: unsorted upserts of many keys deadlock each other.
    """
    if not rows:
        return 0
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    dialect = session.get_bind().dialect.name
    if isinstance(update, Mapping):
        statement = _insert(table_of(model), dialect).on_conflict_do_update(index_elements=list(key), set_=dict(update))
    else:
        statement = _upsert(table_of(model), dialect, tuple(key), tuple(update))
    result = cast(CursorResult[Any], session.connection().execute(statement, ordered))
    return result.rowcount


def _insert(table: Table, dialect: str) -> Any:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


@lru_cache(maxsize=256)
def _upsert(table: Table, dialect: str, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    """The statement, built once: naming the columns of the excluded row costs more than running it."""
    statement = _insert(table, dialect)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    changes = {name: statement.excluded[name] for name in update}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changes)


def insert_many(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Plain bulk insert, one executemany; all rows name the same columns."""
    if not rows:
        return
    connection = session.connection()
    bulk = _bulk(table_of(model), connection.dialect, tuple(rows[0]))
    if bulk is None:
        connection.execute(insert(table_of(model)), list(rows))
        return
    connection.exec_driver_sql(bulk.text, [bulk.values_of(row) for row in rows])


@dataclass(frozen=True)
class Bulk:
    """An insert as the driver takes it: its text, and how the values of a row become what is sent."""

    text: str
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    made: tuple[tuple[int, Callable[[Any], Any]], ...]

    def values_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the order of the text."""
        picked = self.pick(row)
        if not self.made:
            return picked
        values = list(picked)
        for place, make in self.made:
            values[place] = make(values[place])
        return tuple(values)


@lru_cache(maxsize=64)
def _bulk(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> Bulk | None:
    """The statement compiled once; the library would judge every value of every row anew, and that costs more than
    writing them. None where a column has a default that it must compute, or where there is but one."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.postfetch:
        return None
    names = tuple(compiled.positiontup or ())
    if set(names) != set(columns) or len(names) < 2:
        return None
    makers = {name: _maker(table.c[name].type, dialect) for name in names}
    made = tuple((place, make) for place, name in enumerate(names) if (make := makers[name]) is not None)
    return Bulk(str(compiled), itemgetter(*names), made)


def _maker(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What the library would do to a value; nothing to bytes, which both drivers take as they are."""
    return None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)


def next_seq(session: Session, counter: type[SQLModel], county_id: int, *, column: str = "seq", count: int = 1) -> int:
    """Advance the county's counter by `count` and return the first number taken.

    Call it as the last statement before commit (`engines.at_close`): the row stays locked until then, which is
    what makes the order of numbers the order of commits (a PostgreSQL sequence skips rows; scale-security A3).
    """
    table = table_of(counter)
    statement = (
        table.update()
        .where(table.c.county_id == county_id)
        .values({column: table.c[column] + count})
        .returning(table.c[column])
    )
    last = session.connection().execute(statement).scalar()
    if last is None:
        upsert(session, counter, [{"county_id": county_id}], key=["county_id"])
        last = session.connection().execute(statement).scalar_one()
    return int(last) - count + 1
