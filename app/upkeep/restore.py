"""Put a backup back, on SQLite or PostgreSQL, whichever it was made on.

The new database is built beside the live one and takes its place in one step, so a fault leaves everything as it
was; the old one is kept under another name. The epoch is renewed: phones see it and send again whatever they still
have (30 days), and cursors begin anew. Pictures are added, never taken away.
"""

import gzip
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.migrate import migrate
from app.kernel.db.snapshot import Shape, empty_tables, shapes_of, write_lines
from app.kernel.keys import Keys
from app.survey.photos.store import Store, sync_folder
from app.upkeep.backup import BadBackup, read_backup
from app.upkeep.heads import RESTORED


@dataclass(frozen=True)
class Restored:
    """What came back, and where the former database lies now (file or schema; None when there was none)."""

    rows: int
    photos: int
    made_at: str
    epoch: str
    former: str | None


def restore(url: str, store: Store, keys: Keys, folder: Path, *, end_sessions: bool = False) -> Restored:
    """Check the whole set, then restore it; BadBackup before anything is touched. The service must be stopped."""
    manifest = read_backup(folder, keys)
    photos = _put_photos(store, manifest, folder)
    stamp = utcnow().strftime("%Y%m%dT%H%M%S")
    place = _sqlite_place(url) if url.startswith("sqlite") else _postgres_place(url)
    with place as (aside, change_over):
        rows = _load(aside, manifest, folder)
        epoch = _begin_new_life(aside, manifest, end_sessions)
        migrate(aside)
        former = change_over(stamp)
    return Restored(rows, photos, manifest["made_at"], epoch, former)


def _put_photos(store: Store, manifest: dict[str, Any], folder: Path) -> int:
    """Pictures that are not in the store, or went wrong there, come back from the set."""
    for photo in manifest["photos"] or ():
        store.keep(photo["key"], folder / "photos" / photo["key"], photo["sha256"])
    return len(manifest["photos"] or ())


def _load(db: Database, manifest: dict[str, Any], folder: Path) -> int:
    migrate(db, manifest["revision"])
    total = 0
    with db.engine().begin() as connection:
        there = {shape.name: shape for shape in shapes_of(connection)}
        empty_tables(connection, list(there.values()))
        listed = {table["name"]: table for table in manifest["tables"]}
        if set(listed) != set(there):
            raise BadBackup("表与版本对不上。", "Its tables are not those of its revision. Live data were not touched.")
        for name in there:
            table = listed[name]
            shape = Shape(name, tuple((c, kind) for c, kind in table["columns"]), tuple(table["key"]))
            with gzip.open(folder / table["file"], "rb") as lines:
                count = write_lines(connection, shape, lines, is_sqlite=db.is_sqlite)
            if count != table["rows"]:
                raise BadBackup("行数与清单不符。", f"{name}: {count} rows. Live data were not touched.")
            total += count
    return total


def _begin_new_life(db: Database, manifest: dict[str, Any], end_sessions: bool) -> str:
    fresh = secrets.token_hex(16)
    with db.write(HOME) as session:
        old = audit.renew_epoch(session, fresh)
        if end_sessions:
            _end_all_sessions(session)
        detail = {"old_epoch": old, "epoch": fresh, "made_at": manifest["made_at"], "audit": manifest["audit"]}
        audit.write(session, RESTORED, "database", actor="terminal", **detail)
    return fresh


def _end_all_sessions(session: Session) -> None:
    statement = text("update token set revoked_at = expires_at, ended_why = 'password' where revoked_at is null")
    session.connection().execute(statement)


ChangeOver = Any
"""Called with a stamp: puts the new database in the live one's place; returns where the former lies."""


@contextmanager
def _sqlite_place(url: str) -> Iterator[tuple[Database, ChangeOver]]:
    live = Path(make_url(url).database or "")
    aside = live.with_name(f".{live.name}.restoring")
    _forget(aside)
    db = Database(f"sqlite:///{aside}")

    def change_over(stamp: str) -> str | None:
        with db.engine().connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.close()
        _sync_file(aside)
        former = None
        if live.exists():
            former = live.with_name(f"{live.name}.before-restore-{stamp}")
            for tail in ("-wal", "-shm", ""):  # the journal first: file and journal never lie apart under live names
                if Path(f"{live}{tail}").exists():
                    os.replace(f"{live}{tail}", f"{former}{tail}")
        os.replace(aside, live)
        sync_folder(live.parent)
        return str(former) if former else None

    try:
        yield db, change_over
    finally:
        db.close()
        _forget(aside)


def _forget(path: Path) -> None:
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _postgres_place(url: str) -> Iterator[tuple[Database, ChangeOver]]:
    schema = f"ruhu_restoring_{secrets.token_hex(4)}"
    live = Database(url)
    options = {**make_url(url).query, "options": f"-csearch_path={schema}"}
    db = Database(make_url(url).set(query=options).render_as_string(hide_password=False))
    with live.engine().begin() as connection:
        connection.execute(text(f"create schema {schema}"))

    def change_over(stamp: str) -> str | None:
        db.close()
        former = f"before_restore_{stamp.lower()}"
        with live.engine().begin() as connection:
            has_data = connection.execute(text("select to_regclass('public.alembic_version')")).scalar() is not None
            connection.execute(text(f"alter schema public rename to {former}"))
            connection.execute(text(f"alter schema {schema} rename to public"))
            if not has_data:
                connection.execute(text(f"drop schema {former} cascade"))
        return former if has_data else None

    try:
        yield db, change_over
    finally:
        db.close()
        with live.engine().begin() as connection:
            connection.execute(text(f"drop schema if exists {schema} cascade"))
        live.close()
