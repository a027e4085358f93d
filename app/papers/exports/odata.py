"""The part of OData 4 that Excel and Power BI need to read a table, as pure rules: what is asked, and the answer.

A small closed subset: $select, $filter of comparisons joined by `and`, $orderby, $top, $skip, $count. Whatever else is
asked is refused by name and not half done. Rows are dictionaries; nothing here knows where they come from.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import quoteattr

from app.kernel.problems import Problem

NAMESPACE = "Ruhu"
PAGE = 1000
"""Rows of one answer; what follows is at @odata.nextLink."""

MOST_SORTED = 50_000
"""So many rows are sorted for $orderby; whoever has more asks for fewer."""
AFTER = "@after"
"""Where a row carries its place in the table; no column."""
Row = Mapping[str, Any]


class NotSupported(Problem):
    """A part of OData that this feed does not speak."""

    status = 501
    slug = "odata-not-supported"
    title_zh = "数据接口不支持这种查询"
    title_en = "The feed does not support this query"
    retry = "never"


class BadQuery(Problem):
    """A query that names what is not there, or cannot be read."""

    status = 400
    slug = "odata-bad-query"
    title_zh = "数据查询有误"
    title_en = "The query is wrong"
    retry = "never"


@dataclass(frozen=True)
class Property:
    """One column: its name and Edm type."""

    name: str
    type: str = "String"
    is_key: bool = False


@dataclass(frozen=True)
class EntitySet:
    """One table of the feed."""

    name: str
    properties: tuple[Property, ...]

    def property(self, name: str) -> Property:
        """A column, or BadQuery."""
        found = next((each for each in self.properties if each.name == name), None)
        if found is None:
            raise BadQuery(f"{self.name} 没有 {name[:40]} 这一列。", f"{self.name} has no property {name[:40]}.")
        return found


@dataclass(frozen=True)
class Condition:
    """`name op value`."""

    name: str
    op: str
    value: Any

    def holds(self, row: Row) -> bool:
        """Whether a row fulfils it; what is not known is neither more nor less than anything."""
        found = row[self.name]
        if self.op in ("eq", "ne"):
            return OPERATORS[self.op](found, self.value)
        return found is not None and self.value is not None and OPERATORS[self.op](found, self.value)


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
KNOWN = ("$select", "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$format")
_CONDITION = re.compile(
    r"\s*\(?\s*(?P<name>\w+)\s+(?P<op>eq|ne|gt|ge|lt|le)\s+"
    r"(?P<value>'(?:[^']|'')*'|-?\d+(?:\.\d+)?(?![-\d])|\d{4}-\d\d-\d\d|null|true|false)\s*\)?\s*(?:and(?=\W)|$)"
)


@dataclass(frozen=True)
class Query:
    """What was asked."""

    conditions: tuple[Condition, ...] = ()
    select: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """(name, whether descending)."""
    top: int | None = None
    skip: int = 0
    is_counted: bool = False
    after: str = ""
    """The place of the last row of the page before."""

    def fixed(self, name: str) -> Any:
        """The value that a column must equal, None where it is free: for those who read the rows."""
        return next((each.value for each in self.conditions if each.name == name and each.op == "eq"), None)


def read_query(entity: EntitySet, given: Mapping[str, str]) -> Query:
    """The query of an address, or a refusal that names what is wrong."""
    for name in given:
        if name.startswith("$") and name not in KNOWN:
            raise NotSupported(f"不支持 {name[:40]}。", f"{name[:40]} is not supported.")
    if given.get("$format", "json").split(";")[0] not in ("json", "application/json"):
        raise NotSupported("只提供 JSON。", "JSON only.")
    select = tuple(entity.property(name.strip()).name for name in given.get("$select", "").split(",") if name.strip())
    return Query(
        conditions=tuple(read_filter(entity, given.get("$filter", ""))),
        select=() if given.get("$select", "").strip() == "*" else select,
        order=tuple(_order(entity, each) for each in given.get("$orderby", "").split(",") if each.strip()),
        top=_whole(given, "$top"),
        skip=_whole(given, "$skip") or 0,
        is_counted=given.get("$count", "false") == "true",
        after=given.get("$skiptoken", "")[:200],
    )


def _whole(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuery(f"{name} 应是非负整数。", f"{name} must be a whole number.")
    return int(text)


def _order(entity: EntitySet, text: str) -> tuple[str, bool]:
    name, _, way = text.strip().partition(" ")
    if way not in ("", "asc", "desc"):
        raise NotSupported("$orderby 只支持列名加 asc 或 desc。", "$orderby takes a property with asc or desc.")
    return entity.property(name).name, way == "desc"


def read_filter(entity: EntitySet, text: str) -> list[Condition]:
    """The conditions of a $filter; `or`, functions and arithmetic are refused."""
    found, at = [], 0
    while text[at:].strip():
        match = _CONDITION.match(text, at)
        if match is None:
            raise NotSupported(
                "$filter 只支持“列 eq/ne/gt/ge/lt/le 值”,用 and 连接。",
                "$filter takes comparisons (eq ne gt ge lt le) joined by and.",
            )
        column = entity.property(match["name"])
        found.append(Condition(column.name, match["op"], _value(column, match["value"])))
        at = match.end()
    return found


def _value(column: Property, text: str) -> Any:
    if text == "null":
        return None
    is_text = column.type in ("String", "Date")
    try:
        if text.startswith("'") and is_text:
            return text[1:-1].replace("''", "'")
        if column.type == "Date":
            return text
        if column.type in ("Int32", "Decimal") and not text.startswith("'"):
            return float(text) if "." in text else int(text)
    except ValueError:
        pass
    raise BadQuery(f"{column.name} 不能和这个值比较。", f"{column.name} cannot be compared with that value.")


Rows = Callable[[str], Iterable[Row]]
"""The rows behind a place in the table, all of them behind ""; each carries its own place as AFTER."""


def chosen(rows: Iterable[Row], query: Query) -> Iterator[Row]:
    """The rows that fulfil every condition."""
    return (row for row in rows if all(each.holds(row) for each in query.conditions))


def _sorted(rows: Iterable[Row], query: Query) -> list[Row]:
    """In the order asked for, what is not known first. All of them have to be at hand, so there is a most."""
    found = list(islice(rows, MOST_SORTED + 1))
    if len(found) > MOST_SORTED:
        zh, en = (
            f"$orderby 最多排 {MOST_SORTED} 行,请用 $filter 收窄。",
            f"$orderby sorts {MOST_SORTED} rows: use $filter.",
        )
        raise NotSupported(zh, en)
    for name, is_descending in reversed(query.order):
        found.sort(key=lambda row: (row[name] is not None, row[name] if row[name] is not None else 0),
                   reverse=is_descending)  # fmt: skip
    return found


def answer(entity: EntitySet, rows: Rows, query: Query, root: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of one page, with the address of the next where there is more; no more is read than the page holds.

    The next address names the last row, not how many there were: a visit that comes meanwhile shifts nothing.
    """
    found = chosen(rows(query.after), query)
    wanted = islice(iter(_sorted(found, query)) if query.order else found, query.skip, None)
    size = PAGE if query.top is None else min(query.top, PAGE)
    page = list(islice(wanted, size))
    names = query.select or tuple(each.name for each in entity.properties)
    suffix = f"({','.join(query.select)})" if query.select else ""
    body: dict[str, Any] = {"@odata.context": f"{root}$metadata#{entity.name}{suffix}"}
    if query.is_counted:
        body["@odata.count"] = sum(1 for _ in chosen(rows(""), query))
    body["value"] = [{name: row[name] for name in names} for row in page]
    if size == PAGE and query.top != PAGE and next(wanted, None) is not None:
        more = {**given, **_behind(page[-1], query)}
        if query.top is not None:
            more["$top"] = str(query.top - PAGE)
        if "$skiptoken" in more:
            more.pop("$skip", None)
        body["@odata.nextLink"] = f"{root}{entity.name}?{urlencode(more, safe='$')}"
    return body


def _behind(row: Row, query: Query) -> dict[str, str]:
    is_placed = AFTER in row and not query.order
    return {"$skiptoken": row[AFTER]} if is_placed else {"$skip": str(query.skip + PAGE)}


def lost_place() -> BadQuery:
    """The row that a next address names is not within the reader's tables any more."""
    return BadQuery("这一页的位置已不存在,请从头取。", "That place in the table is gone: begin again.")


def service_document(sets: Sequence[EntitySet], root: str) -> dict[str, Any]:
    """What tables there are."""
    tables = [{"name": each.name, "kind": "EntitySet", "url": each.name} for each in sets]
    return {"@odata.context": f"{root}$metadata", "value": tables}


def metadata(sets: Sequence[EntitySet]) -> str:
    """The tables' columns as CSDL XML."""
    types = "".join(_entity_type(each) for each in sets)
    container = "".join(
        f"<EntitySet Name={quoteattr(each.name)} EntityType={quoteattr(f'{NAMESPACE}.{each.name}Row')}/>"
        for each in sets
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'{types}<EntityContainer Name="Feed">{container}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def _entity_type(entity: EntitySet) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(each.name)}/>" for each in entity.properties if each.is_key)
    columns = "".join(_property(each) for each in entity.properties)
    return f"<EntityType Name={quoteattr(f'{entity.name}Row')}><Key>{keys}</Key>{columns}</EntityType>"


def _property(column: Property) -> str:
    nullable = ' Nullable="false"' if column.is_key else ""
    scale = ' Scale="2"' if column.type == "Decimal" else ""
    return f"<Property Name={quoteattr(column.name)} Type={quoteattr(f'Edm.{column.type}')}{nullable}{scale}/>"
