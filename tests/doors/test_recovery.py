"""A forgotten PIN: the service opens the keys of the account that asks, and of no other."""

import base64
import json
import uuid

import pytest
from sqlmodel import select

from app.kernel.audit import AuditRow
from app.kernel.keys import Keys
from tests.cast import World
from tests.sealed import box

BUNDLE = bytes(range(36))


def _ask(world: World, account: str, sealed: dict[str, str], device_id: str) -> tuple[int, str]:
    answer = world.post(account, "/api/v1/recovery", {**sealed, "device_id": device_id})
    return answer.status_code, answer.text


def test_the_owner_gets_the_keys_back_and_the_chain_says_so(world: World) -> None:
    device = str(uuid.uuid4())
    key = world.get("lin", "/api/v1/recovery/key").json()
    sealed = box(key, f"recovery|lin|{device}", BUNDLE)

    status, text = _ask(world, "lin", sealed, device)

    assert status == 200
    assert base64.b64decode(json.loads(text)["bundle"]) == BUNDLE
    with world.house.db.read() as session:
        line = session.exec(select(AuditRow).where(AuditRow.action == "phone.keys-recovered")).one()
    assert (line.actor, line.subject) == ("lin", device)
    assert world.phone("lin").package()["recovery_key"] == key


@pytest.mark.parametrize("how", ["another account", "another device", "another purpose", "another service", "changed"])
def test_nobody_gets_the_keys_of_another_place(world: World, how: str) -> None:
    device = str(uuid.uuid4())
    keys = Keys(b"another secret") if how == "another service" else world.house.keys
    purpose = f"export|lin|{device}" if how == "another purpose" else f"recovery|lin|{device}"
    sealed = box(keys.box_key(), purpose, BUNDLE)
    if how == "changed":
        first, *rest = base64.b64decode(sealed["ct"])
        sealed["ct"] = base64.b64encode(bytes([first ^ 1, *rest])).decode()
    other = str(uuid.uuid4()) if how == "another device" else device

    status, text = _ask(world, "song" if how == "another account" else "lin", sealed, other)

    assert status == 404
    assert base64.b64encode(BUNDLE).decode() not in text


@pytest.mark.parametrize("field", ["epk", "iv", "ct"])
@pytest.mark.parametrize("bad", ["", "%%%", "AAAA", "中文"])
def test_any_nonsense_is_a_plain_no(world: World, field: str, bad: str) -> None:
    device = str(uuid.uuid4())
    sealed = box(world.house.keys.box_key(), f"recovery|lin|{device}", BUNDLE)

    status, _text = _ask(world, "lin", {**sealed, field: bad}, device)

    assert status == 404
