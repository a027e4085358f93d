"""Clients that note every promise the running service makes, and a checker that asks for each of them again.

A promise is a receipt (the op is kept for ever, byte for byte) or a 200, 201 or full offset for a photo. Whatever
happens to the service in between, the checker then asks for every promise again.
"""

import hashlib
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.survey.photos import queries as photos
from app.survey.records.queries import ops_by_id
from tests import pictures
from tests.drills.kill import LiveService
from tests.photo_world import Person


@dataclass
class Ledger:
    """What was sent and what was promised."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def promised(self) -> tuple[dict[str, dict[str, Any]], set[str]]:
        """A copy of the promises made so far."""
        return dict(self.receipts), set(self.kept)


class Phone:
    """Sends records with photos until told to stop, or until the line breaks."""

    def __init__(self, service: LiveService, person: Person, ledger: Ledger, seed: int) -> None:
        self.service, self.person, self.ledger = service, person, ledger
        self.rng = random.Random(seed)
        self.device, self.dev_seq = str(uuid.uuid4()), 0
        self.base = pictures.small_photo(seed)

    def run(self, over: threading.Event) -> None:
        """Rounds of one envelope and its photos."""
        try:
            with httpx.Client(
                base_url=self.service.url, headers=self.person.headers, timeout=30, verify=False
            ) as client:
                while not over.is_set():
                    self._round(client)
        except (httpx.TransportError, json.JSONDecodeError):
            return

    def _round(self, client: httpx.Client) -> None:
        shots = [self.base + self.rng.randbytes(16) for _ in range(self.rng.randrange(3))]
        ops = [self._op(shots if place == 0 else []) for place in range(self.rng.randrange(1, 8))]
        self.ledger.sent.update((op["op_id"], op) for op in ops)
        answer = client.post("/api/v1/sync", json={"device_id": self.device, "ops": ops})
        if answer.status_code != 200:
            self.ledger.faults.append(f"sync {answer.status_code} {answer.text[:200]}")
            return
        for result in answer.json()["results"]:
            self.ledger.receipts[result["op_id"]] = result
        for data in shots:
            self._send_photo(client, data)

    def _send_photo(self, client: httpx.Client, data: bytes) -> None:
        sha256 = hashlib.sha256(data).hexdigest()
        self.ledger.pictures[sha256] = data
        if self.rng.random() < 0.5:
            answer = client.put(f"/api/v1/photos/{sha256}", content=data)
            is_kept = answer.status_code in (200, 201)
        else:
            answer, is_kept = self._send_parts(client, sha256, data)
        if is_kept:
            self.ledger.kept.add(sha256)
        else:
            self.ledger.faults.append(f"photo {answer.status_code} {answer.text[:200]}")

    def _send_parts(self, client: httpx.Client, sha256: str, data: bytes) -> tuple[httpx.Response, bool]:
        tus = {"Tus-Resumable": "1.0.0"}
        told = {**tus, "Upload-Length": str(len(data)), "Upload-Metadata": f"sha256 {sha256}"}
        answer = client.post("/api/v1/uploads", headers=told)
        offset, url = int(answer.headers["upload-offset"]), answer.headers["location"]
        while offset < len(data):
            piece = {**tus, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = client.patch(url, content=data[offset : offset + 9000], headers=piece)
            if answer.status_code != 204:
                return answer, False
            offset = int(answer.headers["upload-offset"])
        return answer, True

    def _op(self, shots: list[bytes]) -> dict[str, Any]:
        self.dev_seq += 1
        lines = [
            {
                "photo_id": str(uuid.uuid4()), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
                "type": "image/jpeg", "question": "/cover/door_photo",
            }
            for data in shots
        ]  # fmt: skip
        body = {"kind": "outcome", "sample_id": f"2017-1-A1.640104-P.{self.dev_seq}", "photos": lines,
                "outcome": {"code": "N4", "reason": "雨 " + "字" * self.rng.randrange(2000)}}  # fmt: skip
        text = json.dumps(body, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return {"op_id": str(uuid.uuid4()), "dev_seq": self.dev_seq, "digest": digest, "body": text}


def working(
    phones: list[Phone], ledger: Ledger, seconds: float, *, most: float = 60
) -> tuple[threading.Event, list[threading.Thread]]:
    """All phones at work; returns so many seconds after the first new promises, with the way to stop them.

    `most` seconds are waited for those: a service that is killed meanwhile makes none.
    """
    over, before = threading.Event(), len(ledger.receipts)
    threads = [threading.Thread(target=phone.run, args=(over,)) for phone in phones]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + most
    while len(ledger.receipts) < before + len(phones) and time.monotonic() < deadline and _any_lives(threads):
        time.sleep(0.01)
    time.sleep(seconds)
    return over, threads


def _any_lives(threads: list[threading.Thread]) -> bool:
    return any(thread.is_alive() for thread in threads)


def broken_promises(service: LiveService, ledger: Ledger, receipts: dict[str, Any], kept: set[str]) -> list[str]:
    """Everything that was promised and is not so in this folder now; the service is not running."""
    house, broken = service.house(), []
    try:
        with house.db.read() as session:
            rows = ops_by_id(session, [uuid.UUID(op_id) for op_id in receipts])
            for op_id in receipts:
                row = rows.get(uuid.UUID(op_id))
                if row is None or row.body != ledger.sent[op_id]["body"].encode():
                    broken.append(f"op {op_id}")
            for sha256 in kept:
                found = photos.find_object(session, 1, sha256)
                if found is None or house.store.get(found.key) != ledger.pictures[sha256]:
                    broken.append(f"photo {sha256}")
    finally:
        house.close()
    return broken


def changed_receipts(service: LiveService, person: Person, ledger: Ledger, receipts: dict[str, Any]) -> list[str]:
    """Ops whose receipt is not the same bytes when they are sent once more; the service is running."""
    changed, ids = [], list(receipts)
    with httpx.Client(base_url=service.url, headers=person.headers, timeout=60, verify=False) as client:
        for start in range(0, len(ids), 50):
            part = ids[start : start + 50]
            ops = [ledger.sent[op_id] for op_id in part]
            answer = client.post("/api/v1/sync", json={"device_id": str(uuid.uuid4()), "ops": ops}).json()
            changed += [
                op_id
                for op_id, result in zip(part, answer["results"], strict=True)
                if result["receipt"] != receipts[op_id]["receipt"]
            ]
    return changed
