"""The look over many records, by real records on both databases: found within the hour, once, and settled by people."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.findings.quality.models import Flag, FlagLook
from app.kernel.audit import AuditRow
from app.kernel.clock import utcnow
from app.registry.households.models import Household
from app.survey.photos.models import PhotoObject
from app.survey.photos.service import take_imprints
from app.upkeep.overlook import LookedOver, look_over_all
from tests.cast import ROUND, World
from tests.field import visit_log
from tests.phone import MORNING, Phone
from tests.visitor import Visitor


def looks(world: World) -> LookedOver:
    return look_over_all(world.house.db, world.house.settings.tz, utcnow())


def flags(world: World, code: str) -> dict[str, Flag]:
    """Record → its doubt of this code."""
    with world.house.db.read() as session:
        return {str(flag.op_id): flag for flag in session.exec(select(Flag).where(Flag.code == code))}


def sends(phone: Phone, sample: dict[str, Any], *, at: int = 0, minutes: int = 20, **changes: Any) -> str:
    """An interview begun so many hours after nine; the id of its record."""
    begun = MORNING + timedelta(hours=at)
    body = phone.interview(sample, started=begun, photos=bool(changes.pop("photos", False)))
    body["finished_at"] = (begun + timedelta(minutes=minutes)).isoformat()
    (result,) = phone.post(phone.op({**body, **changes}))
    assert result["state"] == "stored", result
    return str(result["op_id"])


def doubted_rate(world: World) -> tuple[int, int]:
    body = world.get("city", f"/api/v1/rounds/{ROUND}/indicators?only=I40").json()
    county = next(each for each in body["counties"] if each["code"] == "640104")
    (found,) = county["indicators"]
    return found["numerator"], found["denominator"]


def test_two_households_with_one_interview(world: World) -> None:
    """Lin fills in the second door with the first one's answers; both records bear the question."""
    lin = world.phone("lin")
    first, second, third = lin.samples("poor")[:3]
    told = lin.interview(first)["answers"]
    copies = [sends(lin, sample, at=at, answers=told) for at, sample in ((0, first), (2, second))]
    honest = sends(lin, third, at=4)
    assert flags(world, "F07") == {}

    assert looks(world).looked == 1

    found = flags(world, "F07")
    assert {op_id: (flag.reason, flag.detail["other"]) for op_id, flag in found.items()} == {
        copies[0]: ("same", copies[1]),
        copies[1]: ("same", copies[0]),
    }
    assert found[copies[0]].detail["shared"] >= 25
    assert honest not in found
    assert doubted_rate(world) == (2, 3)
    assert looks(world).looked == 0


def test_a_correction_is_no_copy_and_takes_the_question_away(world: World) -> None:
    """The copied answers are corrected from the notebook: the doubt about both lapses, and the figures follow."""
    lin = world.phone("lin")
    first, second = lin.samples("poor")[:2]
    told = lin.interview(first)["answers"]
    one, other = (sends(lin, sample, at=at, answers=told) for at, sample in ((0, first), (2, second)))
    looks(world)
    assert doubted_rate(world) == (2, 2)

    sends(lin, second, at=5, corrects=other)
    kept = looks(world)

    assert {flag.state for flag in flags(world, "F07").values()} == {"lapsed"}
    assert (kept.raised, kept.lapsed) == (0, 2)
    assert doubted_rate(world) == (0, 3)
    with world.house.db.read() as session:
        lines = session.exec(select(AuditRow.detail).where(AuditRow.action == "flags.looked")).all()
    assert [json.loads(line) for line in lines] == [{"lapsed": 0, "raised": 2}, {"lapsed": 2, "raised": 0}]
    page = Visitor(world, "city").get(f"/records/{one}")
    assert "依据已不成立" in page.main


def test_what_a_person_settled_stays_settled(world: World) -> None:
    lin = world.phone("lin")
    first, second, third = lin.samples("poor")[:3]
    told = lin.interview(first)["answers"]
    one, other = (sends(lin, sample, at=at, answers=told) for at, sample in ((0, first), (2, second)))
    looks(world)
    song = Visitor(world, "song")
    assert "全部相同" in song.get(f"/reviews/{one}").main
    song.post(f"/reviews/{one}/doubts/F07/same", state="explained", why="同一院两兄弟,同吃同住")

    sends(lin, third, at=4, answers=told)
    looks(world)

    found = flags(world, "F07")
    assert (found[one].state, found[one].settled_by) == ("explained", "song")
    assert found[other].state == "open"
    assert len(found) == 3


def test_nobody_is_at_two_doors_at_once(world: World) -> None:
    lin = world.phone("lin")
    first, second = lin.samples("poor")[:2]
    sends(lin, first, minutes=75)
    late = sends(lin, second, at=1)

    looks(world)

    (flag,) = (flag for flag in flags(world, "F05").values() if flag.reason == "overlap")
    assert (str(flag.op_id), flag.severity, flag.detail["minutes"]) == (late, "high", 15)
    page = Visitor(world, "city").get("/reviews?flag=F05")
    assert "重叠15分钟" in page.main
    assert "只列 F05" in page.main


def test_a_picture_taken_at_another_door(world: World) -> None:
    """The same file is seen before it arrives; a re-saved one when both have come."""
    lin = world.phone("lin")
    first, second, third = lin.samples("poor")[:3]
    with_picture = lin.interview(first, photos=True)
    shot = with_picture["photos"][0]
    with_picture["finished_at"] = (MORNING + timedelta(minutes=20)).isoformat()
    (result,) = lin.post(lin.op(with_picture))
    again = lin.interview(second, photos=True, started=MORNING + timedelta(hours=2))
    again["photos"][0] = {**again["photos"][0], "sha256": shot["sha256"], "bytes": shot["bytes"]}
    again["finished_at"] = (MORNING + timedelta(hours=3)).isoformat()
    (other,) = lin.post(lin.op(again))
    sends(lin, third, at=6, photos=True)

    looks(world)

    found = flags(world, "F03")
    assert {op_id: (flag.reason, flag.severity) for op_id, flag in found.items()} == {
        str(result["op_id"]): ("same", "high"),
        str(other["op_id"]): ("same", "high"),
    }
    assert found[str(other["op_id"])].detail["other"] == str(result["op_id"])


def test_a_picture_has_its_imprint_when_it_comes_and_old_ones_get_theirs(world: World) -> None:
    lin = world.phone("lin")
    sends(lin, lin.samples("poor")[0], photos=True)
    for sha256 in lin.pictures:
        assert lin.put(sha256) in (200, 201, 204)

    def imprints() -> list[str | None]:
        with world.house.db.read() as session:
            return [row.imprint for row in session.exec(select(PhotoObject).order_by(PhotoObject.sha256))]

    taken = imprints()
    assert len(set(taken)) == 3
    assert all(mark is not None and len(mark) == 16 for mark in taken)
    with world.house.db.read() as session:
        counties = set(session.exec(select(PhotoObject.county_id)))
    for county in counties:
        with world.house.db.write(county) as session:
            for row in session.exec(select(PhotoObject)):
                row.imprint = None
    assert take_imprints(world.house.db, world.house.store, 2) == 2
    assert take_imprints(world.house.db, world.house.store, 2) == 1
    assert imprints() == taken


@pytest.fixture
def helped(world: World) -> list[str]:
    """Four households of the helper He."""
    with world.house.db.read() as session:
        rows = session.exec(select(Household.county_id, Household.unit).where(Household.status == "unexited")).all()
    units = sorted(unit for _, unit in rows if unit.startswith("640104"))[:4]
    county = next(county for county, unit in rows if unit == units[0])
    with world.house.db.write(county) as session:
        for unit in units:
            session.get_one(Household, (county, unit)).helper_account = "he"
    return units


def test_a_helper_who_writes_one_sentence_for_every_family(world: World, helped: list[str]) -> None:
    """He's third log with the same words bears the question; only the city reads logs, and so only the city settles."""
    he = world.phone("he")
    ids = []
    for day, unit in enumerate(helped):
        body = visit_log(he, unit, started=MORNING + timedelta(days=day))
        if day == 1:
            body["answers"]["help"]["did_what"] = "送去两袋化肥,看着种下了玉米"
        (result,) = he.post(he.op(body))
        assert result["state"] == "stored", result
        ids.append(str(result["op_id"]))

    looks(world)

    ((op_id, flag),) = flags(world, "F17").items()
    assert (op_id, flag.detail) == (ids[3], {"logs": 3, "other": ids[0]})
    assert "F17" not in Visitor(world, "song").get("/reviews").main
    city = Visitor(world, "city")
    assert "3篇走访记录用了同一段话" in city.get("/reviews").main
    assert "F17" in city.get(f"/records/{op_id}").main
    city.post(f"/reviews/{op_id}/doubts/F17/repeated", state="explained", why="三户同一天领的补助")
    assert flags(world, "F17")[op_id].state == "explained"


def test_a_round_is_looked_at_again_only_when_something_came(world: World) -> None:
    lin, fang = world.phone("lin"), world.phone("fang")
    sends(lin, lin.samples("poor")[0])
    sends(fang, fang.samples("poor")[0])

    assert looks(world).looked == 2
    assert looks(world).looked == 0
    sends(fang, fang.samples("poor")[1], at=2)
    assert looks(world).looked == 1
    with world.house.db.read() as session:
        assert {look.scope for look in session.exec(select(FlagLook))} == {ROUND}


def test_a_look_that_is_told_to_pause_goes_on_where_it_stopped(world: World) -> None:
    for account in ("lin", "fang"):
        phone = world.phone(account)
        sends(phone, phone.samples("poor")[0])
    took: list[float] = []

    def pause(seconds: float) -> bool:
        took.append(seconds)
        return True

    db, zone = world.house.db, world.house.settings.tz
    assert [look_over_all(db, zone, utcnow(), pause).looked for _ in range(3)] == [1, 1, 0]
    assert len(took) == 2


def test_a_county_is_compared_with_all_of_the_round_also_where_nothing_is_new(world: World) -> None:
    """A draw a county: ten calm interviews of one are looked at; then a hasty one comes from the other, alone."""
    days, counties = {"starts_on": "2017-05-11", "ends_on": "2017-11-20"}, ["640104", "640106"]
    opened = {"code": "2017-2", "name": "第二轮", "counties": counties, **days}
    assert world.post("city", "/api/v1/rounds", json=opened).status_code == 201
    plan = {"source": "DICE10X20", "n": {"poor": 10, "non_poor": 4}, "per_county": True}
    frozen = world.post("city", "/api/v1/rounds/2017-2/freeze", json=plan).json()["draws"]
    for number, each in enumerate(frozen, start=1):
        thrown = {"parts": [str(number) * 20], "draw": each["draw"]}
        assert world.post("city", "/api/v1/rounds/2017-2/draw", json=thrown).status_code == 201
    fang, lin = world.phone("fang"), world.phone("lin")
    calm, hasty = ([s for s in phone.samples("poor") if s["round"] == "2017-2"] for phone in (fang, lin))
    for at, sample in enumerate(calm[:10]):
        sends(fang, sample, at=24 * at, minutes=40)
    looks(world)
    op_id = sends(lin, hasty[0], minutes=10)

    assert looks(world).looked == 1
    assert [record for record, flag in flags(world, "F05").items() if flag.reason == "third"] == [op_id]


def test_the_page_of_kinds_counts_and_explains(world: World) -> None:
    lin = world.phone("lin")
    sends(lin, lin.samples("poor")[0], minutes=4)

    city = Visitor(world, "city").get("/flags")
    row = next(row for row in city.all("tr") if "F05" in row.text)
    assert "时间异常" in row.text
    assert "怎么办" in row.text
    assert row.text.endswith("每条记录收到时、每小时汇总比对 1————")
    assert "帮扶超过5户" in city.main
    leader = Visitor(world, "song").get("/flags")
    assert "登记册里的疑点" not in leader.main
