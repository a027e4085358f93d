"""Nobody of a county learns anything of a round before its close: every door gives what it gave before the round was.

Instead of looking for words that give a round away, every GET of the service is tried twice: before the office opens
a round, and after it was drawn in the open and in secret, begun at the doors and partly refused. The answers must be
the same letter by letter. And a round that is there must look like one that never was.
"""

import io
import re
import zipfile
from typing import Any

from tests.cast import ROUND, World
from tests.doors.test_every_door import Door, doors

HIDDEN, NEVER = "2017-2", "2017-9"
COUNTY_SIDE = ("xing", "gu", "he")
PUBLIC_EARLY = {"GET /commitments", "GET /api/v1/commitments"}
SIGNERS = [
    {"name": "督查办甲", "party": "office"},
    {"name": "人大代表乙", "party": "deputy"},
    {"name": "律师丙", "party": "outside"},
]
REFERENCE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def looks(world: World, account: str, tried: dict[str, Door]) -> dict[str, tuple[int, bytes]]:
    """What one person gets at every door that only reads."""
    seen = {}
    for key, door in tried.items():
        if key.startswith("GET ") and not door.is_stream and key not in PUBLIC_EARLY:
            answer = world.client.get(door.path, headers={**world.headers(account), **door.headers})
            seen[key] = (answer.status_code, unpacked(answer.content))
    return seen


def unpacked(body: bytes) -> bytes:
    """A workbook or an archive as what it holds, without the hour at which it was packed."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return b"".join(name.encode() + packed.read(name) for name in packed.namelist() if name != "docProps/core.xml")


def a_secret_round(world: World) -> dict[str, str]:
    """A round of 兴庆区 with an open and a covert draw; two doors of it, by the phone's own hands."""
    made = {
        "code": HIDDEN,
        "name": "第二轮",
        "starts_on": "2017-09-11",
        "ends_on": "2017-10-20",
        "counties": ["640104"],
    }
    says(world, "/api/v1/rounds", made)
    plan = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}}
    says(world, f"/api/v1/rounds/{HIDDEN}/freeze", plan)
    says(world, f"/api/v1/rounds/{HIDDEN}/draw", {"parts": ["11111111111111111111"]})
    covert = says(world, f"/api/v1/rounds/{HIDDEN}/freeze", {**plan, "covert": True})
    named = {"draw": covert["draw"]}
    says(world, f"/api/v1/rounds/{HIDDEN}/signers", {**named, "signers": SIGNERS, "place": "市督查办"})
    says(world, f"/api/v1/rounds/{HIDDEN}/draw", {**named, "parts": ["2" * 20], "witnesses": ["甲", "乙", "丙"]})
    phone = world.phone("lin")
    samples = [each for each in phone.samples() if each["sample_id"].startswith(covert["draw"])]
    body = phone.interview(samples[0], photos=True)
    op = phone.op(body)
    held = phone.op({**phone.interview(samples[1]), "answers": {}})
    states = [each["state"] for each in phone.post(op, held, phone.op(phone.door(samples[2])))]
    assert states == ["stored", "quarantined", "stored"]
    return {
        "sample": samples[0]["sample_id"], "unit": samples[0]["household"]["unit"], "op": op["op_id"],
        "held": held["op_id"], "photo": body["photos"][0]["photo_id"],
    }  # fmt: skip


def says(world: World, path: str, body: dict[str, Any]) -> Any:
    answer = world.post("city", path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_every_door_is_to_a_county_what_it_was_before_the_round_was_opened(world: World) -> None:
    phone = world.phone("he")
    form = phone.package()["forms"][0]["url"]
    nothing = "00000000-0000-4000-8000-000000000001"
    place = {
        "sample": "2017-1-A1.640104-P.1", "unit": "640104901201-0001", "op": nothing, "held": nothing, "photo": nothing,
        "unsent": "0" * 64, "parts": "0" * 64, "parts64": "", "parts_bytes": "", "unsent_bytes": "",
        "device": phone.device_id, "form": form,
    }  # fmt: skip
    tried = doors(place)
    before = {account: looks(world, account, tried) for account in COUNTY_SIDE}
    assert sum(status == 200 for status, _ in before["xing"].values()) > 15

    hidden = a_secret_round(world)

    for account in COUNTY_SIDE:
        after = looks(world, account, tried)
        assert [key for key, answer in after.items() if answer != before[account][key]] == [], account

    # and whoever knows every number of the round by heart finds as much as of a round that never was
    known = doors({**place, **hidden})
    unknown = {key: hidden[key].replace(HIDDEN, NEVER) for key in ("sample", "unit")}
    for account in COUNTY_SIDE:
        real = looks(world, account, at_round(known, HIDDEN))
        never = looks(world, account, at_round(doors({**place, **unknown}), NEVER))
        told = [key for key, answer in real.items() if nameless(answer, HIDDEN) != nameless(never[key], NEVER)]
        assert told == [], account


def nameless(answer: tuple[int, bytes], code: str) -> tuple[int, bytes]:
    """An answer without the names that the asker put into the address."""
    return answer[0], REFERENCE.sub(b"", answer[1].replace(code.encode(), b""))


def at_round(tried: dict[str, Door], code: str) -> dict[str, Door]:
    """The same doors, asked for another round."""
    return {key: Door(door.path.replace(ROUND, code), door.may, headers=door.headers) for key, door in tried.items()}
