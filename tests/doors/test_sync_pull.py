"""What a phone asks besides its package: changes in the order of commits, receipts again, gaps, being shut out."""

import base64
import gzip
import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from app.doors.phone import gate, sync
from app.kernel.db.base import HOME
from app.registry.people import service as people
from tests.cast import World
from tests.drills.report import note, rounds
from tests.phone import Phone


def pull(phone: Phone, cursor: str = "", **more: Any) -> dict[str, Any]:
    answer = phone.client.get("/api/v1/sync/changes", params={"cursor": cursor, **more}, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def beat(phone: Phone, **told: Any) -> dict[str, Any]:
    body = {"device_id": phone.device_id, **told}
    answer = phone.client.post("/api/v1/sync/heartbeat", json=body, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_colleague_s_visit_and_the_officer_s_word_about_it_come_in_order(world: World) -> None:
    lin, song = world.phone("lin"), world.phone("song")
    first, second = lin.samples()[:2]
    place = song.package()["cursor"]
    held = lin.op({**lin.interview(second), "answers": {}})
    lin.post(lin.op(lin.interview(first)), held)

    came = pull(song, place)
    world.client.post(
        f"/records/{held['op_id']}/resolve",
        data={"resolution": "voided", "reason": "同一户重复"},
        headers=world.headers("city"),
    )
    later = pull(song, came["cursor"])

    assert [change["state"] for change in came["changes"]] == ["stored", "quarantined"]
    assert came["changes"][0]["event"]["contact_result"] == "completed"
    assert [(each["op_id"], each["resolution"]) for each in later["changes"]] == [(held["op_id"], "voided")]
    assert pull(song, later["cursor"])["changes"] == []


def test_a_small_page_says_that_there_is_more_and_goes_on_without_a_hole(world: World) -> None:
    lin = world.phone("lin")
    ops = [lin.op(lin.door(sample)) for sample in lin.samples()[:5]]
    lin.post(*ops)

    seen, cursor, more = [], "", True
    while more:
        page = pull(lin, cursor, limit=2)
        seen += [change["op_id"] for change in page["changes"]]
        cursor, more = page["cursor"], page["more"]

    assert seen == [op["op_id"] for op in ops]


@pytest.mark.parametrize("cursor", ["nonsense", "eyJlcG9jaCI6ImFub3RoZXIiLCJyZWFkIjp7IjEiOjl9fQ=="])
def test_a_cursor_of_another_life_of_the_server_begins_from_the_start(world: World, cursor: str) -> None:
    lin = world.phone("lin")
    lin.post(lin.op(lin.interview(lin.samples()[0])))

    page = pull(lin, cursor)

    assert page["reset"] is True
    assert len(page["changes"]) == 1


def test_the_neighbour_county_and_the_desk_learn_nothing_by_pulling(world: World) -> None:
    lin = world.phone("lin")
    lin.post(lin.op(lin.interview(lin.samples()[0])))
    for account in ("fang", "he", "xing", "discipline", "admin"):
        page = world.get(account, "/api/v1/sync/changes").json()
        assert page["changes"] == [], account
        assert world.phone(account).package()["cursor"].count("=") < 3
    told = world.get("he", "/api/v1/sync/changes").json()["cursor"]
    assert set(base64.urlsafe_b64decode(told).decode().split('"read":')[1]) <= set('{}"0123456789:,')


def test_receipts_are_given_again_as_the_same_bytes(world: World) -> None:
    lin = world.phone("lin")
    results = lin.post(*(lin.op(lin.door(sample)) for sample in lin.samples()[:3]))

    path = f"/api/v1/sync/receipts?device_id={lin.device_id}&after=1"
    answer = world.client.get(path, headers=lin.headers).json()

    assert [line["dev_seq"] for line in answer["receipts"]] == [2, 3]
    assert [line["receipt"] for line in answer["receipts"]] == [result["receipt"] for result in results[1:]]
    other = world.phone("song")
    assert world.client.get(path, headers=other.headers).json()["receipts"] == []


def test_every_number_that_never_came_is_named_and_no_other(world: World) -> None:
    lin = world.phone("lin")
    ops = [lin.op(lin.door(sample)) for sample in lin.samples()[:6]]
    lin.post(ops[0], ops[2], ops[3])

    gaps = beat(lin, max_dev_seq=6)["gaps"]

    assert [(gap["device_id"], gap["missing"], gap["missing_count"]) for gap in gaps] == [(lin.device_id, [2, 5, 6], 3)]
    lin.post(ops[1], ops[4], ops[5])
    assert beat(lin, max_dev_seq=6)["gaps"] == []


def test_a_phone_that_was_emptied_cannot_make_the_server_forget_what_it_had_sealed(world: World) -> None:
    lin = world.phone("lin")
    beat(lin, max_dev_seq=4)
    assert beat(lin, max_dev_seq=0)["gaps"][0]["missing"] == [1, 2, 3, 4]


def test_a_phone_whose_store_was_emptied_hears_of_what_it_had_sealed_as_another_device(world: World) -> None:
    """P05 on the server's side: after the eviction the phone has a new id, and names the one it had."""
    before, after, song = world.phone("lin"), world.phone("lin"), world.phone("song")
    before.post(before.op(before.door(before.samples()[0])))
    lost = {"device_id": before.device_id, "dev_seq": 3}

    assert beat(song, max_dev_seq=0, lost=lost)["gaps"] == []
    gaps = beat(after, max_dev_seq=0, lost=lost)["gaps"]

    assert [(gap["device_id"], gap["missing"]) for gap in gaps] == [(before.device_id, [2, 3])]


def test_a_foreign_hand_cannot_fill_the_gaps_of_a_device(world: World) -> None:
    lin, song = world.phone("lin"), world.phone("song")
    beat(lin, max_dev_seq=1)
    song.device_id = lin.device_id
    song.post(song.op(song.door(song.samples()[0])))
    assert beat(lin, max_dev_seq=1)["gaps"][0]["missing"] == [1]


@pytest.mark.parametrize(
    "told", [{"max_dev_seq": "x"}, {"health": 7}, {"unsent_ops": -1}, {"lost": {"device_id": 1}}, {"app_version": "\n"}]
)
def test_a_heartbeat_that_is_half_nonsense_is_still_a_heartbeat(world: World, told: dict[str, Any]) -> None:
    assert beat(world.phone("lin"), **told)["gaps"] == []


def test_a_revoked_phone_pulls_nothing_at_once_and_what_it_sealed_before_is_held(world: World) -> None:
    """S05: a leaver's phone, or a lost one: nothing on it is erased, nothing it has is lost."""
    turns = rounds(2, 100)
    for turn in range(turns):
        lin = world.phone("lin")
        body = lin.interview(lin.samples()[turn % 10], photos=True)
        op = lin.op(body)
        answer = world.client.delete(f"/api/v1/devices/{lin.device_id}", headers=world.headers("admin"))
        assert answer.status_code == 204

        reads = ("/sync/package", "/sync/changes", f"/sync/receipts?device_id={lin.device_id}", "/rounds")
        assert {world.client.get(f"/api/v1{path}", headers=lin.headers).status_code for path in reads} == {401}
        result = lin.post(op)[0]
        assert result["state"] == "quarantined"
        assert result["receipt"]["signature"]
        assert lin.put(body["photos"][0]["sha256"]) in ((201,) if turn == 0 else (200, 201))
    assert world.satisfaction()["team"]["n"] == 0
    note("S05", n=turns, what="phones revoked in mid-work: the next request pulls nothing, what was sealed is held")


def test_a_disabled_account_hands_in_and_a_signed_out_one_signs_in_first(world: World) -> None:
    lin, song = world.phone("lin"), world.phone("song")
    with world.house.db.write(HOME) as session:
        people.set_disabled(session, "lin", True, by="admin")
    assert lin.post(lin.op({"kind": "interview"}))[0]["state"] == "quarantined"
    world.client.post("/api/v1/sign-out", headers=song.headers)
    envelope = {"device_id": song.device_id, "ops": []}
    answer = world.client.post("/api/v1/sync", json=envelope, headers=song.headers)
    assert (answer.status_code, answer.json()["retry"]) == (401, "after-sign-in")


def _send(world: World, phone: Phone, content: bytes, encoding: str) -> int:
    headers = {**phone.headers, "Content-Encoding": encoding}
    return int(world.client.post("/api/v1/sync", content=content, headers=headers).status_code)


def test_gzip_is_read_and_bombs_broken_streams_and_other_encodings_are_not(world: World) -> None:
    """R16."""
    lin = world.phone("lin")
    envelope = json.dumps({"device_id": lin.device_id, "ops": [lin.op(lin.door(lin.samples()[0]))]}).encode()
    packed = gzip.compress(envelope)
    assert _send(world, lin, packed, "gzip") == 200
    assert _send(world, lin, gzip.compress(b"0" * (64 * 2**20)), "gzip") == 413
    assert _send(world, lin, packed[:-9], "gzip") == 400
    assert _send(world, lin, packed + b"more", "gzip") == 400
    assert _send(world, lin, b"no gzip at all", "gzip") == 400
    assert _send(world, lin, packed, "br") == 415


def test_a_correction_that_came_before_its_parent_ends_as_if_it_had_come_after(world: World) -> None:
    """R10 for one pair, right and wrong."""
    lin = world.phone("lin")
    first, second = lin.samples()[:2]
    parent, other = lin.op(lin.interview(first)), lin.op(lin.interview(second))
    good = lin.op({**lin.interview(first, sat={"team": 1}), "corrects": parent["op_id"]})
    bad = lin.op({**lin.interview(first, sat={"team": 2}), "corrects": other["op_id"]})

    early = lin.post(good)[0]["state"], lin.post(bad)[0]["state"]
    lin.post(parent, other)

    states = {change["op_id"]: change["state"] for change in pull(lin)["changes"]}
    assert early == ("stored_orphan", "stored_orphan")
    assert states[good["op_id"]] == "stored"
    assert states[bad["op_id"]] == "quarantined"
    assert world.satisfaction()["team"]["satisfied"] == 1


def test_a_child_and_its_parent_in_one_envelope_need_no_order(world: World) -> None:
    lin = world.phone("lin")
    sample = lin.samples()[0]
    parent = lin.op(lin.interview(sample))
    child = lin.op({**lin.interview(sample, sat={"team": 1}), "corrects": parent["op_id"]})
    results = lin.post(child, parent)
    assert [result["op_id"] for result in results] == [child["op_id"], parent["op_id"]]
    assert [result["state"] for result in results] == ["stored", "stored"]


def test_an_impatient_phone_is_slowed_by_itself_and_told_when_to_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin, song = world.phone("lin"), world.phone("song")
    monkeypatch.setattr(gate, "buckets", gate.Buckets(now=lambda: 0.0))
    world.app.state.house = replace(world.house, settings=replace(world.house.settings, device_quota=20))
    statuses = [
        world.client.post("/api/v1/sync/have", json={"ops": []}, headers=lin.headers).status_code for _ in range(21)
    ]
    assert statuses == [200] * 20 + [429]
    refused = world.client.post("/api/v1/sync", json={"device_id": str(uuid.uuid4()), "ops": []}, headers=lin.headers)
    assert refused.json()["retry"] == "later"
    assert int(refused.headers["retry-after"]) >= 1
    assert world.client.post("/api/v1/sync/have", json={"ops": []}, headers=song.headers).status_code == 200


def test_who_comes_when_the_waiting_room_is_full_is_sent_home_before_he_is_asked_who_he_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = world.phone("lin")
    op = lin.op(lin.door(lin.samples()[0]))
    envelope = {"device_id": lin.device_id, "ops": [op]}
    stranger = {"Authorization": "Bearer nobody"}
    monkeypatch.setattr(sync.gate, "_inside", gate.AT_ONCE + gate.WAITING)

    for headers in (lin.headers, stranger):
        refused = world.client.post("/api/v1/sync", json=envelope, headers=headers)
        assert (refused.status_code, refused.json()["retry"]) == (503, "later")
        assert 3 <= int(refused.headers["retry-after"]) <= 20

    monkeypatch.setattr(sync.gate, "_inside", 0)
    assert world.client.post("/api/v1/sync", json=envelope, headers=stranger).status_code == 401
    assert lin.post(op)[0]["state"] == "stored"
