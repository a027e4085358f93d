"""Golden example G15 (domain §6), the six-county round, through every wing: register, draw, visits, intake, API.

The demo visits its half round in exactly these numbers, so this is the demo's test too.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.demo import run as demo
from app.findings.helping.models import HelperVisit
from app.kernel import audit
from app.kernel.db.engines import Database
from app.main import create_app
from app.registry.places import list_counties
from app.survey.records.queries import count_held
from tests.cast import ORIGIN, copy_sqlite, house_at

# county: n, then satisfied, rate and official word of team, helper, effect
G15: dict[str, tuple[int, tuple[tuple[int, str, str], ...]]] = {
    "640104": (10, ((10, "100.00", "met"), (9, "90.00", "met"), (9, "90.00", "met"))),
    "640106": (8, ((8, "100.00", "met"), (7, "87.50", "missed"), (8, "100.00", "met"))),
    "640105": (9, ((8, "88.89", "missed"), (9, "100.00", "met"), (9, "100.00", "met"))),
    "640121": (10, ((8, "80.00", "missed"), (6, "60.00", "missed"), (9, "90.00", "met"))),
    "640122": (10, ((9, "90.00", "met"), (9, "90.00", "met"), (10, "100.00", "met"))),
    "640181": (7, ((7, "100.00", "too_few"), (6, "85.71", "too_few"), (7, "100.00", "too_few"))),
}
CITY = ((50, "92.59", "met"), (46, "85.19", "missed"), (52, "96.30", "met"))
ITEMS = ("team", "helper", "effect")
ITEMS_ZH = ("驻村工作队", "帮扶责任人", "帮扶工作成效")
OFFICIAL_ZH = {"met": "达标", "missed": "未达标", "too_few": "样本不足"}


@dataclass(frozen=True)
class Demo:
    """The service over a demo, and the folder it was made in."""

    client: TestClient
    folder: Path
    database: Database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        url = copy_sqlite(request.getfixturevalue("sqlite_template"), folder)
    else:
        url = request.getfixturevalue("postgres").create("demo", template="ruhu_template")
    house = house_at(url, folder)
    assert list(demo.build(house, folder))
    with TestClient(create_app(house), base_url=ORIGIN) as client:
        account = next(a for a in json.loads((folder / demo.ACCOUNTS).read_text()) if a["account"] == "city")
        body = {"account": account["account"], "password": account["password"]}
        client.headers["Authorization"] = f"Bearer {client.post('/api/v1/sign-in', json=body).json()['token']}"
        yield Demo(client, folder, house.db)
    house.close()


def test_g15_digit_for_digit(built: Demo) -> None:
    client = built.client
    code = next(item["code"] for item in client.get("/api/v1/rounds").json()["items"] if item["state"] == "drawn")
    answer = client.get(f"/api/v1/rounds/{code}/satisfaction").json()

    assert (answer["round"], answer["target"], answer["scheme"]) == (code, "0.90", "yc2017")
    counties = {row["code"]: row for row in answer["counties"]}
    assert set(counties) == set(G15)
    for county, (n, golden) in G15.items():
        items = {item["item"]: item for item in counties[county]["items"]}
        assert counties[county]["sample"]["poor"] == {"completed": n, "quota": [8, 10]}
        assert counties[county]["frame"]["non_poor"] == 150
        for name, (satisfied, rate, official) in zip(ITEMS, golden, strict=True):
            item = items[name]
            assert (item["satisfied"], item["n"], item["rate"], item["official"]) == (satisfied, n, rate, official)
            assert set(item) == {
                "item", "satisfied", "n", "rate", "dont_know", "official", "evidence", "low", "high"
            }  # fmt: skip
    assert counties["640121"]["items"][1]["evidence"] == "not_met"
    assert counties["640121"]["items"][1]["dont_know"] == 1
    assert counties["640104"]["items"][0]["evidence"] == "undecided"
    for item, (satisfied, rate, official) in zip(answer["city"]["items"], CITY, strict=False):
        assert (item["satisfied"], item["n"], item["rate"], item["official"]) == (satisfied, 54, rate, official)
        assert item["model"] == "binomial"

    way = {item["item"]: item for item in counties["640104"]["items"]}["way"]
    assert way["official"] is None
    assert way["evidence"] is None

    states = [item["state"] for item in client.get(f"/api/v1/rounds/{code}/sample?county=640181").json()["items"]]
    assert states.count("completed") == 9
    held = client.get("/healthz")
    assert held.json() == {"status": "ok"}
    with built.database.read() as session:
        assert [audit.first_broken(session, county) for county in range(7)] == [None] * 7


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_g15_digit_for_digit_in_the_downloads(built: Demo, kind: str) -> None:
    rounds = built.client.get("/api/v1/rounds").json()["items"]
    code = next(item["code"] for item in rounds if item["state"] == "drawn")

    rows = table_of(built.client.get(f"/rounds/{code}/files/board.{kind}").content, kind)

    found = {(row["区划代码"], row["项目"]): row for row in rows}
    golden = {**{place: (n, three) for place, (n, three) in G15.items()}, "city": (54, CITY)}
    for place, (n, three) in golden.items():
        for item, (satisfied, rate, official) in zip(ITEMS_ZH, three, strict=True):
            row = found[(place, item)]
            assert (row["满意户数"], row["调查户数 n"], row["比率(%)"]) == (str(satisfied), str(n), rate)
            assert row["样本结论"] == OFFICIAL_ZH[official]
    assert found[("640121", "帮扶责任人")]["能不能说明全县"] == "样本足以说明低于90%"
    by_indicator = table_of(built.client.get(f"/rounds/{code}/files/figure.{kind}?indicator=I02").content, kind)
    helper = {(row["区划代码"], row["分项"]): row for row in by_indicator}
    assert helper[("640121", "不计“说不清”")]["比率(%)"] == "66.67"
    assert helper[("640121", "“一般”也算满意")]["比率(%)"] == "80.00"
    assert helper[("city", "")]["比率(%)"] == "85.19"


def test_the_pages_beside_the_interviews_have_something_to_say(built: Demo) -> None:
    rounds = built.client.get("/api/v1/rounds").json()["items"]
    code = next(item["code"] for item in rounds if item["state"] == "drawn")
    names = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10")

    rows = table_of(built.client.get(f"/rounds/{code}/files/coverage.csv").content, "csv")
    missing = [
        [title.split()[0] for title, n in row.items() if title.startswith(names) and n == "0"]
        for row in rows
    ]  # fmt: skip

    assert sorted(missing) == [[]] * 5 + [["C3", "C5", "C6"]]
    with built.database.read() as session:
        counties = {county.code: county.id for county in list_counties(session)}
        assert {code: count_held(session, [n]) for code, n in counties.items()} == dict.fromkeys(counties, 0) | {
            "640181": 1
        }
        assert session.exec(select(HelperVisit)).all()


def table_of(content: bytes, kind: str) -> list[dict[str, str]]:
    """The rows of a downloaded table as text; a rate in a workbook is a number shown with two decimals."""
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    paper = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, *rows = [list(row) for row in paper.iter_rows()]
    return [
        {
            str(title.value): f"{cell.value:.2f}" if cell.number_format == "0.00" and cell.value is not None
            else "" if cell.value is None else str(cell.value)
            for title, cell in zip(head, row, strict=True)
        }
        for row in rows
    ]  # fmt: skip


def test_the_demo_has_an_account_for_every_role_and_a_team_and_an_office_for_every_county(
    built: Demo,
) -> None:
    made = json.loads((built.folder / demo.ACCOUNTS).read_text())
    assert all(set(account) == {"account", "password", "role", "scope"} for account in made)
    roles = {account["role"] for account in made}
    assert len(roles) == 10
    for county in G15:
        for role in ("inspector", "county_officer"):
            assert any(account["role"] == role and account["scope"] == county for account in made)


def test_only_a_folder_that_a_demo_made_is_emptied(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(demo.NotADemo):
        list(demo.prepare(mine, 8000, fresh=True))
    assert (mine / "thesis.txt").exists()
