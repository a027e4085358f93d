"""The API's own description, fuzzed against the service: whatever is sent, never a server error (matrix row S04).

schemathesis makes requests from openapi.json, valid and broken; each goes in as the city officer, an inspector and a
stranger. A few per operation by default, many under RUHU_NIGHTLY.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from tests.cast import World, copy_sqlite, house_at, open_world

EXAMPLES = 400 if os.environ.get("RUHU_NIGHTLY") else 6


@pytest.fixture(scope="module")
def fuzzed(furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("fuzz")
    house = house_at(copy_sqlite(furnished_sqlite, folder), folder)
    yield from open_world(house)
    house.close()


@pytest.mark.parametrize("account", ["city", "lin", None])
def test_no_request_breaks_the_service(fuzzed: World, account: str | None) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", fuzzed.app)
    headers = {"Host": "ruhu.test", **(fuzzed.headers(account) if account else {})}
    tried = [result.ok() for result in schema.get_all_operations()]
    assert len(tried) > 20
    for operation in tried:
        try_operation(operation, headers)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def _try(operation: Any, headers: dict[str, str], data: st.DataObject) -> None:
    case = data.draw(operation.as_strategy())
    case.call_and_validate(headers=headers, checks=(not_a_server_error,))


def try_operation(operation: Any, headers: dict[str, str]) -> None:
    """A handful of requests for one operation; a failure names it."""
    try:
        _try(operation, headers)
    except Exception as error:
        raise AssertionError(f"{operation.label}: {error}") from error
