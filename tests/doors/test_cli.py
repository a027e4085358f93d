"""The terminal (contract, Commands): exit 0 only when it holds, otherwise the first fault in both languages."""

import io
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from app.demo import people as invented
from app.demo.workbook import write_register
from app.doors import cli
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.main import serve, serve_demo
from app.registry.people.passwords import PasswordHasher
from app.registry.people.problems import TooManyTries, WrongCredentials
from app.registry.people.sign_in import STRANGERS_PER_ACCOUNT, Attempt, sign_in
from app.survey.questionnaires.tables import builtin_workbook
from tests.cast import COUNTIES, ROUND, World
from tests.doors.test_pages_questionnaires import (
    FUTURE,
    VILLAGES,
    ask_by_village,
    edited,
    lose_a_satisfaction_item,
)

Run = tuple[int, str, str]


class Terminal:
    """Runs commands against one data folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.monkeypatch = monkeypatch
        for name in [name for name in os.environ if name.startswith("RUHU_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("RUHU_DATA", str(folder))

    def __call__(self, *words: str, typed: str = "") -> Run:
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = cli.main(list(words), serve=serve, demo=serve_demo)
        out = self.capsys.readouterr()
        return code, out.out, out.err


@pytest.fixture
def ruhu(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(tmp_path / "data", capsys, monkeypatch)


def test_a_fresh_install_has_no_account_until_the_first_admin_is_added(ruhu: Terminal) -> None:
    assert ruhu("account", "list") == (0, "", "")

    code, out, _ = ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    assert code == 0
    assert "root" in out
    code, out, _ = ruhu("account", "list")
    assert code == 0
    assert out.startswith("root\tadmin\t6401\t")


def test_a_weak_password_and_a_taken_name_are_named_in_both_languages(ruhu: Terminal) -> None:
    code, _, err = ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="123\n")
    assert code == 1
    assert "密码至少8个字符" in err
    assert "At least 8 characters" in err
    ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    code, _, err = ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    assert code == 1
    assert "已存在" in err


def test_a_password_is_reset_from_the_terminal(ruhu: Terminal) -> None:
    ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    assert ruhu("account", "reset", "root", typed="yellow-river-88\n")[0] == 0
    assert ruhu("account", "reset", "nobody", typed="yellow-river-88\n")[0] == 1


def test_the_terminal_gives_back_the_tries_that_guesses_used_up(
    ruhu: Terminal, tmp_path: Path, hasher: PasswordHasher
) -> None:
    ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    db, keys = Database(f"sqlite:///{tmp_path / 'data' / 'ruhu.sqlite3'}"), Keys(b"a secret for tests only")
    for _ in range(STRANGERS_PER_ACCOUNT.hits):
        with pytest.raises(WrongCredentials):
            sign_in(db, hasher, keys, Attempt("root", "a-guess-of-mine", "198.51.100.7"))
    right = Attempt("root", "loess-plateau-9", "203.0.113.9")
    with pytest.raises(TooManyTries):
        sign_in(db, hasher, keys, right)
    assert ruhu("account", "release", "nobody")[0] == 1
    assert ruhu("account", "release", "root")[0] == 0
    assert sign_in(db, hasher, keys, right).token
    db.close()


def test_a_backup_is_made_checked_and_put_back_and_a_touched_chain_is_told_from_the_terminal(
    ruhu: Terminal, tmp_path: Path
) -> None:
    ruhu("account", "add", "root", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    for words in (("backup", str(tmp_path / "set")), ("verify", str(tmp_path / "set")), ("verify",), ("verify-audit",)):
        code, out, err = ruhu(*words)
        assert (code, err) == (0, ""), words
        assert out, words
    spoilt = tmp_path / "spoilt"
    shutil.copytree(tmp_path / "set", spoilt)
    (spoilt / "tables" / "account.jsonl.gz").write_bytes(b"")
    assert ruhu("verify", str(spoilt))[0] == 1
    assert ruhu("restore", str(spoilt))[0] == 1

    ruhu("account", "add", "later", "--role", "admin", "--scope", "6401", typed="loess-plateau-9\n")
    assert ruhu("restore", str(tmp_path / "set"))[0] == 0
    assert "later" not in ruhu("account", "list")[1]

    with closing(sqlite3.connect(tmp_path / "data" / "ruhu.sqlite3")) as raw:
        raw.execute("update audit set subject = 'nobody' where seq = 1 and county_id = 0")
        raw.commit()
    code, out, err = ruhu("verify-audit")
    assert code == 1
    assert "row 1" in out + err


def test_a_register_comes_in_and_a_broken_one_changes_nothing(ruhu: Terminal, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    homes = invented.homes_of("640104", "poor", random.Random(1))[:5]
    write_register(good, "户名册(虚构)", homes)
    bad.write_text("this is no workbook")

    code, out, _ = ruhu("import-register", str(good))
    assert code == 0
    assert "已导入 / Imported: 5 户" in out
    code, out, err = ruhu("import-register", str(bad))
    assert code == 1
    assert out + err


def test_a_form_is_published_once_and_again_without_harm(ruhu: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "q1.xlsx"
    path.write_bytes(builtin_workbook("q1_poor"))
    code, out, _ = ruhu("publish-form", str(path))
    assert code == 0
    first = json.loads(out)
    assert first["form_id"] == "q1_poor"
    assert json.loads(ruhu("publish-form", str(path))[1]) == first
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    assert ruhu("publish-form", str(broken))[0] == 1


def test_the_terminal_asks_too_before_indicators_lose_their_input(ruhu: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "q1.xlsx"
    path.write_bytes(edited("q1_poor", FUTURE, lose_a_satisfaction_item))

    code, _, err = ruhu("publish-form", str(path))

    assert code == 1
    assert "I01" in err
    assert "--accept-lost" in err
    assert ruhu("publish-form", str(path), "--accept-lost")[0] == 0


def test_a_form_is_published_with_its_tables(ruhu: Terminal, tmp_path: Path) -> None:
    path, table = tmp_path / "q2.xlsx", tmp_path / "villages.csv"
    path.write_bytes(edited("q2_nonpoor", FUTURE, ask_by_village))
    table.write_bytes(VILLAGES)

    assert ruhu("publish-form", str(path))[0] == 1
    assert ruhu("publish-form", str(path), str(table), "--accept-lost")[0] == 0


def test_migrate_may_be_said_twice(ruhu: Terminal) -> None:
    assert ruhu("migrate")[0] == 0
    assert ruhu("migrate")[0] == 0


def test_sqlite_takes_one_worker(ruhu: Terminal) -> None:
    code, _, err = ruhu("serve", "--workers", "2")
    assert code == 1
    assert "PostgreSQL" in err


def test_a_plain_http_address_is_refused_at_the_start(ruhu: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUHU_PUBLIC_URL", "http://ruhu.example")
    code, _, err = ruhu("serve")
    assert code == 1
    assert "https" in err


def test_a_record_is_verified_from_public_data_alone(ruhu: Terminal, world: World, tmp_path: Path) -> None:
    record, frame = tmp_path / "record.json", tmp_path / "frame.csv"
    record.write_bytes(world.get("city", f"/api/v1/rounds/{ROUND}/draw").content)
    frame.write_bytes(world.get("city", f"/api/v1/rounds/{ROUND}/frame").content)
    own = tmp_path / "own.csv"
    own.write_bytes(world.get("lin", f"/api/v1/rounds/{ROUND}/frame?stratum=640104-P").content)

    assert ruhu("draw-verify", str(record), "--frame", str(frame))[0] == 0
    code, out, _ = ruhu("draw-verify", str(record))
    assert code == 0
    assert "未核对" in out
    code, out, _ = ruhu("draw-verify", str(record), "--frame", str(own))
    assert code == 0
    assert f"{COUNTIES[1]}-P" in out

    forged = json.loads(record.read_text())
    forged["lists"]["640104-P"]["main"].reverse()
    record.write_text(json.dumps(forged))
    code, _, err = ruhu("draw-verify", str(record), "--frame", str(frame))
    assert code == 1
    assert "640104-P" in err


def test_serve_answers_migrates_and_stops_when_told(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("RUHU_")}
    env["RUHU_DATA"] = str(tmp_path)
    process = subprocess.Popen([sys.executable, "-m", "app.main", "serve", "--port", str(port)], env=env)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = httpx2.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        assert answer.json() == {"status": "ok"}
        assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)


def test_a_frame_file_is_drawn_from_without_a_database_and_the_record_holds(ruhu: Terminal, tmp_path: Path) -> None:
    frame, folder = tmp_path / "frame.csv", tmp_path / "drawn"
    units = [(f"{county}-{kind}", f"{county}001201-{n:04}") for county in COUNTIES for kind in "PN" for n in range(50)]
    frame.write_text("stratum,unit\n" + "".join(f"{stratum},{unit}\n" for stratum, unit in units))
    said = tmp_path / "commitment.json"

    code, out, _ = ruhu("draw-many", "commit", str(frame), "--draw", "2018Q3-A1", "--n", "P=10,N=4", "--out", str(said))
    assert code == 0
    assert json.loads(said.read_text())["commitment"] in out
    words = ("draw-many", "draw", str(frame), str(said), "--out", str(folder), "--sign", "--witness", "甲")
    assert ruhu(*words, "--part", "73920518264409175386")[0] == 0

    code, out, _ = ruhu("draw-verify", str(folder / "record.json"), "--frame", str(frame))
    assert code == 0, out
    assert len((folder / "lists.csv").read_text().splitlines()) == 1 + 2 * (30 + 12)


def test_a_frame_or_commitment_that_was_touched_is_not_drawn_from(ruhu: Terminal, tmp_path: Path) -> None:
    frame, said = tmp_path / "frame.csv", tmp_path / "commitment.json"
    frame.write_text("stratum,unit\n" + "".join(f"640104-P,640104001201-{n:04}\n" for n in range(50)))
    commit = ("draw-many", "commit", str(frame), "--draw", "2018Q3-A1", "--out", str(said))
    assert ruhu(*commit, "--n", "ten")[0] == 2
    assert ruhu(*commit, "--n", "P=10", "--source", "PL3-2018001")[0] == 1
    assert ruhu(*commit, "--n", "P=10")[0] == 0
    draw = ("draw-many", "draw", str(frame), str(said), "--out", str(tmp_path / "drawn"))
    assert ruhu(*draw, "--part", "123")[0] == 1

    honest = frame.read_text()
    frame.write_text(honest.replace("-0007\n", "-9907\n"))
    code, _, err = ruhu(*draw, "--part", "73920518264409175386")
    assert (code, "640104-P" in err) == (1, True)
    frame.write_text(honest)
    said.write_text(said.read_text().replace('"n": 10', '"n": 11'))
    assert ruhu(*draw, "--part", "73920518264409175386")[0] == 1
    assert not (tmp_path / "drawn" / "lists.csv").exists()
