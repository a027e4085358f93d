"""Proofs for phones: signed with their nonce, and only of what can be read back byte for byte."""

import hashlib
import json
import uuid
from typing import Any

from sqlmodel import select

from app.kernel.keys import verify_signature
from app.survey.photos.models import PhotoObject
from app.survey.records.models import Op
from tests.cast import World
from tests.phone import Phone


def _prove(world: World, phone: Phone, ops: list[str], photos: list[str]) -> dict[str, Any]:
    nonce = str(uuid.uuid4())
    ask = {"nonce": nonce, "ops": ops, "photos": photos}
    answer = world.client.post("/api/v1/sync/verify", headers=phone.headers, json=ask)
    assert answer.status_code == 200, answer.text
    signed = answer.json()
    key = world.house.keys.public_key()
    assert (signed["alg"], signed["key_id"]) == ("ES256", key["key_id"])
    assert verify_signature(key["spki"], signed["text"].encode(), signed["signature"])
    said: dict[str, Any] = json.loads(signed["text"])
    assert said["nonce"] == nonce
    assert {"epoch", "at"} <= set(said)
    return said


def test_what_is_kept_whole_is_proven_and_what_is_not_here_is_not(world: World) -> None:
    phone = world.phone("lin")
    body = phone.interview(phone.samples()[0], photos=True)
    op, sent, unsent = phone.op(body), body["photos"][0]["sha256"], body["photos"][1]["sha256"]
    phone.post(op)
    phone.put(sent)

    said = _prove(world, phone, [op["op_id"], str(uuid.uuid4())], [sent, unsent, "0" * 64, "nonsense"])

    assert said["ops"] == {op["op_id"]: [op["digest"]]}
    assert said["photos"] == {sent: len(phone.pictures[sent])}


def test_bytes_that_went_wrong_on_the_servers_disk_are_not_proven(world: World) -> None:
    phone = world.phone("lin")
    body = phone.interview(phone.samples()[0], photos=True)
    op, sent = phone.op(body), body["photos"][0]["sha256"]
    phone.post(op)
    phone.put(sent)
    with world.house.db.read() as session:
        place, row = session.exec(select(PhotoObject)).one().key, session.exec(select(Op)).one()
    path = world.house.settings.data / "store" / place
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with world.house.db.write(row.county_id) as session:
        changed = session.get(Op, (row.county_id, row.op_id))
        assert changed is not None
        changed.body = changed.body + b" "
        session.add(changed)

    said = _prove(world, phone, [op["op_id"]], [sent])

    assert said["photos"] == {}
    assert said["ops"][op["op_id"]] != [op["digest"]]


def test_nobody_else_gets_a_proof_of_it(world: World) -> None:
    phone = world.phone("lin")
    body = phone.interview(phone.samples()[0], photos=True)
    op, sent = phone.op(body), body["photos"][0]["sha256"]
    phone.post(op)
    phone.put(sent)

    said = _prove(world, world.phone("song"), [op["op_id"]], [sent])

    assert (said["ops"], said["photos"]) == ({}, {})


def test_a_version_in_conflict_is_proven_to_who_sealed_it(world: World) -> None:
    phone = world.phone("lin")
    first = phone.op(phone.interview(phone.samples()[0]))
    text = first["body"].replace("{", "{ ", 1)
    other = {**first, "body": text, "digest": hashlib.sha256(text.encode()).hexdigest()}
    phone.post(first)
    phone.post(other)

    said = _prove(world, phone, [first["op_id"]], [])

    assert sorted(said["ops"][first["op_id"]]) == sorted([first["digest"], other["digest"]])
