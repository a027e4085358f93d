"""Sync over a line that fails, from clients that hurry, repeat, lie or are old: rows R01 to R18 of the matrix."""

import gzip
import itertools
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import TimeoutError as NoTurn

from app.kernel.clock import utcnow
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.people.models import Account, Role
from app.survey.records import service as keeping
from app.survey.records import transit
from app.survey.records.models import RecordState
from app.survey.records.queries import ops_by_id
from app.survey.records.rules import SealedOp, read_body, sha256_hex
from tests.cast import PASSWORD, World
from tests.drills.conftest import phone_of
from tests.drills.kill import LiveService
from tests.drills.ledger import faults, is_right_receipt, pulled
from tests.drills.proxy import FaultyLine
from tests.drills.report import note, rounds
from tests.phone import Phone

RECORDINGS = Path(__file__).parent / "recordings"


def in_parallel(*works: Any) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_over_a_bad_line_every_record_comes_exactly_once(service: LiveService) -> None:
    """R01: three in ten requests dropped, cut, doubled, delayed, reset, answered by a portal or not at all."""
    line = FaultyLine(service.port, seed=1)
    phones = [phone_of(service, seed) for seed in (11, 12, 13)]
    total = rounds(120, 30_000)
    for phone in phones:
        phone.url, phone.timeout = line.url, 3.0
        for _ in range(total // len(phones)):
            phone.seal()

    in_parallel(*(lambda p=phone: p.drain(most_tries=50 * total) for phone in phones))

    line.close()
    house = service.house()
    states = pulled(service.url, phones[0].token)
    for phone in phones:
        assert phone.ledger.waiting == []
        assert faults(house, phone.ledger, pulled_states=states) == []
        assert not {status for status in phone.ledger.statuses if status >= 500}
    house.close()
    assert sum(line.happened.values()) > line.happened["pass"] > 0
    note("R01", n=sum(line.happened.values()), what=f"requests for {total} records; faults {dict(line.happened)}")


@pytest.mark.parametrize("live", ["service", "pg_service"])
def test_the_same_op_from_many_clients_at_once_is_one_row_and_one_receipt(
    live: str, request: pytest.FixtureRequest
) -> None:
    """R02."""
    place: LiveService = request.getfixturevalue(live)
    phones = [phone_of(place, seed) for seed in range(20, 25)]
    ops = [phones[0].seal() for _ in range(rounds(8, 2000))]
    for phone in phones[1:]:
        phone.ledger.sealed = dict(phones[0].ledger.sealed)

    in_parallel(*(lambda p=phone: [p.send([op]) for op in ops] for phone in phones))

    for phone in phones:
        phone.drain()
        assert phone.ledger.receipts == phones[0].ledger.receipts
        assert set(phone.ledger.statuses) <= {200, 429, 503}
    house = place.house()
    assert faults(house, phones[0].ledger) == []
    house.close()
    note(f"R02-{live}", n=len(ops) * len(phones), what=f"sendings of {len(ops)} records by 5 clients at once ({live})")


def test_when_only_answers_are_lost_a_resend_gets_the_same_receipt(service: LiveService) -> None:
    """R05."""
    line = FaultyLine(service.port, seed=5, share=1.0, faults=["lose_reply"])
    phone = phone_of(service, 50, url=line.url)
    ops = [phone.seal() for _ in range(rounds(10, 2000))]
    for op in ops:
        assert phone.send([op]) == "no answer"
    line.close()
    phone.url = service.url
    phone.drain()
    first = dict(phone.ledger.receipts)
    phone.ledger.receipts.clear()
    phone.drain()
    assert phone.ledger.receipts == first
    house = service.house()
    assert faults(house, phone.ledger) == []
    house.close()
    note("R05", n=len(ops), what="answers lost, then sent again")


def test_other_content_under_a_known_id_is_kept_beside_the_first(world: World) -> None:
    """R07."""
    phone = world.phone("lin")
    sample, n = phone.samples()[0], rounds(6, 500)
    for number in range(n):
        first = phone.op(phone.door(sample))
        other = phone.op({**phone.door(sample), "app_version": f"altered {number}"}, op_id=first["op_id"])
        states = [result["state"] for result in phone.post(first, other, first)]
        assert states[1:] == ["conflict", states[0]]
        with world.house.db.read() as session:
            row = transit.conflicts_of(session, range(7), uuid.UUID(first["op_id"]))
        assert [each.body for each in row] == [other["body"].encode()]
    note("R07", n=n, what="altered payloads")


def _lies(receipt: dict[str, str], op: dict[str, Any], rng: random.Random) -> list[Any]:
    """Answers that look like a receipt of this op and are none."""
    other = Keys(b"another server")
    text = receipt["text"]
    moved = text.replace(op["op_id"], str(uuid.UUID(int=rng.getrandbits(128), version=4)))
    spoilt = text.replace(op["digest"], sha256_hex(rng.randbytes(8)))
    return [
        None,
        {},
        "received",
        {**receipt, "signature": other.sign(text.encode())},
        {**receipt, "signature": receipt["signature"][:-4] + "AAA="},
        {**receipt, "text": moved},
        {**receipt, "text": spoilt},
        {**receipt, "text": moved, "signature": other.sign(moved.encode())},
        {**receipt, "text": text[: rng.randrange(len(text))]},
        {"text": text},
    ]


def test_no_lie_passes_for_a_receipt(service: LiveService) -> None:
    """R08, the client's half in Python; the phone's own is proven by the golden vectors."""
    phone, told = phone_of(service, 80), 0
    for _ in range(rounds(2, 50)):
        op = phone.seal()
        assert phone.send([op]) == "received"
        receipt = phone.ledger.receipts[op["op_id"]]
        assert is_right_receipt(receipt, op, phone.spki)
        for lie in _lies(receipt, op, phone.rng):
            told += 1
            assert not is_right_receipt(lie, op, phone.spki), lie
        stranger = phone.seal()
        assert not is_right_receipt(receipt, stranger, phone.spki)
        phone.drain()
    note("R08", n=told, what="lying receipts")


POISON = [
    "", "null", "[]", "{", '"text"', '{"kind": NaN}', "{}" * 3,
    '{"kind": "interview", "answers": ' + "[" * 3000 + "]" * 3000 + "}",
    '{"sample_id": "2017-1-A1.640104-P.1", "kind": "interview", "started_at": "0000-00-00"}',
    '{"sample_id": "2017-1-A1.640104-P.1", "answers": {"cover": {"gps": "\\u0000"}}, "kind": "interview"}',
    '{"kind": "outcome", "sample_id": "2017-1-A1.640104-P.2", "outcome": {"code": "N4", "reason": "\ud800"}}',
    '{"kind": "interview", "household": "640104901201-0001", "photos": [{"sha256": "x", "bytes": 1e400}]}',
    json.dumps({"kind": "record", "text": "长" * 80_000}), "\x00\x01\x02", '{"corrects": "' + "f" * 36 + '"}',
    '{"kind": "interview", "sample_id": "2017-1-A1.640104-P.3", "form_id": "q1_poor", "form_version": "'
    + "9" * 40 + '"}',
]  # fmt: skip


def test_a_poisoned_op_blocks_nobody_and_is_kept_as_it_came(world: World) -> None:
    """R09: on both databases, at every place of a batch."""
    phone, rng = world.phone("lin"), random.Random(9)
    sample, n = phone.samples()[0], rounds(len(POISON), 1000)
    for number in range(n):
        poison = phone.op(POISON[number % len(POISON)])
        batch = [phone.op(phone.door(sample)) for _ in range(2)]
        place = rng.randrange(3)
        batch.insert(place, poison)
        results = phone.post(*batch)
        assert results[place]["state"] == "quarantined", POISON[number % len(POISON)][:60]
        assert [result["state"] for each, result in enumerate(results) if each != place] == ["stored", "stored"]
    with world.house.db.read() as session:
        row = ops_by_id(session, [uuid.UUID(poison["op_id"])])[uuid.UUID(poison["op_id"])]
    assert row.body == poison["body"].encode("utf-8", "surrogatepass")
    note("R09", n=n, what="batches with one poisoned op")


def test_any_order_of_arrival_ends_in_the_same_state(world: World) -> None:
    """R10: two records, their corrections, corrections of corrections and photos, in any order of all seven."""
    phone = world.phone("lin")
    rng, n, ends = random.Random(10), rounds(4, 1_000), set()
    samples, cursor = itertools.cycle(phone.samples()[:12]), ""
    for _ in range(n):
        parts: list[dict[str, Any] | str] = []
        for corrections in (2, 1):
            sample, parent = next(samples), None
            for turn in range(corrections + 1):
                told = phone.interview(sample, photos=turn == 0, **({"sat": {"team": turn}} if turn else {}))
                parent = phone.op({**told, **({"corrects": parent["op_id"]} if parent else {})})
                parts.append(parent)
            parts.append(next(reversed(phone.pictures)))
        for part in rng.sample(parts, len(parts)):
            phone.put(part) if isinstance(part, str) else phone.post(part)
        photos = [part for part in parts if isinstance(part, str)]
        for photo in photos:
            phone.put(photo)
        changes, cursor = pulled_by(world, phone, cursor)
        missing = world.client.post("/api/v1/sync/have", json={"ops": [], "photos": photos}, headers=phone.headers)
        states = tuple(changes[part["op_id"]] for part in parts if isinstance(part, dict))
        ends.add((states, len(missing.json()["photos"])))
    assert ends == {(("stored",) * 5, 0)}
    note("R10", n=n, what="orders of two records with three corrections and two photos")


def pulled_by(world: World, phone: Phone, cursor: str) -> tuple[dict[str, str], str]:
    """Op id → state, as a puller has it in the end who comes with this cursor; and where he is then."""
    states: dict[str, str] = {}
    more = True
    while more:
        asked = {"cursor": cursor, "limit": 500}
        page = world.client.get("/api/v1/sync/changes", params=asked, headers=phone.headers).json()
        states |= {change["op_id"]: change["state"] for change in page["changes"]}
        cursor, more = page["cursor"], page["more"]
    return states, cursor


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.json")), ids=lambda path: path.stem)
def test_what_an_older_app_sent_is_taken_whole(world: World, path: Path) -> None:
    """R12: recorded envelopes, with fields that we do not know; never refused, bytes as they came."""
    recording = json.loads(path.read_text(encoding="utf-8"))
    phone = world.phone("lin")
    envelope = {**recording["envelope"], "device_id": phone.device_id}
    answer = world.client.post("/api/v1/sync", json=envelope, headers={**phone.headers, **recording["headers"]})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["op_id"] for result in results] == [op["op_id"] for op in envelope["ops"]]
    assert {result["state"] for result in results} <= {"stored", "stored_orphan", "quarantined"}
    device = uuid.UUID(phone.device_id)
    with world.house.db.read() as session:
        rows = transit.receipts_after(session, world.actor("lin").account_id, device, 0, most=99)
    assert {row.body for row in rows} == {op["body"].encode() for op in envelope["ops"]}
    note("R12", n=len(list(RECORDINGS.glob("*.json"))), what="recordings of released apps, both databases")


def test_a_puller_that_follows_slow_writers_misses_nothing(db: Database) -> None:
    """R13: eight writers that dawdle before they commit, and a poller that never waits."""
    with db.read() as session:
        assert transit.changes_of(session, 1, 0, most=5).read == 0
    account = _account(db)
    total, writers = rounds(96, 50_000), 8
    over = threading.Event()
    seen: list[uuid.UUID] = []
    refused: list[uuid.UUID] = []

    def write(number: int) -> None:
        rng = random.Random(number)
        for _ in range(total // writers):
            op = SealedOp(uuid.UUID(int=rng.getrandbits(128), version=4), 1, "", b"{}")
            while not _kept(db, op, account, number, rng.random() * 0.004):
                refused.append(op.op_id)

    def poll() -> None:
        place = 0
        while True:
            last_round = over.is_set()
            with db.read() as session:
                feed = transit.changes_of(session, 1, place, most=50)
            seen.extend(change.op.op_id for change in feed.changes)
            place = feed.read
            if last_round and not feed.more and not feed.changes:
                return

    poller = threading.Thread(target=poll)
    poller.start()
    in_parallel(*(lambda n=number: write(n) for number in range(writers)))
    over.set()
    poller.join()
    assert len(seen) == len(set(seen)) == total
    note(
        "R13-sqlite" if db.is_sqlite else "R13-pg",
        n=total,
        what=f"ops by 8 writers, poller alongside ({'SQLite' if db.is_sqlite else 'PostgreSQL'}); "
        f"{len(refused)} writes refused after 30 s and tried again",
    )


def _kept(db: Database, op: SealedOp, account: uuid.UUID, number: int, dawdles: float) -> bool:
    """One record; False when the writer's turn did not come within half a minute: a phone would come again."""
    try:
        with db.write(1) as session:
            keeping.keep(
                session, 1, op, read_body(op), keeping.Judgement(RecordState.STORED),
                account_id=account, device_id=uuid.UUID(int=number), epoch="e", received_at=utcnow(),
            )  # fmt: skip
            time.sleep(dawdles)
    except NoTurn:
        return False
    return True


def _account(db: Database) -> uuid.UUID:
    row = Account(account="writer", name="某人", role=Role.INSPECTOR, scope="640104", password_hash="-", created_at=utcnow())  # fmt: skip  # noqa: E501
    with db.write(0) as session:
        session.add(row)
        session.flush()
        return row.id


def test_a_whole_valley_reconnects_at_once_and_everything_drains(service: LiveService) -> None:
    """R14: phones back on the net in the same second; 429 and 503 carry their wait, sign-in goes on."""
    n = rounds(24, 500)
    token = phone_of(service, 140)
    phones = []
    for number in range(n):
        phone = phone_of(service, 140) if number == 0 else None
        fresh = type(token)(service.url, token.token, token.spki, random.Random(1400 + number), timeout=60)
        phones.append(phone or fresh)
        phones[-1].pace = 1.0
        for _ in range(4):
            phones[-1].seal()
    watcher = subprocess.Popen(
        [sys.executable, "-c", SIGNS_IN, service.url, PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    began = time.monotonic()
    in_parallel(*(lambda p=phone: p.drain(most_tries=2000) for phone in phones))
    drained = time.monotonic() - began
    waits = [float(each) for each in watcher.communicate()[0].split()]
    statuses = {status for phone in phones for status in phone.ledger.statuses}
    assert statuses <= {200, 429, 503}
    assert all(not phone.ledger.waiting for phone in phones)
    slow = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else max(waits)
    assert drained < 600
    what = f"phones at once, drained in {drained:.0f} s; p95 of {len(waits)} sign-ins {slow:.1f} s; {sorted(statuses)}"
    note("R14", n=n, what=what)


SIGNS_IN = """
import select, sys, time, httpx
url, password = sys.argv[1:]
while True:
    began = time.monotonic()
    httpx.post(f"{url}/api/v1/sign-in", json={"account": "song", "password": password}, timeout=60).raise_for_status()
    print(time.monotonic() - began, flush=True)
    if select.select([sys.stdin], [], [], 0.3)[0]:
        break
"""
"""Somebody else's sign-ins, in a process that the crowd of threads here does not slow; ends when its input closes."""


def test_a_gzip_bomb_costs_no_memory(service: LiveService) -> None:
    """R16."""
    phone = phone_of(service, 160)
    bomb = gzip.compress(b"[" * (100 * 2**20))
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Encoding": "gzip"}
    before, n = service.memory(), rounds(4, 100)
    for _ in range(n):
        assert httpx.post(f"{service.url}/api/v1/sync", content=bomb, headers=headers, timeout=30).status_code == 413
    grown = service.memory() - before
    assert grown < 50 * 2**20
    note("R16", n=n, what=f"bombs of 100 MiB; memory grew by {grown / 2**20:.0f} MiB")


def test_a_hung_server_is_waited_for_and_nothing_is_doubled(service: LiveService) -> None:
    """R18: the process is stopped and goes on; clients that gave up send again."""
    phone, n = phone_of(service, 180), rounds(1, 100)
    phone.timeout = 0.7
    for _ in range(n):
        for _ in range(3):
            phone.seal()
        service.send(signal.SIGSTOP)
        assert phone.send(phone.ledger.waiting) == "no answer"
        time.sleep(rounds(1, 5))
        service.send(signal.SIGCONT)
        phone.timeout = 20
        phone.drain()
        phone.timeout = 0.7
    house = service.house()
    assert phone.ledger.waiting == []
    assert faults(house, phone.ledger) == []
    house.close()
    note("R18", n=n, what="freezes")


@pytest.fixture
def strict_service(furnished_sqlite: Path, tmp_path: Path) -> Any:
    """A service whose phones may call sixty times a minute."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(furnished_sqlite, data / "ruhu.sqlite3")
    live = LiveService(data, env={"RUHU_DEVICE_QUOTA": "60"})
    live.start()
    yield live
    live.stop()


def test_a_phone_that_ignores_its_wait_is_stopped_and_others_are_served(strict_service: LiveService) -> None:
    """R15."""
    rude, polite = phone_of(strict_service, 150), phone_of(strict_service, 151)
    over, statuses = threading.Event(), []

    def hammer() -> None:
        with httpx.Client(base_url=strict_service.url, headers={"Authorization": f"Bearer {rude.token}"}) as client:
            while not over.is_set():
                statuses.append(client.post("/api/v1/sync/have", json={"ops": [], "photos": []}).status_code)

    threads = [threading.Thread(target=hammer) for _ in range(3)]
    for thread in threads:
        thread.start()
    took = []
    for _ in range(rounds(8, 50)):
        polite.seal()
        began = time.monotonic()
        assert polite.send(polite.ledger.waiting) == "received"
        took.append(time.monotonic() - began)
        time.sleep(0.05)
    over.set()
    for thread in threads:
        thread.join()
    assert statuses.count(429) > statuses.count(200) > 0
    note(
        "R15", n=len(statuses), what=f"calls of one rude phone; others' median {statistics.median(took) * 1000:.0f} ms"
    )
