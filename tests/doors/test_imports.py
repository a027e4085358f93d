"""An officer imports a phone's sealed export: everything arrives, nothing twice, and no one else can read it."""

import base64
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.doors.desk.imports_file import EndFrame, FileCut, PictureFrame, RecordFrame, cipher_for, frames, read_head
from app.kernel.audit import AuditRow
from app.kernel.keys import Keys
from app.survey.photos.models import PhotoObject
from app.survey.records.models import Op
from tests.cast import World
from tests.phone import Phone
from tests.sealed import export

GOLDEN = json.loads((Path(__file__).parents[1] / "contracts/cases/sealed_export.json").read_text(encoding="utf-8"))


def _visited(world: World, phone: Phone, count: int = 2) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Ops of finished visits with the pictures they announce, nothing sent."""
    bodies = [phone.interview(sample, photos=n == 0) for n, sample in enumerate(phone.samples()[:count])]
    return [phone.op(body) for body in bodies], [phone.pictures[photo["sha256"]] for photo in bodies[0]["photos"]]


def _bring(world: World, data: bytes, account: str = "city") -> Any:
    return world.client.post(
        "/imports",
        headers={**world.headers(account), "Accept": "text/html"},
        files={"file": ("phone.ruhu", data, "application/octet-stream")},
    )


def _counts(page: str) -> list[int]:
    return [int(text.replace(",", "")) for text in re.findall(r"<dd>([\d,]+)</dd>", page)]


def _kept(world: World) -> tuple[int, int]:
    with world.house.db.read() as session:
        return len(session.exec(select(Op)).all()), len(session.exec(select(PhotoObject)).all())


def test_everything_arrives_twice_makes_no_doubles_and_the_phone_may_still_sync(world: World) -> None:
    phone = world.phone("lin")
    ops, pictures = _visited(world, phone)
    data = export(world.house.keys.box_key(), "lin", phone.device_id, ops, pictures)

    first = _bring(world, data)
    again = _bring(world, data)

    assert first.status_code == again.status_code == 200
    assert _counts(first.text) == [2, 0, 0, 0, len(pictures), 0, 0]
    assert _counts(again.text) == [0, 2, 0, 0, 0, len(pictures), 0]
    assert _kept(world) == (2, len(pictures))
    receipts = [result["receipt"] for result in phone.post(*ops)]
    assert receipts == [result["receipt"] for result in phone.post(*ops)]
    assert _kept(world)[0] == 2
    with world.house.db.read() as session:
        lines = session.exec(select(AuditRow).where(AuditRow.action == "export.imported")).all()
    assert [json.loads(line.detail)["account"] for line in lines] == ["lin", "lin"]


def test_a_file_cut_anywhere_gives_what_came_before_and_says_so(world: World) -> None:
    phone = world.phone("lin")
    ops, pictures = _visited(world, phone)
    data = export(world.house.keys.box_key(), "lin", phone.device_id, ops, pictures)

    answer = _bring(world, data[:-3])

    assert "文件不完整" in answer.text
    assert _counts(answer.text)[0] == 2
    rng = random.Random(7)
    head = read_head(io.BytesIO(data))
    for _ in range(60):
        cut = rng.randrange(len(head.line), len(data))
        flipped = bytearray(data)
        flipped[cut] ^= 1 << rng.randrange(8)
        for bad in (data[:cut], bytes(flipped)):
            file = io.BytesIO(bad)
            with pytest.raises(FileCut):
                list(frames(file, cipher_for(world.house.keys, read_head(file)), head))


def test_frames_cannot_change_places_nor_a_middle_one_be_the_end(world: World) -> None:
    key = world.house.keys.box_key()
    data = export(key, "lin", "4b0d7ad5-5d2c-4b0e-9d6e-2f2f0f5f6a11", [{"n": 1}, {"n": 2}])
    file = io.BytesIO(data)
    head = read_head(file)
    cipher = cipher_for(world.house.keys, head)
    rest, pieces = data[len(head.line) :], []
    while rest:
        length = 4 + int.from_bytes(rest[:4], "big")
        pieces.append(rest[:length])
        rest = rest[length:]

    assert [type(each) for each in frames(file, cipher, head)] == [RecordFrame, RecordFrame, EndFrame]
    for order in ([1, 0, 2], [0, 2], [0, 0, 1, 2]):
        with pytest.raises(FileCut):
            list(frames(io.BytesIO(b"".join(pieces[n] for n in order)), cipher, head))


@pytest.mark.parametrize("what", ["empty", "text", "another service", "another account"])
def test_what_is_no_export_for_here_is_refused_in_words_and_nothing_kept(world: World, what: str) -> None:
    phone = world.phone("lin")
    ops, _pictures = _visited(world, phone)
    key = world.house.keys.box_key() if what != "another service" else Keys(b"another secret").box_key()
    data = export(key, "lin", phone.device_id, ops)
    if what == "another account":
        data = data.replace(b'"account": "lin"', b'"account": "song"')
    bad = {"empty": b"", "text": b"hello\n"}.get(what, data)

    answer = _bring(world, bad)

    assert answer.status_code < 500
    assert _kept(world) == (0, 0)
    assert ("没有导入" in answer.text) or ("文件不完整" in answer.text)


def test_only_the_city_officer_imports(world: World) -> None:
    assert {who: _bring(world, b"", who).status_code for who in ("lin", "xing", "admin", "auditor")} == dict.fromkeys(
        ("lin", "xing", "admin", "auditor"), 403
    )


def test_a_disabled_accounts_records_come_in_and_wait_for_a_person(world: World) -> None:
    phone = world.phone("lin")
    ops, _pictures = _visited(world, phone)
    data = export(world.house.keys.box_key(), "lin", phone.device_id, ops)
    page = {**world.headers("admin"), "Accept": "text/html"}
    assert world.client.post("/accounts/lin/disable", headers=page, data={"why": "离职"}).status_code < 400

    counts = _counts(_bring(world, data).text)

    assert counts[0] == counts[2] == 2


def test_the_phones_own_file_opens_here(world: World) -> None:
    """Made by the phone's code (pwa/test/sync/export.test.ts) for the secret of the tests."""
    keys = Keys(b"a secret for tests only")
    assert keys.box_key() == GOLDEN["key"]
    box = {name: base64.b64decode(GOLDEN["box"]["box"][name]) for name in ("epk", "iv", "ct")}
    plain = keys.open_box(box["epk"], box["iv"], box["ct"], GOLDEN["box"]["purpose"])
    assert base64.b64encode(plain).decode() == GOLDEN["box"]["plain"]

    file = io.BytesIO(base64.b64decode(GOLDEN["export"]))
    head = read_head(file)
    found = list(frames(file, cipher_for(keys, head), head))

    assert sum(isinstance(each, RecordFrame) for each in found) == GOLDEN["records"]
    assert {each.sha256 for each in found if isinstance(each, PictureFrame)} == set(GOLDEN["photos"])
