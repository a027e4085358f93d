"""Accounts and devices: the administrator's pages, and nobody else's."""

import pytest

from tests.cast import PASSWORD, World
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # tests/rooms/people has both

NEW = {"account": "ma.qiang", "name": "马强", "role": "inspector", "scope": "640104", "password": "yellow-river-7"}


def test_an_account_is_added_and_signs_in(world: World) -> None:
    page = Visitor(world, "admin").post("/accounts", **NEW)

    assert "账号已新增" in page.main
    assert "马强" in page.main
    assert NEW["password"] not in page.html
    body = {"account": "ma.qiang", "password": NEW["password"]}
    assert world.client.post("/api/v1/sign-in", json=body).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "马 强"),
        ("role", "king"),
        ("scope", "64"),
        ("scope", "6402"),
        ("password", "12345678"),
        ("name", ""),
    ],
)
def test_a_faulty_account_comes_back_with_the_fault_at_its_field(world: World, field: str, value: str) -> None:
    page = Visitor(world, "admin").post("/accounts", **{**NEW, field: value})

    assert page.status == 422
    assert page.one("p", id=f"{field}-fault").text
    if field != "account":
        assert page.one("input", name="account").attrs["value"] == "ma.qiang"


def test_a_taken_name_is_refused(world: World) -> None:
    page = Visitor(world, "admin").post("/accounts", **{**NEW, "account": "lin"})
    assert page.status == 409
    assert "已存在" in page.main


def test_a_reset_ends_every_session(world: World) -> None:
    lin = Visitor(world, "lin")
    assert lin.status("/rounds") == 200

    page = Visitor(world, "admin").post("/accounts/lin/reset", password="yellow-river-7")

    assert "密码已重置" in page.main
    assert lin.status("/rounds") == 303
    assert Visitor(world).post("/sign-in", account="lin", password=PASSWORD).status == 401


def test_a_disabled_account_is_out_at_once_and_can_come_back(world: World) -> None:
    lin, admin = Visitor(world, "lin"), Visitor(world, "admin")

    assert "账号已停用" in admin.post("/accounts/lin/disable").main
    assert lin.status("/rounds") == 303
    assert "账号已恢复" in admin.post("/accounts/lin/enable").main
    assert Visitor(world, "lin").status("/rounds") == 200


def test_nobody_disables_themselves(world: World) -> None:
    admin = Visitor(world, "admin")
    assert admin.post("/accounts/admin/disable").status == 409
    assert admin.status("/accounts") == 200


def test_a_lost_phone_is_revoked_and_let_in_again(world: World) -> None:
    phone, admin = world.phone("lin"), Visitor(world, "admin")
    page = admin.get("/accounts/lin")
    assert "测试手机" in page.main

    assert "设备已停用" in admin.post("/accounts/lin/devices", device=phone.device_id, act="revoke").main
    assert world.client.get("/api/v1/sync/package", headers=phone.headers).status_code == 401
    assert "设备可以重新登录" in admin.post("/accounts/lin/devices", device=phone.device_id, act="restore").main


def test_a_device_is_revoked_only_under_its_own_account(world: World) -> None:
    phone = world.phone("lin")
    assert Visitor(world, "admin").post("/accounts/fang/devices", device=phone.device_id, act="revoke").status == 404
    assert world.client.get("/api/v1/sync/package", headers=phone.headers).status_code == 200


@pytest.mark.parametrize("account", ["city", "leaders", "auditor", "xing", "lin", "he"])
def test_nobody_else_keeps_accounts(world: World, account: str) -> None:
    visitor = Visitor(world, account)

    assert visitor.status("/accounts") == 403
    assert visitor.status("/accounts/lin") == 403
    assert visitor.post("/accounts", **NEW).status == 403
    for act in ("reset", "disable", "enable"):
        assert visitor.post(f"/accounts/lin/{act}", password="yellow-river-7").status == 403


def test_an_administrator_of_one_county_keeps_that_county_alone(world: World) -> None:
    Visitor(world, "admin").post(
        "/accounts", account="xing.admin", name="兴管", role="admin", scope="640104", password=PASSWORD
    )
    own = Visitor(world, "xing.admin")

    page = own.get("/accounts")
    assert "林青" in page.main
    assert "方敏" not in page.main
    assert own.status("/accounts/fang") == 404
    assert own.post("/accounts/city/reset", password="yellow-river-7").status == 404
    assert own.post("/accounts", **{**NEW, "scope": "640106"}).status == 422
