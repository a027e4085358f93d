"""Somebody at the desk's browser, without script: pages are read as text and forms are sent as a browser sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from starlette.testclient import TestClient

from tests.cast import ORIGIN, PASSWORD, World

VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "col", "circle", "line", "rect", "path"})


@dataclass
class Element:
    """A tag with its attributes and all text below it."""

    tag: str
    attrs: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


class Page(HTMLParser):
    """A page as a reader takes it in."""

    def __init__(self, status: int, html: str) -> None:
        super().__init__()
        self.status = status
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                break

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, tag: str, **attrs: str) -> list[Element]:
        """Elements of a tag with these attributes (`class_`, `data_testid` …)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attrs.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attrs: str) -> Element:
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} × {tag} {attrs}"
        return found[0]

    @property
    def main(self) -> str:
        """The text of the page's own part."""
        return self.one("main").text

    @property
    def links(self) -> list[str]:
        return [element.attrs.get("href", "") for element in self.all("a")]

    def row(self, testid: str) -> list[Element]:
        """The cells of a table row, its heading first."""
        start = next(i for i, e in enumerate(self.elements) if e.attrs.get("data-testid") == testid)
        rest = self.elements[start + 1 :]
        end = next((i for i, e in enumerate(rest) if e.tag == "tr"), len(rest))
        return [element for element in rest[:end] if element.tag in ("th", "td")]


class Visitor:
    """A browser of one person; keeps cookies, follows nothing by itself unless asked."""

    def __init__(self, world: World, account: str | None = None, *, lang: str = "zh") -> None:
        self.client = TestClient(world.app, base_url=ORIGIN, follow_redirects=False)
        self.client.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        if lang == "en":
            self.client.cookies.set("lang", "en")
        if account:
            answer = self.client.post("/sign-in", data={"account": account, "password": PASSWORD})
            assert answer.status_code == 303, answer.text

    def get(self, path: str) -> Page:
        """A page, after following redirects."""
        answer = self.client.get(path, follow_redirects=True)
        return Page(answer.status_code, answer.text)

    def status(self, path: str) -> int:
        return self.client.get(path).status_code

    def post(self, path: str, **form: Any) -> Page:
        """Send a form and see what comes: the next page, or the form again."""
        answer = self.client.post(path, data=form, follow_redirects=True)
        return Page(answer.status_code, answer.text)
