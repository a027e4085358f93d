"""What of OData the feed speaks, and that the rest is refused by name instead of half done."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.papers.exports.odata import (
    AFTER,
    PAGE,
    BadQuery,
    EntitySet,
    NotSupported,
    Property,
    answer,
    metadata,
    read_query,
    service_document,
)

TABLE = EntitySet("Things", (Property("Key", is_key=True), Property("N", "Int32"), Property("Day", "Date")))
ROWS = [
    {"Key": "a", "N": 3, "Day": "2017-05-20"},
    {"Key": "b", "N": None, "Day": "2017-05-21"},
    {"Key": "O'Hara", "N": 1, "Day": None},
]
ROOT = "https://ruhu.test/api/v1/odata/"


def keys(**given: str) -> list[str]:
    asked = {f"${name}": value for name, value in given.items()}
    body = answer(TABLE, lambda after: ROWS, read_query(TABLE, asked), ROOT, asked)
    return [row["Key"] for row in body["value"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Key eq 'a'", ["a"]),
        ("Key ne 'a'", ["b", "O'Hara"]),
        ("Key eq 'O''Hara'", ["O'Hara"]),
        ("N gt 1", ["a"]),
        ("N le 3.0", ["a", "O'Hara"]),
        ("N eq null", ["b"]),
        ("N ne null and Day ge 2017-05-20", ["a"]),
        ("(N ge 1) and (N lt 3)", ["O'Hara"]),
        ("Day eq '2017-05-21'", ["b"]),
    ],
)
def test_comparisons_joined_by_and(text: str, found: list[str]) -> None:
    assert keys(filter=text) == found


@pytest.mark.parametrize(
    "text",
    ["N gt 1 or N lt 3", "contains(Key,'a')", "not N eq 1", "N add 1 eq 2", "N in (1,2)", "'a' eq Key", "Key eq 'a' x"],
)
def test_more_than_that_is_refused(text: str) -> None:
    with pytest.raises(NotSupported):
        keys(filter=text)


@pytest.mark.parametrize(
    "given",
    [{"filter": "Nothing eq 1"}, {"select": "Key,Nothing"}, {"top": "-1"}, {"skip": "x"}, {"filter": "N eq 'a'"},
     {"filter": "Key eq 5"}, {"orderby": "Nothing"}],
)  # fmt: skip
def test_a_query_of_what_is_not_there_is_wrong(given: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        keys(**given)


@pytest.mark.parametrize("name", ["expand", "apply", "search", "compute", "levels"])
def test_unknown_options_are_named(name: str) -> None:
    with pytest.raises(NotSupported, match=name):
        keys(**{name: "x"})


def test_order_top_and_skip() -> None:
    assert keys(orderby="N") == ["b", "O'Hara", "a"]
    assert keys(orderby="N desc,Key") == ["a", "O'Hara", "b"]
    assert keys(top="1") == ["a"]
    assert keys(skip="1", top="1") == ["b"]
    assert keys(skip="9") == []


def test_a_long_table_comes_in_pages_that_meet_without_gap_or_double() -> None:
    rows = [{"Key": f"{n:05d}", "N": n, "Day": None} for n in range(2 * PAGE + 7)]
    seen: list[Any] = []
    asked = {"$filter": "N ge 1", "$count": "true"}
    while True:
        body = answer(TABLE, lambda after: rows, read_query(TABLE, asked), ROOT, asked)
        assert body["@odata.count"] == 2 * PAGE + 6
        seen += [row["N"] for row in body["value"]]
        link = body.get("@odata.nextLink")
        if link is None:
            break
        assert link.startswith(f"{ROOT}Things?")
        asked = {**asked, "$skip": link.rpartition("$skip=")[2].partition("&")[0]}
    assert seen == list(range(1, 2 * PAGE + 7))


def test_a_next_address_names_the_last_row_so_that_a_row_that_comes_meanwhile_shifts_nothing() -> None:
    rows = [{"Key": f"{n:05d}", "N": n, "Day": None, AFTER: f"{n:05d}"} for n in range(PAGE + 3)]
    asked: dict[str, str] = {"$skip": "1"}

    def read(after: str) -> list[dict[str, Any]]:
        return [row for row in rows if row[AFTER] > after]

    first = answer(TABLE, read, read_query(TABLE, asked), ROOT, asked)
    rows.insert(0, {"Key": "0", "N": -1, "Day": None, AFTER: "!"})
    link = dict(parse_qsl(first["@odata.nextLink"].partition("?")[2]))
    second = answer(TABLE, read, read_query(TABLE, link), ROOT, link)

    assert link == {"$skiptoken": f"{PAGE:05d}"}
    assert [row["N"] for row in (*first["value"], *second["value"])] == list(range(1, PAGE + 3))
    assert "@odata.nextLink" not in second


def test_a_page_reads_no_more_than_it_holds_and_one() -> None:
    asked, read = {"$top": "5", "$skip": "2"}, 0

    def endless(after: str) -> Iterator[dict[str, Any]]:
        nonlocal read
        while True:
            read += 1
            yield {"Key": str(read), "N": read, "Day": None}

    assert [row["N"] for row in answer(TABLE, endless, read_query(TABLE, asked), ROOT, asked)["value"]] == [
        3,
        4,
        5,
        6,
        7,
    ]
    assert read == 7
    with pytest.raises(NotSupported, match="orderby"):
        answer(TABLE, endless, read_query(TABLE, {"$orderby": "N"}), ROOT, {"$orderby": "N"})


def test_top_counts_over_the_pages() -> None:
    rows = [{"Key": str(n), "N": n, "Day": None} for n in range(3 * PAGE)]
    asked = {"$top": str(PAGE + 5)}
    body = answer(TABLE, lambda after: rows, read_query(TABLE, asked), ROOT, asked)
    assert len(body["value"]) == PAGE
    assert "$top=5" in body["@odata.nextLink"]


def test_select_says_so_in_the_context() -> None:
    asked = {"$select": "N,Key", "$top": "1"}
    body = answer(TABLE, lambda after: ROWS, read_query(TABLE, asked), ROOT, asked)
    assert body == {"@odata.context": f"{ROOT}$metadata#Things(N,Key)", "value": [{"N": 3, "Key": "a"}]}


def test_the_metadata_is_csdl_with_keys_and_types() -> None:
    tree = ET.fromstring(metadata([TABLE]))
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    assert tree.attrib["Version"] == "4.0"
    assert [each.attrib["Name"] for each in tree.iter(f"{edm}PropertyRef")] == ["Key"]
    assert {each.attrib["Name"]: each.attrib["Type"] for each in tree.iter(f"{edm}Property")} == {
        "Key": "Edm.String", "N": "Edm.Int32", "Day": "Edm.Date",
    }  # fmt: skip
    assert next(tree.iter(f"{edm}EntitySet")).attrib == {"Name": "Things", "EntityType": "Ruhu.ThingsRow"}


def test_the_service_document_names_the_tables() -> None:
    assert service_document([TABLE], ROOT) == {
        "@odata.context": f"{ROOT}$metadata",
        "value": [{"name": "Things", "kind": "EntitySet", "url": "Things"}],
    }
