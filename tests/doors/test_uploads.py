"""tus 1.0: any line, any cut, a killed service; the offset never lies, the bytes are whole or not there at all."""

import base64
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from app.doors.phone.photos import parts_of
from app.doors.web.house import House, open_house
from app.kernel.db.migrate import migrate
from app.kernel.settings import load_settings
from app.registry.people.models import Role
from app.survey.photos import queries
from app.survey.photos.parts import PartName
from tests import pictures
from tests.photo_world import Person, PhotoWorld, Shot

UPLOADS = "/api/v1/uploads"
PIECE = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def world(house: House) -> PhotoWorld:
    return PhotoWorld(house)


@pytest.fixture
def lin(world: PhotoWorld) -> Person:
    return world.person(Role.INSPECTOR, "640104")


class Tus:
    """A client that says what it is told to, over any transport."""

    def __init__(self, client: Any, person: Person) -> None:
        self.client = client
        self.headers = {**person.headers, "Tus-Resumable": "1.0.0"}

    def create(self, shot: Shot, *, length: int | None = None, plain: bool = False) -> Any:
        value = shot.sha256 if plain else base64.b64encode(shot.sha256.encode()).decode()
        return self.client.post(
            UPLOADS,
            headers={
                **self.headers,
                "Upload-Length": str(len(shot.data) if length is None else length),
                "Upload-Metadata": f"filetype aW1hZ2UvanBlZw==,sha256 {value}",
            },
        )

    def offset(self, url: str) -> int:
        answer = self.client.head(url, headers=self.headers)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def send(self, url: str, offset: int | str, data: Any, **headers: str) -> Any:
        told = {**self.headers, **PIECE, "Upload-Offset": str(offset), **headers}
        return self.client.patch(url, content=data, headers=told)

    def whole(self, shot: Shot, piece: int) -> None:
        url = self.create(shot).headers["location"]
        for start in range(0, len(shot.data), piece):
            answer = self.send(url, start, shot.data[start : start + piece])
            assert answer.status_code == 204, answer.text


@pytest.fixture
def tus(world: PhotoWorld, lin: Person) -> Tus:
    return Tus(world.client, lin)


def _is_durable(house: House, shot: Shot, county: int = 1) -> bool:
    with house.db.read() as session:
        kept = queries.find_object(session, county, shot.sha256)
    return kept is not None and kept.state == "durable" and house.store.get(kept.key) == shot.data


@pytest.mark.parametrize("piece", [1000, 65_536, 10**9], ids=["crumbs", "64 KiB", "all at once"])
def test_an_upload_in_pieces_ends_as_the_same_bytes(world: PhotoWorld, lin: Person, tus: Tus, piece: int) -> None:
    shot = world.announces(lin, pictures.photo(1, (640, 480)) if piece > 1000 else pictures.small_photo())

    tus.whole(shot, piece)

    assert _is_durable(world.house, shot)
    assert list(parts_of(world.house).root.rglob("*.*")) == []


def test_every_answer_speaks_the_protocol(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())

    options = world.client.options(UPLOADS, headers=lin.headers)
    created = tus.create(shot)
    refused = tus.send(created.headers["location"], 7, b"x")

    assert options.headers["tus-version"] == "1.0.0"
    assert options.headers["tus-extension"] == "creation"
    assert options.headers["tus-max-size"] == "20000000"
    assert created.status_code == 201
    assert {answer.headers["tus-resumable"] for answer in (options, created, refused)} == {"1.0.0"}


def test_another_version_of_the_protocol_is_refused_with_ours(world: PhotoWorld, lin: Person) -> None:
    answer = world.client.post(UPLOADS, headers={**lin.headers, "Upload-Length": "5"})

    assert answer.status_code == 412
    assert answer.headers["tus-version"] == "1.0.0"


def test_a_second_creation_resumes_the_first(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]
    tus.send(url, 0, shot.data[:1000])

    again = tus.create(shot, plain=True)

    assert again.headers["location"] == url
    assert again.headers["upload-offset"] == "1000"
    assert tus.offset(url) == 1000


def _piece_digest(data: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


def test_a_piece_that_changed_on_its_way_is_found_at_once_and_only_it_goes_again(
    world: PhotoWorld, lin: Person, tus: Tus
) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]
    first, second = shot.data[:1000], shot.data[1000:]
    assert tus.send(url, 0, first, **_piece_digest(first)).status_code == 204

    changed = bytes([second[0] ^ 1]) + second[1:]
    refused = tus.send(url, 1000, changed, **_piece_digest(second))

    assert refused.status_code == 460
    assert tus.offset(url) == 1000
    assert tus.send(url, 1000, second, **_piece_digest(second)).status_code == 204
    assert _is_durable(world.house, shot)


def test_a_digest_of_another_kind_is_passed_over(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]

    assert tus.send(url, 0, shot.data, **{"Content-Digest": "sha-512=:AAAA:"}).status_code == 204


def test_a_wrong_offset_changes_nothing(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]
    tus.send(url, 0, shot.data[:1000])

    answers = [tus.send(url, offset, b"abc") for offset in (0, 999, 1001, "x", "", -1, "0x10")]

    assert {answer.status_code for answer in answers} == {409}
    assert tus.offset(url) == 1000


def test_bytes_beyond_the_length_are_not_taken(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]

    answer = tus.send(url, 0, shot.data + b"more")

    assert answer.status_code == 413
    assert tus.offset(url) <= len(shot.data)
    tus.send(url, tus.offset(url), shot.data[tus.offset(url) :])
    assert _is_durable(world.house, shot)


def test_a_piece_must_say_that_it_is_one(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]

    assert tus.send(url, 0, b"abc", **{"Content-Type": "image/jpeg"}).status_code == 415


def test_a_wrong_whole_is_thrown_away_and_begins_anew(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]

    answer = tus.send(url, 0, shot.data[:-1] + bytes([shot.data[-1] ^ 1]))

    assert (answer.status_code, answer.json()["retry"]) == (460, "later")
    assert world.client.head(url, headers=tus.headers).status_code == 404
    tus.whole(shot, 5000)
    assert _is_durable(world.house, shot)


def test_what_is_no_picture_is_kept_and_answered_for_good(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.HTML)
    url = tus.create(shot).headers["location"]

    ended = tus.send(url, 0, shot.data)
    again = tus.create(shot)

    assert (ended.status_code, ended.json()["retry"]) == (422, "never")
    assert (again.status_code, again.json()["type"]) == (422, "/problems/photo-refused")
    with world.house.db.read() as session:
        kept = queries.find_object(session, 1, shot.sha256)
    assert kept is not None
    assert world.house.store.get(kept.key) == shot.data


@pytest.mark.parametrize(
    ("length", "metadata", "status"),
    [
        ("", "sha256 {good}", 422),
        ("-1", "sha256 {good}", 422),
        ("1e3", "sha256 {good}", 422),
        ("20000001", "sha256 {good}", 413),
        ("9" * 30, "sha256 {good}", 422),
        ("1000", "", 422),
        ("1000", "sha256", 422),
        ("1000", "sha256 !!!!", 422),
        ("1000", "sha256 YWJj", 422),
        ("1000", "filename YWJj", 422),
    ],
)
def test_a_creation_that_says_too_little_is_refused(
    world: PhotoWorld, lin: Person, tus: Tus, length: str, metadata: str, status: int
) -> None:
    shot = world.announces(lin, pictures.small_photo())
    good = base64.b64encode(shot.sha256.encode()).decode()
    headers = {**tus.headers, "Upload-Length": length, "Upload-Metadata": metadata.format(good=good)}

    assert world.client.post(UPLOADS, headers=headers).status_code == status


def test_nothing_begins_that_no_record_announced(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    wang = world.person(Role.INSPECTOR, "640104")
    shot = world.announces(wang, pictures.small_photo())

    answer = tus.create(shot)

    assert (answer.status_code, answer.json()["retry"]) == (404, "later")


def test_an_upload_belongs_to_the_account_that_began_it(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]
    wang = Tus(world.client, world.person(Role.INSPECTOR, "640104"))

    assert wang.send(url, 0, b"x").status_code == 404
    assert world.client.head(url, headers=wang.headers).status_code == 404
    assert world.client.head(url, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    assert world.client.post(UPLOADS, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    assert tus.offset(url) == 0


@pytest.mark.parametrize("path", ["x", "..%2f..%2fsecret.key", "a" * 64, "a" * 64 + ".x", "A" * 64 + ".1"])
def test_an_address_that_is_none_is_not_found(world: PhotoWorld, tus: Tus, path: str) -> None:
    assert world.client.head(f"{UPLOADS}/{path}", headers=tus.headers).status_code == 404
    assert tus.send(f"{UPLOADS}/{path}", 0, b"x").status_code == 404


def test_a_picture_that_is_here_already_is_complete_at_once(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    world.puts(lin, shot)

    created = tus.create(shot)

    assert created.headers["upload-offset"] == str(len(shot.data))
    assert tus.offset(created.headers["location"]) == len(shot.data)


@pytest.mark.parametrize("ask", ["head", "create", "patch"])
def test_a_service_that_died_before_keeping_keeps_when_asked(
    world: PhotoWorld, lin: Person, tus: Tus, ask: str
) -> None:
    """All bytes were on disk, the service died before the row: it says complete only once the picture is kept."""
    shot = world.announces(lin, pictures.small_photo())
    name = PartName(shot.sha256, len(shot.data))
    parts = parts_of(world.house)
    parts.create(lin.account_id, name)
    part = parts.lock(lin.account_id, name)
    part.append(shot.data)
    part.close()

    if ask == "head":
        assert tus.offset(f"{UPLOADS}/{name}") == name.length
    elif ask == "create":
        assert tus.create(shot).headers["upload-offset"] == str(name.length)
    else:
        assert tus.send(f"{UPLOADS}/{name}", name.length, b"").status_code == 204

    assert _is_durable(world.house, shot)
    assert parts.size(lin.account_id, name) is None


def test_a_second_writer_is_told_to_wait(world: PhotoWorld, lin: Person, tus: Tus) -> None:
    shot = world.announces(lin, pictures.small_photo())
    url = tus.create(shot).headers["location"]
    part = parts_of(world.house).lock(lin.account_id, PartName(shot.sha256, len(shot.data)))

    answer = tus.send(url, 0, shot.data)

    part.close()
    assert (answer.status_code, answer.json()["retry"]) == (423, "later")
    assert tus.send(url, 0, shot.data).status_code == 204


# --- a real service that is killed ---

KILLS = 40 if os.environ.get("RUHU_NIGHTLY") else 4

SERVICE = """
import sys, uvicorn
from app.doors.web.house import open_house
from app.kernel.settings import load_settings
from tests.photo_world import picture_app
port = int(sys.argv[1])
uvicorn.run(picture_app(open_house(load_settings(port=port))), port=port, log_level="error")
"""


class Service:
    """A uvicorn process over a folder, that can be killed and started again."""

    def __init__(self, data: Path) -> None:
        self.env = {"RUHU_DATA": str(data), "PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
        self.data = data
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it until it answers."""
        self.process = subprocess.Popen([sys.executable, "-c", SERVICE, str(self.port)], env=self.env)
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/")
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError("the service did not start")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path / "data")
    house = open_house(load_settings({"RUHU_DATA": str(running.data)}))
    migrate(house.db)
    house.close()
    yield running
    running.kill()


def _push(port: int, url: str, tus: Tus, offset: int, data: bytes) -> socket.socket:
    """Begin a PATCH of all the rest and send only some bytes of it."""
    line = socket.create_connection(("127.0.0.1", port))
    head = f"PATCH {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpload-Offset: {offset}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in {**tus.headers, **PIECE}.items())
    line.sendall((head + f"Content-Length: {len(data)}\r\n\r\n").encode())
    return line


def test_kill_minus_nine_in_mid_upload_loses_at_most_the_last_piece(service: Service) -> None:
    """Kills at random bytes of one upload: the offset never falls, the end is byte-equal, nothing is left."""
    rng = random.Random(9)
    shot_data = pictures.photo(4, (3000, 2200), 90)
    share = len(shot_data) // (KILLS + 1)
    offsets = [0]

    house = open_house(load_settings({"RUHU_DATA": str(service.data)}))
    world = PhotoWorld(house)
    lin = world.person(Role.INSPECTOR, "640104")
    shot = world.announces(lin, shot_data)
    base = f"http://127.0.0.1:{service.port}"
    service.start()
    with httpx.Client(base_url=base) as client:
        tus = Tus(client, lin)
        url = tus.create(shot).headers["location"]
    for _ in range(KILLS):
        sent = rng.randrange(share // 4, share)
        with _push(service.port, url, tus, offsets[-1], shot_data[offsets[-1] :]) as line:
            line.sendall(shot_data[offsets[-1] : offsets[-1] + sent])
            time.sleep(0.15)
            service.kill()
        service.start()
        with httpx.Client(base_url=base) as client:
            offset = Tus(client, lin).offset(url)
        assert offsets[-1] <= offset <= offsets[-1] + sent
        assert offset >= offsets[-1] + sent - 2 * 65_536, "more than the last piece was lost"
        offsets.append(offset)
    with httpx.Client(base_url=base, timeout=30) as client:
        answer = Tus(client, lin).send(url, offsets[-1], shot_data[offsets[-1] :])
    assert answer.status_code == 204

    assert offsets[-1] > 0
    assert _is_durable(house, shot)
    assert list((service.data / "uploads").rglob(f"{shot.sha256}*")) == []
    house.close()


def test_a_broken_line_keeps_every_byte_that_came(service: Service) -> None:
    house = open_house(load_settings({"RUHU_DATA": str(service.data)}))
    world = PhotoWorld(house)
    lin = world.person(Role.INSPECTOR, "640104")
    shot = world.announces(lin, pictures.photo(6, (1000, 800)))
    service.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{service.port}") as client:
        tus = Tus(client, lin)
        url = tus.create(shot).headers["location"]
        with _push(service.port, url, tus, 0, shot.data) as line:
            line.sendall(shot.data[:12_345])
            time.sleep(0.3)
        deadline = time.time() + 5
        while tus.offset(url) != 12_345 and time.time() < deadline:
            time.sleep(0.05)

        assert tus.offset(url) == 12_345
        assert tus.send(url, 12_345, shot.data[12_345:]).status_code == 204
    assert _is_durable(house, shot)
    house.close()


def test_a_line_that_died_without_a_word_gives_way_to_the_next_one_with_all_that_came(service: Service) -> None:
    """The phone lost its network, the service saw no end: the phone's next question is answered at once and truly."""
    house = open_house(load_settings({"RUHU_DATA": str(service.data)}))
    world = PhotoWorld(house)
    lin = world.person(Role.INSPECTOR, "640104")
    shot = world.announces(lin, pictures.photo(16, (1000, 800)))
    service.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{service.port}") as client:
        tus = Tus(client, lin)
        url = tus.create(shot).headers["location"]
        with _push(service.port, url, tus, 0, shot.data) as dead:
            dead.sendall(shot.data[:20_001])
            time.sleep(0.3)
            began = time.monotonic()
            assert tus.offset(url) == 20_001
            assert tus.send(url, 20_001, shot.data[20_001:]).status_code == 204
            assert time.monotonic() - began < 10, "waited for the dead line"
    assert _is_durable(house, shot)
    house.close()


def test_of_two_uploads_at_once_one_waits_and_the_bytes_are_whole(service: Service) -> None:
    """Two requests push the same picture at the same time: never a mixture, and one of them ends it."""
    house = open_house(load_settings({"RUHU_DATA": str(service.data)}))
    world = PhotoWorld(house)
    lin = world.person(Role.INSPECTOR, "640104")
    shot = world.announces(lin, pictures.photo(8, (2000, 1500)))
    service.start()
    statuses: list[int] = []
    ended: list[str] = []

    def push() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=30) as client:
            tus = Tus(client, lin)
            url = tus.create(shot).headers["location"]
            while True:
                asked = client.head(url, headers=tus.headers)
                if asked.status_code == 423:
                    continue
                if asked.status_code == 404:  # the other one ends it in this moment: a client begins anew
                    url = tus.create(shot).headers["location"]
                    continue
                offset = int(asked.headers["upload-offset"])
                if offset == len(shot.data):
                    ended.append(url)
                    return
                statuses.append(tus.send(url, offset, shot.data[offset : offset + 50_000]).status_code)

    both = [threading.Thread(target=push) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert len(ended) == 2
    assert set(statuses) <= {204, 409, 423, 404}
    assert _is_durable(house, shot)
    house.close()


def test_a_problem_of_an_upload_has_the_shape_of_every_problem(world: PhotoWorld, tus: Tus) -> None:
    answer = tus.send(f"{UPLOADS}/{'a' * 64}.5", 0, b"x")

    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "retry"} <= set(json.loads(answer.content))
    assert isinstance(world.client, TestClient)
