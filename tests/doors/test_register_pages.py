"""The register at the desk: upload, progress, report, list, household. Stranger, neighbour county, rightful user."""

import io
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.doors.web.house import House
from app.main import create_app
from app.registry.households.models import JobState
from app.registry.people.service import add_account
from tests.rooms.households.books import home, id_number, member, write_book

PASSWORD = "loess-plateau-9"
HELAN = ["贺兰县", "金贵镇", "汉佐村", "640122101205"]
PEOPLE = {
    "city": ("city_officer", "6401"),
    "leaders": ("leading_group", "6401"),
    "yong": ("county_officer", "640121"),
    "helan": ("county_officer", "640122"),
    "lin": ("inspector", "640121"),
    "admin": ("admin", "6401"),
}
A1 = "640121101201-0001"


class Desk:
    """A running service; each person has a browser of their own."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.app: FastAPI = create_app(house)
        self._browsers: dict[str, TestClient] = {}

    def browser(self, account: str | None) -> TestClient:
        client = TestClient(self.app, base_url="https://ruhu.test", follow_redirects=False)
        if account is None:
            return client
        if account not in self._browsers:
            role, scope = PEOPLE[account]
            person = {"account": account, "name": account, "role": role, "scope": scope, "password": PASSWORD}
            with self.house.db.write(0) as session:
                add_account(session, self.house.hasher, by="test", **person)
            answer = client.post("/api/v1/sign-in", json={"account": account, "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            client.headers["Accept"] = "text/html"
            self._browsers[account] = client
        return self._browsers[account]

    def uploads(self, account: str | None, rows: list[list[Any]], name: str = "名册.xlsx", **form: str) -> Any:
        path = write_book(self.folder / "upload.xlsx", rows)
        return self.browser(account).post("/register/import", files={"file": (name, path.read_bytes())}, data=form)

    def imports(self, rows: list[list[Any]], **form: str) -> str:
        """Upload as the city officer and wait; the text of the job's page."""
        answer = self.uploads("city", rows, **form)
        assert answer.status_code == 303, answer.text
        for _ in range(600):
            page = self.browser("city").get(answer.headers["location"]).text
            if 'http-equiv="refresh"' not in page:
                return page
            time.sleep(0.05)
        raise AssertionError("the import does not end")


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Desk:
    return Desk(house, tmp_path)


def test_an_upload_is_imported_and_its_report_tells_by_row(desk: Desk) -> None:
    rows = [home("A1", "马一", number=id_number(1)), member("马二"), home("A2", "马三", "已脱贫", number=id_number(1))]

    page = desk.imports(rows)

    assert "已导入" in page
    assert "第2行(另一户)相同" in page
    assert "F11" in page
    assert list((desk.house.settings.data / "imports").iterdir()) == []


def test_a_faulty_upload_changes_nothing_and_says_where(desk: Desk) -> None:
    page = desk.imports([home("A1", "马一", "?")])
    assert "库里什么也没有改动" in page
    assert "户属性状态" in page
    assert "这个县区还没有名册" in desk.browser("city").get("/register?county=640121").text


def test_good_households_come_in_without_the_bad_ones_when_asked(desk: Desk) -> None:
    page = desk.imports([home("A1", "马一", "?"), home("A2", "马二")], keep_good="1")
    assert "已导入" in page
    assert "A1" in page


def test_a_file_that_is_no_workbook_is_refused_in_words(desk: Desk) -> None:
    city = desk.browser("city")
    answer = city.post("/register/import", files={"file": ("a.xlsx", b"<html>")})
    for _ in range(200):
        page = city.get(answer.headers["location"]).text
        if 'http-equiv="refresh"' not in page:
            break
        time.sleep(0.05)
    assert "不是 .xlsx 工作簿" in page


def test_a_form_without_a_file_comes_back_with_words(desk: Desk) -> None:
    answer = desk.browser("city").post("/register/import", files={"other": ("", b"")})
    assert answer.status_code == 422
    assert "请先选择" in answer.text


def test_an_upload_of_unknown_or_too_great_length_is_not_read(desk: Desk) -> None:
    city = desk.browser("city")

    def endless() -> Any:
        yield b"x"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert city.post("/register/import", content=endless(), headers=kind).status_code == 411
    great = kind | {"Content-Length": str(200 * 2**20)}
    assert city.post("/register/import", content=b"x", headers=great).status_code == 413


@pytest.mark.parametrize(
    ("account", "status"), [(None, 401), ("lin", 403), ("admin", 403), ("yong", 403), ("leaders", 403)]
)
def test_only_the_city_officer_imports(desk: Desk, account: str | None, status: int) -> None:
    assert desk.uploads(account, [home()]).status_code == status


@pytest.mark.parametrize("path", ["/register", "/register/import", "/register/template.xlsx", f"/register/{A1}"])
def test_strangers_sign_in_first_and_field_and_admin_do_not_enter(desk: Desk, path: str) -> None:
    stranger = desk.browser(None).get(path, headers={"Accept": "text/html"})
    assert stranger.status_code in (303, 401)
    assert desk.browser("lin").get(path).status_code == 403
    assert desk.browser("admin").get(path).status_code == 403


def test_a_county_sees_its_own_households_and_no_neighbour_s(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("C1", "王五", village=HELAN)])

    assert "马一" in desk.browser("yong").get("/register").text
    for path in ("/register?county=640122", "/register/640122101205-0001"):
        assert desk.browser("yong").get(path).status_code == 404
    assert "马一" not in desk.browser("helan").get("/register").text
    assert desk.browser("helan").get(f"/register/{A1}").status_code == 404
    assert "马一" in desk.browser("leaders").get(f"/register/{A1}").text


def test_the_reports_of_imports_are_the_city_s(desk: Desk) -> None:
    location = desk.uploads("city", [home()]).headers["location"]
    assert desk.browser("yong").get(location).status_code == 404
    assert desk.browser("leaders").get(location).status_code == 200


def test_a_household_shows_its_members_with_masked_numbers(desk: Desk) -> None:
    number = id_number(1)
    desk.imports([home("A1", "马一", number=number), member("马二", "子女", "2001-02-03")])

    page = desk.browser("yong").get(f"/register/{A1}").text

    assert number not in page
    assert f"{number[:6]}********{number[-4:]}" in page
    assert "2001-02-03" in page


def test_search_goes_by_post_so_that_no_name_stands_in_an_address(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("A2", "张三", "非贫困")])
    city = desk.browser("city")

    found = city.post("/register", data={"county": "640121", "search": "张三"}).text
    none = city.post("/register", data={"county": "640121", "search": "李四"}).text

    assert "张三" in found
    assert "马一" not in found
    assert "没有找到" in none


def test_the_list_has_pages(desk: Desk) -> None:
    desk.imports([home(f"A{n:03d}", f"马{n:03d}") for n in range(120)])
    city = desk.browser("city")

    last = city.post("/register", data={"county": "640121", "page": "3"}).text

    assert "第 3 页,共 3 页" in last
    assert last.count("data-unit=") == 20


def test_what_people_wrote_is_only_text_on_the_page(desk: Desk) -> None:
    desk.imports([home("A1", "<script>alert(1)</script>"[:40])])
    page = desk.browser("city").get("/register?county=640121").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_template_and_report_are_workbooks(desk: Desk) -> None:
    city = desk.browser("city")
    template = city.get("/register/template.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(template.content)).sheetnames[0] == "户名册"

    location = desk.uploads("city", [home("A1", "马一", "?")]).headers["location"]
    for _ in range(200):
        report = city.get(f"{location}/report.xlsx")
        if report.status_code == 200:
            break
        time.sleep(0.05)
    sheet = openpyxl.load_workbook(io.BytesIO(report.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == [2, "户属性状态"]


def test_one_import_at_a_time(desk: Desk) -> None:
    from app.kernel.clock import utcnow
    from app.registry.households.models import ImportJob

    now = utcnow()
    with desk.house.db.write(0) as session:
        session.add(
            ImportJob(
                actor="other",
                scope="6401",
                filename="x.xlsx",
                sha256="0" * 64,
                at=now,
                beat_at=now,
                state=JobState.RUNNING,
            )
        )
    answer = desk.uploads("city", [home()])
    assert answer.status_code == 409
    assert "另一份名册正在导入" in answer.text
    assert list((desk.house.settings.data / "imports").iterdir()) == []


def test_pages_speak_english_when_asked(desk: Desk) -> None:
    desk.imports([home("A1", "马一", "?")])
    city = desk.browser("city")
    city.cookies.set("lang", "en")
    assert "Register of households" in city.get("/register?county=640121").text
    assert "Latest imports" in city.get("/register/import").text
