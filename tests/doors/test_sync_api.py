"""The phone's door: nothing from the field is refused, nothing is counted twice, everything is receipted."""

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.keys import verify_signature
from tests.cast import DRAW, World
from tests.phone import MORNING


def receipt_of(result: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(result["receipt"]["text"]))


def test_an_interview_is_stored_and_its_receipt_is_signed_over_its_digest(world: World) -> None:
    phone = world.phone()
    package = phone.package()
    op = phone.op(phone.interview(phone.samples()[0]))

    result = phone.post(op)[0]

    assert result["state"] == "stored", result
    receipt = result["receipt"]
    assert receipt["alg"] == "ES256"
    assert receipt["key_id"] == package["receipt_key"]["key_id"]
    assert len(base64.b64decode(receipt["signature"])) == 64
    assert verify_signature(package["receipt_key"]["spki"], receipt["text"].encode(), receipt["signature"])
    text = json.loads(receipt["text"])
    assert (text["op_id"], text["digest"], text["state"]) == (op["op_id"], op["digest"], "stored")
    assert text["epoch"] == package["epoch"]
    assert text["server_seq"] == 1
    assert set(text) == {"op_id", "digest", "state", "server_seq", "epoch", "received_at"}


def test_a_resend_gives_the_same_receipt_byte_for_byte_and_no_second_household(world: World) -> None:
    """The answer is lost in the valley; the phone sends again, later, in another batch."""
    phone = world.phone()
    first, second = phone.samples()[:2]
    op = phone.op(phone.interview(first))
    once = phone.post(op)[0]

    again = phone.post(phone.op(phone.interview(second)), op)

    assert again[1] == once
    assert world.satisfaction()["team"]["n"] == 2


def test_the_same_op_twice_in_one_batch_is_one_record(world: World) -> None:
    phone = world.phone()
    op = phone.op(phone.interview(phone.samples()[0]))
    results = phone.post(op, op)
    assert results[0] == results[1]
    assert world.satisfaction()["team"]["n"] == 1


def test_other_bytes_under_a_known_id_are_a_conflict_and_both_are_kept(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[0]
    op = phone.op(phone.interview(sample, sat={"team": 5}))
    phone.post(op)
    forged = phone.op(phone.interview(sample, sat={"team": 1}), op_id=op["op_id"])

    result = phone.post(forged)[0]

    assert result["state"] == "conflict"
    assert result["problem"]["type"] == "/problems/submission-conflict"
    assert receipt_of(result)["digest"] == forged["digest"]
    assert phone.post(forged)[0] == result
    assert world.satisfaction()["team"]["satisfied"] == 1


def test_the_photos_of_a_conflict_are_taken_too(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[0]
    op = phone.op(phone.interview(sample))
    phone.post(op)
    other = phone.interview(sample, photos=True)
    assert phone.post(phone.op(other, op_id=op["op_id"]))[0]["state"] == "conflict"
    assert phone.put(other["photos"][0]["sha256"]) == 201


def test_a_known_id_in_another_county_is_a_conflict(world: World) -> None:
    lin, fang = world.phone("lin"), world.phone("fang")
    op = lin.op(lin.interview(lin.samples()[0]))
    lin.post(op)
    other = fang.op(fang.interview(fang.samples()[0]), op_id=op["op_id"])
    assert fang.post(other)[0]["state"] == "conflict"
    assert world.satisfaction("640106")["team"]["n"] == 0


def test_one_poisoned_op_blocks_no_other(world: World) -> None:
    phone = world.phone()
    first, second = phone.samples()[:2]
    poison = phone.op('{"kind": "interview", "deep": ' + "[" * 5000)

    states = [
        r["state"] for r in phone.post(phone.op(phone.interview(first)), poison, phone.op(phone.interview(second)))
    ]

    assert states == ["stored", "quarantined", "stored"]


POISON = {
    "not json": "hello",
    "a list": "[]",
    "a number": "17",
    "null": "null",
    "nan": '{"kind": NaN}',
    "nul character": '{"kind":"interview","sample_id":"\\u0000"}',
    "raw nul": '{"kind":"interview\x00"}',
    "lone surrogate": '{"kind":"\ud800"}',
    "unknown kind": json.dumps({"kind": "dance", "sample_id": f"{DRAW}.640104-P.1"}),
    "sample never drawn": json.dumps({"kind": "interview", "sample_id": f"{DRAW}.640104-P.999"}),
    "no such county": json.dumps({"kind": "interview", "sample_id": "2017-1-A1.999999-P.1"}),
    "sample id is a list": json.dumps({"kind": "interview", "sample_id": ["x"]}),
    "huge number": '{"kind":"interview","started_at":1e999,"x":' + "9" * 5000 + "}",
    "empty answers": json.dumps({"kind": "interview", "sample_id": f"{DRAW}.640104-P.1", "answers": 5}),
}


@pytest.mark.parametrize("name", POISON)
def test_whatever_is_wrong_inside_an_op_holds_it_with_its_bytes_and_a_receipt(world: World, name: str) -> None:
    phone = world.phone()
    op = phone.op(POISON[name])

    result = phone.post(op)[0]

    assert result["state"] == "quarantined"
    assert result["problem"]["errors"]
    assert receipt_of(result)["digest"] == hashlib.sha256(POISON[name].encode("utf-8", "surrogatepass")).hexdigest()
    assert phone.post(op)[0] == result


def test_a_stated_digest_that_is_not_the_bytes_holds_the_op(world: World) -> None:
    phone = world.phone()
    op = phone.op(phone.interview(phone.samples()[0]), digest="0" * 64)
    result = phone.post(op)[0]
    assert result["state"] == "quarantined"
    assert receipt_of(result)["digest"] == hashlib.sha256(op["body"].encode()).hexdigest()


DEVICE = "7b0f2f0e-2c56-4c6e-9d5d-0b1f0d3c9a11"
ENVELOPES = {
    "not json": "not json",
    "a list": "[]",
    "no device": json.dumps({"ops": []}),
    "device is no uuid": json.dumps({"device_id": "x", "ops": []}),
    "ops is no list": json.dumps({"device_id": DEVICE, "ops": {}}),
    "an empty op": json.dumps({"device_id": DEVICE, "ops": [{}]}),
    "an op without uuid": json.dumps(
        {"device_id": DEVICE, "ops": [{"op_id": 1, "dev_seq": 1, "digest": "a" * 64, "body": "b"}]}
    ),
    "a body that is no text": json.dumps(
        {"device_id": DEVICE, "ops": [{"op_id": DEVICE, "dev_seq": 1, "digest": "a" * 64, "body": {}}]}
    ),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_only_a_malformed_envelope_is_refused(world: World, name: str) -> None:
    answer = world.client.post("/api/v1/sync", content=ENVELOPES[name], headers=world.headers("lin"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["retry"] == "never"
    assert answer.json()["errors"]


def test_an_envelope_over_two_mebibytes_is_too_large(world: World) -> None:
    answer = world.client.post("/api/v1/sync", content=b" " * (2 * 2**20 + 1), headers=world.headers("lin"))
    assert answer.status_code == 413


def test_a_correction_replaces_and_a_correction_that_comes_first_waits_for_its_parent(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[0]
    parent = phone.op(phone.interview(sample, sat={"helper": 2}))
    child = phone.op(phone.interview(sample, sat={"helper": 4}, corrects=parent["op_id"]))

    orphan = phone.post(child)[0]
    assert orphan["state"] == "stored_orphan"
    assert phone.post(parent)[0]["state"] == "stored"

    helper = world.satisfaction()["helper"]
    assert (helper["satisfied"], helper["n"]) == (1, 1)
    assert phone.post(child)[0] == orphan


def test_the_latest_accepted_version_counts(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[0]
    first = phone.op(phone.interview(sample, sat={"effect": 5}))
    phone.post(first)
    phone.post(phone.op(phone.interview(sample, sat={"effect": 1}, corrects=first["op_id"])))
    effect = world.satisfaction()["effect"]
    assert (effect["satisfied"], effect["n"]) == (0, 1)


def test_a_held_record_holds_its_rank_and_enters_no_rate_until_it_is_released(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[0]
    body = phone.interview(sample)
    del body["answers"]["satisfaction"]["recognise"]

    result = phone.post(phone.op(body))[0]

    assert result["state"] == "quarantined"
    assert [error["pointer"] for error in result["problem"]["errors"]] == ["#/answers/satisfaction/recognise"]
    assert world.states()[0] == "open"
    assert world.satisfaction()["team"]["n"] == 0


def test_a_neighbour_counts_nothing_for_this_county(world: World) -> None:
    """Fang, who inspects 金凤区, sends an interview of a 兴庆区 household: kept, held, counted nowhere."""
    lin, fang = world.phone("lin"), world.phone("fang")
    body = lin.interview(lin.samples()[0])
    result = fang.post(fang.op(body))[0]
    assert result["state"] == "quarantined"
    assert world.satisfaction()["team"]["n"] == 0


@pytest.mark.parametrize("account", ["he", "xing", "city", "admin", "gu"])
def test_a_role_that_does_not_collect_is_kept_and_held(world: World, account: str) -> None:
    lin, other = world.phone("lin"), world.phone(account)
    result = other.post(other.op(lin.interview(lin.samples()[0])))[0]
    assert result["state"] == "quarantined"


def test_a_stranger_is_turned_away(world: World) -> None:
    answer = world.client.post("/api/v1/sync", json={"device_id": str(uuid.uuid4()), "ops": []})
    assert answer.status_code == 401
    assert answer.json()["retry"] == "after-sign-in"


def test_forged_calculations_are_made_again_and_the_difference_is_kept(world: World) -> None:
    phone = world.phone()
    body = phone.interview(phone.samples()[0])
    body["answers"]["income"]["inc_pc"] = "999999"
    assert phone.post(phone.op(body))[0]["state"] == "stored"


def test_have_names_what_is_not_here_yet(world: World) -> None:
    phone = world.phone()
    body = phone.interview(phone.samples()[0], photos=True)
    sent, unsent = phone.op(body), str(uuid.uuid4())
    phone.post(sent)
    digests = [photo["sha256"] for photo in body["photos"]]
    assert phone.put(digests[0]) in (200, 201)

    asked = {"ops": [sent["op_id"], unsent], "photos": digests}
    answer = world.client.post("/api/v1/sync/have", json=asked, headers=phone.headers).json()

    assert answer["ops"] == [unsent]
    assert answer["photos"] == sorted(digests[1:])


def test_have_asked_by_digest_takes_other_bytes_under_an_id_for_missing(world: World) -> None:
    phone = world.phone()
    op = phone.op(phone.door(phone.samples()[0]))
    phone.post(op)
    named = [{"op_id": op["op_id"], "digest": op["digest"]}, {"op_id": op["op_id"], "digest": "0" * 64}, {"op_id": 7}]

    answer = world.client.post("/api/v1/sync/have", json={"ops": named, "photos": []}, headers=phone.headers).json()
    assert answer["ops"] == [op["op_id"], 7]

    other = phone.op(phone.door(phone.samples()[1]), op_id=op["op_id"])
    phone.post(other)
    named = [{"op_id": op["op_id"], "digest": each["digest"]} for each in (op, other)]
    answer = world.client.post("/api/v1/sync/have", json={"ops": named, "photos": []}, headers=phone.headers).json()
    assert answer["ops"] == [], "both versions are kept"


def test_the_package_holds_the_teams_samples_and_nobody_elses(world: World) -> None:
    package = world.phone("lin").package()
    assert {sample["county"] for sample in package["samples"]} == {"640104"}
    assert [s["rank"] for s in package["samples"] if s["stratum"] == "poor"] == list(range(1, 31))
    assert [s["state"] for s in package["samples"] if s["stratum"] == "poor"] == ["open"] * 10 + ["reserve"] * 20
    assert {form["form_id"] for form in package["forms"]} >= {"q1_poor", "q2_nonpoor"}
    text = json.dumps(package)
    assert "id_number" not in text
    assert "640100" not in text, "ID numbers never travel to a phone"


def test_a_forms_bytes_have_the_digest_the_package_names(world: World) -> None:
    phone = world.phone()
    for form in phone.package()["forms"]:
        answer = world.client.get(form["url"], headers=phone.headers)
        assert hashlib.sha256(answer.content).hexdigest() == form["sha256"]


@pytest.mark.parametrize("account", ["he", "xing", "gu", "city", "admin"])
def test_who_does_not_inspect_gets_no_samples(world: World, account: str) -> None:
    assert world.phone(account).package()["samples"] == []


def test_two_attempts_in_different_parts_of_the_day_open_the_next_reserve(world: World) -> None:
    phone = world.phone()
    sample = phone.samples()[2]
    phone.post(phone.op(phone.door(sample)))
    phone.post(phone.op(phone.door(sample, started=MORNING + timedelta(hours=1))))
    assert world.states()[2] == "open"
    assert world.states()[10] == "reserve"

    phone.post(phone.op(phone.door(sample, "away", started=MORNING + timedelta(hours=6))))

    assert world.states()[2] == "non_response"
    assert world.states()[10:12] == ["open", "reserve"]


@pytest.mark.parametrize(
    ("result", "state"), [("refused", "non_response"), ("incapable", "non_response"), ("no_such", "not_eligible")]
)
def test_a_door_that_ends_opens_one_reserve(world: World, result: str, state: str) -> None:
    phone = world.phone()
    phone.post(phone.op(phone.door(phone.samples()[0], result)))
    assert world.states()[0] == state
    assert world.states()[10:12] == ["open", "reserve"]


def test_a_reserve_out_of_order_is_kept_and_does_not_count(world: World) -> None:
    phone = world.phone()
    reserve = phone.samples()[10]
    assert phone.post(phone.op(phone.interview(reserve)))[0]["state"] == "stored"
    assert world.states()[10] == "reserve"
    assert world.satisfaction()["team"]["n"] == 0


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)
FIELDS = st.sampled_from(
    [
        "kind",
        "form_id",
        "form_version",
        "sample_id",
        "household",
        "answers",
        "photos",
        "started_at",
        "corrects",
        "outcome",
    ]
)


def test_any_json_at_all_is_kept_and_never_a_server_error(world: World) -> None:
    """Shapes in batches over the wire; the shape gate's own test tries ten thousand."""
    phone = world.phone()
    good = phone.interview(phone.samples()[0])

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(st.lists(st.dictionaries(FIELDS, ANY_JSON, max_size=6), min_size=15, max_size=15))
    def shapes(changes: list[dict[str, Any]]) -> None:
        ops = [phone.op(json.dumps({**good, **change})) for change in changes]
        results = phone.post(*ops)
        assert all(result["state"] in ("stored", "stored_orphan", "quarantined") for result in results)
        assert all(verify_key(result) for result in results)

    key = phone.package()["receipt_key"]["spki"]

    def verify_key(result: dict[str, Any]) -> bool:
        receipt = result["receipt"]
        return verify_signature(key, receipt["text"].encode(), receipt["signature"])

    shapes()
