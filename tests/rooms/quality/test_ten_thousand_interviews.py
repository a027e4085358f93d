"""A county of ten thousand interviews is looked over in seconds of CPU and little memory; long: RUHU_NIGHTLY=1.

The interviews are rows made from a few real ones: their answers mixed anew, forty thousand pictures with imprints.
The figures are printed (`pytest -s`); reading on PostgreSQL costs its server as well, which is not counted here.
"""

import os
import random
import time
import tracemalloc
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, func, select

from app.findings.inspections.models import Answer, Visit
from app.findings.quality.models import Flag
from app.kernel.clock import utcnow
from app.kernel.db.ports import insert_many
from app.survey.photos.models import PhotoAnnounced, PhotoObject
from app.survey.records.models import Op
from app.survey.rounds.models import FrameUnit, Sample
from app.upkeep.overlook import look_over_all
from tests.cast import World
from tests.phone import MORNING

pytestmark = pytest.mark.skipif(os.environ.get("RUHU_NIGHTLY") != "1", reason="long: RUHU_NIGHTLY=1")
RECORDS = int(os.environ.get("RUHU_TEN_THOUSAND_RECORDS", "10000"))
PICTURES = 4
SECONDS = 5


def rows_like(session: Session, op_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    """The rows of a real interview: record, visit, sample, frame unit."""
    op = session.exec(select(Op).where(Op.op_id == op_id)).one()
    visit = session.exec(select(Visit).where(Visit.op_id == op_id)).one()
    sample = session.get_one(Sample, (visit.county_id, visit.sample_id))
    unit = session.exec(select(FrameUnit).where(FrameUnit.draw_id == sample.draw_id, FrameUnit.unit == sample.unit))
    return {"op": op.model_dump(), "visit": visit.model_dump(), "sample": sample.model_dump(),
            "unit": unit.one().model_dump()}  # fmt: skip


def mixed(pool: dict[str, list[Answer]], rng: random.Random) -> list[Answer]:
    """The answers of an interview that nobody gave: each from some real one, figures at random."""
    answers = []
    for them in pool.values():
        if rng.random() < 0.9:
            answers.append(rng.choice(them))
    return answers


def fill(world: World, like: list[uuid.UUID]) -> None:
    rng = random.Random(2017)
    with world.house.db.read() as session:
        rows = rows_like(session, like[0])
        county = rows["visit"]["county_id"]
        pool: dict[str, list[Answer]] = {}
        for answer in session.exec(select(Answer).where(Answer.county_id == county, Answer.index == 0)):
            pool.setdefault(answer.path, []).append(answer)
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in (*rows, "answer", "announced", "object")}
    for number in range(RECORDS):
        op_id, unit = uuid.UUID(int=rng.getrandbits(128)), f"640104901299-{number:05d}"
        begun = MORNING + timedelta(minutes=40 * number)
        sample_id = rows["sample"]["sample_id"].rpartition(".")[0] + f".{number + 1000}"
        made["unit"].append({**rows["unit"], "unit": unit})
        made["sample"].append({**rows["sample"], "unit": unit, "sample_id": sample_id, "rank": number + 1000})
        made["op"].append({**rows["op"], "op_id": op_id, "seq": number + 1000, "sample_id": sample_id})
        made["visit"].append(
            {**rows["visit"], "op_id": op_id, "sample_id": sample_id, "started_at": begun,
             "finished_at": begun + timedelta(minutes=rng.randint(15, 35))}
        )  # fmt: skip
        for each in mixed(pool, rng):
            text = str(rng.randint(100, 9000)) if each.number and each.number > 50 else each.text
            made["answer"].append({**each.model_dump(), "op_id": op_id, "text": text})
        for question in range(PICTURES):
            sha256, now = f"{rng.getrandbits(256):064x}", utcnow()
            made["announced"].append(
                {"county_id": county, "op_id": op_id, "photo_id": uuid.UUID(int=rng.getrandbits(128)), "sha256": sha256,
                 "bytes": 1, "type": "image/jpeg", "question": f"/guarantee/photo_{question}",
                 "account_id": rows["op"]["account_id"], "received_at": now}
            )  # fmt: skip
            made["object"].append(
                {"county_id": county, "sha256": sha256, "bytes": 1, "type": "image/jpeg", "width": 1, "height": 1,
                 "key": sha256, "received_at": now, "state": "durable", "reason": None,
                 "imprint": f"{rng.getrandbits(64):016x}"}
            )  # fmt: skip
    tables = {"unit": FrameUnit, "sample": Sample, "op": Op, "visit": Visit, "answer": Answer,
              "announced": PhotoAnnounced, "object": PhotoObject}  # fmt: skip
    with world.house.db.write(county) as session:
        for name, table in tables.items():
            insert_many(session, table, made[name])


def test_ten_thousand_interviews_are_looked_over(world: World) -> None:
    lin = world.phone("lin")
    ids = []
    for at, sample in enumerate(lin.samples("poor")[:10]):
        body = lin.interview(sample, started=MORNING + timedelta(hours=at))
        body["finished_at"] = (MORNING + timedelta(hours=at, minutes=20)).isoformat()
        (result,) = lin.post(lin.op(body))
        ids.append(uuid.UUID(result["op_id"]))
    fill(world, ids)
    zone = world.house.settings.tz

    began = time.process_time()
    first = look_over_all(world.house.db, zone, utcnow())
    whole = time.process_time() - began
    lin.post(lin.op(lin.interview(lin.samples("non_poor")[0], started=MORNING + timedelta(days=90))))
    began = time.process_time()
    second = look_over_all(world.house.db, zone, utcnow())
    again = time.process_time() - began

    with world.house.db.read() as session:
        counts = session.exec(select(Flag.code, Flag.reason, func.count()).group_by(Flag.code, Flag.reason)).all()
        answers = session.exec(select(func.count()).select_from(Answer)).one()
    print(f"\n{RECORDS} interviews, {answers} answers, {RECORDS * PICTURES} pictures: first look {whole:.1f} s of CPU, "
          f"one record later {again:.1f} s; {sorted(counts)}")  # fmt: skip
    assert first.looked == second.looked == 1
    assert again < SECONDS


def test_little_memory_is_taken(world: World) -> None:
    lin = world.phone("lin")
    (result,) = lin.post(lin.op(lin.interview(lin.samples("poor")[0])))
    fill(world, [uuid.UUID(result["op_id"])])

    tracemalloc.start()
    look_over_all(world.house.db, world.house.settings.tz, utcnow())
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()

    print(f"\n{peak:.0f} MiB at most")
    assert peak < 150
