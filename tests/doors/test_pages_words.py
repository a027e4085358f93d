"""Every word of the desk stands in its dictionary, in both languages; templates hold structure alone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.doors.desk.words import WORDS, Voice

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "app" / "doors" / "desk"
TEMPLATES = sorted((ROOT / "app" / "doors" / "templates").glob("*.html"))
NAMES = [path.name for path in TEMPLATES]


@cache
def tree(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[str, set[str]]]:
    """(key, places) of every `t('…', …)` in a template whose key stands there."""
    for call in tree(path).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value, {keyword.key for keyword in call.kwargs}


def python_keys() -> tuple[set[str], set[str]]:
    """Every literal of the desk's code, and the heads of those put together (`f"done_{…}"`)."""
    found, heads = set(), set()
    for path in DESK.glob("*.py"):
        if path.name.endswith("words.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(head := node.values[0], ast.Constant):
                heads.add(str(head.value))
    return found, heads


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_speaks_only_from_the_dictionary(path: Path) -> None:
    for key, given in calls(path):
        assert key in WORDS, f"{path.name} asks for {key}"
        assert places(WORDS[key].zh) == given, f"{path.name}: {key}"


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_holds_no_word_of_its_own(path: Path) -> None:
    text = "".join(data.data for data in tree(path).find_all(nodes.TemplateData))
    text = re.sub(r"<code\b.*?</code>", "", text, flags=re.S)
    bare = re.sub(r'[\w-]+="[^"<>]*"|<[^<>]*>|&\w+;', " ", text)
    assert re.findall(r"[A-Za-z]{2,}", bare) == []
    assert not re.search(r"[\u4e00-\u9fff]", text), "a Chinese word in an attribute"


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_passes_the_content_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'<script src="\{\{ asset\(\'[a-z]+\.js\'\) \}\}" defer></script>', "", text)  # decision 0065
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text)


def test_both_languages_have_the_same_places() -> None:
    assert [key for key, said in WORDS.items() if places(said.zh) != places(said.en)] == []


def test_no_sentence_is_left_over() -> None:
    used = {key for path in TEMPLATES for key, _ in calls(path)}
    literal, heads = python_keys()
    for path in TEMPLATES:
        strings = {c.value for c in tree(path).find_all(nodes.Const) if isinstance(c.value, str)}
        literal |= strings
        heads |= {text for text in strings if text.endswith("_")}
    known = tuple(head for head in heads if len(head) > 3)
    left = [key for key in WORDS if key not in used | literal and not key.startswith(known)]
    assert left == []


def test_a_sentence_with_places_is_filled() -> None:
    assert Voice("zh")("rank_n", n=7) == "第 7 位"
    assert Voice("en")("rank_n", n=7) == "No. 7"
    with pytest.raises(KeyError):
        Voice("zh")("no_such_sentence")


def test_the_desk_and_the_phone_share_their_colours() -> None:
    def values(path: Path) -> list[dict[str, str]]:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        light, _, rest = text.partition("@media (prefers-color-scheme: dark)")
        dark = rest.split("@media")[0]
        return [dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{6})", part)) for part in (light, dark)]

    desk, phone = values(ROOT / "app/static/tokens.css"), values(ROOT / "pwa/src/tokens.css")
    for ours, theirs in zip(desk, phone, strict=True):
        shared = ours.keys() & theirs.keys()
        assert len(shared) >= 15
        assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
