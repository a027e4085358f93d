"""A bucket over the wire: a small S3 server on loopback that checks signatures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.survey.photos.problems import StoreFailed
from app.survey.photos.store import Store, open_store
from tests.drills.bucket import KEYS, bucket
from tests.pictures import digest

pytest.importorskip("nanio", reason="the S3 server of the tests is not installed: make setup")

DATA = b"the bytes of a picture" * 1000
KEY = f"3/201705/{digest(DATA)}"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with bucket(tmp_path_factory.mktemp("bucket")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def store(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
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
    assert store.part(KEY, 2, len(DATA)) == DATA[2:]
    assert store.part(KEY + ".thumb", 0, 2) is None


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
