"""All rows of a database in one consistent look, as lines that either engine can take back.

One JSON array a row, in the table's column order: text and numbers as they are, bytes in base64, instants as
RFC 3339 with microseconds, UUIDs as 32 hex digits, JSON columns as the text that is stored. The tables are read
from the database itself, not from this program's models: a database before its migration is read as it is.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Text

from app.kernel.db.engines import Database

BATCH = 500
SKIPPED = frozenset({"alembic_version"})


@dataclass(frozen=True)
class Shape:
    """A table: its columns with the kind of their values, and its key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


@contextmanager
def one_look(db: Database) -> Iterator[Connection]:
    """A connection that sees one moment of the database for as long as it is open, and writes nothing."""
    with db.reading_engine().connect() as connection:
        if not db.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def shapes_of(connection: Connection) -> list[Shape]:
    """All tables, parents before children."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [
        Shape(
            table.name,
            tuple((column.name, _kind_of(column.type)) for column in table.columns),
            tuple(column.name for column in table.primary_key.columns),
        )
        for table in metadata.sorted_tables
        if table.name not in SKIPPED
    ]


def _kind_of(type_: sa.types.TypeEngine[Any]) -> str:
    if isinstance(type_, sa.Uuid) or (isinstance(type_, sa.CHAR) and type_.length == 32):
        return "uuid"
    kinds: list[tuple[Any, str]] = [
        (sa.JSON, "json"),
        (sa.Boolean, "flag"),
        (sa.DateTime, "instant"),
        (sa.Date, "day"),
        (sa.LargeBinary, "bytes"),
        (sa.Integer, "number"),
        (sa.Float, "number"),
        (sa.Numeric, "decimal"),
    ]
    return next((kind for family, kind in kinds if isinstance(type_, family)), "text")


def read_lines(connection: Connection, shape: Shape) -> Iterator[bytes]:
    """The rows of a table by its key, one line each."""
    table = sa.table(shape.name, *(sa.column(name) for name, _ in shape.columns))
    wanted = [
        sa.cast(table.c[name], Text) if kind == "json" else sa.type_coerce(table.c[name], sa.types.NullType())
        for name, kind in shape.columns
    ]
    query = sa.select(*wanted).order_by(*(table.c[name] for name in shape.key))
    kinds = [kind for _, kind in shape.columns]
    rows = connection.execution_options(stream_results=True, yield_per=BATCH).execute(query)
    for row in rows:
        values = [_out(value, kind) for value, kind in zip(row, kinds, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _out(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "uuid":
        return value.hex if isinstance(value, UUID) else str(value).replace("-", "")
    if kind == "instant":
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if kind == "day":
        return value.isoformat() if isinstance(value, date) else str(value)
    if kind == "bytes":
        return base64.b64encode(bytes(value)).decode()
    if kind == "flag":
        return bool(value)
    return str(value) if kind == "decimal" else value


def write_lines(connection: Connection, shape: Shape, lines: Iterable[bytes], *, is_sqlite: bool) -> int:
    """Insert the rows of a table; how many."""
    table = sa.table(shape.name, *(sa.column(name) for name, _ in shape.columns))
    names = [name for name, _ in shape.columns]
    kinds = [kind for _, kind in shape.columns]
    count = 0
    for batch in _batches(lines):
        rows = [
            {name: _in(value, kind, is_sqlite) for name, kind, value in zip(names, kinds, values, strict=True)}
            for values in batch
        ]
        connection.execute(table.insert(), rows)
        count += len(rows)
    return count


def _in(value: Any, kind: str, is_sqlite: bool) -> Any:
    if value is None or kind in ("text", "json"):
        return value
    if kind == "bytes":
        return base64.b64decode(value)
    if is_sqlite:
        if kind == "instant":
            return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M:%S.%f")
        return int(value) if kind == "flag" else value
    readers: dict[str, Any] = {"uuid": UUID, "instant": datetime.fromisoformat, "day": date.fromisoformat}
    return readers.get(kind, lambda each: each)(value)


def _batches(lines: Iterable[bytes]) -> Iterator[Sequence[list[Any]]]:
    batch: list[list[Any]] = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def empty_tables(connection: Connection, shapes: Sequence[Shape]) -> None:
    """Take out what migrations sow, children before parents."""
    for shape in reversed(shapes):
        connection.execute(sa.table(shape.name).delete())
