"""One running service for the drills that only talk to it, over a copy of the cast's furnished database."""

import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.drills.kill import LiveService
from tests.drills.ledger import PatientPhone
from tests.postgres import Postgres

MakePhone = Callable[..., PatientPhone]


@pytest.fixture(scope="module")
def service(furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """A service on SQLite that runs for a whole module."""
    data = tmp_path_factory.mktemp("drill") / "data"
    data.mkdir()
    shutil.copy(furnished_sqlite, data / "ruhu.sqlite3")
    live = LiveService(data, env={"RUHU_DEVICE_QUOTA": "0"})
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
def pg_service(
    postgres: Postgres, furnished_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveService]:
    """The same on PostgreSQL."""
    url = postgres.create(f"drill_{uuid.uuid4().hex[:8]}", template=furnished_postgres)
    live = LiveService(tmp_path_factory.mktemp("drill") / "data", database_url=url, env={"RUHU_DEVICE_QUOTA": "0"})
    live.start()
    yield live
    live.stop()


def phone_of(live: LiveService, seed: int, *, url: str | None = None, account: str = "lin") -> PatientPhone:
    """A signed-in patient phone; its line may be another address than the service's."""
    rng = random.Random(seed)
    device = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    house = live.house()
    spki = house.keys.public_key()["spki"]
    house.close()
    return PatientPhone(url or live.url, live.sign_in(account, device), spki, rng, device)
