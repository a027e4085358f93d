"""The five forms as they come with the house: whole, in both languages, and the same in table, workbook and JSON."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.survey.questionnaires.compiler import compile_bytes
from app.survey.questionnaires.rules import start
from app.survey.questionnaires.state import Node
from app.survey.questionnaires.tables import FORMS, builtin_workbook, workbook_tables
from app.survey.questionnaires.workbook import from_tables, read_workbook
from tests.rooms.questionnaires.forms_at_hand import built_in

ASKED = {
    "note",
    "text",
    "integer",
    "decimal",
    "date",
    "select_one",
    "select_multiple",
    "geopoint",
    "image",
    "group",
    "repeat",
}


@pytest.mark.parametrize("form_id", FORMS)
def test_table_and_workbook_say_the_same(form_id: str) -> None:
    """After a change of a table run tools/forms_workbooks.py and raise the version."""
    assert read_workbook(builtin_workbook(form_id)) == from_tables(workbook_tables(form_id))


@pytest.mark.parametrize("form_id", FORMS)
def test_every_word_is_there_in_both_languages(form_id: str) -> None:
    form = built_in(form_id)
    texts = [(n.name, n.item[k]) for n in form.by_path.values() for k in ("label", "hint", "message") if k in n.item]
    texts += [(c["value"], c["label"]) for listed in form.data["choices"].values() for c in listed]
    texts += [("help", h["text"]) for h in form.data["help"]]

    assert [name for name, text in texts if not text.get("zh") or not text.get("en")] == []
    assert [name for name, text in texts if _has_chinese(text["en"])] == []
    assert [name for name, text in texts if not _has_chinese(text["zh"])] == []


@pytest.mark.parametrize("form_id", FORMS)
def test_every_question_has_a_label_and_every_constraint_its_message(form_id: str) -> None:
    nodes = built_in(form_id).by_path.values()

    assert [n.name for n in nodes if n.kind in ASKED and "label" not in n.item] == []
    assert [n.name for n in nodes if "constraint" in n.item and "message" not in n.item] == []


@pytest.mark.parametrize("form_id", FORMS)
def test_it_compiles_without_a_doubt(form_id: str) -> None:
    assert compile_bytes(builtin_workbook(form_id)).warnings == []


@pytest.mark.parametrize(
    ("form_id", "sections", "questions"),
    [
        ("q1_poor", ["cover", "main", "residence", "guarantee", "income", "help", "satisfaction", "close"], 96),
        ("q2_nonpoor", ["cover", "main", "need", "fair", "close"], 52),
        ("q3_visit", ["visit", "help", "close"], 19),
        ("q4_record", ["about", "basics", "papers", "fund", "record"], 31),
        ("q5_lookback", ["check", "result"], 13),
    ],
)
def test_it_has_all_sections_and_questions(form_id: str, sections: list[str], questions: int) -> None:
    form = built_in(form_id)
    asked = [n for n in form.by_path.values() if n.kind in ASKED - {"note", "group", "repeat"}]

    assert [node.name for node in form.nodes if node.kind == "group"] == sections
    assert len(asked) == questions


@pytest.mark.parametrize("form_id", ["q1_poor", "q2_nonpoor"])
def test_the_notice_is_the_first_thing_of_the_interview_and_no_stops_it(form_id: str) -> None:
    form = built_in(form_id)
    first, second = form.by_path[("main",)].children[:2]

    assert first.kind == "note"
    assert "您好,我们是银川市脱贫攻坚督查组的" in first.item["label"]["zh"]
    assert (second.name, second.item["constraint"]) == ("notice_read", ["=", ["."], "1"])


@pytest.mark.parametrize(
    ("form_id", "kind", "page", "words"),
    [
        ("q3_visit", "visit_log", "visit", "今天了解到的只用于帮扶和改进工作"),
        ("q4_record", "record", "about", "我们是银川市脱贫攻坚督查组的"),
        ("q5_lookback", "look_back", "check", "上次反映的问题"),
    ],
)
def test_the_other_three_begin_with_what_is_said_aloud(form_id: str, kind: str, page: str, words: str) -> None:
    form = built_in(form_id)
    first = form.by_path[(page,)].children[0]

    assert form.kind == kind
    assert first.kind == "note"
    assert words in first.item["label"]["zh"]


def test_the_day_is_filled_in_and_the_next_visit_proposed_in_thirty_days() -> None:
    household = {"unit": "640104001201-0001", "county_code": "640104", "village_code": "640104001201"}
    source = {"household": household, "account": {"account": "wang"}}

    answers = start(built_in("q3_visit"), source, today="2026-11-24", now="2026-11-24T01:02:03Z")

    assert answers["helper_id"] == "wang"
    assert answers["visit"]["visit_date"] == "2026-11-24"
    assert answers["close"]["next_visit"] == "2026-12-24"


def test_the_satisfaction_items_carry_their_five_words_and_the_ninth() -> None:
    form = built_in("q1_poor")

    for name in ("sat_team", "sat_helper", "sat_effect", "sat_way"):
        assert form.by_path[("satisfaction", name)].item["list"] == "sat5"
    assert [c["value"] for c in form.data["choices"]["sat5"]] == ["5", "4", "3", "2", "1", "9"]


def test_q1_is_prefilled_with_all_that_the_register_knows() -> None:
    rules = {rule["to"]: rule for rule in built_in("q1_poor").data["prefill"]}

    shown = {to for to, rule in rules.items() if rule["show"]}
    assert shown == {
        "/main/hh_size",
        "/main/hh_attr",
        "/main/cause_main",
        "/main/status",
        "/main/exit_year",
        "/residence/resettled",
    }
    hidden = {n.path[0] for n in built_in("q1_poor").by_path.values() if n.kind == "hidden"}
    assert {f"/{name}" for name in hidden} == set(rules) - shown


@pytest.mark.parametrize(
    ("form_id", "kilobytes"),
    [("q1_poor", 17), ("q2_nonpoor", 9), ("q3_visit", 5), ("q4_record", 7), ("q5_lookback", 4)],
)
def test_a_form_stays_small_on_a_weak_network(form_id: str, kilobytes: int) -> None:
    packed = len(gzip.compress(compile_bytes(builtin_workbook(form_id)).json.encode()))

    assert packed <= kilobytes * 1000


def test_no_question_holds_the_name_of_another_machine() -> None:
    folder = Path(__file__).resolve().parents[3] / "app" / "survey" / "questionnaires" / "forms"
    assert {p.suffix for p in folder.iterdir()} == {".md", ".xlsx"}


def _has_chinese(template: Any) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for part in _parts(template) for char in part)


def _parts(template: Any) -> Iterator[str]:
    yield from (p for p in ([template] if isinstance(template, str) else template) if isinstance(p, str))


def test_names_are_the_ones_that_figures_and_records_rely_on() -> None:
    def paths(form_id: str) -> set[tuple[str, ...]]:
        return {node.path for node in _leaves(built_in(form_id).nodes)}

    doorstep = {("cover", n) for n in ("visit_mode", "gps", "contact_result", "met_where", "no_such_why", "door_photo")}
    assert doorstep <= paths("q1_poor") & paths("q2_nonpoor")
    assert {("main", "status"), ("satisfaction", "sat_team"), ("satisfaction", "sat_way")} <= paths("q1_poor")


def _leaves(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield from _leaves(node.children) if node.children else [node]
