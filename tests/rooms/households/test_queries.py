"""Who sees which households, and what the draw and the phone are told of them. Stranger, neighbour, rightful user."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.kernel.problems import NotFound
from app.registry.households.models import Household
from app.registry.households.package import package_household, package_households
from app.registry.households.queries import (
    frame_counts,
    frame_rows,
    get_household,
    list_households,
    visible_households,
)
from app.registry.people.models import Account, Role
from app.registry.people.rules import Actor
from tests.rooms.households.books import HEADERS, home, id_number, member
from tests.rooms.households.conftest import Desk

ROOT = Path(__file__).resolve().parents[3]
HELAN = ["贺兰县", "金贵镇", "汉佐村", "640122101205"]
NAJIAHU = ["永宁县", "杨和镇", "纳家户村", "640121101203"]
A1, A2, C1 = "640121101201-0001", "640121101203-0001", "640122101205-0001"


def actor(role: Role, scope: str, name: str = "某人", account: str = "someone") -> Actor:
    return Actor(uuid4(), account, name, role, scope)


@pytest.fixture
def register(desk: Desk) -> Desk:
    """Two villages of Yongning, one of Helan; A1 has a helper and all that a list can say."""
    headers = [
        *HEADERS, "脱贫年度", "贫困户属性", "主要致贫原因", "易地搬迁", "安置点", "帮扶责任人", "帮扶人单位",
        "帮扶人电话", "驻村工作队", "工资性收入", "转移性收入", "政策性补助台账", "村经度", "村纬度",
    ]  # fmt: skip
    said = [
        2016,
        "低保户",
        "因病",
        "是",
        "闽宁安置点",
        "王刚",
        "县水务局",
        "13900000001",
        "惠丰村工作队",
        8000,
        2001,
        2000,
        106.25,
        38.25,
    ]
    report = desk.imports(
        [
            home("A1", "马一", "已脱贫", number=id_number(1)) + said,
            member("马二", "子女", "2001-02-03"),
            home("A2", "马三", village=NAJIAHU),
            home("N1", "张三", "非贫困"),
            home("C1", "王五", village=HELAN),
        ],
        headers,
    )
    assert report.imported, report.errors
    return desk


def _seen(session: Session, who: Actor) -> list[str]:
    return sorted(household.office_no for household in session.exec(visible_households(who)))


@pytest.mark.parametrize(
    ("role", "scope", "numbers"),
    [
        (Role.ADMIN, "6401", []),
        (Role.INSPECTOR, "640121", []),
        (Role.TEAM_LEADER, "640121", []),
        (Role.VILLAGE_CADRE, "640121101201", []),
        (Role.CITY_OFFICER, "6401", ["A1", "A2", "C1", "N1"]),
        (Role.LEADING_GROUP, "6401", ["A1", "A2", "C1", "N1"]),
        (Role.AUDITOR, "6401", ["A1", "A2", "C1", "N1"]),
        (Role.CITY_OFFICER, "6402", []),
        (Role.COUNTY_OFFICER, "640121", ["A1", "A2", "N1"]),
        (Role.COUNTY_OFFICER, "640122", ["C1"]),
        (Role.COUNTY_OFFICER, "640121101203", ["A2"]),
        (Role.DISCIPLINE, "640121", ["A1", "A2", "N1"]),
        (Role.HELPER, "640121", []),
    ],
)
def test_everybody_sees_the_register_within_their_scope_and_role(
    register: Desk, role: Role, scope: str, numbers: list[str]
) -> None:
    with register.db.read() as session:
        assert _seen(session, actor(role, scope)) == numbers


def _add_helper(desk: Desk, account: str, name: str = "王刚") -> None:
    from app.kernel.clock import utcnow

    with desk.db.write(0) as session:
        session.add(
            Account(account=account, name=name, role="helper", scope="6401", password_hash="-", created_at=utcnow())
        )


def test_a_helper_sees_the_households_that_name_them(register: Desk) -> None:
    _add_helper(register, "wang.gang")
    with register.db.read() as session:
        assert _seen(session, actor(Role.HELPER, "640122", "王刚", "wang.gang")) == ["A1"]
        assert _seen(session, actor(Role.HELPER, "640122", "李刚", "li.gang")) == []


def test_a_name_that_two_helpers_share_opens_nothing(register: Desk) -> None:
    _add_helper(register, "wang.gang")
    _add_helper(register, "wang.gang2")
    with register.db.read() as session:
        assert _seen(session, actor(Role.HELPER, "640121", "王刚", "wang.gang")) == []


def test_a_name_with_two_telephones_opens_nothing(register: Desk) -> None:
    _add_helper(register, "wang.gang")
    register.imports(
        [[*home("C1", "王五", village=HELAN), "王刚", "13900000002"]], [*HEADERS, "帮扶责任人", "帮扶人电话"]
    )
    with register.db.read() as session:
        assert _seen(session, actor(Role.HELPER, "640121", "王刚", "wang.gang")) == []


def test_one_household_is_found_by_its_unit_or_looks_absent(register: Desk) -> None:
    with register.db.read() as session:
        assert get_household(session, actor(Role.COUNTY_OFFICER, "640121"), A1).office_no == "A1"
        for who, unit in [
            (actor(Role.COUNTY_OFFICER, "640122"), A1),
            (actor(Role.ADMIN, "6401"), A1),
            (actor(Role.CITY_OFFICER, "6401"), "640121101201-9999"),
            (actor(Role.CITY_OFFICER, "6401"), "x"),
        ]:
            with pytest.raises(NotFound):
                get_household(session, who, unit)


@pytest.mark.parametrize(
    ("search", "status", "numbers"),
    [
        ("", "", ["A1", "N1", "A2"]),
        ("马", "", ["A1", "A2"]),
        ("纳家户", "", ["A2"]),
        ("A2", "", ["A2"]),
        (A1, "", ["A1"]),
        ("王刚", "", ["A1"]),
        ("%", "", []),
        ("", "poor", ["A1", "A2"]),
        ("", "non_poor", ["N1"]),
        ("", "missing", []),
    ],
)
def test_the_list_is_searched_by_what_people_know(register: Desk, search: str, status: str, numbers: list[str]) -> None:
    with register.db.read() as session:
        page = list_households(session, actor(Role.CITY_OFFICER, "6401"), "640121", search, status=status)
    assert [row.household.office_no for row in page.rows] == numbers
    assert page.total == len(numbers)


def test_the_list_has_pages_and_stays_inside_them(register: Desk) -> None:
    who = actor(Role.CITY_OFFICER, "6401")
    with register.db.read() as session:
        last = list_households(session, who, "640121", page=99, size=2)
    assert (last.page, last.pages, last.total, [row.household.office_no for row in last.rows]) == (2, 2, 3, ["A2"])


def test_the_list_of_a_neighbour_county_is_not_found(register: Desk) -> None:
    with register.db.read() as session, pytest.raises(NotFound):
        list_households(session, actor(Role.COUNTY_OFFICER, "640121"), "640122")


def test_doubts_stand_beside_the_household(register: Desk) -> None:
    headers = [*HEADERS, "帮扶责任人", "帮扶人电话"]
    rows = [[*home(f"F{n}", f"马{n}", number=id_number(1) if n < 2 else None), "赵强", "13900000009"] for n in range(6)]
    register.imports(rows, headers, partial=True)
    with register.db.read() as session:
        page = list_households(session, actor(Role.CITY_OFFICER, "6401"), "640121", "赵强")
    assert [row.flags for row in page.rows] == [("F09", "F11")] * 2 + [("F09",)] * 4


def test_the_frame_leaves_missing_households_out(register: Desk) -> None:
    with register.db.read() as session:
        assert list(frame_rows(session, 4)) == [
            (A1, "exited", "A1"), ("640121101201-0002", "non_poor", "N1"), (A2, "unexited", "A2"),
        ]  # fmt: skip
        assert frame_counts(session) == {
            4: {"poor": 2, "exited": 1, "non_poor": 1},
            5: {"poor": 1, "exited": 0, "non_poor": 0},
        }
    register.imports([home("A1", "马一", "已脱贫")])
    with register.db.read() as session:
        assert [number for _, _, number in frame_rows(session, 4)] == ["A1", "N1"]
        assert frame_counts(session)[4] == {"poor": 1, "exited": 1, "non_poor": 1}


def test_the_phone_is_told_strings_birth_years_and_no_id_number(register: Desk) -> None:
    with register.db.read() as session:
        packaged = package_household(session, 4, A1)
    assert packaged == {
        "unit": A1, "office_no": "A1", "head_name": "马一", "county_code": "640121", "county_name": "永宁县",
        "town_name": "杨和镇", "village_code": "640121101201", "village_name": "惠丰村", "status": "exited",
        "exit_year": "2016", "hh_attr": "dibao", "cause": "illness", "resettled": "1",
        "site": "闽宁安置点", "size": "2",
        "members": [
            {"name": "马一", "relation": "户主", "birth_year": "1970"},
            {"name": "马二", "relation": "子女", "birth_year": "2001"},
        ],
        "helper_name": "王刚", "helper_unit": "县水务局", "helper_phone": "13900000001", "task_force": "惠丰村工作队",
        "income_pc": "5001", "subsidy": "2000", "lon": "106.25", "lat": "38.25",
    }  # fmt: skip


def test_many_households_are_packaged_at_once_and_unknown_units_are_absent(register: Desk) -> None:
    with register.db.read() as session:
        assert set(package_households(session, 4, [A1, A2, C1, "x"])) == {A1, A2}


def test_no_other_room_selects_households_past_the_fence() -> None:
    """Only this room may write `select(Household…)`; all others narrow what `visible_households` gives them."""
    past = re.compile(r"select\(\s*(?:Household|Member)\b|query\(\s*Household\b")
    narrowing = re.compile(r"\bHousehold\.(?:unit|county_id)\s*==")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if "registry/households" not in path.as_posix() and past.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    for path in (ROOT / "app").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "registry/households" not in path.as_posix() and narrowing.search(text):
            assert "visible_households(actor)" in text, path


def test_the_fence_is_a_select_of_whole_households(register: Desk) -> None:
    with register.db.read() as session:
        query = visible_households(actor(Role.CITY_OFFICER, "6401")).where(Household.office_no == "C1")
        assert session.exec(query).one().unit == C1
