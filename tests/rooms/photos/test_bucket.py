"""A bucket over the wire: a small S3 server on loopback that checks signatures."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.survey.photos.problems import StoreFailed
from app.survey.photos.store import Store, open_store
from tests.pictures import digest

pytest.importorskip("nanio", reason="the S3 server of the tests is not installed: make setup")

DATA = b"the bytes of a picture" * 1000
KEY = f"3/201705/{digest(DATA)}"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("bucket")
    (folder / "pictures").mkdir()
    env = {"NANIO_ACCESS_KEY": "ruhu", "NANIO_SECRET_KEY": "a secret for tests only", "PATH": os.environ["PATH"]}
    command = [str(Path(sys.executable).with_name("nanio")), "serve", "--host", "127.0.0.1", "--port", str(port),
               "--data-dir", str(folder), "--log-level", "error", "--no-access-log"]  # fmt: skip
    server = subprocess.Popen(command, env=env)
    for _ in range(200):
        with closing(socket.socket()) as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture
def store(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ruhu")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret for tests only")
    return open_store("s3://pictures/yinchuan")


def test_a_picture_in_a_bucket_can_be_read_again(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    store.ping()
    assert store.get(KEY) is None

    store.keep(KEY, source, digest(DATA))
    store.keep(KEY, source, digest(DATA))
    store.put(KEY + ".view", b"sheet")

    assert store.get(KEY) == DATA
    assert store.get(KEY + ".view") == b"sheet"


def test_a_bucket_with_another_secret_promises_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    stranger = open_store("s3://pictures/yinchuan")

    with pytest.raises(StoreFailed):
        stranger.keep(KEY, source, digest(DATA))
    with pytest.raises(StoreFailed):
        stranger.ping()
