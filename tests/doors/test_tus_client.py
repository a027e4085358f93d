"""The protocol's own client (tus-js-client) against the real service, over a folder and over a bucket.

What our phone sends is our own code; that somebody else's client is content says that the door speaks tus and not a
dialect of it.
"""

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.doors.web.house import House
from app.registry.people.models import Role
from hatch_build import PWA, npm_command
from tests import pictures
from tests.drills.bucket import KEYS, bucket
from tests.drills.kill import LiveService
from tests.drills.proxy import FaultyLine
from tests.drills.report import rounds
from tests.photo_world import Person, PhotoWorld, Shot

KIB = 2**10
LINE_FAULTS = ("drop", "delay", "cut_request", "cut_reply", "lose_reply", "reset")


class Door:
    """A running service and somebody whose pictures it waits for."""

    def __init__(self, live: LiveService, house: House) -> None:
        self.live, self.house = live, house
        self.world = PhotoWorld(house)
        self.lin: Person = self.world.person(Role.INSPECTOR, "640104")

    def sends(
        self, shot: Shot, folder: Path, *, base: str | None = None, data: bytes | None = None, **more: Any
    ) -> Any:
        """One run of the client."""
        file = folder / "picture.jpg"
        file.write_bytes(shot.data if data is None else data)
        job = {
            "endpoint": f"{base or self.live.url}/api/v1/uploads",
            "token": self.lin.token,
            "sha256": shot.sha256,
            "file": str(file),
            **more,
        }
        _, environment = npm_command()
        done = subprocess.run(
            ["node", "test/tus/client.mjs"], cwd=PWA, env=environment, input=json.dumps(job), text=True,
            capture_output=True, check=True, timeout=120,
        )  # fmt: skip
        return json.loads(done.stdout)

    def shows(self, shot: Shot) -> bool:
        """Whether exactly these bytes lie in the store."""
        found = [key for key, _ in self.house.store.list() if key.endswith(shot.sha256)]
        return [self.house.store.get(key) for key in found] == [shot.data]


@pytest.fixture(scope="module", params=["folder", "bucket"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    place = tmp_path_factory.mktemp("tus")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "folder":
            yield from _opened(place, {})
            return
        pytest.importorskip("nanio", reason="the S3 server of the tests is not installed: make setup")
        (place / "s3").mkdir()
        with bucket(place / "s3") as port:
            env = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true"}
            for name, value in env.items():
                patch.setenv(name, value)
            yield from _opened(place, {**env, "RUHU_STORE_URL": "s3://pictures/yinchuan"})


def _opened(place: Path, env: dict[str, str]) -> Iterator[Door]:
    live = LiveService(place / "data", env={"RUHU_DEVICE_QUOTA": "0", **env})
    live.start()
    house = live.house()
    yield Door(live, house)
    house.close()
    live.stop()


@pytest.mark.parametrize("chunk", [None, 64 * KIB, 77_777])
def test_it_sends_a_picture_whole_or_in_pieces(door: Door, tmp_path: Path, chunk: int | None) -> None:
    shot = door.world.announces(door.lin, pictures.photo(chunk or 1, (900, 700)))

    story = door.sends(shot, tmp_path, chunk=chunk)

    assert story["done"], story
    assert story["offsets"] == sorted(story["offsets"])
    assert story["offsets"][-1] == len(shot.data)
    assert door.shows(shot)


def test_it_goes_on_where_another_run_stopped(door: Door, tmp_path: Path) -> None:
    shot = door.world.announces(door.lin, pictures.photo(7, (1200, 900)))
    first = door.sends(shot, tmp_path, chunk=50_000, stop=50_000)
    assert not first["done"]
    assert not door.shows(shot)

    second = door.sends(shot, tmp_path, chunk=50_000, url=first["url"])

    assert second["done"], second
    assert second["offsets"][0] >= 50_000, "begun from the first byte again"
    assert door.shows(shot)


def test_a_line_that_fails_at_every_third_request_costs_patience_and_no_byte(door: Door, tmp_path: Path) -> None:
    for seed in range(rounds(3, 60)):
        shot = door.world.announces(door.lin, pictures.photo(100 + seed, (900, 700)))
        line = FaultyLine(door.live.port, seed, share=0.35, faults=LINE_FAULTS)
        story = door.sends(shot, tmp_path, base=line.url, chunk=40_000, retries=60)
        line.close()

        assert story["done"], f"seed {seed}: {story}"
        assert story["offsets"] == sorted(story["offsets"]), f"seed {seed}: the offset fell"
        assert door.shows(shot), f"seed {seed}"


def test_refusals_reach_it_as_refusals(door: Door, tmp_path: Path) -> None:
    """Nobody announced it; other bytes than announced; no such upload any more."""
    shot = door.world.announces(door.lin, pictures.photo(8, (300, 200)))
    stranger = Shot(shot.data, pictures.digest(b"never announced"), shot.photo_id, shot.op_id)

    assert door.sends(stranger, tmp_path)["error"] == 404
    assert door.sends(shot, tmp_path, data=bytes(len(shot.data)))["error"] == 460
    assert door.sends(shot, tmp_path)["done"], "begun anew after the wrong bytes"
    assert door.shows(shot)


def test_a_piece_that_changed_on_its_way_is_found_before_it_is_kept(door: Door) -> None:
    """`Content-Digest` of RFC 9530, whatever store stands behind the door."""
    shot = door.world.announces(door.lin, pictures.photo(9, (600, 500)))
    half = len(shot.data) // 2
    with httpx.Client(base_url=door.live.url, headers={**door.lin.headers, "Tus-Resumable": "1.0.0"}) as client:
        metadata = f"sha256 {base64.b64encode(shot.sha256.encode()).decode()}"
        made = client.post(
            "/api/v1/uploads", headers={"Upload-Length": str(len(shot.data)), "Upload-Metadata": metadata}
        )
        url = made.headers["location"]

        def sends(offset: int, data: bytes, said: bytes) -> httpx.Response:
            digest = base64.b64encode(hashlib.sha256(said).digest()).decode()
            headers = {
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(offset),
                "Content-Digest": f"sha-256=:{digest}:",
            }
            return client.patch(url, content=data, headers=headers)

        assert sends(0, shot.data[:half], shot.data[:half]).status_code == 204
        assert sends(half, bytes(len(shot.data) - half), shot.data[half:]).status_code == 460
        assert client.head(url).headers["upload-offset"] == str(half)
        assert sends(half, shot.data[half:], shot.data[half:]).status_code == 204
    assert door.shows(shot)
