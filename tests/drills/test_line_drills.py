"""Two phones that correct the same record, and a crowd of lines that dribble: R11, R17."""

import random
import socket
import statistics
import threading
import time
import uuid
from contextlib import suppress
from zoneinfo import ZoneInfo

from app.findings.inspections.queries import doors_of
from app.findings.quality.field import Why, sample_faults
from app.survey.records.queries import ops_by_id
from app.survey.rounds.queries import list_samples
from tests.cast import DRAW, ROUND, World
from tests.drills.conftest import phone_of
from tests.drills.kill import LiveService
from tests.drills.report import note, rounds


def test_two_corrections_of_one_record_are_both_kept_shown_and_flagged(world: World) -> None:
    """R11: both phones are offline and correct the same version; the later counts, nobody is overwritten."""
    lin, song = world.phone("lin"), world.phone("song")
    rng, n = random.Random(11), rounds(3, 500)
    samples = lin.samples()[:10]
    for turn in range(n):
        sample = samples[turn % len(samples)]
        first = lin.op(lin.interview(sample, sat={"team": 3}, **{"round": str(turn)}))
        lin.post(first)
        mine = lin.op({**lin.interview(sample, sat={"team": 1}), "corrects": first["op_id"], "more": turn})
        hers = song.op({**song.interview(sample, sat={"team": 2}), "corrects": first["op_id"], "more": turn})
        order = [(lin, mine), (song, hers)]
        rng.shuffle(order)
        for phone, op in order:
            assert phone.post(op)[0]["state"] == "stored"

        with world.house.db.read() as session:
            kept = ops_by_id(session, [uuid.UUID(op["op_id"]) for op in (first, mine, hers)])
            rows = [row for row in list_samples(session, world.actor("city"), ROUND) if row.sample_id.startswith(DRAW)]
            doors = doors_of(session, rows, ZoneInfo("Asia/Shanghai"))
        assert {row.body for row in kept.values()} == {op["body"].encode() for op in (first, mine, hers)}
        door = next(each for each in doors if each.row.sample_id == sample["sample_id"])
        overtaken, head = order[0][1], order[1][1]
        assert head["op_id"] in {str(visit.op_id) for visit in door.visits}
        flagged = {fault.op_id for fault in sample_faults(doors, ZoneInfo("Asia/Shanghai")) if fault.why is Why.RIVAL}
        assert overtaken["op_id"] in flagged
        assert head["op_id"] not in flagged
        page = world.get("city", f"/records/{first['op_id']}/versions").text
        assert mine["digest"][:12] in page
        assert hers["digest"][:12] in page
    note("R11", n=n, what="pairs of rival corrections, both databases; 0 overwritten, all flagged")


def _dribble(live: LiveService, token: str, over: threading.Event) -> None:
    """A request that comes at one byte a second: half of them stay in the headers, half in the body."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", live.port), timeout=5) as line:
        line.sendall(f"POST /api/v1/sync HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n".encode())
        if random.random() < 0.5:
            line.sendall(b"Content-Length: 5000\r\n\r\n")
        while not over.wait(1.0):
            line.sendall(b"x")


def _p95(live: LiveService, seed: int, count: int) -> float:
    phone, took = phone_of(live, seed), []
    for _ in range(count):
        phone.seal()
        began = time.monotonic()
        phone.drain()
        took.append(time.monotonic() - began)
    assert phone.ledger.waiting == []
    return statistics.quantiles(took, n=20)[-1]


def test_a_crowd_of_dribbling_lines_keeps_nobody_else_waiting(service: LiveService) -> None:
    """R17: two hundred requests at a byte a second are held open while others send."""
    crowd, count = 200, rounds(12, 300)
    alone = _p95(service, 1700, count)
    token, over = phone_of(service, 1701).token, threading.Event()
    threads = [threading.Thread(target=_dribble, args=(service, token, over)) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    beside = _p95(service, 1702, count)
    over.set()
    for thread in threads:
        thread.join()
    assert beside < max(2.0, 4 * alone)  # the second figure is for a machine that is itself too busy
    note("R17", n=crowd, what=f"lines at 1 byte/s; p95 of a record {alone:.2f} s without, {beside:.2f} s beside them")
