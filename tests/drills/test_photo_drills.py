"""Photos over broken lines and into a broken bucket: R06, D12."""

import base64
import hashlib
import random
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.doors.web.house import open_house
from app.kernel.db.migrate import migrate
from app.kernel.settings import load_settings
from app.registry.people.models import Role
from app.survey.photos import queries
from app.survey.photos.store import open_store
from tests import pictures
from tests.drills.bucket import KEYS, bucket
from tests.drills.conftest import phone_of
from tests.drills.kill import LiveService
from tests.drills.ledger import PatientPhone
from tests.drills.proxy import FaultyLine
from tests.drills.report import IS_NIGHT, note, rounds
from tests.photo_world import PhotoWorld

SEGMENT = 8192
MISCHIEF = ("cut", "resend", "wrong_offset", "wrong_checksum", "parallel", "plain")


@pytest.fixture
def furnished(furnished_sqlite: Path, tmp_path: Path) -> Iterator[LiveService]:
    """A running service over a fresh copy of the cast's database."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(furnished_sqlite, data / "ruhu.sqlite3")
    live = LiveService(data, env={"RUHU_DEVICE_QUOTA": "0"})
    live.start()
    yield live
    live.stop()


def announced(phone: PatientPhone, count: int, *, at_once: int = 25) -> list[bytes]:
    """Pictures whose records the service has."""
    base = pictures.photo(6, (480, 360))
    shots = [base + phone.rng.randbytes(40_000) for _ in range(count)]
    for start in range(0, count, at_once):
        photos = [
            {
                "photo_id": str(uuid.UUID(int=phone.rng.getrandbits(128), version=4)),
                "sha256": pictures.digest(shot), "bytes": len(shot), "type": "image/jpeg",
                "question": "/cover/door_photo",
            }
            for shot in shots[start : start + at_once]
        ]  # fmt: skip
        body = {"kind": "outcome", "sample_id": "2017-1-A1.640104-P.1", "outcome": {"code": "N4", "reason": "雨"},
                "started_at": "2017-05-20T09:30:00+08:00", "photos": photos}  # fmt: skip
        phone.seal(body)
    phone.drain()
    return shots


@dataclass
class Mischief:
    """One client that uploads a picture while everything that may go wrong does, by its seed."""

    live: LiveService
    phone: PatientPhone
    client: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False, timeout=20))
    reached: int = 0
    """Bytes that cut requests had handed to the service's side."""
    wasted: int = 0
    """Of these the bytes that the service did not keep."""
    done: dict[str, int] = field(default_factory=dict)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.phone.token}", "Tus-Resumable": "1.0.0", **more}

    def patch(self, url: str, offset: int, data: bytes, **more: str) -> int:
        """One piece; the status, 0 for no answer."""
        told = self.headers(**{"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}, **more)
        try:
            return self.client.patch(self.live.url + url, content=data, headers=told).status_code
        except httpx.TransportError:
            return 0

    def cut(self, url: str, offset: int, data: bytes, many: int) -> None:
        """Announce all of it, send so many bytes, hang up."""
        told = self.headers(**{"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream",
                               "Content-Length": str(len(data)), "Host": "here"})  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        with socket.create_connection(("127.0.0.1", self.live.port)) as line:
            line.sendall(f"PATCH {url} HTTP/1.1\r\n{head}\r\n".encode())
            for start in range(0, many, SEGMENT):
                line.sendall(data[start : min(start + SEGMENT, many)])
                time.sleep(0.004)  # two megabytes a second: a line, not memory
            time.sleep(0.02)
            line.shutdown(socket.SHUT_WR)
            line.settimeout(10)
            while line.recv(4096):
                pass

    def offset(self, url: str) -> int:
        answer = self.client.head(self.live.url + url, headers=self.headers())
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def begin(self, shot: bytes) -> str:
        """The address of a new upload."""
        told = self.headers(**{"Upload-Length": str(len(shot)), "Upload-Metadata": f"sha256 {pictures.digest(shot)}"})
        return self.client.post(f"{self.live.url}/api/v1/uploads", headers=told).headers["location"]

    def upload(self, shot: bytes) -> None:
        """All of one picture. The offset that the service tells never falls."""
        url, known = self.begin(shot), 0
        while known < len(shot):
            kind = self.phone.rng.choice(MISCHIEF)
            self.done[kind] = self.done.get(kind, 0) + 1
            getattr(self, f"_{kind}")(url, known, shot)
            now = self.offset(url)
            assert now >= known, f"the offset fell from {known} to {now} after {kind}"
            known = now

    def _plain(self, url: str, at: int, shot: bytes) -> None:
        piece = shot[at : at + self.phone.rng.randrange(1, 30_000)]
        digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        # 409: the end of an earlier cut was written only now, and the offset has moved.
        assert self.patch(url, at, piece, **{"Content-Digest": f"sha-256=:{digest}:"}) in (204, 409)

    def _cut(self, url: str, at: int, shot: bytes) -> None:
        many = self.phone.rng.randrange(1, len(shot) - at + 1)
        self.cut(url, at, shot[at:], many)
        for _ in range(50):
            if (kept := self.offset(url) - at) >= many:
                break
            time.sleep(0.01)
        self.reached += many
        self.wasted += many - kept

    def _resend(self, url: str, at: int, shot: bytes) -> None:
        if at:
            assert self.patch(url, 0, shot[:at]) == 409

    def _wrong_offset(self, url: str, at: int, shot: bytes) -> None:
        assert self.patch(url, at + 1, shot[at : at + 100]) == 409

    def _wrong_checksum(self, url: str, at: int, shot: bytes) -> None:
        digest = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        said = self.patch(url, at, shot[at : at + 5000], **{"Content-Digest": f"sha-256=:{digest}:"})
        assert said in (460, 409)
        assert said == 409 or self.offset(url) == at

    def _parallel(self, url: str, at: int, shot: bytes) -> None:
        piece = shot[at : at + 20_000]
        said: list[int] = []
        threads = [threading.Thread(target=lambda: said.append(self.patch(url, at, piece))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # 404: whole and kept meanwhile. All of them 409: the end of an earlier cut was written only now.
        assert said.count(204) <= 1
        assert set(said) <= {204, 409, 423, 404}


def test_photos_come_whole_through_cuts_repeats_wrong_pieces_and_kills(furnished: LiveService) -> None:
    """R06."""
    phone = phone_of(furnished, 60)
    n, kill_every = rounds(10, 5000), rounds(7, 250)
    shots, mischief = announced(phone, n), Mischief(furnished, phone)
    for number, shot in enumerate(shots):
        if number % kill_every == kill_every - 1:
            url = mischief.begin(shot)
            assert mischief.patch(url, 0, shot[:9000]) == 204
            furnished.stop()
            furnished.start()
            assert mischief.offset(url) == 9000
        mischief.upload(shot)
    house = furnished.house()
    files = [path.name for path in Path(house.settings.store_url).rglob("*") if path.is_file()]
    with house.db.read() as session:
        for shot in shots:
            kept = queries.find_object(session, 1, pictures.digest(shot))
            assert kept is not None
            assert house.store.get(kept.key) == shot
    assert sorted(files) == sorted(pictures.digest(shot) for shot in shots)
    assert [each for each in (furnished.data / "uploads").rglob("*.*") if each.parent.name != "knocks"] == []
    house.close()
    assert mischief.wasted <= (0.1 if IS_NIGHT else 0.5) * mischief.reached  # a busy machine reads late what it lost
    waste = f"{mischief.wasted} of {mischief.reached} bytes that reached the service before a cut had to go again"
    note("R06", n=n, what=f"photos; {sum(mischief.done.values())} pieces {mischief.done}; {waste}")


def test_no_row_is_written_before_the_bucket_has_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D12: the bucket answers 500, late, with half an answer, with a portal's page, or not at all."""
    pytest.importorskip("nanio", reason="the S3 server of the tests is not installed: make setup")
    for name, value in {**KEYS, "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    faults = ("error", "delay", "cut_reply", "cut_request", "lose_reply", "reset", "portal", "drop")
    with bucket(tmp_path) as port:
        line = FaultyLine(port, seed=12, share=0.5, faults=faults)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        truth = open_store("s3://pictures/drill")
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.url)
        env = {"RUHU_DATA": str(tmp_path / "data"), "RUHU_SECRET_KEY": "a secret for tests only",
               "RUHU_STORE_URL": "s3://pictures/drill"}  # fmt: skip
        house = open_house(load_settings(env))
        migrate(house.db)
        world = PhotoWorld(house)
        lin, rng, n = world.person(Role.INSPECTOR, "640104"), random.Random(12), rounds(12, 1000)
        said: dict[int, int] = {}
        for _ in range(n):
            shot = world.announces(lin, pictures.small_photo() + rng.randbytes(16))
            while True:
                status = world.puts(lin, shot).status_code
                said[status] = said.get(status, 0) + 1
                with house.db.read() as session:
                    kept = queries.find_object(session, 1, shot.sha256)
                if kept is not None:
                    assert truth.get(kept.key) == shot.data, "a row before its object"
                    break
                assert status >= 500
        house.close()
        line.close()
    assert _went_wrong(line)
    note("D12", n=n, what=f"photos into a failing bucket; requests {dict(line.happened)}; answers {said}; 0 dangling")


def _went_wrong(line: Any) -> bool:
    return sum(line.happened.values()) > line.happened["pass"] > 0
