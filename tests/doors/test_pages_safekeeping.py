"""Records on their way, versions side by side, and one's own account with its second factor."""

import uuid

import pytest

from app.kernel.clock import utcnow
from app.registry.people.second_factor import code_at, step_of
from tests.cast import PASSWORD, World
from tests.visitor import Page, Visitor

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


def test_the_page_names_every_number_and_photo_that_has_not_come(world: World) -> None:
    lin = world.phone("lin")
    ops = [lin.op(lin.interview(sample, photos=True)) for sample in lin.samples()[:5]]
    lin.post(ops[0], ops[3])
    body = {"device_id": lin.device_id, "max_dev_seq": 5, "unsent_ops": 3, "unsent_photos": 4,
            "bytes_free": 100_000_000, "persisted": False, "app_version": "0.1.0"}  # fmt: skip
    assert world.client.post("/api/v1/sync/heartbeat", json=body, headers=lin.headers).status_code == 200

    row = Visitor(world, "city").get("/devices").row(f"phone-{lin.device_id[:8]}")

    texts = [cell.text for cell in row]
    assert texts[2:5] == ["2 / 5", "2–3, 5", f"{len(lin.pictures) * 2 // 5} 第 1, 4 号"]
    assert "3 条,4 张照片" in texts[5]
    assert "没有答应长期保存" in texts[7]
    assert "剩余空间少" in texts[7]
    assert "剩余空间 100 MB · 版本 0.1.0" in texts[7]


def test_the_way_to_sealed_files_stands_where_they_are_missed_and_for_those_alone_who_may_take_them_in(
    world: World,
) -> None:
    for account, is_shown in (("city", True), ("admin", False), ("song", False)):
        page = Visitor(world, account).get("/devices")
        assert page.links.count("/imports") == (2 if is_shown else 0), account
    assert Visitor(world, "admin").status("/imports") in (403, 404)


def test_a_phone_with_nothing_missing_is_in_order(world: World) -> None:
    lin = world.phone("lin")
    lin.post(lin.op({**lin.interview(lin.samples()[0])}))
    beat = {"device_id": lin.device_id, "max_dev_seq": 1}
    world.client.post("/api/v1/sync/heartbeat", json=beat, headers=lin.headers)
    page = Visitor(world, "admin").get("/devices")
    assert "正常" in page.main
    assert "没有缺号" in page.main


def test_a_team_leader_sees_the_phones_of_the_own_county_alone(world: World) -> None:
    for account in ("lin", "fang"):
        phone = world.phone(account)
        phone.post(phone.op(phone.door(phone.samples()[0])))
    page = Visitor(world, "song").get("/devices")
    assert ("lin" in page.main, "fang" in page.main) == (True, False)
    assert Visitor(world, "xing").status("/devices") == 404


def test_two_versions_stand_side_by_side_with_what_differs_first(world: World) -> None:
    """R07 and R11 for the reader: nothing is overwritten, everything is shown."""
    lin = world.phone("lin")
    sample = lin.samples()[0]
    first = lin.op(lin.interview(sample, sat={"team": 5}))
    forged = lin.op(lin.interview(sample, sat={"team": 2}), op_id=first["op_id"])
    mended = lin.op({**lin.interview(sample, sat={"team": 3}), "corrects": first["op_id"]})
    lin.post(first, forged, mended)

    city = Visitor(world, "city")
    page = city.get(f"/records/{first['op_id']}/versions")

    heads = [cell.text for cell in page.all("th", scope="col")][:4]
    assert [head.split("20")[0].strip() for head in heads[1:]] == ["先收到", "同编号不同内容", "更正"]
    team = next(row.text for row in page.all("tr") if "工作队" in row.text)
    assert team.endswith("523")
    assert f"/records/{first['op_id']}/versions" in city.get(f"/records/{first['op_id']}").links
    assert f"/records/{first['op_id']}/versions" in city.get("/held").links


def test_a_password_is_changed_by_its_owner_and_other_sessions_end(world: World) -> None:
    """S07: old sessions are refused after a change of password."""
    here, there = Visitor(world, "city"), Visitor(world, "city")
    assert here.post("/me/password", old="wrong", new="mountain-river-77").status == 422
    assert here.post("/me/password", old=PASSWORD, new="12345678").status == 422

    assert "密码已修改" in here.post("/me/password", old=PASSWORD, new="mountain-river-77").main

    assert here.status("/rounds") == 200
    assert there.status("/rounds") == 303
    assert Visitor(world).post("/sign-in", account="city", password=PASSWORD).status == 401
    assert Visitor(world).post("/sign-in", account="city", password="mountain-river-77").status == 200


def enrol(visitor: Visitor) -> tuple[str, list[str]]:
    """Set up the second factor; its secret and the spare codes."""
    secret = visitor.post("/me/second-factor").one("b", data_testid="factor-secret").text.replace(" ", "")
    assert visitor.post("/me/second-factor/confirm", code="000000").status == 422
    page = visitor.post("/me/second-factor/confirm", code=code_at(secret, step_of(utcnow())))
    spare = [item.text for item in page.all("li", class_="spare")]
    assert len(spare) == 8
    return secret, spare


def knock(world: World, **fields: str) -> Page:
    return Visitor(world).post("/sign-in", account="city", password=PASSWORD, **fields)


def test_with_a_second_factor_the_password_alone_opens_nothing_and_a_code_works_once(world: World) -> None:
    city = Visitor(world, "city")
    secret, spare = enrol(city)

    asked = knock(world)
    assert asked.status == 401
    assert asked.one("input", name="code")
    code = code_at(secret, step_of(utcnow()) + 1)
    assert knock(world, code=code).status == 200
    assert knock(world, code=code).status == 401
    assert knock(world, code=spare[0]).status == 200
    assert knock(world, code=spare[0]).status == 401
    api = world.client.post("/api/v1/sign-in", json={"account": "city", "password": PASSWORD})
    assert api.json()["type"] == "/problems/second-factor-needed"
    told = {"account": "city", "password": PASSWORD, "code": spare[1]}
    assert world.client.post("/api/v1/sign-in", json=told).status_code == 201


def test_a_wrong_password_never_learns_of_the_second_factor(world: World) -> None:
    enrol(Visitor(world, "city"))
    page = Visitor(world).post("/sign-in", account="city", password="not-the-password-1")
    assert page.all("input", name="code") == []


def test_guessing_at_codes_is_slowed_and_an_administrator_gives_the_tries_back(world: World) -> None:
    _, spare = enrol(Visitor(world, "city"))
    statuses = [knock(world, code=f"{guess:06d}").status for guess in range(12)]
    assert statuses[-1] == 429
    assert knock(world, code=spare[2]).status == 429

    Visitor(world, "admin").post("/accounts/city/release")

    assert knock(world, code=spare[2]).status == 200


def test_an_administrator_takes_the_factor_off_for_somebody_who_lost_everything(world: World) -> None:
    enrol(Visitor(world, "city"))
    page = Visitor(world, "admin").post("/accounts/city/second-factor")
    assert "动态码已停用" in page.main
    assert knock(world).status == 200


def test_where_the_house_wants_it_a_desk_account_can_do_nothing_before_it_has_one(
    world: World,
) -> None:
    object.__setattr__(world.house.settings, "second_factor", "desk")
    city = Visitor(world, "city")
    assert city.status("/rounds") == 403
    assert world.get("lin", "/api/v1/rounds").status_code == 200
    enrol(city)
    assert city.status("/rounds") == 200


def test_one_s_own_lost_phone_is_shut_out_from_the_own_page(world: World) -> None:
    lin = world.phone("lin")
    visitor = Visitor(world, "lin")
    visitor.post("/me/devices", device=lin.device_id)
    assert world.client.get("/api/v1/rounds", headers=lin.headers).status_code == 401
    assert visitor.client.post("/me/devices", data={"device": str(uuid.uuid4())}).status_code == 404


def test_the_code_is_that_of_the_standard(world: World) -> None:
    """RFC 6238, appendix B: the SHA-1 rows, cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    rows = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
    assert {at: code_at(secret, at // 30) for at in rows} == rows
