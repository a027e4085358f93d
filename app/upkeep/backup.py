"""Database and pictures as one set, made while the service runs, readable without us.

A folder: `tables/*.jsonl.gz` (kernel.db.snapshot says how a row is written), `photos/` by key, `manifest.json` with
counts and digests, its signature, and `SHA256SUMS`, so that `sha256sum -c SHA256SUMS` checks all of it. The database
is read in one look, the pictures after it: they only become more, so every row finds its picture. Keys are never in
it. It appears under its name only when it is whole and on the disk.
"""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session

from app import __version__
from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.engines import Database
from app.kernel.db.migrate import current_revision, is_behind, migrate
from app.kernel.db.snapshot import Shape, one_look, read_lines, shapes_of
from app.kernel.keys import Keys, verify_signature
from app.kernel.problems import Conflict, Problem
from app.survey.photos.store import Store, sync_folder

FORMAT = "ruhu-backup/1"
MANIFEST, SIGNATURE, SUMS = "manifest.json", "manifest.sig.json", "SHA256SUMS"


class FolderTaken(Conflict):
    """A backup never overwrites anything."""

    slug = "folder-taken"
    title_zh = "文件夹里已有内容"
    title_en = "The folder is not empty"


class BadBackup(Problem):
    """The set is not whole, not unchanged, or not of this installation."""

    status = 422
    slug = "bad-backup"
    title_zh = "备份不可用"
    title_en = "The backup cannot be used"


@dataclass(frozen=True)
class Made:
    """What a backup holds, and the first picture that was not there to be taken."""

    folder: Path
    rows: int
    photos: int
    missing: list[str]


def make_backup(db: Database, store: Store | None, keys: Keys, folder: Path, *, link_to: Path | None = None) -> Made:
    """Write the set into `folder` (new or empty). Without a store: the database alone, as before a migration.

    With `link_to`, pictures that an earlier backup on the same disk holds are linked and take no room again.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderTaken(f"{folder} 不是空的;请换一个。", f"{folder} is not empty; choose another.")
    parent = folder.parent
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = parent / f".{folder.name}.partial-{os.getpid()}"
    try:
        made = _fill(db, store, keys, fresh, link_to)
        _sync_tree(fresh)
        if folder.exists():
            folder.rmdir()
        os.rename(fresh, folder)
        sync_folder(parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Made(folder, *made)


def _fill(
    db: Database, store: Store | None, keys: Keys, fresh: Path, link_to: Path | None
) -> tuple[int, int, list[str]]:
    (fresh / "tables").mkdir(parents=True, mode=0o700)
    with one_look(db) as connection:
        shapes = shapes_of(connection)
        tables = [_write_table(connection, shape, fresh) for shape in shapes]
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": rfc3339(utcnow()),
            "software": __version__,
            "engine": connection.dialect.name,
            "revision": connection.execute(text("select version_num from alembic_version")).scalar_one(),
            "key_id": keys.key_id,
            **_life(connection, {shape.name for shape in shapes}),
            "tables": tables,
        }
        wanted = _photo_keys(connection, shapes) if store is not None else []
    lines, missing = _copy_photos(store, wanted, fresh, link_to) if store is not None else ([], [])
    manifest["photos"] = lines if store is not None else None
    manifest["photos_missing"] = missing
    _sign(manifest, keys, fresh)
    _write_sums(fresh, manifest)
    return sum(table["rows"] for table in tables), len(lines), missing


def _write_table(connection: Connection, shape: Shape, fresh: Path) -> dict[str, Any]:
    path = fresh / "tables" / f"{shape.name}.jsonl.gz"
    rows, plain = 0, hashlib.sha256()
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for line in read_lines(connection, shape):
            file.write(line)
            plain.update(line)
            rows += 1
    return {
        "name": shape.name,
        "columns": [list(column) for column in shape.columns],
        "key": list(shape.key),
        "rows": rows,
        "sha256": plain.hexdigest(),
        "file": f"tables/{path.name}",
        "file_sha256": _digest(path),
    }


def _life(connection: Connection, tables: set[str]) -> dict[str, Any]:
    """Epoch and ends of the audit chains at this moment."""
    if not {"meta", "county_seq"} <= tables:
        return {"epoch": None, "audit": {}}
    with Session(connection) as session:
        ends = {str(tip.county_id): tip.audit_seq for tip in audit.tips(session)}
        return {"epoch": audit.epoch(session), "audit": ends}


def _photo_keys(connection: Connection, shapes: Iterable[Shape]) -> list[tuple[str, str]]:
    if "photo_object" not in {shape.name for shape in shapes}:
        return []
    rows = connection.execute(text("select key, sha256 from photo_object order by key"))
    return [(row[0], row[1]) for row in rows]


def _copy_photos(
    store: Store, wanted: list[tuple[str, str]], fresh: Path, link_to: Path | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Every picture, proven by its digest on the way; what is not there or not right is named, not copied."""
    lines, missing = [], []
    for key, sha256 in wanted:
        target = fresh / "photos" / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        earlier = link_to / "photos" / key if link_to else None
        if earlier is not None and earlier.is_file() and _digest(earlier) == sha256:
            os.link(earlier, target)
        else:
            data = store.get(key)
            if data is None or hashlib.sha256(data).hexdigest() != sha256:
                missing.append(key)
                continue
            target.write_bytes(data)
        lines.append({"key": key, "sha256": sha256, "bytes": target.stat().st_size})
    return lines, missing


def _sign(manifest: dict[str, Any], keys: Keys, fresh: Path) -> None:
    data = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()
    (fresh / MANIFEST).write_bytes(data)
    signature = {"signature": keys.sign(data), **keys.public_key()}
    (fresh / SIGNATURE).write_text(json.dumps(signature))


def _write_sums(fresh: Path, manifest: dict[str, Any]) -> None:
    lines = [f"{_digest(fresh / name)}  {name}" for name in (MANIFEST, SIGNATURE)]
    lines += [f"{table['file_sha256']}  {table['file']}" for table in manifest["tables"]]
    lines += [f"{photo['sha256']}  photos/{photo['key']}" for photo in manifest["photos"] or ()]
    (fresh / SUMS).write_text("\n".join(lines) + "\n")


def _sync_tree(root: Path) -> None:
    for folder, _folders, files in os.walk(root):
        for name in files:
            descriptor = os.open(Path(folder) / name, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(folder))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_backup(folder: Path, keys: Keys) -> dict[str, Any]:
    """The manifest of a set that is whole, unchanged and ours; else BadBackup names the first fault."""
    try:
        data = (folder / MANIFEST).read_bytes()
        signed = json.loads((folder / SIGNATURE).read_text())
        manifest: dict[str, Any] = json.loads(data)
    except (OSError, ValueError) as error:
        raise _bad("读不到清单", "its manifest cannot be read") from error
    if not isinstance(signed, dict) or not verify_signature(
        str(signed.get("spki")), data, str(signed.get("signature"))
    ):
        raise _bad("清单被改动过", "its manifest was changed")
    if signed["spki"] != keys.public_key()["spki"]:
        raise _bad("它属于另一套密钥;请先放回当时的密钥", "it belongs to other keys; put those keys back first")
    if manifest.get("format") != FORMAT:
        raise _bad("格式不认识", "its format is unknown here")
    for name, sha256 in _listed(manifest):
        path = folder / name
        if not path.is_file() or _digest(path) != sha256:
            raise _bad(f"文件 {name} 缺失或已损坏", f"file {name} is missing or damaged")
    return manifest


def _listed(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for table in manifest["tables"]:
        yield table["file"], table["file_sha256"]
    for photo in manifest["photos"] or ():
        yield f"photos/{photo['key']}", photo["sha256"]


def _bad(zh: str, en: str) -> BadBackup:
    return BadBackup(f"{zh}。现有数据没有改动。", f"The backup cannot be used: {en}. Live data were not touched.")


def migrate_after_backup(db: Database, keys: Keys, data: Path) -> Path | None:
    """Bring the schema up; when there is a step to take and data to lose, the database is backed up first."""
    revision = current_revision(db)
    folder = None
    if revision is not None and is_behind(db):
        stamp = utcnow().strftime("%Y%m%dT%H%M%S%f")
        folder = make_backup(db, None, keys, data / "backups" / f"before-migration-{revision}-{stamp}").folder
    migrate(db)
    return folder
