"""Guessing at passwords, rewriting the audit chain: rows S06 and S18 (S05: tests/doors/test_sync_pull.py)."""

import random
import shutil
import sqlite3
import statistics
import time
import uuid
from pathlib import Path

import pytest
from sqlmodel import select

from app.kernel import audit
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.people.passwords import PasswordHasher
from app.registry.people.problems import TooManyTries, WrongCredentials
from app.registry.people.sign_in import STRANGERS_PER_ACCOUNT, Attempt, sign_in
from app.upkeep import heads
from tests.cast import PASSWORD
from tests.drills.report import note, rounds

KEYS = Keys(b"a secret for tests only")


@pytest.fixture
def furnished(furnished_sqlite: Path, tmp_path: Path) -> Database:
    """The cast's accounts."""
    shutil.copy(furnished_sqlite, tmp_path / "ruhu.sqlite3")
    return Database(f"sqlite:///{tmp_path / 'ruhu.sqlite3'}")


def test_guessing_from_everywhere_is_slowed_and_never_shuts_the_owner_out(
    furnished: Database, hasher: PasswordHasher
) -> None:
    """S06: addresses spread over the net; unknown accounts look like known ones."""
    rng, n = random.Random(6), rounds(60, 10_000)
    phone = Attempt("lin", PASSWORD, "198.51.100.7", device_id=uuid.uuid4(), is_phone=True)
    sign_in(furnished, hasher, KEYS, phone)
    guesses = 0
    took: dict[str, list[float]] = {"lin": [], "nobody-here": []}
    for number in range(n):
        account = ("lin", "nobody-here")[number % 2]
        client = f"{rng.randrange(1, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.9"
        began = time.perf_counter()
        try:
            sign_in(furnished, hasher, KEYS, Attempt(account, f"guess-{number}", client))
        except WrongCredentials:
            took[account].append(time.perf_counter() - began)
            guesses += account == "lin"
        except TooManyTries:
            continue
    assert guesses <= STRANGERS_PER_ACCOUNT.hits * 2  # two windows at most were touched
    assert sign_in(furnished, hasher, KEYS, phone).token
    apart = abs(statistics.median(took["lin"]) - statistics.median(took["nobody-here"]))
    assert apart < 0.05
    furnished.close()
    note("S06", n=n, what=f"tries; {guesses} hashed for one account; known and unknown {apart * 1000:.1f} ms apart")


def _tamper(path: Path, rng: random.Random) -> tuple[str, int]:
    """Change the chain in the file as somebody with the disk would; what was done, and the first row that is wrong."""
    with sqlite3.connect(path) as raw:
        last = raw.execute("select max(seq) from audit where county_id = 0").fetchone()[0]
        seq = rng.randrange(1, last + 1)
        kind = rng.choice(["edit", "delete", "insert", "truncate", "rechain"])
        if kind == "edit":
            column = rng.choice(["actor", "action", "subject", "detail", "at", "hash"])
            value = "2001-01-01 00:00:00.000000"
            raw.execute(f"update audit set {column} = ? where county_id = 0 and seq = ?", (value, seq))
        elif kind == "delete":
            raw.execute("delete from audit where county_id = 0 and seq = ?", (seq,))
        elif kind == "insert":
            raw.execute("insert into audit select county_id, ?, at, actor, action, subject, detail, hash, hash "
                        "from audit where county_id = 0 and seq = ?", (last + 1, last))  # fmt: skip
            seq = last + 1
        elif kind == "truncate":
            raw.execute("delete from audit where county_id = 0 and seq >= ?", (seq,))
        else:
            raw.execute("update audit set detail = '{}', subject = 'nobody' where county_id = 0 and seq = ?", (seq,))
    if kind == "rechain":
        _rechain(path)
    return kind, seq


def _rechain(path: Path) -> None:
    """Compute the whole chain anew, as somebody would who knows how it is made."""
    db = Database(f"sqlite:///{path}")
    with db.write(0) as session:
        head = audit.GENESIS
        rows = session.exec(select(audit.AuditRow).where(audit.AuditRow.county_id == 0)).all()
        for row in sorted(rows, key=lambda each: each.seq):
            row.prev = head
            row.hash = head = audit.link_hash(row)
            session.add(row)
        tip = session.get_one(audit.CountySeq, 0)
        tip.audit_head = head
        session.add(tip)
    db.close()


def test_every_change_of_the_chain_is_found_and_no_sound_chain_is_accused(furnished: Database, tmp_path: Path) -> None:
    """S18: edited, removed, added, cut or computed anew: the first wrong row is named, or the head that tells."""
    rng, n = random.Random(18), rounds(20, 400)
    with furnished.read() as session:
        heads.write_heads(session, KEYS, tmp_path / "heads")
    with furnished.write(0) as session:
        for number in range(5):
            audit.write(session, "drill", str(number), actor="test")
    with furnished.read() as session:
        heads.write_heads(session, KEYS, tmp_path / "heads")
        assert heads.first_fault(session, KEYS, tmp_path / "heads") is None
    furnished.close()
    for number in range(n):
        copy = tmp_path / f"copy{number}.sqlite3"
        for tail in ("", "-wal"):
            if Path(f"{tmp_path / 'ruhu.sqlite3'}{tail}").exists():
                shutil.copy(f"{tmp_path / 'ruhu.sqlite3'}{tail}", f"{copy}{tail}")
        kind, seq = _tamper(copy, rng)
        db = Database(f"sqlite:///{copy}")
        with db.read() as session:
            fault = heads.first_fault(session, KEYS, tmp_path / "heads")
        db.close()
        assert fault is not None, (kind, seq)
        if kind != "rechain":
            assert f"row {seq}:" in fault.en, (kind, seq, fault.en)
        copy.unlink()
    note("S18", n=n, what="changes of the chain in the file; sound chains accused: 0")


def test_a_forged_head_is_no_head(furnished: Database, tmp_path: Path) -> None:
    with furnished.read() as session:
        heads.write_heads(session, Keys(b"somebody else"), tmp_path)
        fault = heads.first_fault(session, KEYS, tmp_path)
    furnished.close()
    assert fault is not None
    assert "not signed by us" in fault.en
