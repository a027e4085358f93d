"""The feed over the wire, as Excel and Power BI come: Basic with a key of its own, and nobody's household in it."""

import base64
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import select

from app.doors.api import odata
from app.doors.web.app_keys import issue_key, key_of
from app.papers.exports import feed
from app.papers.exports import odata as rules
from app.registry.people.models import Device
from tests.cast import PASSWORD, ROUND, World
from tests.visitor import Visitor

FEED = "/api/v1/odata/"


def basic(account: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{account}:{secret}'.encode()).decode()}"}


def key_for(world: World, account: str) -> str:
    return issue_key(world.house, account, odata.PURPOSE, odata.LABEL, by=account)


def table(world: World, account: str, name: str, **query: str) -> list[dict[str, Any]]:
    params = {f"${option}": value for option, value in query.items()}
    answer = world.get(account, f"{FEED}{name}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json;odata.metadata=minimal")
    return list(answer.json()["value"])


def visits(world: World, account: str = "lin", of: int = 10) -> None:
    phone = world.phone(account)
    bodies = [phone.interview(each, sat={"team": 5 if n else 2}) for n, each in enumerate(phone.samples("poor")[:of])]
    assert {each["state"] for each in phone.post(*(phone.op(body) for body in bodies))} == {"stored"}


def test_who_is_not_known_is_asked_for_account_and_key(world: World) -> None:
    answer = world.client.get(FEED)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Ruhu", charset="UTF-8"'
    for headers in (basic("city", PASSWORD), basic("city", ""), basic("city", key_for(world, "lin")),
                    {"Authorization": "Basic %%%"}):  # fmt: skip
        assert world.client.get(FEED, headers=headers).status_code == 401


def test_a_key_made_on_one_s_page_opens_the_feed_until_it_is_revoked(world: World) -> None:
    city = Visitor(world, "city")
    page = city.post("/me/feed-key")
    key = page.one("p", data_testid="feed-key").text
    assert key not in city.get("/me").html

    answer = world.client.get(FEED, headers=basic("city", key))

    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["value"]] == ["Rounds", "Figures", "Visits"]
    assert answer.json()["@odata.context"] == "https://ruhu.test/api/v1/odata/$metadata"
    with world.house.db.read() as session:
        device = next(each for each in session.exec(select(Device)) if each.label.startswith("OData"))
    city.post("/me/devices", device=str(device.id))
    assert world.client.get(FEED, headers=basic("city", key)).status_code == 401


def test_a_key_of_another_client_opens_no_feed_and_the_feed_s_key_nothing_else(world: World) -> None:
    key = key_for(world, "lin")
    with world.house.db.read() as session:
        device = next(each for each in session.exec(select(Device)) if each.label == odata.LABEL)
    assert key != key_of(world.house.keys, "openrosa", device.id)
    assert world.client.get(f"/openrosa/key/{key}/formList").status_code == 401
    other = key_of(world.house.keys, "openrosa", device.id)
    assert world.client.get(FEED, headers=basic("lin", other)).status_code == 401
    assert world.client.get("/api/v1/rounds", headers=basic("lin", key)).status_code == 401


def test_the_figures_are_those_of_the_board(world: World) -> None:
    visits(world)
    told = world.satisfaction()

    rows = table(world, "city", "Figures", filter=f"Round eq '{ROUND}' and Place eq '640104' and Part eq ''")

    found = {row["Indicator"]: row for row in rows}
    for code, item in (("I01", "team"), ("I02", "helper"), ("I03", "effect")):
        figure, row = told[item], found[code]
        assert (row["Numerator"], row["Denominator"]) == (figure["satisfied"], figure["n"])
        assert (row["Rate"], row["Low"], row["High"]) == tuple(float(figure[each]) for each in ("rate", "low", "high"))
        assert (row["Official"], row["Evidence"]) == (figure["official"], figure["evidence"])
    assert len(rows) == 40
    assert found["I31"]["Rate"] is None


def test_visits_have_no_household_and_lead_to_none(world: World) -> None:
    visits(world)
    sample = world.phone("lin").samples("poor")[0]

    text = world.get("city", f"{FEED}Visits").text
    rows = table(world, "city", "Visits", filter="SatTeam eq 2")

    assert len(rows) == 1
    assert (rows[0]["County"], rows[0]["Day"], rows[0]["Contact"]) == ("640104", "2017-05-20", "completed")
    for secret in (sample["household"]["head_name"], sample["household"]["unit"], sample["sample_id"], "106.", "lin"):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)
    assert not re.search(r"\d{12}", re.sub(r'"Visit": "[0-9a-f]{24}"', "", text))


def test_each_reader_has_the_rows_of_the_pages(world: World) -> None:
    visits(world)
    visits(world, "fang", of=2)
    assert {row["County"] for row in table(world, "city", "Visits")} == {"640104", "640106"}
    assert {row["County"] for row in table(world, "fang", "Visits")} == {"640106"}
    assert {row["Place"] for row in table(world, "fang", "Figures")} == {"640106"}
    for account in ("xing", "jin", "he", "gu", "discipline"):
        assert [table(world, account, name) for name in ("Rounds", "Figures", "Visits")] == [[], [], []], account
    assert world.get("admin", f"{FEED}Visits").status_code == 404
    world.post("city", f"/api/v1/rounds/{ROUND}/close")
    assert {row["County"] for row in table(world, "xing", "Visits")} == {"640104"}
    assert table(world, "he", "Visits") == []
    assert {row["Place"] for row in table(world, "he", "Figures", filter="Indicator eq 'I01'")} == {"640104"}


def paged(world: World, name: str, **given: str) -> list[list[dict[str, Any]]]:
    """All pages of a table, by the addresses that each page names."""
    path, found = f"{FEED}{name}?{urlencode({f'${key}': value for key, value in given.items()})}", []
    while path:
        body = world.get("city", path).json()
        found.append(body["value"])
        path = body.get("@odata.nextLink", "").replace("https://ruhu.test", "")
    return found


def test_pages_of_visits_and_figures_meet_though_records_come_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of two rows, steps of three: over both counties, and with a correction in their midst."""
    phone = world.phone("lin")
    samples = phone.samples("poor")
    ops = [phone.op(phone.interview(each, sat={"team": 1 + n % 5})) for n, each in enumerate(samples[:7])]
    phone.post(*ops, phone.op(phone.interview(samples[2], sat={"team": 4}, corrects=ops[2]["op_id"])))
    visits(world, "fang", of=3)
    whole = {name: paged(world, name) for name in ("Visits", "Figures")}
    assert [len(pages) for pages in whole.values()] == [1, 1]

    monkeypatch.setattr(rules, "PAGE", 2)
    monkeypatch.setattr(feed, "STEP", 3)

    for name, ((*rows,),) in whole.items():
        pages = paged(world, name, **({"filter": "Indicator eq 'I01'"} if name == "Figures" else {}))
        expected = [row for row in rows if row.get("Indicator") in (None, "I01")]
        assert [row for page in pages for row in page] == expected
        assert {len(page) for page in pages[:-1]} == {2}
    assert len(whole["Visits"][0]) == 10
    odd = [row for page in paged(world, "Visits", filter="SatTeam eq 4", top="3") for row in page]
    assert odd == [row for row in whole["Visits"][0] if row["SatTeam"] == 4][:3]


@pytest.mark.parametrize("name", ["Visits", "Figures"])
@pytest.mark.parametrize("token", ["x", "2017-1-A1~99~1", "2017-1-A1~1~x", "2017-1~640104~I01~nothing", "~~"])
def test_a_place_that_is_not_there_is_said_and_not_guessed(world: World, name: str, token: str) -> None:
    visits(world)
    assert world.get("city", f"{FEED}{name}?$skiptoken={token}").status_code == 400


def test_a_corrected_visit_is_one_row(world: World) -> None:
    phone = world.phone("lin")
    sample = phone.samples("poor")[0]
    first = phone.op(phone.interview(sample, sat={"team": 2}))
    second = phone.op(phone.interview(sample, sat={"team": 5}, corrects=first["op_id"]))
    phone.post(first, second)
    assert [row["SatTeam"] for row in table(world, "city", "Visits")] == [5]


@pytest.mark.parametrize(("query", "status"), [("$expand=x", 501), ("$filter=Nothing eq 1", 400), ("$top=x", 400)])
def test_a_refused_query_is_a_problem_in_words(world: World, query: str, status: int) -> None:
    answer = world.get("city", f"{FEED}Rounds?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
